"""Lanes: the queues that a request may stand in, each with its engine, and which of two it takes."""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

from bot.request import Request, Trip
from engine.contract import Detour, Why
from engine.dispatcher import Dispatcher, Quote, Standing, Ticket
from engine.studio import Studio
from styles import Style


@dataclass(frozen=True, slots=True)
class Lane:
    """A queue and the engine that serves it.

    Attributes
    ----------
    alike
        What requests of this style and strength have in common whose photos may share a run; None where none may.
    detour
        What a picture's card says of a trip that takes this lane instead of the first one.
    """

    dispatcher: Dispatcher
    studio: Studio
    detour: Detour | None = None
    alike: Callable[[Style, float], Hashable] = lambda *_: None

    @property
    def engine(self) -> str:
        """The name of the engine that would take the next job."""
        return self.studio.engine.name

    @property
    def open(self) -> bool:
        """Whether its engine takes jobs at all."""
        return self.studio.engine.slots > 0

    def quote(self, request: Request) -> Quote:
        """What the request would be quoted that entered now; of several pictures, the last one."""
        rounds = math.ceil(len(request.shots) / max(1, self.studio.engine.slots))
        cost = rounds * self._cost(request.style)
        return self.dispatcher.quote(request.place.guild_id, request.actor.user_id, cost)

    def ticket(self, trip: Trip) -> Ticket:
        """What the trip waits with."""
        kind, key = self._kind(trip.style), self.alike(trip.style, trip.strength)
        return Ticket(
            guild=trip.place.guild_id,
            user=trip.user_id,
            cost=self.dispatcher.estimate(kind),
            kind=kind,
            key=key,
            name=trip.job_id,
        )

    def quotes(self, guild_id: int, user_id: int, styles: Sequence[Style]) -> dict[str, Quote]:
        """What a new picture in each of these styles, by its id, would be quoted now."""
        quotes = self.dispatcher.quotes(guild_id, user_id, map(self._cost, styles))
        return {style.id: quote for style, quote in zip(styles, quotes, strict=True)}

    def find(self, job_id: str) -> Standing | None:
        """Where a job stands here; None where it neither waits here nor is painted."""
        return self.dispatcher.find(job_id)

    def _cost(self, style: Style) -> float:
        """Engine seconds that a picture in this style takes, as measured so far."""
        return self.dispatcher.estimate(self._kind(style))

    def _kind(self, style: Style) -> Hashable:
        """What takes about as long as what: a model takes its own time, and not that of the painter before it."""
        return self.engine, style.id


def choose(request: Request, main: Lane, relief: Lane | None, *, longest: float) -> tuple[Lane, Quote]:
    """The lane that a request takes, and its wait there.

    It takes relief where the member said how long is too long, the main wait is longer than that (or than `longest`,
    the most seconds that may be promised), and the relief's is shorter.
    """
    quote = main.quote(request)
    if relief is None or request.max_wait is None or quote.eta <= min(request.max_wait, longest):
        return main, quote
    if not relief.open or relief.engine == main.engine:  # what stands in for the main engine is no relief from it
        return main, quote
    sooner = relief.quote(request)
    if sooner.eta >= quote.eta:
        return main, quote
    return replace(relief, detour=Detour(main.engine, Why.HURRY)), sooner
