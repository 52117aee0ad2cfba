"""The state machine of messages: whatever is done to pictures that share one, they are shown and deleted together."""

import asyncio
import contextlib
import tempfile
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bot.store import NewReport, NotFiled, State, Store
from bot.values.records import Complaint, Report
from tests.store.stage import Clock, by_moderator, change, deliver, request, start, taken

T = TypeVar("T")

GUILD, MEMBER = 10, 7
PICKS = st.integers(0, 5)


class Event(StrEnum):
    """What a rule is for."""

    GREW = "a message got another picture"
    JOINED_HIDDEN = "a picture came to a message that was hidden"
    AGAIN = "a report was refused: the same person had reported another picture of the message"
    STAYED_HIDDEN = "a message stayed hidden: somebody else objected to another of its pictures"
    SHOWN = "a message was shown again"
    DELETED = "several pictures were deleted with their message"
    KEPT = "one picture was kept in a message"
    REPORT_KEPT = "a report outlived the picture that it was made of"
    LATER_THAN_DELETED = "a picture came after those before it had been deleted"


@dataclass(eq=False)
class Message:
    """What a message shows, and who objects to it."""

    private: bool
    waiting: list[str]
    shown: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    hidden: bool = False
    open: dict[int, int] = field(default_factory=dict)  # reporters, and their reports
    reporters: set[int] = field(default_factory=set)


