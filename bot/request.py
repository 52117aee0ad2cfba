"""What a journey starts from: a Request, the Trips it becomes once promised, and the Delivery that it reports to."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from bot.delivery import Found, Placing, Posted, Shows, WayOut
from bot.policy import Ask, Declared
from bot.store import NewJob, NewRequest
from bot.ui.language import ENGLISH
from bot.ui.status import Choice, Order, Result, Saying, Shown, Statuses
from bot.values.rules import Actor, Origin, Place, Source
from styles import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture of a request.

    Attributes
    ----------
    source
        Whose photo it is made of.
    photo_url
        The key to the photo: never in a repr.
    photo_expires_at
        When the link's signature ends, in epoch seconds.
    strength
        0..1.
    seed
        0 <= seed < 2**32.
    """

    source: Source
    declared: Declared
    photo_url: str = field(repr=False)
    photo_expires_at: int
    strength: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asked for, as the interaction said it.

    Attributes
    ----------
    shots
        One to ten.
    max_wait
        Seconds of waiting from which on the backup may paint instead; None where the member did not say.
    token
        The key to the answer: never in a repr.
    token_only
        Nothing but the interaction's token can answer there.
    private
        The member alone sees it.
    language
        The reader's.
    menu
        The other styles that the same photo can be had in there.
    """

    interaction_id: int
    actor: Actor
    place: Place
    style: Style
    shots: tuple[Shot, ...]
    max_wait: float | None = None
    token: str = field(repr=False)
    token_only: bool
    private: bool = False
    language: str = ENGLISH
    menu: tuple[Choice, ...] = ()

    def ask(self, position: int) -> Ask:
        """What the rules look at for one of its pictures."""
        return Ask(
            actor=self.actor,
            place=self.place,
            source=self.shots[position].source,
            style=self.style.id,
            adult_style=self.style.adult,
        )

    @property
    def charge(self) -> NewRequest:
        """What the store is asked to charge and write down."""
        return NewRequest(
            interaction_id=self.interaction_id,
            place=self.place,
            user_id=self.actor.user_id,
            roles=self.actor.roles,
            style=self.style.id,
            private=self.private,
            language=self.language,
            token=self.token,
            jobs=tuple(
                NewJob(
                    origin=shot.source.origin,
                    owner_id=shot.source.owner_id,
                    strength=shot.strength,
                    seed=shot.seed,
                    photo_url=shot.photo_url,
                    url_expires_at=shot.photo_expires_at,
                )
                for shot in self.shots
            ),
        )

    def order(self, language: str, *, long_wait: bool) -> Order:
        """What its cards say, once it is promised."""
        return Order(
            job_id=f"{self.interaction_id}-0",
            user_id=self.actor.user_id,
            style=self.style.label,
            emoji=self.style.emoji,
            menu=self.menu,
            count=len(self.shots),
            language=language,
            long_wait=long_wait,
            private=self.private,
        )

    def trips(self, job_ids: Sequence[str]) -> tuple["Trip", ...]:
        """Its pictures, once they are promised under these names."""
        return tuple(
            Trip(
                job_id=job_id,
                place=self.place,
                user_id=self.actor.user_id,
                owner_id=shot.source.owner_id,
                style=self.style,
                strength=shot.strength,
                seed=shot.seed,
            )
            for job_id, shot in zip(job_ids, self.shots, strict=True)
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
    def position(self) -> int:
        """Which of its request's pictures it is, from 0."""
        return int(self.job_id.rpartition("-")[2])

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


class Delivery(Protocol):
    """The member's side of a request; `bot.delivery.DiscordDelivery` is the one on Discord."""

    @property
    def upload_limit(self) -> int: ...
    async def refused(self, why: Saying, way_out: WayOut | None = None) -> None: ...
    async def told(self, what: Saying) -> None: ...
    def withheld(self) -> None: ...
    async def accepted(self, order: Order, statuses: Statuses) -> Posted: ...
    def showing(
        self, order: Order, shown: Statuses, statuses: Callable[[], Statuses]
    ) -> AbstractAsyncContextManager[None]: ...
    async def delivered(
        self, result: Result, statuses: Callable[[], Statuses], placing: Placing, shows: Shows
    ) -> Posted: ...
    async def removed(self, order: Order, position: int, shows: Shows) -> None: ...
    async def lost(self, order: Order, statuses: Callable[[], Statuses], shows: Shows) -> None: ...
    async def closed(self, order: Order, statuses: Statuses, shows: Shows, *, mention: bool = False) -> None: ...
    async def paused(self, order: Order) -> None: ...
    async def found(
        self, order: Order, painted: Mapping[int, Shown], *, thread_id: int | None, known: Posted | None
    ) -> Found | None: ...
