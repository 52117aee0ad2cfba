"""Buttons and forms, known by their custom ids alone: a pattern and a coroutine each, all within one error boundary.

Nothing that they need is in memory, so they work after a restart, for as long as the rows that they lead to are there.
"""

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

import discord

from bot.delivery import DeliveryError
from bot.delivery.calls import ONCE, call

Answer = Callable[..., Awaitable[None]]
"""Answers an interaction; the named groups of its pattern come as keyword arguments, each a string."""

AWAKENING: Final = 1.0
"""Seconds that the first answer waits at most for an archived thread: Discord gives an interaction up after three."""

_REMEMBERED: Final = 1_000  # clicks: Discord may deliver one twice, within seconds

_CLICKS: Final = (discord.InteractionType.component, discord.InteractionType.modal_submit)


class Buttons:
    """Every button and form of ours: the patterns of their custom ids, and what answers them."""

    def __init__(self, answers: Iterable[tuple[str, Answer]]) -> None:
        self._answers = [(re.compile(pattern, re.ASCII), answer) for pattern, answer in answers]
        self._heard: deque[int] = deque(maxlen=_REMEMBERED)

    async def used(self, interaction: discord.Interaction[Any]) -> None:
        """Answer a click on one of them, or one of their forms, once; anything else is left alone."""
        if interaction.type not in _CLICKS or interaction.id in self._heard:
            return
        self._heard.append(interaction.id)
        data: Mapping[str, Any] = interaction.data or {}
        for pattern, answer in self._answers:
            if found := pattern.fullmatch(data["custom_id"]):
                await _within_boundary(interaction, answer, found.groupdict())
                return


async def _within_boundary(interaction: discord.Interaction[Any], answer: Answer, said: dict[str, str]) -> None:
    try:
        await _awaken(interaction)
        await answer(interaction, **said)
    except Exception as error:  # noqa: BLE001 - the interaction's boundary
        await interaction.client.answer_failure(interaction, error)


async def _awaken(interaction: discord.Interaction[Any]) -> None:
    """Bring an archived thread back: in it nothing could be changed, and nobody be answered.

    One that comes back late does so while the click is answered.
    """
    place = interaction.channel
    if isinstance(place, discord.Thread) and place.archived and interaction.is_guild_integration():
        await asyncio.wait({asyncio.create_task(_open(place), name=f"awaken-{place.id}")}, timeout=AWAKENING)


async def _open(thread: discord.Thread) -> None:
    with suppress(DeliveryError):  # it is locked, say: what comes next meets the same, and knows what that means
        await call(lambda: thread.edit(archived=False), pauses=ONCE)
