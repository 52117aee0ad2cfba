"""Who is next: start-time fair queueing on a tree of guilds, their users, and each user's tickets in order of arrival.

Every child of the root (a guild) and of a guild (a user) has a start tag: the service that it has had, on its parent's
clock. The least tag is served and moves on by the ticket's cost. The clock is the virtual time of an ideal server that
shares itself equally between all children that it still has work for; newcomers start there, so that nobody saves up
service by staying away, and a child that leaves with its tag ahead of the clock finds it there when it comes back.

The algorithm is Goyal, Vin and Cheng's "Start-time Fair Queueing" (SIGCOMM 1996), with the clock of fair queueing.
Time is counted in whole nanoseconds: sums are then exact in any order, so a ticket that is withdrawn leaves no trace.
"""

import heapq
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from itertools import count, islice, takewhile
from operator import attrgetter
from typing import NamedTuple

HORIZON = 64
"""How many of the next tickets are looked at one by one: quotes are exact so far."""

_SECOND = 10**9
_SLACK = 64  # stale heap entries that are not worth a sweep


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ticket:
    """Who waits for what. It has no pixels, and two tickets with the same values are still two.

    Attributes
    ----------
    cost
        Estimated engine seconds.
    key
        Tickets with equal keys may share a run of the engine; None shares with nobody.
    kind
        Tickets of one kind cost about the same; what they cost is learnt by it.
    name
        What it is asked for by while it waits or is served; None where nobody will.
    """

    guild: int
    user: int
    cost: float
    key: Hashable = None
    kind: Hashable = None
    name: Hashable = None


class Ahead(NamedTuple):
    """What is served before a ticket: how many others, their engine seconds, and how many are the same user's."""

    place: int
    work: float
    yours: int


class _Front(NamedTuple):
    """The first `HORIZON` tickets with what is ahead of each, their work in nanoseconds, and how many each user has."""

    ahead: dict[Ticket, Ahead]
    work: int
    users: Counter[int]


class FairQueue:
    """Waiting tickets. With n children on a level, push, pop and remove take O(log n); nothing here blocks or waits."""

    def __init__(self) -> None:
        self._front: _Front | None = None  # as it was walked last; None once anything has changed
        self._root = _Share(attrgetter("guild"), lambda: _Share(attrgetter("user"), _Line))

    def __len__(self) -> int:
        return len(self._root)

    def push(self, ticket: Ticket) -> None:
        """Let the ticket wait.

        Raises
        ------
        ValueError
            It waits already.
        """
        self._front = None
        self._root.push(ticket)

    def pop(self) -> Ticket:
        """Take the ticket that is next by fairness.

        Raises
        ------
        IndexError
            Nobody waits.
        """
        ticket = self._root.head()
        self.take(ticket)
        return ticket

    def take(self, ticket: Ticket) -> None:
        """Take this ticket, before its turn if need be: its guild and its user pay for it as for any other.

        Raises
        ------
        KeyError
            It does not wait.
        """
        self._root.serve(ticket)
        self._front = None

    def remove(self, ticket: Ticket) -> None:
        """Take out a ticket that nobody wants any more; nobody pays for it.

        Raises
        ------
        KeyError
            It does not wait.
        """
        self._root.remove(ticket)
        self._front = None

    def upcoming(self, limit: int) -> Iterator[Ticket]:
        """The next tickets in the order of service if nothing else comes: O(log k) for the k-th."""
        return islice(self._root, limit)

    def quote(self, ticket: Ticket) -> Ahead:
        """What is served before this waiting ticket, if nothing else comes.

        Exact in the first `HORIZON` places. Behind them an estimate, mostly right to one or two tickets for each active
        guild, in time linear in the active guilds and the guild's active users; of the user's own tickets there, those
        of the same guild count.
        """
        front = self._front
        if front is None:
            front = self._front = self._walk()
        if ticket in front.ahead:
            return front.ahead[ticket]
        place, work = self._root.estimate(ticket)
        yours = front.users[ticket.user] + sum(own not in front.ahead for own in self._root.line(ticket))
        return Ahead(max(HORIZON, place), max(front.work, work) / _SECOND, yours)

    def quote_newcomer(self, guild: int, user: int) -> Ahead:
        """What would be served before a ticket that this user pushed now: as it would be quoted then, and as fast.

        The ticket is pushed and withdrawn again, which leaves no trace.
        """
        ticket = Ticket(guild=guild, user=user, cost=0)
        front = self._front
        self.push(ticket)
        try:
            return self.quote(ticket)
        finally:
            self.remove(ticket)
            self._front = front

    def _walk(self) -> _Front:
        ahead, work, users = {}, 0, Counter[int]()
        for place, ticket in enumerate(self.upcoming(HORIZON)):
            ahead[ticket] = Ahead(place, work / _SECOND, users[ticket.user])
            work += _work(ticket)
            users[ticket.user] += 1
        return _Front(ahead, work, users)


