"""The state machine: any sequence of operations leaves the store where a much simpler model is."""

import asyncio
from collections import Counter
from functools import partial
from math import inf
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.store import (
    Cancelled,
    DuplicateRequestError,
    IllegalTransitionError,
    InFlightError,
    Job,
    NotAdmittedError,
    OverCapError,
    OverQuotaError,
    RefusedError,
    RoleLimit,
    Scope,
    State,
    Store,
    WouldCharge,
)
from tests.store.model import ATTEMPTS, DEFAULT_LIMIT, IN_FLIGHT_LIMIT, Capped, Member, ModelJob
from tests.store.stage import HOUR, by_moderator, cap, deliver, each, request, rules, subject_of
from tests.store.workbench import HELD, Event, Workbench

URL_HOURS = 20
LOOKED_AT = list(HELD)
CHANGES_OF_CLOCKS = [1_772_884_800, 1_793_448_000]
"""The noons (in UTC) before the days of 23 and of 25 hours of 2026 in America, 7 March and 31 October."""

MEMBERS = st.sampled_from(LOOKED_AT)
PICKS = st.integers(0, 5)
ROLES = st.sampled_from([(10, 1), (10, 2), (20, 3)])
CAPPED = st.sampled_from([(Scope.SERVER, 10), (Scope.SERVER, 0), (Scope.MEMBER, 7), (Scope.MEMBER, 0)])
LIMITS = st.sampled_from([None, 0, 1, 2, 5])
ZONES = st.sampled_from(["UTC", "Pacific/Kiritimati", "Pacific/Honolulu", "America/New_York", "America/Havana"])
"""In Havana the clocks change at midnight: once there is none, and once there are two."""


REFUSALS: dict[type[RefusedError], Event] = {
    InFlightError: Event.IN_FLIGHT,
    NotAdmittedError: Event.BLOCKED,
    OverCapError: Event.OVER_CAP,
    OverQuotaError: Event.OVER_QUOTA,
}


