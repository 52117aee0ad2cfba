"""Is the bot alive, and can it take requests: asked of its parts when somebody wants to know."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sized
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from bot import policy
from bot.lanes import Lane
from bot.store import StoreError
from engine.contract import Engine
from engine.failover import FailoverEngine, State

DEADLINE: Final = 5.0
"""Seconds that the database has for a transaction that does next to nothing."""

MAIN: Final = "main"
"""The lane without which there are no pictures."""

_NEWCOMER: Final = -1  # a server, and a member, that wait for nothing yet


class Name(StrEnum):
    """The parts that are looked at."""

    ENGINE = "engine"
    QUEUE = "queue"
    GATEWAY = "gateway"
    DATABASE = "database"


class Gateway(Protocol):
    """What is asked of the client."""

    @property
    def connected(self) -> bool:
        """Whether it is connected, and servers are known."""

    @property
    def latency(self) -> float:
        """Seconds; no finite number while nothing is known."""

    @property
    def guilds(self) -> Sized:
        """The servers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where to look.

    Attributes
    ----------
    lanes
        By name; `MAIN` is among them.
    draining
        A transaction that reads next to nothing: not None while the operator lets nothing new in.
    closing
        Whether the bot is stopping.
    """

    lanes: Mapping[str, Lane]
    gateway: Gateway
    draining: Callable[[], Awaitable[object]]
    closing: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Part:
    """How a part does.

    Attributes
    ----------
    alive
        False where only a restart can help.
    ready
        Whether it would do its share of a request now.
    said
        More of it, for people: words and numbers.
    """

    alive: bool
    ready: bool
    said: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How all of them do; `taking` says whether anything new is let in at all."""

    parts: Mapping[Name, Part]
    taking: bool

    @property
    def alive(self) -> bool:
        """Whether no part needs a restart. That somebody is told at all proves that the event loop turns."""
        return all(part.alive for part in self.parts.values())

    @property
    def ready(self) -> bool:
        """Whether a request that came now would be taken."""
        return self.taking and all(part.alive and part.ready for part in self.parts.values())


class Health:
    """Looks at the parts.

    Parameters
    ----------
    clock
        Seconds, monotonic.
    """

    def __init__(
        self, sources: Sources, *, deadline: float = DEADLINE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.sources = sources
        self._deadline = deadline
        self._clock = clock

    async def look(self) -> Report:
        """How they do now. Takes as long as the database does, and no longer than its deadline."""
        database, draining = await self._database()
        parts = {
            Name.ENGINE: _engine(self.sources.lanes[MAIN].studio.engine),
            Name.QUEUE: _queue(self.sources.lanes[MAIN]),
            Name.GATEWAY: _gateway(self.sources.gateway),
            Name.DATABASE: database,
        }
        return Report(parts=parts, taking=not draining and not self.sources.closing())

    async def _database(self) -> tuple[Part, bool]:
        """One that answers nothing is stuck; one that answers with an error would do no better after a restart."""
        began = self._clock()
        try:
            async with asyncio.timeout(self._deadline):
                draining = await self.sources.draining() is not None
        except TimeoutError:
            return Part(alive=False, ready=False, said={"state": "no answer"}), False
        except StoreError:
            return Part(alive=True, ready=False, said={"state": "failing"}), False
        seconds = round(self._clock() - began, 6)
        return Part(alive=True, ready=True, said={"state": "serving", "seconds": seconds}), draining


def state_of(engine: Engine) -> State:
    """How the engine does that comes first."""
    if isinstance(engine, FailoverEngine):
        return engine.health.state
    if engine.slots:
        return State.SERVING
    return State.WAITING if engine.alive else State.LOST


def _engine(engine: Engine) -> Part:
    """It is alive as long as anything may paint again, be it the one behind the first."""
    said = {"state": str(state_of(engine)), "next": engine.name}
    return Part(alive=engine.alive, ready=engine.slots > 0, said=said)


def _queue(lane: Lane) -> Part:
    """Ready while a newcomer would be promised a picture. It has no life of its own: it stands still with the loop."""
    dispatcher = lane.dispatcher
    wait = dispatcher.quote(_NEWCOMER, _NEWCOMER, 0.0).eta
    said = {"waiting": dispatcher.waiting, "running": dispatcher.running, "seconds": round(wait)}
    return Part(alive=True, ready=wait <= policy.MAX_WAIT, said=said)


def _gateway(gateway: Gateway) -> Part:
    """It connects again by itself: a restart would only cost one of the day's logins."""
    said: dict[str, object] = {"state": "connected" if gateway.connected else "connecting"}
    if math.isfinite(gateway.latency):
        said["latency"] = round(gateway.latency, 3)
    return Part(alive=True, ready=gateway.connected, said=said)