def _work(ticket: Ticket) -> int:
    """The cost in nanoseconds. Never 0: a child that pays nothing would be served for ever."""
    return max(1, round(ticket.cost * _SECOND))


class _Child:
    """What a parent knows of a child.

    Attributes
    ----------
    tag
        Start tag, on the parent's clock.
    order
        Breaks ties: who joined first.
    debt
        The tag with which it last left ahead of the clock.
    work
        The sum of what waits in it.
    """

    __slots__ = ("debt", "order", "tag", "work")

    def __init__(self) -> None:
        self.tag = self.order = self.debt = self.work = 0


class _Line(_Child):
    """One user's tickets, first come, first served."""

    __slots__ = ("_tickets",)

    def __init__(self) -> None:
        super().__init__()
        self._tickets: OrderedDict[Ticket, None] = OrderedDict()  # takes one out of the middle in constant time

    def __len__(self) -> int:
        return len(self._tickets)

    def __iter__(self) -> Iterator[Ticket]:
        return iter(self._tickets)

    def head(self) -> Ticket:
        return next(iter(self._tickets))

    def push(self, ticket: Ticket) -> None:
        if ticket in self._tickets:
            raise ValueError("the ticket waits already")
        self._tickets[ticket] = None
        self.work += _work(ticket)

    def remove(self, ticket: Ticket) -> None:
        del self._tickets[ticket]
        self.work -= _work(ticket)

    serve = remove

    def line(self, ticket: Ticket) -> Iterator[Ticket]:
        """The user's tickets that came before this one."""
        return takewhile(lambda other: other is not ticket, self._tickets)

    def estimate(self, ticket: Ticket) -> tuple[int, int]:
        """How many tickets, and how much work, come before this one."""
        place = work = 0
        for other in self.line(ticket):
            place += 1
            work += _work(other)
        return place, work