class StoreMachine(Workbench):
    """Operations on a store and on the model, side by side."""

    @initialize(noon=st.sampled_from(CHANGES_OF_CLOCKS), zone=ZONES, granted=st.integers(1, 3), count=st.integers(1, 3))
    def begin(self, noon: int, zone: str, granted: int, count: int) -> None:
        self._clock.seconds = noon
        self._put_guild(10, "Pacific/Kiritimati", None)  # the earliest zone: any other is a day that has passed there
        self._put_guild(20, zone, 1)
        self.limit_a_role((10, 1), 2)
        self.grant_beyond_a_limit((10, 8), granted, 1, None)
        for member in LOOKED_AT:
            self.submit(member, count)

    @rule(member=MEMBERS, count=st.integers(1, 4))
    def submit(self, member: Member, count: int) -> None:
        for _ in range(count):
            if not self._submit(member):
                return

    @rule(
        member=MEMBERS,
        pictures=st.integers(2, 5),
        granted=st.integers(0, 2),
        started=st.integers(0, 5),
        delivered=st.integers(0, 1),
        greedy=st.booleans(),
        and_cancel=st.booleans(),
    )
    def submit_several_at_once(
        self, member: Member, pictures: int, granted: int, started: int, delivered: int, greedy: bool, and_cancel: bool
    ) -> None:
        self.deliver(0, 3)
        self.set_limit(member, self._model.used(member) + pictures - granted)
        if granted:
            self._grant(member, granted, None)
        if greedy:
            self._submit(member, pictures + 2)
        jobs = self._submit(member, pictures)
        if not jobs:
            return
        self._saw(Event.SEVERAL)
        self._saw(Event.PAID_TWICE_OVER, when=len({job.pool.is_grant for _, job in jobs}) == 2)
        for job_id, job in jobs[:started]:
            self._start(job_id, job)
        for job_id, job in jobs[: min(started, delivered)]:
            self._deliver(job_id, job)
        if and_cancel:
            self._cancel(jobs[0][1].interaction_id)

    def _submit(self, member: Member, pictures: int = 1) -> list[tuple[str, ModelJob]]:
        """The jobs that are charged, none where the request is refused."""
        guild_id, user_id = member
        expires_at = int(self._clock()) + URL_HOURS * HOUR
        asked = request(
            self._number(),
            guild_id=guild_id,
            user_id=user_id,
            roles=HELD[member],
            url_expires_at=expires_at,
            pictures=pictures,
        )
        submit = partial(self._store.submit, asked, judge=each(rules), in_flight_limit=IN_FLIGHT_LIMIT)
        refusal = self._model.refusal(member, pictures)
        if refusal is not None:
            with pytest.raises(refusal) as caught:
                self._do(submit())
            if isinstance(caught.value, OverCapError | OverQuotaError):
                assert caught.value.left == self._model.left(member)
                self._saw(Event.SOME_LEFT, when=caught.value.left > 0)
            self._saw(REFUSALS[refusal])
            return []
        receipt = self._do(submit())
        assert receipt.usage == self._do(self._store.usage(*member, HELD[member]))
        with pytest.raises(DuplicateRequestError):
            self._do(submit())
        return [(job_id, self._charged(job_id, member, expires_at)) for job_id in receipt.job_ids]

    def _charged(self, job_id: str, member: Member, expires_at: int) -> ModelJob:
        job = self._model.charge(job_id, member, expires_at)
        self._saw(Event.GRANT_PAID if job.pool.is_grant else Event.CHARGED)
        self._saw(Event.LATER_DAY, when=job.pool.given_on is not None and job.pool.given_on < job.day)
        self._saw(Event.ROLE_DECIDED, when=member not in self._model.own and bool(self._model.limits_of_roles(member)))
        return job

    @precondition(lambda self: self._model.jobs_that_are(State.QUEUED))
    @rule(pick=PICKS)
    def start(self, pick: int) -> None:
        self._start(*self._pick(pick, State.QUEUED))

    def _start(self, job_id: str, job: ModelJob) -> bool:
        with pytest.raises(IllegalTransitionError):
            self._do(deliver(self._store, job_id))
        if self._model.blocked(job.member):
            with pytest.raises(NotAdmittedError):
                self._do(self._store.start(job_id, judge=rules))
            self._saw(Event.KEPT_FROM_START)
            return False
        self._do(self._store.start(job_id, judge=rules))
        job.state, job.was_running = State.RUNNING, True
        return True

    @rule(pick=PICKS, count=st.integers(1, 3))
    def deliver(self, pick: int, count: int) -> None:
        for job_id, job in self._model.jobs_that_are(State.QUEUED, State.RUNNING)[pick % 3 :][:count]:
            if job.state is State.QUEUED and not self._start(job_id, job):
                continue
            self._deliver(job_id, job)

    def _deliver(self, job_id: str, job: ModelJob) -> None:
        self._do(deliver(self._store, job_id, message_id=job.interaction_id))
        job.state = State.DELIVERED

    @precondition(lambda self: self._model.jobs_that_are(State.QUEUED, State.RUNNING))
    @rule(pick=PICKS, hours=st.sampled_from([0, 11, 23]))
    def fail(self, pick: int, hours: int) -> None:
        self.let_time_pass(hours)
        self._fail(*self._pick(pick, State.QUEUED, State.RUNNING))

    def _fail(self, job_id: str, job: ModelJob) -> None:
        assert self._do(self._store.fail(job_id, "broken"))
        job.state = State.FAILED
        self._give_back(job)

    @precondition(lambda self: self._model.jobs_that_are(State.QUEUED, State.RUNNING))
    @rule(pick=PICKS)
    def cancel(self, pick: int) -> None:
        _, job = self._pick(pick, State.QUEUED, State.RUNNING)
        self._cancel(job.interaction_id)

    @rule(member=MEMBERS, count=st.sampled_from([1, 4, 5]), pictures=st.sampled_from([1, 1, 3]))
    def change_one_s_mind_again_and_again(self, member: Member, count: int, pictures: int) -> None:
        for _ in range(count):
            jobs = self._submit(member, pictures)
            if not jobs:
                return
            for job_id, job in jobs[:2]:
                self._start(job_id, job)
            self._cancel(jobs[0][1].interaction_id)

    def _cancel(self, interaction_id: int) -> None:
        left = self._model.not_ended(interaction_id)
        self._saw(Event.PART_LEFT, when=0 < len(left) < len(self._do(self._store.jobs_of(interaction_id))))
        charged = 0
        for _, job in left:
            free = self._model.cancel_is_free(job)
            charged += not free
            job.state = State.CANCELLED
            if free:
                self._give_back(job)
        if charged:
            refused = self._do(self._store.cancel_request(interaction_id, accept_charge=False))
            assert refused == WouldCharge(count=charged)
            self._saw(Event.WOULD_CHARGE)
        done = self._do(self._store.cancel_request(interaction_id, accept_charge=bool(charged)))
        job_ids = tuple(job_id for job_id, _ in left)
        assert done == Cancelled(job_ids=job_ids, charged=charged, refunded=len(left) - charged)
        self._saw(Event.CANCEL_COST, when=charged > 0)

    @precondition(lambda self: self._model.jobs_that_are(State.DELIVERED, State.FAILED, State.CANCELLED))
    @rule(pick=PICKS)
    def disturb_what_has_ended(self, pick: int) -> None:
        job_id, job = self._pick(pick, State.DELIVERED, State.FAILED, State.CANCELLED)
        assert not self._do(self._store.fail(job_id, "broken"))
        if not self._model.not_ended(job.interaction_id):
            self._cancel(job.interaction_id)
        with pytest.raises(IllegalTransitionError):
            self._do(self._store.start(job_id, judge=rules))
        with pytest.raises(IllegalTransitionError):
            self._do(deliver(self._store, job_id))

    @rule(member=MEMBERS, amount=LIMITS)
    def set_limit(self, member: Member, amount: int | None) -> None:
        made = self._change(member)
        self._do(self._store.desk.set_limit(made, amount))
        self._do(self._store.desk.set_limit(made, 1))
        self._model.own[member] = amount

    @rule(member=MEMBERS)
    def unset_limit(self, member: Member) -> None:
        made = self._change(member)
        self._do(self._store.desk.unset_limit(made))
        self._do(self._store.desk.unset_limit(made))
        self._saw(Event.LIMIT_UNSET, when=member in self._model.own)
        self._model.own.pop(member, None)
        self._submit(member)

    @rule(
        member=MEMBERS,
        amount=st.integers(1, 3),
        limit=st.sampled_from([0, 1]),
        hours=st.sampled_from([None, 5, 40, 70]),
    )
    def grant_beyond_a_limit(self, member: Member, amount: int, limit: int, hours: int | None) -> None:
        self.set_limit(member, limit)
        self._grant(member, amount, hours)

    def _grant(self, member: Member, amount: int, hours: int | None) -> None:
        made, end = self._change(member), None if hours is None else int(self._clock()) + hours * HOUR
        self._do(self._store.desk.grant(made, amount, expires_at=end))
        self._do(self._store.desk.grant(made, amount, expires_at=end))
        self._model.grant(member, amount, end)

    @rule(member=MEMBERS)
    def spend_a_grant_on_a_later_day(self, member: Member) -> None:
        self.grant_beyond_a_limit(member, 1, 0, 70)
        self.let_time_pass(26)
        self._submit(member)

    @rule(role=ROLES, amount=st.sampled_from([None, 0, 1, 3, "unset"]))
    def limit_a_role(self, role: tuple[int, int], amount: int | str | None) -> None:
        made = by_moderator(self._number(), guild_id=role[0])
        for _ in range(2):
            if isinstance(amount, str):
                self._do(self._store.desk.unset_role_limit(made, role[1]))
            else:
                self._do(self._store.desk.set_role_limit(made, RoleLimit(role[1], amount)))
        if isinstance(amount, str):
            self._model.roles.pop(role, None)
        else:
            self._model.roles[role] = amount

    @rule(capped=CAPPED, more=st.sampled_from([None, None, 0, 2]))
    def cap(self, capped: Capped, more: int | None) -> None:
        scope, target = capped
        amount = None if more is None else self._model.used_of_cap(capped) + more
        subject = self._do(subject_of(self._store, target)) if scope is Scope.MEMBER and target else target
        self._do(cap(self._store, scope, subject, amount))
        if amount is None:
            self._model.caps.pop(capped, None)
        else:
            self._model.caps[capped] = amount

    @rule(capped=CAPPED, member=MEMBERS)
    def reach_a_cap(self, capped: Capped, member: Member) -> None:
        self.cap(capped, 1)
        self.submit(member, 2)
        self.cap(capped, None)

    @rule(member=MEMBERS, hours=st.sampled_from([None, 1, 12]), lift=st.sampled_from([True, True, False]))
    def block_for_a_while(self, member: Member, hours: int | None, lift: bool) -> None:
        self.block(member, hours)
        self._submit(member)
        if lift:
            self.unblock(member)

    def block(self, member: Member, hours: int | None) -> None:
        end = None if hours is None else int(self._clock()) + hours * HOUR
        queued = [(job_id, job) for job_id, job in self._model.jobs_that_are(State.QUEUED) if job.member == member]
        made = self._change(member)
        assert set(self._do(self._store.desk.block(made, expires_at=end)).cancelled) == {job_id for job_id, _ in queued}
        assert self._do(self._store.desk.block(made, expires_at=end)).cancelled == ()
        self._model.blocks[member] = inf if end is None else end
        for _, job in queued:
            job.state = State.CANCELLED
            self._give_back(job)
            self._saw(Event.BLOCK_CANCELLED)

    @rule(member=MEMBERS)
    def unblock(self, member: Member) -> None:
        made, blocked = self._change(member), self._model.blocked(member)
        assert self._do(self._store.desk.unblock(made)) == blocked
        self._model.blocks.pop(member, None)

    @rule(member=MEMBERS)
    def block_while_a_job_runs_and_put_it_back(self, member: Member) -> None:
        submitted = self._submit(member)
        if not submitted:
            return
        [(job_id, job)] = submitted
        self._start(job_id, job)
        self.block(member, 1)
        self._do(self._store.put_back(job_id))
        job.state, job.was_running = State.QUEUED, False
        self._start(job_id, job)
        self.unblock(member)

    @rule(member=MEMBERS)
    def reset(self, member: Member) -> None:
        made = self._change(member)
        self._do(self._store.desk.reset(made))
        self._do(self._store.desk.reset(made))
        pool = self._model.days[member].get(self._model.day(member))
        if pool is not None:
            pool.used, pool.resets = 0, pool.resets + 1

    @precondition(lambda self: self._model.jobs_that_are(State.QUEUED, State.RUNNING))
    @rule(pick=PICKS)
    def reset_and_fail(self, pick: int) -> None:
        job_id, job = self._pick(pick, State.QUEUED, State.RUNNING)
        self.reset(job.member)
        self._fail(job_id, job)

    @rule(guild_id=st.sampled_from([10, 20]), zone=ZONES, daily_limit=LIMITS)
    def put_guild(self, guild_id: int, zone: str, daily_limit: int | None) -> None:
        self._put_guild(guild_id, zone, daily_limit)

    def _put_guild(self, guild_id: int, zone: str, daily_limit: int | None) -> None:
        made = by_moderator(self._number(), guild_id=guild_id)
        self._do(self._store.desk.change_guild(made, zone=zone, daily_limit=daily_limit))
        self._model.zones[guild_id], self._model.servers[guild_id] = zone, daily_limit

    @rule(hours=st.sampled_from([1, 11, 23]))
    def let_time_pass(self, hours: int) -> None:
        self._clock.advance(hours=hours)
        self._do(self._store.wipe_expired())

    @rule(started_before=st.integers(0, 2), hours=st.sampled_from([0, URL_HOURS]))
    def restart(self, started_before: int, hours: int) -> None:
        for job_id, job in self._model.jobs_that_are(State.QUEUED)[:started_before]:
            self._start(job_id, job)
        self._clock.advance(hours=hours)
        self._restart()

    @precondition(lambda self: self._model.jobs_that_are(State.QUEUED))
    @rule(pick=PICKS)
    def crash_at_the_same_photo(self, pick: int) -> None:
        job_id, job = self._pick(pick, State.QUEUED)
        for _ in range(ATTEMPTS):
            if job.state is State.QUEUED and self._start(job_id, job):
                self._restart()

    def _restart(self) -> None:
        self._do(self._store.close())
        self._store = self._do(Store.open(self._path, default_limit=DEFAULT_LIMIT, now=self._clock))
        recovery = self._do(self._store.requeue_interrupted())
        expected: dict[bool, set[str]] = {True: set(), False: set()}
        for job_id, job in self._model.jobs_that_are(State.QUEUED, State.RUNNING):
            expected[self._survives(job)].add(job_id)
        assert {job.id for job in recovery.resumed} == expected[True]
        assert sorted(recovery.resumed, key=_oldest_first) == list(recovery.resumed)
        assert {given_up.job.id for given_up in recovery.given_up} == expected[False]

    def _survives(self, job: ModelJob) -> bool:
        interrupted = job.state is State.RUNNING
        expired, worn_out = job.url_expires_at <= self._clock(), interrupted and job.attempt == ATTEMPTS
        self._saw(Event.EXPIRED, when=expired)
        self._saw(Event.GIVEN_UP, when=worn_out)
        if expired or worn_out:
            job.state = State.FAILED
            self._give_back(job)
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
            capped = None if usage.cap is None else (usage.cap.scope, usage.cap.amount, usage.cap.left)
            assert capped == self._model.cap(member)
            assert usage.grants_left == sum(pool.amount - pool.used for pool in self._model.live_grants(member))
            assert usage.resets_at == self._model.resets_at(member)
            self._saw(Event.ODD_DAY, when=self._model.hours_of_day(member) != 24)

    async def _look(self) -> list[Any]:
        jobs = self._store._database.transact(
            lambda tx: {tuple(row) for row in tx.all("SELECT id, state, attempt FROM jobs")}
        )
        usages = (self._store.usage(*member, HELD[member]) for member in LOOKED_AT)
        return list(await asyncio.gather(self._store.audit_faults(), jobs, *usages))


def _oldest_first(job: Job) -> tuple[int, int, int]:
    return job.created_at, job.interaction_id, job.position


def test_any_sequence_of_operations_leaves_the_store_where_the_model_is() -> None:
    seen, runs_with = Counter[Event](), Counter[Event]()

    class CountingMachine(StoreMachine):
        def __init__(self) -> None:
            super().__init__(seen, runs_with)

    run_state_machine_as_test(
        CountingMachine,
        settings=settings(
            max_examples=36,
            stateful_step_count=30,
            derandomize=True,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
    assert [event for event in Event if runs_with[event] < 2] == [], runs_with
    assert seen[Event.CHARGED] > sum(seen[event] for event in REFUSALS.values()), seen
