"""Results are taken away: by the button under them, or by a menu on their message; who did it is said in the place."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot import policy
from bot.commands.curtain import is_elsewhere, posted, result_of, turn
from bot.commands.services import Interaction, RefusalError, acknowledged, act, actor, order_of, whisper
from bot.delivery import DeliveryError, Posted, scope_of
from bot.delivery.calls import already_gone
from bot.delivery.exhibit import Exhibit, PostedExhibit
from bot.store import Job
from bot.ui import captions, cards, custom_ids, moderation, presses, words
from bot.ui.custom_ids import Action


@app_commands.context_menu(name=locale_str("Delete picture"))
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def delete_picture(interaction: Interaction, message: discord.Message) -> None:
    await whisper(interaction, _by_message(interaction, message))


async def here(interaction: Interaction, job_id: str) -> Job:
    """The job that a message of ours names, if it was asked for in this place.

    Raises
    ------
    RefusalError
    """
    job = await interaction.client.services.store.job(job_id)
    if job is None or job.guild_id != scope_of(interaction):
        raise RefusalError(words.JOB_FORGOTTEN())
    if job.private and interaction.user.id != job.user_id:
        raise RefusalError(words.JOB_FORGOTTEN())  # nobody else can have seen it
    theirs = interaction.user.id in (job.user_id, job.owner_id)
    if not theirs and job.place_id != (interaction.guild_id or 0):
        raise RefusalError(words.JOB_FORGOTTEN())  # so that nobody moderates what was painted elsewhere
    return job


async def delete(interaction: Interaction, job: Job, exhibit: Exhibit, *, moderating: bool) -> str:
    """Delete a result, as `take_down` does; what is said of it. Its whole message goes, with all pictures in it.

    Raises
    ------
    RefusalError
        It is still there.
    """
    shown = await interaction.client.services.store.jobs_by_result(job.result_message_id or 0)
    try:
        await take_down(interaction, job, exhibit, moderating=moderating)
    except DeliveryError:
        raise RefusalError(words.NOT_DELETED()) from None
    return (presses.ALL_DELETED if len(shown) > 1 else words.DELETED)()


async def take_down(interaction: Interaction, job: Job, exhibit: Exhibit, *, moderating: bool) -> None:
    """Delete a result and write it down; a card stays that says who did it, if it was a moderator.

    Raises
    ------
    DeliveryError
        It is still there.
    """
    async with turn(interaction.client.services, job.id):  # or who hides it just now would bring it back
        await _take_down(interaction, job, exhibit, moderating=moderating)


async def _take_down(interaction: Interaction, job: Job, exhibit: Exhibit, *, moderating: bool) -> None:
    services = interaction.client.services
    if not moderating:
        with already_gone():
            await exhibit.remove()
        await services.store.mark_deleted(job.id)
        await say_on_card(interaction.client, job, cards.failed(order_of(job, services.catalogue), captions.GONE))
        return
    notice = moderation.deleted_by(order_of(job, services.catalogue), interaction.user.id)
    with already_gone():
        await put_away(job, exhibit, notice)
    if await services.store.desk.deleted(act(interaction), job.id):
        await say_on_card(interaction.client, job, notice)
    services.changed.set()


async def put_away(job: Job, exhibit: Exhibit, notice: discord.ui.LayoutView) -> None:
    """Delete a result; where it is on the request's own card, `notice` takes its place.

    Raises
    ------
    DeliveryError
    """
    if job.result_message_id == job.card_message_id:
        await exhibit.change(notice)
    else:
        await exhibit.remove()


async def say_on_card(client: discord.Client, job: Job, notice: discord.ui.LayoutView) -> None:
    """The request's card led to the picture, if it was not the picture's message itself."""
    if job.card_channel_id is None or job.card_message_id in (None, job.result_message_id):
        return
    card = PostedExhibit(client, Posted(job.card_channel_id, job.card_message_id), guild_id=job.guild_id)
    try:
        await card.change(notice)
    except DeliveryError:  # the picture is gone, which is what counts
        return


async def _pressed(interaction: Interaction, *, job: str) -> None:
    """Delete, under a result."""
    found, moderating = await acknowledged(interaction, _found(interaction, job))
    if found.deleted_at is not None and is_elsewhere(interaction, found):  # others of its message may be kept
        raise RefusalError(moderation.ALREADY_DELETED())
    said = await delete(interaction, found, result_of(interaction, found), moderating=moderating)
    await interaction.followup.send(said, ephemeral=True)


async def _by_message(interaction: Interaction, message: discord.Message) -> str:
    known = await interaction.client.services.store.job_by_result(message.id)
    if known is None:
        raise RefusalError(moderation.NO_RESULT_THERE())
    found, moderating = await _found(interaction, known.id)
    if found.deleted_at is not None:
        raise RefusalError(moderation.ALREADY_DELETED())
    return await delete(interaction, found, posted(interaction.client, found), moderating=moderating)


async def _found(interaction: Interaction, job_id: str) -> tuple[Job, bool]:
    """The job, and by which right this person deletes its result.

    Raises
    ------
    RefusalError
    """
    job = await here(interaction, job_id)
    return job, await _right(interaction, job)


async def _right(interaction: Interaction, job: Job) -> bool:
    """Whether it is a moderator's right by which this person deletes the result, and not their own.

    Raises
    ------
    RefusalError
        They have neither.
    """
    who = actor(interaction)
    guild = await interaction.client.services.store.desk.guild(job.guild_id)
    if not policy.may_press(Action.DELETE, who, guild, requester_id=job.user_id, owner_id=job.owner_id):
        raise RefusalError(words.NOT_YOURS_TO_DELETE())
    return who.user_id not in (job.user_id, job.owner_id)


async def _stated(interaction: discord.Interaction[Any]) -> None:
    """Only who was asked sees this button; it is remembered for all servers."""
    await whisper(interaction, _remembered(interaction))


async def _remembered(interaction: Interaction) -> str:
    await interaction.client.services.store.stated(interaction.user.id)
    return words.STATED()


BUTTONS = (
    (custom_ids.template(Action.DELETE), _pressed),
    (custom_ids.STATE, _stated),
)
"""Delete, and the statement that uploads are one's own."""
