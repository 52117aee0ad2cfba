"""What happened in the world, as values in order, and a way to wait for it without polling."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from playground.clock import Clock
from playground.values import ChannelState, Message


class EventKind(StrEnum):
    READY = "ready"
    RESUMED = "resumed"
    DISCONNECTED = "disconnected"
    COMMANDS_SYNCED = "commands_synced"
    INTERACTION_CREATED = "interaction_created"
    INTERACTION_ANSWERED = "interaction_answered"
    INTERACTION_FAILED = "interaction_failed"
    MESSAGE_CREATED = "message_created"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"
    THREAD_CREATED = "thread_created"
    THREAD_UPDATED = "thread_updated"
    VIOLATION = "violation"


@dataclass(frozen=True, slots=True)
class Violation:
    """A call that Discord would refuse, or would punish later.

    Attributes
    ----------
    rule : str
        Short name, such as ``double-response``.
    what : str
        One sentence for the developer.
    route : str
        ``METHOD /path/{template}``, or ``gateway``.
    """

    rule: str
    what: str
    route: str


@dataclass(frozen=True, slots=True)
class Event:
    """One change of the world at unix time `at`; `message` and `thread` are as they were right after it."""

    kind: EventKind
    at: float
    message: Message | None = None
    thread: ChannelState | None = None
    interaction_id: int | None = None
    violation: Violation | None = None

    @property
    def about(self) -> frozenset[int]:
        """The ids of message, channel, thread and interaction that it concerns."""
        ids = {self.interaction_id}
        if self.message:
            ids |= {self.message.id, self.message.channel_id, self.message.interaction_id}
        if self.thread:
            ids |= {self.thread.id, self.thread.parent_id}
        return frozenset(each for each in ids if each is not None)


Predicate = Callable[[Event], object]
_EVERYTHING = 0


class EventLog:
    """All events so far, indexed by the ids they are about, and the waiters for those to come."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._events: defaultdict[int, list[Event]] = defaultdict(list)
        self._waiters: defaultdict[int, list[tuple[Predicate, asyncio.Future[Event]]]] = defaultdict(list)

    def __len__(self) -> int:
        """How many there are: a cursor for `wait_for`."""
        return len(self._events[_EVERYTHING])

    def __iter__(self) -> Iterator[Event]:
        return iter(tuple(self._events[_EVERYTHING]))

    def __getitem__(self, index: int) -> Event:
        return self._events[_EVERYTHING][index]

    def emit(
        self,
        kind: EventKind,
        *,
        message: Message | None = None,
        thread: ChannelState | None = None,
        interaction_id: int | None = None,
        violation: Violation | None = None,
    ) -> None:
        event = Event(kind, self._clock(), message, thread, interaction_id, violation)
        for key in (_EVERYTHING, *event.about):
            self._events[key].append(event)
            if key in self._waiters:
                self._wake(key, event)

    async def wait_for(
        self,
        predicate: Predicate,
        *,
        timeout: float = 10.0,  # noqa: ASYNC109 - its TimeoutError tells what happened instead
        about: int = _EVERYTHING,
        since: int = 0,
    ) -> Event:
        """The first event that fits, whether it has happened already or is still to come.

        Parameters
        ----------
        timeout : float
            Seconds of real time.
        about : int
            Look only at events about this message, channel, thread or interaction; cheap where thousands run.
        since : int
            A cursor: skip that many events (of those `about` the id). ``len(events)`` means "from now on".

        Raises
        ------
        TimeoutError
            No such event came in time; the message names the last events that did.
        """
        past = self._events[about]
        for event in past[since:]:
            if predicate(event):
                return event
        future: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        waiter = (predicate, future)
        self._waiters[about].append(waiter)
        try:
            async with asyncio.timeout(timeout):
                return await future
        except TimeoutError:
            seen = ", ".join(event.kind for event in past[-8:]) or "none"
            raise TimeoutError(f"no such event within {timeout:g} s; the last ones were: {seen}") from None
        finally:
            self._forget(about, waiter)

    def _wake(self, key: int, event: Event) -> None:
        for predicate, future in self._waiters[key]:
            if not future.done() and predicate(event):
                future.set_result(event)

    def _forget(self, key: int, waiter: tuple[Predicate, asyncio.Future[Event]]) -> None:
        self._waiters[key].remove(waiter)
        if not self._waiters[key]:
            del self._waiters[key]
