"""What would refuse a request in any case, said before its form is filled in."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot import policy
from bot.answers import TurnedDownError, turned_down
from bot.commands.services import Interaction, actor, tell
from bot.delivery import place_of
from bot.delivery.answer import PATIENCE
from bot.policy import Ask
from bot.store import NotAdmittedError, OverCapError, OverQuotaError, Store, StoreError, Usage
from bot.ui import cards
from bot.values.rules import Guild, Source
from styles import Style


@dataclass(frozen=True, slots=True)
class Foresight:
    """What is known before somebody fills in a form; nothing, where the store took its time."""

    guild: Guild | None = None
    usage: Usage | None = None


async def foreseen(
    interaction: Interaction, whose: Callable[[Store], Awaitable[Source]], style: Style | None
) -> Foresight:
    """What the rules and the quota say now, if the store says so in time; the charge asks them again.

    Parameters
    ----------
    whose
        Tells whose pictures are meant, and may raise RefusalError.

    Raises
    ------
    TurnedDownError
    """
    services, place, who = interaction.client.services, place_of(interaction), actor(interaction)
    services.journey.require_open()
    try:
        async with asyncio.timeout(PATIENCE):
            source = await whose(services.store)
            standing = await services.store.standing(place, who.user_id, owner_id=source.owner_id)
            usage = await services.store.usage(place.guild_id, who.user_id, who.roles)
    except (TimeoutError, StoreError):
        return Foresight()
    services.shelf.learn(place.guild_id, standing.guild)
    wanted = Ask(
        actor=who,
        place=place,
        source=source,
        style=style.id if style else "",
        adult_style=style is not None and style.adult,
    )
    refusal = policy.admits(wanted, standing, house=services.house, now=time.time())
    if refusal is not None:
        raise turned_down(NotAdmittedError(refusal, standing), wanted, interaction_id=interaction.id)
    if usage.left == 0:
        raise turned_down(_nothing_left(usage), wanted, interaction_id=interaction.id)
    return Foresight(standing.guild, usage)


async def refuse(interaction: Interaction, no: TurnedDownError) -> None:
    """Say it to the member alone, and count it."""
    said: dict[str, Any] = (
        {"content": no.why()} if no.way_out is None else {"view": cards.refusal(no.why(), no.way_out)}
    )
    await tell(interaction, said)
    await interaction.client.services.journey.refused(place_of(interaction), no.reason)


def _nothing_left(usage: Usage) -> OverQuotaError | OverCapError:
    return OverCapError(usage.cap) if usage.cap is not None and usage.cap.left == 0 else OverQuotaError(usage)