class _Share(_Child):
    """Shares the service that it gets equally between its children.

    Children without a waiting ticket stay until the clock has passed their tag: the ideal server, which serves
    everyone a little at a time, would still be busy with them. When nobody waits at all it is done with everyone.
    """

    __slots__ = ("_children", "_clock", "_debtors", "_heap", "_key", "_make", "_orders", "_size")

    def __init__(self, key: Callable[[Ticket], int], make: "Callable[[], _Line | _Share]") -> None:
        super().__init__()
        self._key = key
        self._make = make
        self._size = 0
        self._clock = 0
        self._orders = count()
        self._children: dict[int, _Line | _Share] = {}
        self._heap: list[tuple[int, int, _Line | _Share]] = []  # (tag, order, child); stale ones are passed over
        self._debtors: list[tuple[int, int]] = []  # a heap of (tag, key)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Ticket]:
        """In the order of service. A child is opened when the tag that it starts from is due."""
        ascending = self._ascending()
        closed = next(ascending, None)
        opened: list[tuple[int, int, Ticket, Iterator[Ticket]]] = []
        while closed or opened:
            if closed and (not opened or closed[:2] < opened[0][:2]):
                tag, order, child = closed
                tickets = iter(child)
                heapq.heappush(opened, (tag, order, next(tickets), tickets))
                closed = next(ascending, None)
                continue
            tag, order, ticket, tickets = opened[0]
            yield ticket
            if (following := next(tickets, None)) is None:
                heapq.heappop(opened)
            else:
                heapq.heapreplace(opened, (tag + _work(ticket), order, following, tickets))

    def head(self) -> Ticket:
        return self._least().head()

    def push(self, ticket: Ticket) -> None:
        key = self._key(ticket)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = self._make()
        joins = not child
        child.push(ticket)
        self._size += 1
        self.work += _work(ticket)
        if joins:
            child.tag = max(child.tag, self._clock)
            child.order = next(self._orders)
            self._enqueue(child)

    def serve(self, ticket: Ticket) -> None:
        key = self._key(ticket)
        child = self._children[key]
        self._clock = max(self._clock, self._least().tag) + _work(ticket) // len(self._children)
        child.tag += _work(ticket)
        child.serve(ticket)
        self._forgive()
        self._settle(key, child, ticket)
        if child:
            self._enqueue(child)

    def remove(self, ticket: Ticket) -> None:
        key = self._key(ticket)
        child = self._children[key]
        child.remove(ticket)
        self._settle(key, child, ticket)

    def line(self, ticket: Ticket) -> Iterator[Ticket]:
        """The tickets of the same guild and user that came before this one."""
        return self._children[self._key(ticket)].line(ticket)

    def estimate(self, ticket: Ticket) -> tuple[int, int]:
        """About how many tickets, and how much work, come before this waiting one.

        A child is served until its tag has passed the ticket's own start; it gets there with half a ticket to spare on
        average.
        """
        own = self._children[self._key(ticket)]
        place, work = own.estimate(ticket)
        start = own.tag + work
        places = float(place)
        for child in self._children.values():
            if child and child is not own and child.tag < start:
                share = min(child.work, start - child.tag + child.work // len(child) // 2)
                work += share
                places += len(child) * share / child.work
        return round(places), work

    def _ascending(self) -> Iterator[tuple[int, int, "_Line | _Share"]]:
        """The live entries of the heap from the least tag up, without touching it."""
        frontier = [(*entry, 0) for entry in self._heap[:1]]
        while frontier:
            tag, order, child, index = heapq.heappop(frontier)
            if self._is_live((tag, order, child)):
                yield tag, order, child
            for below in range(2 * index + 1, min(2 * index + 3, len(self._heap))):
                heapq.heappush(frontier, (*self._heap[below], below))

    def _least(self) -> "_Line | _Share":
        while not self._is_live(self._heap[0]):
            heapq.heappop(self._heap)
        return self._heap[0][2]

    @staticmethod
    def _is_live(entry: "tuple[int, int, _Line | _Share]") -> bool:
        tag, order, child = entry
        return bool(child) and child.tag == tag and child.order == order

    def _enqueue(self, child: "_Line | _Share") -> None:
        if len(self._heap) > 2 * len(self._children) + _SLACK:
            self._heap = [entry for entry in self._heap if self._is_live(entry)]
            heapq.heapify(self._heap)
        heapq.heappush(self._heap, (child.tag, child.order, child))

    def _settle(self, key: int, child: "_Line | _Share", ticket: Ticket) -> None:
        """Account for a ticket that has left the child."""
        self._size -= 1
        self.work -= _work(ticket)
        if not self._size:
            self._children.clear()
            self._heap.clear()
            self._debtors.clear()
        elif not child and child.tag <= self._clock:
            del self._children[key]
        elif not child and child.debt != child.tag:
            child.debt = child.tag
            heapq.heappush(self._debtors, (child.tag, key))

    def _forgive(self) -> None:
        """Forget the children that the clock has passed."""
        while self._debtors and self._debtors[0][0] <= self._clock:
            _, key = heapq.heappop(self._debtors)
            child = self._children.get(key)
            if child is not None and not child and child.tag <= self._clock:
                del self._children[key]
