"""Pictures that somebody pointed at become a request, whichever way in they took."""

import secrets
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import cycle
from typing import Final, Self

import discord
import structlog

from bot import attachments
from bot.commands.choosing import offered, to_be_had
from bot.commands.services import Interaction, RefusalError, Services, actor
from bot.delivery import DiscordDelivery, place_of, scope_of
from bot.delivery.answer import FirstAnswer
from bot.policy import Declared
from bot.request import Request, Shot
from bot.store import StoreError
from bot.ui import language, words
from bot.ui.status import Choice, Saying
from bot.values.rules import Guild, Origin, Place, Source
from styles import Style

DEFAULT_STRENGTH: Final = 0.5

FOUR_STRENGTHS: Final = (0.2, 0.45, 0.7, 0.95)
"""From subtle to bold, far enough apart to be told from each other."""

MOST_PICTURES: Final = 10
"""Of one request: as many as Discord lets a message have files."""

_UNKNOWN: Final = Source(origin=Origin.MACHINE)

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture on Discord: its link (never in a repr), what is declared of it, and whose it is.

    Attributes
    ----------
    source
        Until somebody says whose it is, it is for moderators only.
    name
        Of its file, as a stranger gave it; empty where it has none.
    expires_at
        When the link's signature ends, in epoch seconds; None where the link itself says so.
    """

    url: str = field(repr=False)
    declared: Declared
    source: Source = _UNKNOWN
    name: str = ""
    expires_at: int | None = None

    @classmethod
    def attached(cls, file: discord.Attachment, source: Source = _UNKNOWN) -> Self:
        """A file of a message or a command."""
        declared = Declared(size=file.size, content_type=file.content_type)
        return cls(url=file.url, declared=declared, source=source, name=file.filename)


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
    interaction: Interaction,
    pictures: tuple[Picture, ...] | Awaitable[tuple[Picture, ...]],
    wish: Wish,
    *,
    answer: FirstAnswer | None = None,
) -> None:
    """Send the request on its journey.

    Parameters
    ----------
    pictures
        One to ten. What takes a look into the store is awaited here, with the first answer under way.
    answer
        The first answer, if it is under way already.
    """
    turns = interaction.client.services.turns
    delivery = DiscordDelivery.answering(interaction, turns=turns, private=wish.private, answer=answer)
    try:
        found = pictures if isinstance(pictures, tuple) else await pictures
        style = wish.style or await _usual_here(interaction)
    except (RefusalError, StoreError) as error:
        await delivery.refused(why_not(error))
        return
    request = _request(interaction, found, wish, style, delivery)
    await send(interaction, request, delivery)


def why_not(error: RefusalError | StoreError) -> Saying:
    """What the member is told of a request that can't be made."""
    if isinstance(error, RefusalError):
        return partial(str, error.sentence)
    _log.error("a request could not be read", reason=str(error))
    return words.OUR_FAULT


async def send(interaction: Interaction, request: Request, delivery: DiscordDelivery) -> None:
    """Begin the journey of a request.

    Its style is the member's last one once it is taken; it waits in memory only where the first few are offered.
    """
    services, user_id = interaction.client.services, request.actor.user_id
    delivery.on_accepted = partial(services.shelf.used, user_id, request.style.id)
    delivery.on_first_few = partial(services.pending.keep, request.interaction_id, user_id, replace(request, token=""))
    await services.journey.begin(request, delivery)


def menu(services: Services, place: Place, *, but: str) -> tuple[Choice, ...]:
    """The other styles that can be had in a place, from memory: nobody's first answer waits for it."""
    return tuple(Choice(style.id, style.label, style.emoji) for style in offered(services, place) if style.id != but)


def _request(
    interaction: Interaction, pictures: tuple[Picture, ...], wish: Wish, style: Style, delivery: DiscordDelivery
) -> Request:
    services, place = interaction.client.services, place_of(interaction)
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
        menu=menu(services, place, but=style.id),
    )


def _pairs(pictures: tuple[Picture, ...], strengths: tuple[float, ...]) -> list[tuple[Picture, float]]:
    """Many pictures at one strength, or one at many."""
    if len(pictures) == 1:
        return [(pictures[0], strength) for strength in strengths]
    return list(zip(pictures, cycle(strengths), strict=False))


async def _usual_here(interaction: Interaction) -> Style:
    """The style that is painted where none is named; one that can't be had if none can: the rules say why not."""
    services = interaction.client.services
    guild = await services.store.desk.guild(scope_of(interaction))
    had = to_be_had(services, place_of(interaction), guild.styles_off)
    return usual_style(had, guild) or next(iter(services.catalogue.values()))


def usual_style(had: Sequence[Style], guild: Guild) -> Style | None:
    """Of the styles that can be had there the server's default, or else the first."""
    return next((style for style in had if style.id == guild.default_style), had[0] if had else None)
