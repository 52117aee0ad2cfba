"""What a journey starts from: a Request, the Trip it becomes once promised, and the Delivery that it reports to."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from bot.delivery import Posted
from bot.policy import Ask, Declared
from bot.ui.status import Order, Result, Status
from bot.values.rules import Actor, Origin, Place, Source
from styles import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asked for, as the interaction said it.

    Attributes
    ----------
    source
        Whose picture it is.
    photo_url, token
        Keys to the photo and to the answer: never in a repr.
    photo_expires_at
        When the link's signature ends, in epoch seconds.
    max_wait
        Seconds of waiting from which on the backup may paint instead; None where the member did not say.
    token_only
        Nothing but the interaction's token can answer there.
    """

    interaction_id: int
    actor: Actor
    place: Place
    source: Source
    style: Style
    strength: float
    seed: int
    max_wait: float | None
    declared: Declared
    photo_url: str = field(repr=False)
    photo_expires_at: int
    token: str = field(repr=False)
    token_only: bool

    @property
    def ask(self) -> Ask:
        """What the rules look at."""
        return Ask(
            actor=self.actor,
            place=self.place,
            source=self.source,
            style=self.style.id,
            adult_style=self.style.adult,
        )

    def trip(self, job_id: str) -> "Trip":
        """The same, once it is promised."""
        return Trip(
            job_id=job_id,
            place=self.place,
            user_id=self.actor.user_id,
            owner_id=self.source.owner_id,
            style=self.style,
            strength=self.strength,
            seed=self.seed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A promised picture: what the way from here on needs, whether it was promised just now or before a restart.

    Attributes
    ----------
    owner_id
        Whose picture it is made of; None for an upload, and where nobody knows.
    """

    job_id: str
    place: Place
    user_id: int
    owner_id: int | None
    style: Style
    strength: float
    seed: int

    @property
    def ask(self) -> Ask:
        """What the rules look at when it starts: who asked, and no more of their rights."""
        origin = Origin.UPLOAD if self.owner_id is None else Origin.MESSAGE
        return Ask(
            actor=Actor(user_id=self.user_id),
            place=self.place,
            source=Source(origin=origin, owner_id=self.owner_id),
            style=self.style.id,
            adult_style=self.style.adult,
        )

    @property
    def order(self) -> Order:
        """What its card says."""
        return Order(job_id=self.job_id, user_id=self.user_id, style=self.style.label, emoji=self.style.emoji)


class Delivery(Protocol):
    """The member's side of a request; `bot.delivery.DiscordDelivery` is the one on Discord."""

    @property
    def upload_limit(self) -> int: ...
    async def refused(self, sentence: str, *, statement: bool = False) -> None: ...
    async def told(self, sentence: str) -> None: ...
    def withheld(self) -> None: ...
    async def accepted(self, order: Order, status: Status) -> Posted: ...
    def showing(
        self, order: Order, shown: Status, status: Callable[[], Status]
    ) -> AbstractAsyncContextManager[None]: ...
    async def delivered(self, result: Result, *, thread_id: int | None, inline: bool) -> Posted: ...
    async def removed(self, posted: Posted) -> None: ...
    async def failed(self, order: Order, sentence: str) -> None: ...
    async def paused(self, order: Order) -> None: ...
    async def pointed(self, order: Order, posted: Posted) -> None: ...
    async def found(self, job_id: str, *, thread_id: int | None) -> Posted | None: ...
