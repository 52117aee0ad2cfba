"""Turns at an engine: a fair semaphore that never calls back, and quotes of how long a turn is away.

>>> async with dispatcher.turn(ticket) as turn:
...     await turn.near()     # time to fetch the photo
...     await turn.granted()  # a slot is ours until the block ends, however it ends
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from engine.estimates import Costs, Ratio
from engine.fairqueue import Ahead, FairQueue, Ticket

__all__ = ["Dispatcher", "Moment", "Observer", "Quote", "Ticket", "Turn"]

PREFETCH = 2
"""Tickets that may fetch their photos while they wait, for each slot: all the photos that wait in memory."""

_MARGIN = 1.33  # fitted to simulated crowds: newcomers overtake, so waits are longer than the queue is now
_MARGIN_WEIGHT = 600.0  # seconds of predicted waits that the fitted margin is worth
_WORST_SURPRISE = 3.0  # an engine that stood still says nothing about the next crowd


class Moment(StrEnum):
    """What an observer hears of a ticket, in this order; `NEAR` and `GRANTED` only if it comes so far."""

    ENTERED = "entered"
    NEAR = "near"
    GRANTED = "granted"
    LEFT = "left"


Observer = Callable[[Moment, Ticket], None]
"""Hears every moment of every ticket, on the event loop, after the fact; for tests to wait on instead of sleeping."""


def _nobody(_moment: Moment, _ticket: Ticket) -> None:
    """Observe nothing."""


@dataclass(frozen=True, slots=True)
class Quote:
    """How far away a picture is.

    Attributes
    ----------
    place
        How many tickets are served first; 0 is next, or running.
    eta
        Seconds until the turn *ends*, with its own work done: what a member waits for. While the engine takes nothing
        on (no slots) it counts as one that works.
    """

    place: int
    eta: float


@dataclass(slots=True, eq=False)
class _Visit:
    """A ticket between entering and leaving.

    Attributes
    ----------
    since
        When it began to wait; from the grant on, when it was granted.
    predicted
        The seconds that it was to wait, without margin.
    """

    ticket: Ticket
    since: float
    predicted: float
    near: asyncio.Event = field(default_factory=asyncio.Event)
    granted: asyncio.Event = field(default_factory=asyncio.Event)


class Turn:
    """One's turn while inside `Dispatcher.turn`."""

    def __init__(self, visit: _Visit, quote: Callable[[_Visit], Quote], clock: Callable[[], float]) -> None:
        self._visit = visit
        self._quote = quote
        self._clock = clock

    async def near(self) -> None:
        """Wait until the turn is within `PREFETCH` x slots of being granted. Once near, always near."""
        await self._visit.near.wait()

    async def granted(self) -> None:
        """Wait for a slot. It is held from when it is granted, awaited or not, until the block ends.

        What comes before this call is no work of the engine's, so costs are measured from its end.
        """
        await self._visit.granted.wait()
        self._visit.since = self._clock()

    def quote(self) -> Quote:
        """Where the turn stands now."""
        return self._quote(self._visit)


