"""/purge: a member's results in a server are deleted, in batches, once a moderator has seen how many there are."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice
from typing import Final

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str

from bot.commands.curtain import posted, turn
from bot.commands.removal import put_away, say_on_card
from bot.commands.services import Interaction, acknowledged, change, moderated, order_of, whisper
from bot.delivery import DeliveryError
from bot.delivery.calls import Trouble, call
from bot.delivery.card import EDIT_INTERVAL, TOKEN_LIFE
from bot.delivery.place import archive, awaken
from bot.store import Change
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


@app_commands.command(
    description=locale_str("For moderators: delete all pictures that a member asked for in this server.")
)
@app_commands.describe(member=locale_str("Whose; people who have left can be named, too."))
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
    return moderation.purge_question(member.id, len(await _found(interaction, member.id)))


async def _found(interaction: Interaction, user_id: int) -> tuple[str, ...]:
    """The results that this person may have deleted.

    Raises
    ------
    RefusalError
    """
    here = await moderated(interaction)
    return await interaction.client.services.store.desk.results_of(here.guild_id, user_id)


async def _confirmed(interaction: Interaction, *, member: str) -> None:
    """The audit has a row of the beginning, so that a purge that is cut off is in it, and one of what came of it."""
    user_id = int(member)
    found = await acknowledged(interaction, _found(interaction, user_id))
    tally, opened = Tally(len(found)), set[int]()
    await _edit(interaction, moderation.purging(user_id, 0, tally.found))
    if found:
        made = change(interaction, user_id)
        await _note(interaction, made, tally, "begun")
        await carry_out(
            found,
            tally,
            remove=lambda job_id: _remove(interaction, job_id, opened),
            show=lambda: _edit(interaction, moderation.purging(user_id, tally.done, tally.found)),
            until=interaction.created_at.timestamp() + TOKEN_LIFE,
        )
        await _note(interaction, replace(made, cause=f"{made.cause}-outcome"), tally, str(tally))
    outcome = moderation.purged(user_id, deleted=tally.deleted, gone=tally.gone, refused=tally.refused, left=tally.left)
    await _edit(interaction, outcome)
    await _close(interaction, opened)


async def _note(interaction: Interaction, made: Change, tally: Tally, outcome: str) -> None:
    services = interaction.client.services
    await services.store.desk.purged(made, found=tally.found, outcome=outcome)
    services.changed.set()


async def _remove(interaction: Interaction, job_id: str, opened: set[int]) -> Fate:
    async with turn(interaction.client.services, job_id):
        return await _take_down(interaction, job_id, opened)


async def _take_down(interaction: Interaction, job_id: str, opened: set[int]) -> Fate:
    """As when a moderator deletes one; a thread that is opened for it is added to the `opened` ones."""
    client, services = interaction.client, interaction.client.services
    job = await services.store.job(job_id)
    if job is None or job.deleted_at is not None:
        return Fate.GONE
    notice = moderation.deleted_by(order_of(job, services.catalogue), interaction.user.id)
    fate = Fate.DELETED
    try:
        if await awaken(client, job.result_channel_id or 0, guild_id=job.guild_id):
            opened.add(job.result_channel_id or 0)
        await put_away(job, posted(client, job), notice)
    except DeliveryError as error:
        if error.trouble is not Trouble.GONE:
            return Fate.REFUSED
        fate = Fate.GONE
    if await services.store.mark_deleted(job_id, by=interaction.user.id) and fate is Fate.DELETED:
        await say_on_card(client, job, notice)
    return fate


async def _close(interaction: Interaction, opened: set[int]) -> None:
    """Threads that had gone to sleep go to sleep again; else they would all be back in everybody's list."""
    for channel_id in opened:
        with suppress(DeliveryError):  # Discord archives it after an hour without messages, too
            await archive(interaction.client, channel_id, guild_id=interaction.guild_id or 0)


async def _edit(interaction: Interaction, view: ui.LayoutView) -> None:
    try:
        await call(lambda: interaction.edit_original_response(view=view))
    except DeliveryError:  # the moderator has dismissed it, say; the audit has the outcome
        return


BUTTONS = ((custom_ids.PURGE_TEMPLATE, _confirmed),)
"""The button that begins, and the one that goes on."""