class MessageMachine(RuleBasedStateMachine):
    """Operations on a store and on what messages should be, side by side."""

    def __init__(self, runs_with: Counter[Event]) -> None:
        super().__init__()
        self._runs_with, self._events = runs_with, set[Event]()
        self._stack = contextlib.ExitStack()
        self._loop = self._stack.enter_context(asyncio.Runner())
        self._path = Path(self._stack.enter_context(tempfile.TemporaryDirectory())) / "animify.db"
        self._clock = Clock()
        self._next = 0
        self._messages: dict[int, Message] = {}
        self._store = self._do(Store.open(self._path, default_limit=3, now=self._clock))
        self._do(self._store.desk.set_limit(change(self._number(), member_id=MEMBER), None))

    def teardown(self) -> None:
        self._runs_with.update(self._events)
        self._do(self._store.close())
        self._stack.close()

    def _do(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._loop.run(coroutine)

    def _saw(self, event: Event, *, when: bool = True) -> None:
        if when:
            self._events.add(event)

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _pick(self, pick: int) -> tuple[int, Message]:
        able = [(message_id, message) for message_id, message in self._messages.items() if message.shown]
        return able[-1 - pick % min(2, len(able))]  # the latest, so that operations meet

    @property
    def _any_shown(self) -> bool:
        return any(message.shown for message in self._messages.values())

    @rule(pictures=st.integers(1, 4), at_once=st.integers(1, 4), private=st.sampled_from([False, False, True]))
    def ask(self, pictures: int, at_once: int, private: bool) -> None:
        number = self._number()
        job_ids = self._do(taken(self._store, request(number, pictures=pictures, private=private)))
        self._messages[number] = Message(private, list(job_ids))
        for _ in range(at_once):
            self._deliver_next(number, self._messages[number])

    @precondition(lambda self: self._messages)
    @rule(pick=PICKS)
    def deliver_another(self, pick: int) -> None:
        growing = [(number, message) for number, message in self._messages.items() if message.waiting]
        if growing:
            self._deliver_next(*growing[pick % len(growing)])

    def _deliver_next(self, number: int, message: Message) -> None:
        if not message.waiting:
            return
        job_id = message.waiting.pop(0)
        self._do(start(self._store, job_id))
        self._do(deliver(self._store, job_id, message_id=number))
        self._saw(Event.GREW, when=bool(message.shown))
        self._saw(Event.JOINED_HIDDEN, when=message.hidden)
        self._saw(Event.LATER_THAN_DELETED, when=bool(message.deleted) and not message.shown)
        message.shown.append(job_id)

    @precondition(lambda self: self._any_shown)
    @rule(pick=PICKS, which=st.integers(0, 3), reporter=st.sampled_from([8, 9]))
    def report(self, pick: int, which: int, reporter: int) -> None:
        _, message = self._pick(pick)
        job_id = message.shown[which % len(message.shown)]
        new = NewReport(job_id=job_id, reporter_id=reporter, complaint=Complaint.SHOWS_ME)
        report = self._do(self._store.reports.file(new, most=1000))
        if reporter in message.reporters:
            assert report is NotFiled.AGAIN
            self._saw(Event.AGAIN)
            return
        assert isinstance(report, Report)
        message.reporters.add(reporter)
        message.open[reporter] = report.id
        message.hidden = True

    @precondition(lambda self: self._any_shown)
    @rule(pick=PICKS)
    def dismiss(self, pick: int) -> None:
        disputed = [message for message in self._messages.values() if message.open]
        if not disputed:
            return
        message = disputed[pick % len(disputed)]
        _, report_id = message.open.popitem()
        assert self._do(self._store.desk.dismiss(by_moderator(self._number()), report_id)) is not None
        self._saw(Event.STAYED_HIDDEN, when=bool(message.open))
        self._saw(Event.SHOWN, when=not message.open)
        message.hidden = bool(message.open)

    @precondition(lambda self: self._any_shown)
    @rule(pick=PICKS, which=st.integers(0, 3), moderating=st.booleans())
    def delete(self, pick: int, which: int, moderating: bool) -> None:
        _, message = self._pick(pick)
        job_id = message.shown[which % len(message.shown)]
        for expected in (True, False):
            if moderating:
                act = by_moderator(self._number())
                assert self._do(self._store.desk.deleted(act, job_id)) == expected
            else:
                assert self._do(self._store.mark_deleted(job_id)) == expected
        self._saw(Event.DELETED, when=len(message.shown) > 1)
        message.deleted += message.shown
        message.shown, message.hidden, message.open = [], False, {}

    @precondition(lambda self: self._any_shown)
    @rule(pick=PICKS, which=st.integers(0, 3))
    def keep_only(self, pick: int, which: int) -> None:
        _, message = self._pick(pick)
        kept = message.shown[which % len(message.shown)]
        self._do(self._store.keep_only(kept))
        self._saw(Event.KEPT, when=len(message.shown) > 1)
        self._saw(Event.REPORT_KEPT, when=len(message.shown) > 1 and bool(message.open))
        message.deleted += [job_id for job_id in message.shown if job_id != kept]
        message.shown = [kept]

    @invariant()
    def messages_are_as_they_should_be(self) -> None:
        self._do(self._look())

    async def _look(self) -> None:
        assert await self._store.audit_faults() == []
        found = await self._store.desk.results_of(GUILD, MEMBER)
        to_find = [message.shown for message in self._messages.values() if message.shown and not message.private]
        assert list(found) == [min(shown) for shown in reversed(to_find)]
        open_ones = await self._store.reports.undecided(GUILD, limit=1000)
        assert {one.id for one in open_ones} == {
            report_id for message in self._messages.values() for report_id in message.open.values()
        }
        for number, message in self._messages.items():
            await self._look_at(number, message)

    async def _look_at(self, number: int, message: Message) -> None:
        jobs = {job.id: job for job in await self._store.jobs_of(number)}
        assert {job.id for job in jobs.values() if job.state is State.QUEUED} == set(message.waiting)
        assert {job.id for job in jobs.values() if job.deleted_at is not None} == set(message.deleted)
        assert {jobs[job_id].hidden_at is not None for job_id in message.shown} <= {message.hidden}
        in_it = [job.id for job in await self._store.jobs_by_result(number)]
        assert in_it == sorted(message.shown or message.deleted)


def test_whatever_is_done_to_messages_their_pictures_are_shown_and_deleted_together() -> None:
    runs_with = Counter[Event]()

    class CountingMachine(MessageMachine):
        def __init__(self) -> None:
            super().__init__(runs_with)

    run_state_machine_as_test(
        CountingMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            derandomize=True,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
    assert [event for event in Event if runs_with[event] < 2] == [], runs_with
