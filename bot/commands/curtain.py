"""A result's message agrees with its row: a picture that is hidden there is hidden on Discord, and else it is shown."""

import asyncio
from typing import Final

import discord
import structlog

from bot.commands.services import Interaction, ServiceClient, Services, shown_of, style_name
from bot.delivery import DeliveryError, Posted, site_of
from bot.delivery.calls import Trouble
from bot.delivery.exhibit import Exhibit, PostedExhibit, PressedExhibit, conceal, reveal
from bot.store import Job
from bot.ui import moderation
from bot.ui.compare import describing
from bot.ui.hiding import Describe
from bot.ui.language import speaking
from bot.values.records import Picture

FOR_GOOD: Final = frozenset({Trouble.FORBIDDEN, Trouble.REFUSED})
"""Another try would end like this one, and the message is as it was."""

_log = structlog.stdlib.get_logger(__name__)


def turn(services: Services, job_id: str) -> asyncio.Lock:
    """Held by whoever decides about a picture, or changes its message, until the row and the message agree.

    One for all pictures of a request: they share the message.
    """
    return services.turns.of(int(job_id.partition("-")[0]))


def posted(client: discord.Client, job: Job) -> PostedExhibit:
    """The message of a result."""
    place = Posted(job.result_channel_id or 0, job.result_message_id or 0)
    return PostedExhibit(client, place, guild_id=job.guild_id)


def in_reach(interaction: Interaction, job: Job) -> bool:
    """Whether a result's message can be changed at any time, and not by a press on it alone."""
    return site_of(interaction).bot_is_here and not job.private


def is_elsewhere(interaction: Interaction, job: Job) -> bool:
    """Whether the button was not on the result's message, but on a card of one picture that was picked from it."""
    return interaction.message is None or interaction.message.id != job.result_message_id


def result_of(interaction: Interaction, job: Job) -> Exhibit:
    """A result's message, from wherever a button of it was pressed."""
    elsewhere = in_reach(interaction, job) and is_elsewhere(interaction, job)
    return posted(interaction.client, job) if elsewhere else PressedExhibit(interaction)


async def alt_texts(services: Services, job: Job, language: str) -> Describe:
    """What a screen reader says for the files of a result's message, in this language."""
    request = await services.store.jobs_of(job.interaction_id)
    there = [shown_of(one) for one in request if one.deleted_at is None]
    return describing(style_name(job.style, services.catalogue), language, there)


async def agree(client: ServiceClient, job_id: str, exhibit: Exhibit | None = None, *, last: bool = False) -> Picture:
    """Make the message as the row says; how the picture is then. Whoever calls holds the `turn`.

    While Discord can't be reached the row stays as it is, and the Herald goes on trying. What Discord will never let us
    hide is shown, and one that somebody deleted by hand is deleted: the row says so.

    Parameters
    ----------
    exhibit
        The way to the message, where it is not that of a member of the place.
    last
        Nobody can try again: only this interaction reaches the message.
    """
    store = client.services.store
    job = await store.job(job_id)
    if job is None or job.deleted_at is not None:
        return Picture.DELETED
    try:
        await (show if job.hidden_at is None else _hide)(client, job, exhibit or posted(client, job))
    except DeliveryError as error:
        _log.warning("a picture is not as it should be", job=job.id, hidden=job.hidden_at, reason=str(error))
        return await _not_agreed(client, job, error.trouble, last=last)
    await store.reports.settled(job_id)
    return Picture.SHOWN if job.hidden_at is None else Picture.HIDDEN


async def show(client: ServiceClient, job: Job, exhibit: Exhibit) -> None:
    """Show a picture again, whatever its row says.

    Raises
    ------
    DeliveryError
    """
    await reveal(exhibit, await alt_texts(client.services, job, job.language))


async def _hide(client: ServiceClient, job: Job, exhibit: Exhibit) -> None:
    with speaking(job.language):
        notice = moderation.hidden_notice(moderated=bool(job.guild_id))
    await conceal(exhibit, notice)


async def _not_agreed(client: ServiceClient, job: Job, trouble: Trouble, *, last: bool) -> Picture:
    reports = client.services.store.reports
    if trouble is Trouble.GONE:  # somebody has deleted it by hand
        await client.services.store.mark_deleted(job.id)
        return Picture.DELETED
    if last or trouble in FOR_GOOD:
        await reports.not_hidden(job.id)
        return Picture.SHOWN
    return Picture.SHOWN if job.hidden_at is None else Picture.HIDING
