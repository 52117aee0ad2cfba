"""Turns at an engine: a fair semaphore that never calls back, and quotes of how long a turn is away.

>>> async with dispatcher.turn(ticket) as turn:
...     await turn.near()     # time to fetch the photo
...     await turn.granted()  # a slot is ours until the block ends, however it ends
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Hashable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from engine.estimates import Costs, Ratio
from engine.fairqueue import Ahead, FairQueue, Ticket

__all__ = ["Dispatcher", "Moment", "Observer", "Quote", "Standing", "Ticket", "Turn"]

PREFETCH = 2
"""Tickets that may fetch their photos while they wait, for each slot.

With one more a slot, for who overtook them, these are all the photos that wait in memory.
"""

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
    yours
        How many of the `place` tickets are the same user's.
    """

    place: int
    eta: float
    yours: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a turn stands now, and whether it holds a slot already."""

    quote: Quote
    granted: bool


@dataclass(slots=True, eq=False)
class _Visit:
    """A ticket between entering and leaving.

    Attributes
    ----------
    since
        When it began to wait; from the grant on, when it was granted.
    predicted
        The seconds that it was to wait, without margin.
    asking
        Whether it is ready for a slot.
    """

    ticket: Ticket
    since: float
    predicted: float
    asking: bool = False
    near: asyncio.Event = field(default_factory=asyncio.Event)
    granted: asyncio.Event = field(default_factory=asyncio.Event)


class Turn:
    """One's turn while inside `Dispatcher.turn`."""

    def __init__(self, visit: _Visit, ask: Callable[[_Visit], None], quote: Callable[[_Visit], Quote]) -> None:
        self._visit = visit
        self._ask = ask
        self._quote = quote

    async def near(self) -> None:
        """Wait until the turn is within `PREFETCH` x slots of being granted. Once near, always near."""
        await self._visit.near.wait()

    async def granted(self) -> None:
        """Ask for a slot, with all that one needs to use it at hand, and wait. It is held until the block ends."""
        self._ask(self._visit)
        await self._visit.granted.wait()

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
        self._named: dict[Hashable, _Visit] = {}
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
        [quote] = self.quotes(guild, user, [cost])
        return quote

    def quotes(self, guild: int, user: int, costs: Iterable[float]) -> list[Quote]:
        """The same for each of several costs; the queue is looked at once."""
        ahead = self._queue.quote_newcomer(guild, user)
        return [self._promise(ahead, cost) for cost in costs]

    def find(self, name: Hashable) -> Standing | None:
        """Where the turn with this name stands; None where there is none, or it has left."""
        visit = self._named.get(name)
        return None if visit is None else Standing(self._quote(visit), visit in self._running)

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
            yield Turn(visit, self._ask, self._quote)
            self._learn(visit)
        finally:
            self._leave(visit)

    def wake(self) -> None:
        """Look at the slots again: there may be more of them."""
        self._invite()
        while (visit := self._next()) is not None:
            self._grant(visit)
            self._invite()

    def _enter(self, ticket: Ticket) -> _Visit:
        self._queue.push(ticket)
        predicted = self._wait(self._queue.quote(ticket))
        visit = self._waiting[ticket] = _Visit(ticket, self._clock(), predicted)
        if ticket.name is not None:
            self._named[ticket.name] = visit
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
        self._named.pop(visit.ticket.name, None)
        self._observer(Moment.LEFT, visit.ticket)
        self.wake()

    def _ask(self, visit: _Visit) -> None:
        visit.asking = True
        self.wake()

    def _next(self) -> _Visit | None:
        """The first by fairness of those that are ready, then at most one engine full of its like, to share its run.

        Who is next but still fetches is passed over: a slow download must not idle a slot.
        """
        ready = sorted(
            (visit for visit in self._near if visit.asking), key=lambda visit: self._queue.quote(visit.ticket).place
        )
        if not ready or len(self._running) >= self._slots():
            return None
        if self._batch_left > 0:
            self._batch_left -= 1
            if (like := next((visit for visit in ready if visit.ticket.key == self._batch_key), None)) is not None:
                return like
        self._batch_key = ready[0].ticket.key
        self._batch_left = 0 if self._batch_key is None else self._slots() - 1
        return ready[0]

    def _grant(self, visit: _Visit) -> None:
        now = self._clock()
        waited, visit.since = now - visit.since, now
        self._queue.take(visit.ticket)
        del self._waiting[visit.ticket]
        self._near.remove(visit)
        self._running.add(visit)
        self._margin.add(min(waited, _WORST_SURPRISE * visit.predicted), visit.predicted)
        self._announce(visit.granted, Moment.GRANTED, visit.ticket)

    def _invite(self) -> None:
        """Let the next ones fetch. Who was overtaken since keeps its photo; whoever would run at once comes on top."""
        slots = self._slots()
        limit = PREFETCH * slots
        if len(self._near) >= limit + slots:
            return
        for place, ticket in enumerate(self._queue.upcoming(limit)):
            visit = self._waiting[ticket]
            if visit not in self._near and len(self._near) < (limit + slots if place < slots else limit):
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
        return Quote(ahead.place, self._wait(ahead) * margin + cost / self._pace.value, ahead.yours)

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
