"""A picture that somebody pointed at becomes a request, whichever way in they took."""

import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, field

import structlog

from bot import attachments
from bot.commands.services import Interaction, RefusalError, actor
from bot.delivery import DiscordDelivery, place_of, scope_of
from bot.policy import Declared
from bot.request import Request
from bot.store import StoreError
from bot.ui import words
from bot.values.rules import Source
from styles import Style

DEFAULT_STRENGTH = 0.5

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """A picture on Discord: its link (never in a repr), what is declared of it, and whose it is."""

    url: str = field(repr=False)
    declared: Declared
    source: Source


async def ask(
    interaction: Interaction,
    picture: Pointed | Awaitable[Pointed],
    *,
    style: Style | None = None,
    strength: float = DEFAULT_STRENGTH,
    seed: int | None = None,
    max_wait: float | None = None,
) -> None:
    """Send the request on its journey.

    Parameters
    ----------
    picture
        What takes a look into the store is awaited here, with the first answer under way.
    style
        None: the server's usual one.
    strength
        0..1.
    seed
        None: any.
    max_wait
        Seconds of waiting from which on the backup may paint instead; None: never.
    """
    delivery = DiscordDelivery.answering(interaction)
    try:
        pointed = picture if isinstance(picture, Pointed) else await picture
        chosen = style or await _usual(interaction)
    except RefusalError as refusal:
        await delivery.refused(refusal.sentence)
        return
    except StoreError as error:
        _log.error("a request could not be read", reason=str(error))
        await delivery.refused(words.OUR_FAULT())
        return
    request = Request(
        interaction_id=interaction.id,
        actor=actor(interaction),
        place=place_of(interaction),
        source=pointed.source,
        style=chosen,
        strength=strength,
        seed=secrets.randbits(32) if seed is None else seed,
        max_wait=max_wait,
        declared=pointed.declared,
        photo_url=pointed.url,
        photo_expires_at=attachments.expires_at(pointed.url, asked_at=interaction.created_at.timestamp()),
        token=interaction.token,
        token_only=not delivery.site.bot_is_here,
    )
    await interaction.client.services.journey.begin(request, delivery)


async def _usual(interaction: Interaction) -> Style:
    """The server's default style; where it has none, or one that is gone, the first that can be had there."""
    services = interaction.client.services
    guild = await services.store.desk.guild(scope_of(interaction))
    catalogue = services.catalogue
    if guild.default_style is not None and guild.default_style in catalogue:
        return catalogue[guild.default_style]
    on = [style for style in catalogue.values() if style.id not in guild.styles_off]
    return next(iter(on or catalogue.values()))
