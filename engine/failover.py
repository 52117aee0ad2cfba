"""FailoverEngine: an Engine that comes first and one behind it, so that a photo becomes a picture whatever breaks."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from engine.contract import Detour, Engine, Job, Picture, Progress, Why
from engine.errors import BusyError, DeadlineError, DeclinedError, LostError, UnfitError

_log = logging.getLogger(__name__)


class State(StrEnum):
    """How the engine that comes first does, from best to worst."""

    SERVING = "serving"
    WAITING = "waiting"  # it has not been ready yet
    FAILING = "failing"  # it broke down under a job, and is tried again after a while
    LOST = "lost"  # it takes nothing any more, for good as far as can be told; or it could not even be loaded


@dataclass(frozen=True, slots=True)
class Health:
    """How the engine that comes first does, and why it does not serve; None where it does."""

    state: State
    why: Why | None

    def __str__(self) -> str:
        return self.state if self.why in {None, self.state.value} else f"{self.state} ({self.why})"


_FROM_BEST: Final = tuple(State)


def _nobody(_health: Health) -> None:
    """Observe nothing."""


class FailoverEngine:
    """An Engine of two: the backup paints, with the same seed, what the primary does not.

    Only a primary that is lost or late is left alone for a while: a circuit breaker opens, one job tries it again after
    the cool-down, and meanwhile all others go to the backup. Overload is the business of admission, not of failover.

    Parameters
    ----------
    primary, backup
        Engines that check their own pictures, if those are to be checked. They are closed with this one.
    cool_down
        Seconds from a failure until the primary is tried again.
    clock
        Seconds, monotonic.
    on_health
        Hears every change of `health`, on the event loop.
    """

    def __init__(
        self,
        primary: Engine,
        backup: Engine,
        *,
        cool_down: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        on_health: Callable[[Health], None] = _nobody,
    ) -> None:
        self._primary = primary
        self._backup = backup
        self._breaker = _Breaker(cool_down, clock)
        self._on_health = on_health
        self._was_ready = False
        self._told = Health(State.WAITING, Why.NOT_READY)
        self._closing = False

    @property
    def name(self) -> str:
        """The name of the engine that would take the next job."""
        return self._next.name

    @property
    def slots(self) -> int:
        """Those of the engine that would take the next job."""
        return self._next.slots

    @property
    def alive(self) -> bool:
        """Whether either is."""
        return self._primary.alive or self._backup.alive

    @property
    def health(self) -> Health:
        """How the primary does now; a change is logged and told when it is first looked at, or at the next job."""
        self._look()
        return self._told

    async def stylize(self, job: Job) -> AsyncGenerator[Progress | Picture, None]:
        """Paint as the contract says. A picture of the backup's says in `detour` why it is one.

        Raises
        ------
        EngineError
            What the backup raised; of the primary, what no other engine could make up for.
        """
        self._look()
        if self._next is self._primary:
            try:
                async with aclosing(self._tried(job)) as events:
                    async for event in events:
                        yield event
            except (UnfitError, BusyError, DeclinedError, LostError) as error:
                if self._closing:
                    raise
                why = _why(error)
            else:
                return
        else:
            why = self._told.why or Why.LOST  # it was there a moment ago
        detour = Detour(self._primary.name, why)
        async with aclosing(self._backup.stylize(job)) as events:
            async for event in events:
                yield replace(event, detour=detour) if isinstance(event, Picture) else event

    async def close(self) -> None:
        """Close both engines."""
        self._closing = True  # or the jobs that the primary gives up would go on at the backup
        outcomes = await asyncio.gather(self._primary.close(), self._backup.close(), return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    @property
    def _next(self) -> Engine:
        return self._primary if self._breaker.admits and self._primary.slots else self._backup

    async def _tried(self, job: Job) -> AsyncGenerator[Progress | Picture, None]:
        """What the primary makes, with the breaker listening."""
        try:
            with self._breaker.attempt() as painted:
                async with aclosing(self._primary.stylize(job)) as events:
                    async for event in events:
                        if isinstance(event, Picture):
                            painted()
                        yield event
        finally:
            self._look()

    def _look(self) -> None:
        if self._closing:
            return
        health = self._now()
        if health == self._told:
            return
        better = _FROM_BEST.index(health.state) < _FROM_BEST.index(self._told.state)
        self._told = health
        _log.log(logging.INFO if better else logging.WARNING, "%s is %s", self._primary.name, health)
        self._on_health(health)

    def _now(self) -> Health:
        slots = self._primary.slots
        self._was_ready = self._was_ready or slots > 0
        if slots and self._breaker.state is _Circuit.CLOSED:
            return Health(State.SERVING, None)
        if slots:
            return Health(State.FAILING, self._breaker.why)
        if self._was_ready or not self._primary.alive:
            return Health(State.LOST, self._breaker.why)
        return Health(State.WAITING, Why.NOT_READY)


class _Circuit(StrEnum):
    """A circuit breaker's states, in the field's words."""

    CLOSED = "closed"  # all jobs pass
    OPEN = "open"  # none passes until the cool-down is over, and then one
    HALF_OPEN = "half_open"  # that one, the probe, is under way


_ARROWS: Final[Mapping[_Circuit, frozenset[_Circuit]]] = MappingProxyType(
    {
        _Circuit.CLOSED: frozenset({_Circuit.OPEN}),
        _Circuit.OPEN: frozenset({_Circuit.HALF_OPEN}),
        _Circuit.HALF_OPEN: frozenset({_Circuit.OPEN, _Circuit.CLOSED}),
    }
)
"""What may follow a state."""


class _Breaker:
    """Keeps jobs from an engine that was lost under one, but for a probe now and then.

    Attributes
    ----------
    why
        Of the last failure.
    """

    def __init__(self, cool_down: float, clock: Callable[[], float]) -> None:
        self._cool_down = cool_down
        self._clock = clock
        self._again_at = 0.0
        self.state = _Circuit.CLOSED
        self.why = Why.LOST

    @property
    def admits(self) -> bool:
        """Whether the next job may try the engine."""
        return self.state is _Circuit.CLOSED or (self.state is _Circuit.OPEN and self._clock() >= self._again_at)

    @contextmanager
    def attempt(self) -> Iterator[Callable[[], None]]:
        """A job at the engine; it calls what this gives when it has its picture. The first after a failure is a probe.

        A probe that proves nothing, since it was cancelled, say, leaves its part to the next job.
        """
        probing = self.state is not _Circuit.CLOSED
        if probing:
            self._move(_Circuit.HALF_OPEN)

        def works() -> None:
            nonlocal probing
            if probing:
                probing = False
                self._move(_Circuit.CLOSED)

        try:
            yield works
        except UnfitError:  # the engine works, though not for this photo
            works()
            raise
        except LostError as error:
            if probing or self.state is _Circuit.CLOSED:  # of jobs that were lost together, the first counts
                probing = False
                self._trip(_why(error))
            raise
        finally:
            if probing:
                self._move(_Circuit.OPEN)

    def _trip(self, why: Why) -> None:
        self.why = why
        self._again_at = self._clock() + self._cool_down
        self._move(_Circuit.OPEN)

    def _move(self, to: _Circuit) -> None:
        if to not in _ARROWS[self.state]:
            raise AssertionError(f"a breaker never goes from {self.state} to {to}")
        self.state = to


def _why(error: UnfitError | BusyError | DeclinedError | LostError) -> Why:
    match error:
        case UnfitError():
            return Why.UNFIT
        case BusyError():
            return Why.BUSY
        case DeclinedError():
            return Why.DECLINED
        case DeadlineError():
            return Why.LATE
        case LostError():
            return Why.LOST