class Dispatcher:
    """Grants an engine's slots in fair order. Belongs to one event loop; nothing in it polls, sleeps or calls back.

    Parameters
    ----------
    slots
        How many turns may be granted now; asked whenever a turn enters or leaves, and on `wake`.
    clock
        Seconds, monotonic.
    """

    def __init__(
        self, slots: Callable[[], int], *, clock: Callable[[], float] = time.monotonic, observer: Observer = _nobody
    ) -> None:
        self._slots = slots
        self._clock = clock
        self._observer = observer
        self._queue = FairQueue()
        self._waiting: dict[Ticket, _Visit] = {}
        self._near: set[_Visit] = set()
        self._running: set[_Visit] = set()
        self._costs = Costs()
        self._pace = Ratio(1.0, 1.0, keep=0.9)  # estimated seconds of work done in a second of a slot
        self._margin = Ratio(_MARGIN * _MARGIN_WEIGHT, _MARGIN_WEIGHT, keep=0.99)  # seconds waited for one predicted
        self._batch_key: Hashable = None
        self._batch_left = 0

    @property
    def waiting(self) -> int:
        """Turns that have entered and have no slot."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """Turns that hold a slot."""
        return len(self._running)

    def estimate(self, kind: Hashable) -> float:
        """The cost to write on a ticket of this kind: what such turns have lately taken from grant to good end."""
        return self._costs.estimate(kind)

    def quote(self, guild: int, user: int, cost: float) -> Quote:
        """What a ticket would be quoted that entered now. Changes nothing; a quote may be stale at the next arrival."""
        ahead = self._queue.quote_newcomer(guild, user)
        return self._promise(ahead, cost)

    @asynccontextmanager
    async def turn(self, ticket: Ticket) -> AsyncIterator[Turn]:
        """Wait in the queue from here on; leaving the block frees the slot or the place, whatever happened.

        A block that held a slot and ends without an exception teaches the estimates.

        Raises
        ------
        ValueError
            This very ticket waits already.
        """
        visit = self._enter(ticket)
        try:
            yield Turn(visit, self._quote, self._clock)
            self._learn(visit)
        finally:
            self._leave(visit)

    def wake(self) -> None:
        """Look at the slots again: there may be more of them."""
        while self._queue and len(self._running) < self._slots():
            self._grant(self._waiting[self._next()])
        self._invite()

    def _enter(self, ticket: Ticket) -> _Visit:
        self._queue.push(ticket)
        predicted = self._wait(self._queue.quote(ticket))
        visit = self._waiting[ticket] = _Visit(ticket, self._clock(), predicted)
        self._observer(Moment.ENTERED, ticket)
        self.wake()
        return visit

    def _leave(self, visit: _Visit) -> None:
        if visit in self._running:
            self._running.remove(visit)
        else:
            self._queue.remove(visit.ticket)
            del self._waiting[visit.ticket]
            self._near.discard(visit)
        self._observer(Moment.LEFT, visit.ticket)
        self.wake()

    def _next(self) -> Ticket:
        """The head by fairness, then at most one engine full of tickets like it, which may share its run."""
        if self._batch_left > 0:
            self._batch_left -= 1
            if (like := self._queue.pop_like(self._batch_key)) is not None:
                return like
        head = self._queue.pop()
        self._batch_key = head.key
        self._batch_left = 0 if head.key is None else self._slots() - 1
        return head

    def _grant(self, visit: _Visit) -> None:
        now = self._clock()
        waited, visit.since = now - visit.since, now
        del self._waiting[visit.ticket]
        self._near.discard(visit)
        self._running.add(visit)
        self._margin.add(min(waited, _WORST_SURPRISE * visit.predicted), visit.predicted)
        if not visit.near.is_set():
            self._announce(visit.near, Moment.NEAR, visit.ticket)
        self._announce(visit.granted, Moment.GRANTED, visit.ticket)

    def _invite(self) -> None:
        """Let the next ones fetch; who was overtaken since keeps its photo, so newcomers may have to do without."""
        limit = PREFETCH * self._slots()
        if len(self._near) >= limit:
            return
        for ticket in self._queue.upcoming(limit):
            visit = self._waiting[ticket]
            if visit not in self._near and len(self._near) < limit:
                self._near.add(visit)
                self._announce(visit.near, Moment.NEAR, ticket)

    def _announce(self, event: asyncio.Event, moment: Moment, ticket: Ticket) -> None:
        event.set()
        self._observer(moment, ticket)

    def _learn(self, visit: _Visit) -> None:
        if visit not in self._running:
            return
        seconds = self._clock() - visit.since
        self._costs.learn(visit.ticket.kind, seconds)
        self._pace.add(visit.ticket.cost, seconds)

    def _quote(self, visit: _Visit) -> Quote:
        if visit in self._running:
            return Quote(0, self._left(visit))
        return self._promise(self._queue.quote(visit.ticket), visit.ticket.cost)

    def _promise(self, ahead: Ahead, cost: float) -> Quote:
        margin = max(1.0, self._margin.value)
        return Quote(ahead.place, self._wait(ahead) * margin + cost / self._pace.value)

    def _wait(self, ahead: Ahead) -> float:
        """Seconds until a slot, by the work that is served first and as if nobody else came."""
        slots = max(1, self._slots())
        if ahead.place < slots - len(self._running):
            return 0.0
        running = sum(self._left(visit) for visit in self._running)
        return (running + ahead.work / self._pace.value) / slots

    def _left(self, visit: _Visit) -> float:
        """Seconds until a running turn is likely to end."""
        return max(0.0, visit.ticket.cost / self._pace.value - (self._clock() - visit.since))
