"""The buttons under our cards: the only components with callbacks."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot import policy
from bot.commands.services import Interaction, RefusalError, actor
from bot.delivery import DeliveryError, scope_of
from bot.delivery.calls import already_gone, call
from bot.ui import custom_ids, words
from bot.ui.custom_ids import Action


class DeleteButton(ui.DynamicItem[ui.Button[ui.LayoutView]], template=custom_ids.template(Action.DELETE)):
    """Takes a result away and forgets its photo; for the requester and for moderators."""

    def __init__(self, job_id: str) -> None:
        super().__init__(ui.Button(custom_id=custom_ids.write(Action.DELETE, job_id)))
        self.job_id = job_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["job"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """discord.py only logs what a dynamic item raises, so the one handler is asked here."""
        try:
            await _delete(interaction, self.job_id)
        except Exception as error:  # noqa: BLE001 - the interaction's boundary
            await interaction.client.answer_failure(interaction, error)


async def _delete(interaction: Interaction, job_id: str) -> None:
    store = interaction.client.services.store
    job = await store.job(job_id)
    if job is None or job.guild_id != scope_of(interaction):
        raise RefusalError(words.JOB_FORGOTTEN)
    if not policy.may_delete(actor(interaction), requester_id=job.user_id):
        raise RefusalError(words.NOT_YOURS_TO_DELETE)
    await interaction.response.defer()  # type 6: "@original" is now the message with the button
    try:
        with already_gone():
            await _take_away(interaction)
    except DeliveryError:
        raise RefusalError(words.NOT_DELETED) from None
    await store.mark_deleted(job_id)
    await interaction.followup.send(words.DELETED, ephemeral=True)


async def _take_away(interaction: Interaction) -> None:
    """Delete the message with the button; an archived thread of ours is opened first, or Discord would refuse."""
    place = interaction.channel
    if isinstance(place, discord.Thread) and place.archived:
        await call(lambda: place.edit(archived=False))
    await call(interaction.delete_original_response)
