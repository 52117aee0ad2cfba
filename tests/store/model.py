"""The store's rules in their plainest form, to compare with: values in memory, no SQL, no ledger."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from zoneinfo import ZoneInfo

from bot.store import InFlightError, OverQuotaError, RefusedError, State
from tests.store.stage import HOUR, Clock

Member = tuple[int, int]  # guild, user

DEFAULT_LIMIT = 3
IN_FLIGHT_LIMIT = 3
FREE_CANCELS = 3
ATTEMPTS = 3


@dataclass(eq=False)
class Pool:
    """What pays: a day that has none of its own amount, or a grant."""

    used: int = 0
    amount: int = 0
    expires_at: float = 0
    resets: int = 0

    @property
    def is_grant(self) -> bool:
        return self.amount > 0


@dataclass(eq=False)
class ModelJob:
    """A job, what paid for it, and how often that had been reset before."""

    member: Member
    pool: Pool
    resets: int
    day: date
    url_expires_at: float
    state: State = State.QUEUED
    attempt: int = 1
    was_running: bool = False

    @property
    def forgiven(self) -> bool:
        """A reset has given its picture back already."""
        return self.pool.resets != self.resets

    def give_back(self) -> None:
        if not self.forgiven:
            self.pool.used -= 1


@dataclass
class Model:
    """Everybody's pools and jobs."""

    clock: Clock
    zones: dict[int, str] = field(default_factory=dict)
    servers: dict[int, int | None] = field(default_factory=dict)
    own: dict[Member, int | None] = field(default_factory=dict)
    days: dict[Member, dict[date, Pool]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Pool)))
    grants: dict[Member, list[Pool]] = field(default_factory=lambda: defaultdict(list))
    jobs: dict[str, ModelJob] = field(default_factory=dict)

    def zone(self, member: Member) -> str:
        return self.zones.get(member[0], "UTC")

    def day(self, member: Member) -> date:
        return max([date_in(self.zone(member), self.clock()), *self.days[member]])

    def resets_at(self, member: Member) -> int:
        return first_instant_after(self.day(member), self.zone(member))

    def hours_of_day(self, member: Member) -> float:
        day = self.day(member)
        return (self.resets_at(member) - first_instant_after(day - timedelta(days=1), self.zone(member))) / HOUR

    def limit(self, member: Member) -> int | None:
        server = self.servers.get(member[0])
        return self.own.get(member, DEFAULT_LIMIT if server is None else server)

    def used(self, member: Member) -> int:
        day = self.day(member)
        return self.days[member][day].used if day in self.days[member] else 0

    def live_grants(self, member: Member) -> list[Pool]:
        return [pool for pool in self.grants[member] if pool.expires_at > self.clock()]

    def grant(self, member: Member, amount: int) -> None:
        self.grants[member].append(Pool(amount=amount, expires_at=self.resets_at(member)))

    def payer(self, member: Member) -> Pool | None:
        limit = self.limit(member)
        if limit is None or self.used(member) < limit:
            return self.days[member][self.day(member)]
        able = [pool for pool in self.live_grants(member) if pool.used < pool.amount]
        return min(able, key=lambda pool: pool.expires_at, default=None)

    def charge(self, job_id: str, member: Member, url_expires_at: float) -> ModelJob:
        pool = self.payer(member)
        assert pool is not None
        pool.used += 1
        job = self.jobs[job_id] = ModelJob(member, pool, pool.resets, self.day(member), url_expires_at)
        return job

    def refusal(self, member: Member) -> type[RefusedError] | None:
        if self.under_way(member[1]) >= IN_FLIGHT_LIMIT:
            return InFlightError
        return OverQuotaError if self.payer(member) is None else None

    def jobs_that_are(self, *states: State) -> list[tuple[str, ModelJob]]:
        return [(job_id, job) for job_id, job in self.jobs.items() if job.state in states]

    def under_way(self, user_id: int) -> int:
        return sum(job.member[1] == user_id for _, job in self.jobs_that_are(State.QUEUED, State.RUNNING))

    def cancel_is_free(self, job: ModelJob) -> bool:
        return job.state is State.QUEUED or self._cancels(job) < FREE_CANCELS

    def _cancels(self, job: ModelJob) -> int:
        return sum(
            other.was_running and (other.member, other.day) == (job.member, job.day)
            for _, other in self.jobs_that_are(State.CANCELLED)
        )


def date_in(zone: str, instant: float) -> date:
    return datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(zone)).date()


@cache
def first_instant_after(day: date, zone: str) -> int:
    """When a later date is first read in the zone, looked for by quarters of an hour: no zone's offset is finer."""
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
    return next(instant for instant in count(noon - 14 * HOUR, HOUR // 4) if date_in(zone, instant) > day)
