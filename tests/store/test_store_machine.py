"""The state machine: any sequence of operations leaves the store where a much simpler model is."""

import asyncio
import contextlib
import tempfile
from collections import defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.store import (
    Change,
    DuplicateRequestError,
    Guild,
    IllegalTransitionError,
    InFlightError,
    OverQuotaError,
    RefusedError,
    State,
    Store,
)
from tests.store.stage import HOUR, Clock, change, deliver, request

T = TypeVar("T")
Member = tuple[int, int]  # guild, user

DEFAULT_LIMIT = 1
IN_FLIGHT_LIMIT = 4
URL_HOURS = 20
LOOKED_AT = [(10, 7), (10, 8)]  # few, so that operations meet
MEMBERS = st.sampled_from(LOOKED_AT)
PICKS = st.integers(0, 5)
AMOUNTS = st.sampled_from([None, 0, 1, 2])
ZONES = st.sampled_from(["UTC", "Pacific/Kiritimati", "Pacific/Honolulu"])


@dataclass(eq=False)
class Pool:
    """What pays: a day that has none of its own amount, or a grant."""

    used: int = 0
    amount: int = 0
    expires_at: float = 0
    resets: int = 0


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

    def give_back(self) -> None:
        if self.pool.resets == self.resets:
            self.pool.used -= 1


@dataclass
class Model:
    """The rules in their plainest form; no SQL, no ledger."""

    clock: Clock
    zones: dict[int, str] = field(default_factory=dict)
    servers: dict[int, int | None] = field(default_factory=dict)
    own: dict[Member, int | None] = field(default_factory=dict)
    days: dict[Member, dict[date, Pool]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Pool)))
    grants: dict[Member, list[Pool]] = field(default_factory=lambda: defaultdict(list))
    jobs: dict[str, ModelJob] = field(default_factory=dict)

    def day(self, member: Member) -> date:
        zone = ZoneInfo(self.zones.get(member[0], "UTC"))
        today = datetime.fromtimestamp(self.clock(), UTC).astimezone(zone).date()
        return max([today, *self.days[member]])

    def limit(self, member: Member) -> int | None:
        server = self.servers.get(member[0])
        return self.own.get(member, DEFAULT_LIMIT if server is None else server)

    def used(self, member: Member) -> int:
        day = self.day(member)
        return self.days[member][day].used if day in self.days[member] else 0

    def live_grants(self, member: Member) -> list[Pool]:
        return [pool for pool in self.grants[member] if pool.expires_at > self.clock()]

    def payer(self, member: Member) -> Pool | None:
        limit = self.limit(member)
        if limit is None or self.used(member) < limit:
            return self.days[member][self.day(member)]
        able = [pool for pool in self.live_grants(member) if pool.used < pool.amount]
        return min(able, key=lambda pool: pool.expires_at, default=None)

    def charge(self, job_id: str, member: Member, url_expires_at: float) -> None:
        pool = self.payer(member)
        assert pool is not None
        pool.used += 1
        self.jobs[job_id] = ModelJob(member, pool, pool.resets, self.day(member), url_expires_at)

    def refusal(self, member: Member) -> type[RefusedError] | None:
        if self.under_way(member[1]) >= IN_FLIGHT_LIMIT:
            return InFlightError
        return OverQuotaError if self.payer(member) is None else None

    def jobs_that_are(self, *states: State) -> list[tuple[str, ModelJob]]:
        return [(job_id, job) for job_id, job in self.jobs.items() if job.state in states]

    def under_way(self, user_id: int) -> int:
        return sum(
            job.member[1] == user_id and job.state in (State.QUEUED, State.RUNNING) for job in self.jobs.values()
        )

    def cancels(self, job: ModelJob) -> int:
        return sum(
            other.state is State.CANCELLED and other.was_running and (other.member, other.day) == (job.member, job.day)
            for other in self.jobs.values()
        )


class StoreMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._stack = contextlib.ExitStack()
        self._loop = self._stack.enter_context(asyncio.Runner())
        self._path = Path(self._stack.enter_context(tempfile.TemporaryDirectory())) / "animify.db"
        self._clock = Clock()
        self._model = Model(self._clock)
        self._next = 0
        self._store = self._do(Store.open(self._path, default_limit=DEFAULT_LIMIT, now=self._clock))

    def teardown(self) -> None:
        self._do(self._store.close())
        self._stack.close()

    def _do(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._loop.run(coroutine)

    def _pick(self, pick: int, *states: State) -> tuple[str, ModelJob]:
        able = self._model.jobs_that_are(*states)
        return able[pick % len(able)]

    def _change(self, member: Member) -> Change:
        return change(self._number(), guild_id=member[0], member_id=member[1])

    def _number(self) -> int:
        self._next += 1
        return self._next

    @initialize()
    def begin(self) -> None:
        self._put_guild("Pacific/Kiritimati", None)  # the earliest zone: any other is a day that has passed there
        for member in LOOKED_AT:
            self._submit(member)

    @rule(member=MEMBERS, count=st.integers(1, 3))
    def submit(self, member: Member, count: int) -> None:
        for _ in range(count):
            self._submit(member)

    def _submit(self, member: Member) -> None:
        guild_id, user_id = member
        expires_at = int(self._clock()) + URL_HOURS * HOUR
        asked = request(self._number(), guild_id=guild_id, user_id=user_id, url_expires_at=expires_at)
        refusal = self._model.refusal(member)
        if refusal is not None:
            with pytest.raises(refusal):
                self._do(self._store.submit(asked, in_flight_limit=IN_FLIGHT_LIMIT))
            return
        job_id = self._do(self._store.submit(asked, in_flight_limit=IN_FLIGHT_LIMIT)).job_id
        with pytest.raises(DuplicateRequestError):
            self._do(self._store.submit(asked, in_flight_limit=IN_FLIGHT_LIMIT))
        self._model.charge(job_id, member, expires_at)

    @precondition(lambda self: self._model.jobs_that_are(State.QUEUED))
    @rule(pick=PICKS)
    def start(self, pick: int) -> None:
        self._start(*self._pick(pick, State.QUEUED))

    def _start(self, job_id: str, job: ModelJob) -> None:
        with pytest.raises(IllegalTransitionError):
            self._do(deliver(self._store, job_id))
        self._do(self._store.start(job_id))
        job.state, job.was_running = State.RUNNING, True

    @precondition(lambda self: self._model.jobs_that_are(State.RUNNING))
    @rule(pick=PICKS)
    def deliver(self, pick: int) -> None:
        job_id, job = self._pick(pick, State.RUNNING)
        self._do(deliver(self._store, job_id, message_id=self._number()))
        job.state = State.DELIVERED

    @precondition(lambda self: self._model.jobs_that_are(State.QUEUED, State.RUNNING))
    @rule(pick=PICKS)
    def fail(self, pick: int) -> None:
        job_id, job = self._pick(pick, State.QUEUED, State.RUNNING)
        assert self._do(self._store.fail(job_id, "broken"))
        job.state = State.FAILED
        job.give_back()

    @precondition(lambda self: self._model.jobs_that_are(State.QUEUED, State.RUNNING))
    @rule(pick=PICKS)
    def cancel(self, pick: int) -> None:
        job_id, job = self._pick(pick, State.QUEUED, State.RUNNING)
        free = job.state is State.QUEUED or self._model.cancels(job) < 3
        assert self._do(self._store.cancel(job_id)) == free
        job.state = State.CANCELLED
        if free:
            job.give_back()

    @precondition(lambda self: self._model.jobs_that_are(State.DELIVERED, State.FAILED, State.CANCELLED))
    @rule(pick=PICKS)
    def disturb_what_has_ended(self, pick: int) -> None:
        job_id, _ = self._pick(pick, State.DELIVERED, State.FAILED, State.CANCELLED)
        assert not self._do(self._store.fail(job_id, "broken"))
        assert not self._do(self._store.cancel(job_id))
        with pytest.raises(IllegalTransitionError):
            self._do(self._store.start(job_id))
        with pytest.raises(IllegalTransitionError):
            self._do(deliver(self._store, job_id))

    @rule(member=MEMBERS, amount=AMOUNTS)
    def set_limit(self, member: Member, amount: int | None) -> None:
        made = self._change(member)
        self._do(self._store.set_limit(made, amount))
        self._do(self._store.set_limit(made, 1))
        self._model.own[member] = amount

    @rule(member=MEMBERS)
    def grant(self, member: Member) -> None:
        made = self._change(member)
        usage = self._do(self._store.grant(made, 1))
        self._do(self._store.grant(made, 1))
        self._model.grants[member].append(Pool(amount=1, expires_at=usage.resets_at))

    @rule(member=MEMBERS)
    def reset(self, member: Member) -> None:
        made = self._change(member)
        self._do(self._store.reset(made))
        self._do(self._store.reset(made))
        pool = self._model.days[member].get(self._model.day(member))
        if pool is not None:
            pool.used, pool.resets = 0, pool.resets + 1

    @rule(zone=ZONES, daily_limit=AMOUNTS)
    def put_guild(self, zone: str, daily_limit: int | None) -> None:
        self._put_guild(zone, daily_limit)

    def _put_guild(self, zone: str, daily_limit: int | None) -> None:
        self._do(self._store.put_guild(10, Guild(zone=zone, daily_limit=daily_limit)))
        self._model.zones[10], self._model.servers[10] = zone, daily_limit

    @rule(hours=st.sampled_from([1, 11, 23]))
    def let_time_pass(self, hours: int) -> None:
        self._clock.advance(hours=hours)
        self._do(self._store.wipe_expired())

    @rule(started_before=st.integers(0, 2))
    def restart(self, started_before: int) -> None:
        for job_id, job in self._model.jobs_that_are(State.QUEUED)[:started_before]:
            self._start(job_id, job)
        self._do(self._store.close())
        self._store = self._do(Store.open(self._path, default_limit=DEFAULT_LIMIT, now=self._clock))
        recovery = self._do(self._store.requeue_interrupted())
        expected: dict[bool, set[str]] = {True: set(), False: set()}
        for job_id, job in self._model.jobs.items():
            if job.state in (State.QUEUED, State.RUNNING):
                expected[self._survives(job)].add(job_id)
        assert {job.id for job in recovery.resumed} == expected[True]
        assert {given_up.job.id for given_up in recovery.given_up} == expected[False]

    def _survives(self, job: ModelJob) -> bool:
        interrupted = job.state is State.RUNNING
        if job.url_expires_at <= self._clock() or (interrupted and job.attempt == 3):
            job.state = State.FAILED
            job.give_back()
            return False
        job.state, job.attempt, job.was_running = State.QUEUED, job.attempt + interrupted, False
        return True

    @invariant()
    def the_store_is_sound_and_where_the_model_is(self) -> None:
        faults, jobs, *usages = self._do(self._look())
        assert faults == []
        assert jobs == {(job_id, job.state, job.attempt) for job_id, job in self._model.jobs.items()}
        for member, usage in zip(LOOKED_AT, usages, strict=True):
            assert (usage.limit, usage.used) == (self._model.limit(member), self._model.used(member))
            assert usage.grants_left == sum(pool.amount - pool.used for pool in self._model.live_grants(member))

    async def _look(self) -> list[Any]:
        jobs = self._store._database.transact(
            lambda tx: {tuple(row) for row in tx.all("SELECT id, state, attempt FROM jobs")}
        )
        usages = (self._store.usage(*member) for member in LOOKED_AT)
        return list(await asyncio.gather(self._store.audit_faults(), jobs, *usages))


TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
