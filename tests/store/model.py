"""The store's rules in their plainest form, to compare with: values in memory, no SQL, no ledger."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from math import inf
from zoneinfo import ZoneInfo

from bot.store import InFlightError, NotAdmittedError, OverCapError, OverQuotaError, RefusedError, Scope, State
from tests.store.stage import HOUR, Clock

Member = tuple[int, int]  # guild, user
Capped = tuple[Scope, int]  # a guild, a user, or 0 for every other one

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
    given_on: date | None = None

    @property
    def is_grant(self) -> bool:
        return self.amount > 0


@dataclass(eq=False)
class ModelJob:
    """A job, what paid for it, and how often that had been reset before."""

    member: Member
    interaction_id: int
    pool: Pool
    resets: int
    day: date
    charged_on: date  # in UTC, as caps count
    url_expires_at: float
    state: State = State.QUEUED
    attempt: int = 1
    was_running: bool = False

    @property
    def forgiven(self) -> bool:
        """A reset has given its picture back already."""
        return self.pool.resets != self.resets


@dataclass
class Model:
    """Everybody's pools and jobs."""

    clock: Clock
    zones: dict[int, str] = field(default_factory=dict)
    servers: dict[int, int | None] = field(default_factory=dict)
    own: dict[Member, int | None] = field(default_factory=dict)
    held: dict[Member, frozenset[int]] = field(default_factory=dict)
    roles: dict[tuple[int, int], int | None] = field(default_factory=dict)  # by guild and role
    caps: dict[Capped, int] = field(default_factory=dict)
    counted: Counter[tuple[Capped, date]] = field(default_factory=Counter)
    blocks: dict[Member, float] = field(default_factory=dict)
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
        if member in self.own:
            return self.own[member]
        if of_roles := self.limits_of_roles(member):
            return None if None in of_roles else max(amount for amount in of_roles if amount is not None)
        server = self.servers.get(member[0])
        return DEFAULT_LIMIT if server is None else server

    def limits_of_roles(self, member: Member) -> list[int | None]:
        keys = [(member[0], role_id) for role_id in self.held.get(member, ())]
        return [self.roles[key] for key in keys if key in self.roles]

    def used_of_cap(self, capped: Capped) -> int:
        return self.counted[capped, date_in("UTC", self.clock())]

    def cap(self, member: Member) -> tuple[Scope, int, int] | None:
        """The tightest: whose it is, its amount, and what it leaves."""
        found = []
        for scope, target in zip((Scope.SERVER, Scope.MEMBER), member, strict=True):
            amount = self.caps.get((scope, target), self.caps.get((scope, 0)))
            if amount is not None:
                found.append((scope, amount, max(0, amount - self.used_of_cap((scope, target)))))
        return min(found, key=lambda cap: cap[2], default=None)

    def blocked(self, member: Member) -> bool:
        return self.blocks.get(member, -inf) > self.clock()

    def used(self, member: Member) -> int:
        day = self.day(member)
        return self.days[member][day].used if day in self.days[member] else 0

    def live_grants(self, member: Member) -> list[Pool]:
        return [pool for pool in self.grants[member] if pool.expires_at > self.clock()]

    def grant(self, member: Member, amount: int, expires_at: int | None) -> None:
        end = self.resets_at(member) if expires_at is None else expires_at
        self.grants[member].append(Pool(amount=amount, expires_at=end, given_on=self.day(member)))

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
        today, interaction_id = date_in("UTC", self.clock()), int(job_id.partition("-")[0])
        job = ModelJob(member, interaction_id, pool, pool.resets, self.day(member), today, url_expires_at)
        self.jobs[job_id] = job
        self._count(job, 1)
        return job

    def give_back(self, job: ModelJob) -> None:
        self._count(job, -1)
        if not job.forgiven:
            job.pool.used -= 1

    def _count(self, job: ModelJob, more: int) -> None:
        for capped in zip((Scope.SERVER, Scope.MEMBER), job.member, strict=True):
            self.counted[capped, job.charged_on] += more

    def refusal(self, member: Member, pictures: int) -> type[RefusedError] | None:
        if self.blocked(member):
            return NotAdmittedError
        if self.under_way(member[1]) >= IN_FLIGHT_LIMIT:
            return InFlightError
        left = self.left(member)
        if left >= pictures:
            return None
        cap = self.cap(member)
        return OverCapError if cap is not None and cap[2] == left else OverQuotaError

    def left(self, member: Member) -> float:
        """How many pictures could be paid now."""
        limit, cap = self.limit(member), self.cap(member)
        of_grants = sum(pool.amount - pool.used for pool in self.live_grants(member))
        own = inf if limit is None else max(0, limit - self.used(member)) + of_grants
        return own if cap is None else min(own, cap[2])

    def jobs_that_are(self, *states: State) -> list[tuple[str, ModelJob]]:
        return [(job_id, job) for job_id, job in self.jobs.items() if job.state in states]

    def under_way(self, user_id: int) -> int:
        jobs = self.jobs_that_are(State.QUEUED, State.RUNNING)
        return len({job.interaction_id for _, job in jobs if job.member[1] == user_id})

    def not_ended(self, interaction_id: int) -> list[tuple[str, ModelJob]]:
        jobs = self.jobs_that_are(State.QUEUED, State.RUNNING)
        return [(job_id, job) for job_id, job in jobs if job.interaction_id == interaction_id]

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
