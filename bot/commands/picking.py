"""One picture looked at: picked from several, kept without the others, or told about in detail."""

import io
from dataclasses import replace

import discord
from discord import ui

from bot.commands.curtain import in_reach, posted, turn
from bot.commands.pressing import announced, chosen, menu, others, pressed, pressed_result
from bot.commands.services import Interaction, RefusalError, acknowledged, link_of, order_of, shown_of, tell, whisper
from bot.delivery import DeliveryError
from bot.delivery.calls import Trouble, call
from bot.delivery.exhibit import PressedExhibit
from bot.delivery.gallery import spoilers
from bot.delivery.place import position_of
from bot.store import Job
from bot.ui import cards, custom_ids, details, language, moderation, presses
from bot.ui.custom_ids import Action
from bot.ui.details import Details
from bot.ui.status import Order, Shown


async def _picked(interaction: Interaction, *, job: str) -> None:
    """The select under several pictures: one of them on a card of its own, with all that can be done with it."""
    one = f"{job.partition('-')[0]}-{chosen(interaction)}"
    found = await announced(interaction, pressed_result(interaction, one, Action.PICK))
    file, shown = _picture(interaction.message, found)
    order = replace(await _order(interaction, found), language=language.spoken())
    reached, keep = in_reach(interaction, found), await _may_keep(interaction, found)
    card = cards.single(order, shown, None, keep=keep, reached=reached)
    try:
        await _show(interaction, card, file)
    except DeliveryError as error:
        raise _refusal(error) from None


async def _show(interaction: Interaction, card: ui.LayoutView, file: discord.Attachment) -> None:
    """With a file of its own: a card that only one person sees can't borrow that of a message."""
    data = await call(file.read)
    await call(
        lambda: interaction.edit_original_response(
            view=card, attachments=[discord.File(io.BytesIO(data), file.filename)]
        )
    )


async def _kept(interaction: Interaction, *, job: str) -> None:
    """Keep only this one, on that card: the message of the pictures becomes this picture's."""
    found = await acknowledged(interaction, _keepable(interaction, job))
    async with turn(interaction.client.services, found.id):
        await _keepable(interaction, job)  # it may have been hidden or deleted meanwhile
        try:
            await _keep_only(interaction, found)
        except DeliveryError as error:
            raise _refusal(error) from None
    kept = presses.KEPT(link=link_of(found))
    try:
        await PressedExhibit(interaction).change(cards.said(kept))
    except DeliveryError:
        await tell(interaction, {"content": kept})


async def _keep_only(interaction: Interaction, job: Job) -> None:
    exhibit = posted(interaction.client, job)
    file, shown = _picture(await exhibit.message(), job)
    order = replace(await _order(interaction, job), count=1)
    await exhibit.change(cards.single(order, shown, None), [file])
    await interaction.client.services.store.keep_only(job.id)


async def _keepable(interaction: Interaction, job_id: str) -> Job:
    """The job, if the others of its request can be taken out of its message now.

    Raises
    ------
    RefusalError
    """
    job = await pressed_result(interaction, job_id, Action.KEEP)
    if not await _may_keep(interaction, job):
        raise RefusalError(presses.NOTHING_TO_DROP())
    if any(one.state.under_way for one in await others(interaction, job)):
        raise RefusalError(presses.NOT_YET())
    return job


async def _may_keep(interaction: Interaction, job: Job) -> bool:
    """Where we can change the message, and it has other pictures."""
    return in_reach(interaction, job) and bool(await others(interaction, job))


async def _told(interaction: Interaction, *, job: str) -> None:
    await whisper(interaction, _details(interaction, job))


async def _details(interaction: Interaction, job_id: str) -> ui.LayoutView:
    services = interaction.client.services
    job = await pressed(interaction, job_id, Action.DETAILS)
    kept = (await services.store.secrets(job.id)).url is not None
    return details.card(
        Details(
            order=order_of(job, services.catalogue),
            shown=shown_of(job),
            asked_at=job.created_at,
            done_at=job.ended_at,
            photo_until=job.url_expires_at if kept else None,
        )
    )


def _picture(message: discord.Message | None, job: Job) -> tuple[discord.Attachment, Shown]:
    """The file of a job in a message, and what its card says of it.

    Raises
    ------
    RefusalError
        It is not there.
    """
    for file in message.attachments if message else ():
        if message and position_of(file.filename) == job.position:
            spoiler = file.filename in spoilers(message)
            return file, replace(shown_of(job), filename=file.filename, spoiler=spoiler)
    raise RefusalError(moderation.PICTURE_GONE())


async def _order(interaction: Interaction, job: Job) -> Order:
    order = order_of(job, interaction.client.services.catalogue)
    return replace(order, menu=await menu(interaction, job))


def _refusal(error: DeliveryError) -> RefusalError:
    return RefusalError(moderation.PICTURE_GONE() if error.trouble is Trouble.GONE else presses.NOT_CHANGED())


BUTTONS = (
    (custom_ids.template(Action.PICK), _picked),
    (custom_ids.template(Action.KEEP), _kept),
    (custom_ids.template(Action.DETAILS), _told),
)
"""What leads to one picture."""
