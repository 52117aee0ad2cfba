"""What the state machine works on: a store, its model, and the events that tell whether it has come to every rule."""

import asyncio
import contextlib
import tempfile
from collections import Counter
from collections.abc import Coroutine
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from hypothesis.stateful import RuleBasedStateMachine

from bot.store import Change, State, Store
from tests.store.model import DEFAULT_LIMIT, Member, Model, ModelJob
from tests.store.stage import Clock, change

T = TypeVar("T")

HELD = {(10, 7): frozenset({1, 2}), (10, 8): frozenset({2}), (20, 7): frozenset({3})}
"""The roles of the members that are looked at: few, so that operations meet; one of them is in two servers."""


class Event(StrEnum):
    """What a rule of the store is for; a machine that does not come to it tells nothing of the rule."""

    RUN = "the machine ran"
    CHARGED = "a day's limit paid"
    GRANT_PAID = "a grant paid"
    OVER_QUOTA = "refused: over the limit"
    IN_FLIGHT = "refused: too many under way"
    CANCEL_COST = "a running job was cancelled without a refund"
    PAST_REFUND = "a day that is over had a picture back"
    FORGIVEN = "a reset had forgiven the charge before its refund"
    EXPIRED = "a link expired before its picture was painted"
    GIVEN_UP = "a job was given up after its last start"
    ODD_DAY = "a day had not 24 hours"
    ROLE_DECIDED = "a role's limit decided"
    LIMIT_UNSET = "a member's own limit was taken away"
    OVER_CAP = "refused: over a cap"
    BLOCKED = "refused: blocked"
    BLOCK_CANCELLED = "a block cancelled a queued job"
    KEPT_FROM_START = "a job that was queued again could not start: its member was blocked meanwhile"
    LATER_DAY = "a grant paid on a later day than it was given"
    SEVERAL = "a request of several pictures was charged"
    PAID_TWICE_OVER = "a request was paid by the day and by a grant"
    SOME_LEFT = "refused: not as many left as were asked for, but some"
    WOULD_CHARGE = "nothing was cancelled, since it would have stayed charged"
    PART_LEFT = "what was left of a request was cancelled"


class Workbench(RuleBasedStateMachine):
    """A store and its model, side by side.

    Parameters
    ----------
    seen, runs_with
        Get the events of the run: each time that one happened, and once.
    """

    def __init__(self, seen: Counter[Event], runs_with: Counter[Event]) -> None:
        super().__init__()
        self._seen, self._runs_with = seen, runs_with
        self._events = Counter([Event.RUN])
        self._stack = contextlib.ExitStack()
        self._loop = self._stack.enter_context(asyncio.Runner())
        self._path = Path(self._stack.enter_context(tempfile.TemporaryDirectory())) / "animify.db"
        self._clock = Clock()
        self._model = Model(self._clock, held=HELD)
        self._next = 0
        self._store = self._do(Store.open(self._path, default_limit=DEFAULT_LIMIT, now=self._clock))

    def teardown(self) -> None:
        self._seen.update(self._events)
        self._runs_with.update(set(+self._events))
        self._do(self._store.close())
        self._stack.close()

    def _do(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._loop.run(coroutine)

    def _saw(self, event: Event, *, when: bool = True) -> None:
        self._events[event] += when

    def _pick(self, pick: int, *states: State) -> tuple[str, ModelJob]:
        able = self._model.jobs_that_are(*states)
        return able[pick % len(able)]

    def _change(self, member: Member) -> Change:
        return change(self._number(), guild_id=member[0], member_id=member[1], roles=HELD[member])

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _give_back(self, job: ModelJob) -> None:
        self._model.give_back(job)
        self._saw(Event.FORGIVEN, when=job.forgiven)
        self._saw(Event.PAST_REFUND, when=not job.pool.is_grant and job.day < self._model.day(job.member))
