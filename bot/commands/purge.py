"""/purge: a member's results in a server are deleted, in batches, once a moderator has seen how many there are."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Final

import discord
from discord import app_commands, ui

from bot.commands.curtain import posted, turn
from bot.commands.services import Interaction, change, moderated, whisper
from bot.delivery import DeliveryError
from bot.delivery.calls import Trouble, call
from bot.delivery.card import EDIT_INTERVAL, TOKEN_LIFE
from bot.ui import custom_ids, moderation

BATCH: Final = 25
"""Results that are deleted in one go."""

PAUSE: Final = 2.0
"""Seconds between two batches, so that the rest of the bot comes through Discord's limits, too."""


class Fate(Enum):
    """What became of one result."""

    DELETED = "deleted"
    GONE = "gone"  # it was deleted before
    REFUSED = "refused"  # Discord would not let us


@dataclass(slots=True)
class Tally:
    """How far a purge is; `found` results were there when it began."""

    found: int
    deleted: int = 0
    gone: int = 0
    refused: int = 0

    @property
    def done(self) -> int:
        """How many were tried."""
        return self.deleted + self.gone + self.refused

    @property
    def left(self) -> int:
        """How many were not."""
        return self.found - self.done

    def count(self, fate: Fate) -> None:
        """One more."""
        setattr(self, fate.value, getattr(self, fate.value) + 1)

    def __str__(self) -> str:
        return f"{self.deleted} deleted, {self.gone} gone before, {self.refused} refused, {self.left} left"


@app_commands.command(description="For moderators: delete all pictures that a member asked for in this server.")
@app_commands.describe(member="Whose; people who have left can be named, too.")
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
async def purge(interaction: Interaction, member: discord.User) -> None:
    await whisper(interaction, _question(interaction, member))


async def carry_out(
    job_ids: Iterable[str],
    tally: Tally,
    *,
    remove: Callable[[str], Awaitable[Fate]],
    show: Callable[[], Awaitable[None]],
    until: float,
    clock: Callable[[], float] = time.time,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Delete these, counting; what is not done in time is left.

    Parameters
    ----------
    show
        Called now and then, never more often than a card may be edited.
    until
        When to stop, in epoch seconds.
    """
    waiting, shown_at = iter(job_ids), clock()
    while batch := tuple(islice(waiting, BATCH)):
        if tally.done:
            await pause(PAUSE)
        for job_id in batch:
            if clock() >= until:
                return
            tally.count(await remove(job_id))
            if clock() >= shown_at + EDIT_INTERVAL:
                await show()
                shown_at = clock()


async def _question(interaction: Interaction, member: discord.User) -> ui.LayoutView:
    here = await moderated(interaction)
    found = await interaction.client.services.store.desk.results_of(here.guild_id, member.id)
    return moderation.purge_question(member.id, len(found))


async def _confirmed(interaction: Interaction, *, member: str) -> None:
    """The row of the audit is written whatever ends it, with what was done by then."""
    here = await moderated(interaction)
    user_id, services = int(member), interaction.client.services
    found = await services.store.desk.results_of(here.guild_id, user_id)
    tally = Tally(len(found))
    await interaction.response.edit_message(view=moderation.purging(user_id, 0, tally.found))
    try:
        await carry_out(
            found,
            tally,
            remove=lambda job_id: _remove(interaction, job_id),
            show=lambda: _edit(interaction, moderation.purging(user_id, tally.done, tally.found)),
            until=interaction.created_at.timestamp() + TOKEN_LIFE,
        )
    finally:
        if tally.done:
            await services.store.desk.purged(change(interaction, user_id), found=tally.found, outcome=str(tally))
            services.changed.set()
    outcome = moderation.purged(user_id, deleted=tally.deleted, gone=tally.gone, refused=tally.refused, left=tally.left)
    await _edit(interaction, outcome)


async def _remove(interaction: Interaction, job_id: str) -> Fate:
    async with turn(interaction.client.services, job_id):
        return await _take_down(interaction, job_id)


async def _take_down(interaction: Interaction, job_id: str) -> Fate:
    store = interaction.client.services.store
    job = await store.job(job_id)
    if job is None or job.deleted_at is not None:
        return Fate.GONE
    fate = Fate.DELETED
    try:
        await posted(interaction.client, job).remove()
    except DeliveryError as error:
        if error.trouble is not Trouble.GONE:
            return Fate.REFUSED
        fate = Fate.GONE
    await store.mark_deleted(job_id, by=interaction.user.id)
    return fate


async def _edit(interaction: Interaction, view: ui.LayoutView) -> None:
    try:
        await call(lambda: interaction.edit_original_response(view=view))
    except DeliveryError:  # the moderator has dismissed it, say; the audit has the outcome
        return


BUTTONS = ((custom_ids.PURGE_TEMPLATE, _confirmed),)
"""The button that begins, and the one that goes on."""
