"""Pictures that somebody pointed at become a request, whichever way in they took."""

import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from itertools import cycle
from typing import Final

import structlog

from bot import attachments
from bot.commands.services import Interaction, RefusalError, actor
from bot.delivery import DiscordDelivery, place_of, scope_of
from bot.policy import Declared
from bot.request import Request, Shot
from bot.store import StoreError
from bot.ui import language, words
from bot.ui.status import Choice, FirstFew
from bot.values.rules import Guild, Source
from styles import Catalogue, Style

DEFAULT_STRENGTH: Final = 0.5

FOUR_STRENGTHS: Final = (0.2, 0.45, 0.7, 0.95)
"""From subtle to bold, far enough apart to be told from each other."""

MOST_PICTURES: Final = 10
"""Of one request: as many as Discord lets a message have files."""

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture on Discord: its link (never in a repr), what is declared of it, and its file's name if it has one."""

    url: str = field(repr=False)
    declared: Declared
    name: str = ""

    def of(self, source: Source) -> "Pointed":
        """The same, once it is known whose it is."""
        return Pointed(url=self.url, declared=self.declared, source=source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """A picture on Discord: its link (never in a repr), what is declared of it, and whose it is.

    Attributes
    ----------
    expires_at
        When the link's signature ends, in epoch seconds; None where the link itself says so.
    """

    url: str = field(repr=False)
    declared: Declared
    source: Source
    expires_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted of the pictures.

    Attributes
    ----------
    style
        None: the server's usual one.
    strengths
        0..1: one for all pictures, or several of a single one.
    seed
        None: any.
    max_wait
        Seconds of waiting from which on the backup may paint instead; None: never.
    private
        The member alone sees what comes of it.
    """

    style: Style | None = None
    strengths: tuple[float, ...] = (DEFAULT_STRENGTH,)
    seed: int | None = None
    max_wait: float | None = None
    private: bool = False


async def ask(
    interaction: Interaction, pictures: tuple[Pointed, ...] | Awaitable[tuple[Pointed, ...]], wish: Wish
) -> None:
    """Send the request on its journey.

    Parameters
    ----------
    pictures
        One to ten. What takes a look into the store is awaited here, with the first answer under way.
    """
    delivery = DiscordDelivery.answering(interaction, private=wish.private)
    try:
        pointed = pictures if isinstance(pictures, tuple) else await pictures
        guild = await interaction.client.services.store.desk.guild(scope_of(interaction))
    except RefusalError as refusal:
        sentence = refusal.sentence
        await delivery.refused(lambda: sentence)
        return
    except StoreError as error:
        _log.error("a request could not be read", reason=str(error))
        await delivery.refused(words.OUR_FAULT)
        return
    request = _request(interaction, pointed, wish, guild, delivery)
    await send(interaction, request, delivery)


async def send(interaction: Interaction, request: Request, delivery: DiscordDelivery) -> None:
    """Begin the journey of a request; one for several pictures is remembered, in case that only some can be had."""
    services = interaction.client.services
    services.shelf.used(request.actor.user_id, request.style.id)
    if len(request.shots) > 1:
        services.pending.keep(request.interaction_id, request.actor.user_id, replace(request, token=""))
    try:
        await services.journey.begin(request, delivery)
    finally:
        if not isinstance(delivery.way_out, FirstFew):
            services.pending.drop(request.interaction_id)


def menu(catalogue: Catalogue, guild: Guild, *, but: str, age_restricted: bool) -> tuple[Choice, ...]:
    """The other styles that can be had in a place."""
    return tuple(
        Choice(style.id, style.label, style.emoji)
        for style in catalogue.values()
        if style.id not in guild.styles_off and style.id != but and (age_restricted or not style.adult)
    )


def _request(
    interaction: Interaction, pictures: tuple[Pointed, ...], wish: Wish, guild: Guild, delivery: DiscordDelivery
) -> Request:
    catalogue, place = interaction.client.services.catalogue, place_of(interaction)
    style = wish.style or usual_style(catalogue, guild)
    seed = secrets.randbits(32) if wish.seed is None else wish.seed
    asked_at = interaction.created_at.timestamp()
    shots = tuple(
        Shot(
            source=picture.source,
            declared=picture.declared,
            photo_url=picture.url,
            photo_expires_at=picture.expires_at or attachments.expires_at(picture.url, asked_at=asked_at),
            strength=strength,
            seed=seed,
        )
        for picture, strength in _pairs(pictures, wish.strengths)
    )
    return Request(
        interaction_id=interaction.id,
        actor=actor(interaction),
        place=place,
        style=style,
        shots=shots,
        max_wait=wish.max_wait,
        token=interaction.token,
        token_only=not delivery.site.bot_is_here,
        private=wish.private,
        language=language.spoken(),
        menu=menu(catalogue, guild, but=style.id, age_restricted=place.age_restricted),
    )


def _pairs(pictures: tuple[Pointed, ...], strengths: tuple[float, ...]) -> list[tuple[Pointed, float]]:
    """Many pictures at one strength, or one at many."""
    if len(pictures) == 1:
        return [(pictures[0], strength) for strength in strengths]
    return list(zip(pictures, cycle(strengths), strict=False))


def usual_style(catalogue: Catalogue, guild: Guild) -> Style:
    """The server's default style; where it has none, or one that is gone, the first that can be had there."""
    if guild.default_style is not None and guild.default_style in catalogue:
        return catalogue[guild.default_style]
    on = [style for style in catalogue.values() if style.id not in guild.styles_off]
    return next(iter(on or catalogue.values()))
