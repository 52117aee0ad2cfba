"""What moderators decide about a report, on its card in the log channel or in `/audit reports`."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import discord

from bot import policy
from bot.commands.block import recall
from bot.commands.curtain import FOR_GOOD, agree, alt_texts, posted, show, turn
from bot.commands.removal import delete
from bot.commands.services import (
    Interaction,
    Moderated,
    RefusalError,
    acknowledged,
    act,
    change,
    moderated,
    named,
    style_name,
    whisper,
)
from bot.delivery import DeliveryError
from bot.delivery.calls import Trouble, call
from bot.delivery.exhibit import pictures
from bot.store import Job
from bot.ui import custom_ids, moderation
from bot.ui.custom_ids import Decision
from bot.ui.language import speaking, spoken
from bot.values.records import Report, ReportState
from bot.values.rules import Actor

Verdict = Callable[[Interaction, Moderated, Report], Awaitable[str]]


async def card(interaction: Interaction, report: Report, *, paged: bool) -> discord.ui.LayoutView:
    """The report's card; `paged` for `/audit reports`, where it is one of several."""
    services = interaction.client.services
    open_ones = await services.store.reports.count(report.guild_id) if paged else None
    return moderation.report(report, style_name(report.style, services.catalogue), open_ones=open_ones)


def _decides(verdict: Verdict) -> Callable[..., Awaitable[None]]:
    """A button that does this to a report, brings its card up to date, and tells the moderator."""

    async def pressed(interaction: Interaction, *, report: str) -> None:
        where, found = await acknowledged(interaction, _report(interaction, report))
        try:
            said = await verdict(interaction, where, found)
        finally:
            await _redraw(interaction, where, found)  # also where somebody else was faster: the card says so then
        interaction.client.services.changed.set()
        await interaction.followup.send(said, ephemeral=True)

    return pressed


async def _looked(interaction: Interaction, *, report: str) -> None:
    await whisper(interaction, _picture(interaction, report))


async def _picture(interaction: Interaction, report_id: str) -> discord.ui.LayoutView:
    _, report = await _report(interaction, report_id)
    job = await _job(interaction, report)
    describe = await alt_texts(interaction.client.services, job, spoken())
    try:
        found = await pictures(posted(interaction.client, job))
    except DeliveryError:
        raise RefusalError(moderation.PICTURE_GONE()) from None
    return moderation.look((one.url, describe(one.filename)) for one in found)


async def _delete(interaction: Interaction, where: Moderated, report: Report) -> str:
    """Also after its requester was blocked: that says nothing of the picture."""
    if report.state not in (ReportState.OPEN, ReportState.BLOCKED):
        raise RefusalError(moderation.decided(report))
    job = await _job(interaction, report)
    if job.deleted_at is not None:
        raise RefusalError(moderation.ALREADY_DELETED())
    return await delete(interaction, job, posted(interaction.client, job), moderating=True)


async def _block(interaction: Interaction, where: Moderated, report: Report) -> str:
    if report.requester_id is None:
        raise RefusalError(moderation.REQUESTER_ERASED())
    if report.requester_id == interaction.user.id:
        raise RefusalError(moderation.NOT_ONESELF())
    if not policy.may_block(await _member(interaction, where, report.requester_id), where.guild):
        raise RefusalError(moderation.NOT_BLOCKABLE())
    services = interaction.client.services
    with speaking(where.guild.language):  # the blocked member reads it, and so does the audit
        reason = moderation.block_reason(report.complaint)
    blocked = await services.store.desk.block_for(change(interaction, report.requester_id, reason=reason), report.id)
    if blocked is None:
        raise RefusalError(moderation.decided(await _again(interaction, report)))
    recall(services, blocked)
    return moderation.blocked(report.requester_id, blocked.block.expires_at, cancelled=len(blocked.cancelled))


async def _dismiss(interaction: Interaction, where: Moderated, report: Report) -> str:
    """The picture first: one that can't be shown again is not said to be."""
    client, store = interaction.client, interaction.client.services.store
    async with turn(client.services, report.job_id):
        showing = await store.reports.showing(report)
        if showing:
            await _shown(interaction, report)
        after = await store.desk.dismiss(act(interaction), report.id)
        if showing or (after is not None and not after.hidden):  # also where it is shown: it may be gone by now
            await agree(client, report.job_id)
    now = await _again(interaction, report)
    if after is None:
        raise RefusalError(moderation.decided(now))
    return moderation.dismissed(now)


async def _shown(interaction: Interaction, report: Report) -> None:
    """A try whose end nobody knows leaves the message unsettled: the Herald hides it again.

    Raises
    ------
    RefusalError
    """
    client, job = interaction.client, await _job(interaction, report)
    try:
        await show(client, job, posted(client, job))
    except DeliveryError as error:
        if error.trouble is Trouble.GONE:  # it can't be shown, and needn't be
            return
        if error.trouble in FOR_GOOD:
            await client.services.store.reports.settled(job.id)
        raise RefusalError(moderation.NOT_SHOWN()) from None


async def _report(interaction: Interaction, report_id: str) -> tuple[Moderated, Report]:
    """The report, in a moderator's hands, of their own server.

    Raises
    ------
    RefusalError
    """
    where = await moderated(interaction)
    report = await interaction.client.services.store.reports.one(where.guild_id, int(report_id))
    if report is None:
        raise RefusalError(moderation.REPORT_UNKNOWN())
    return where, report


async def _again(interaction: Interaction, report: Report) -> Report:
    return await interaction.client.services.store.reports.one(report.guild_id, report.id) or report


async def _job(interaction: Interaction, report: Report) -> Job:
    job = await interaction.client.services.store.job(report.job_id)
    if job is None:
        raise RefusalError(moderation.PICTURE_GONE())
    return job


async def _redraw(interaction: Interaction, where: Moderated, report: Report) -> None:
    message = interaction.message
    paged = message is not None and message.flags.ephemeral
    async with turn(interaction.client.services, report.job_id):  # or an older card might come last
        with speaking(spoken() if paged else where.guild.language):  # one in the log channel is everybody's
            view = await card(interaction, await _again(interaction, report), paged=paged)
        with suppress(DeliveryError):  # the card is old then, but its buttons ask anew each time
            await call(lambda: interaction.edit_original_response(view=view))


async def _member(interaction: Interaction, where: Moderated, user_id: int) -> Actor:
    """What somebody may do in this server now; who has left has no rights.

    Raises
    ------
    RefusalError
        Nobody can tell.
    """
    guild = interaction.client.get_guild(where.guild_id)
    if guild is None:
        raise RefusalError(moderation.NOT_KNOWN())
    try:
        member = await call(lambda: guild.fetch_member(user_id))
    except DeliveryError as error:
        if error.trouble is Trouble.GONE:
            return Actor(user_id=user_id)
        raise RefusalError(moderation.NOT_KNOWN()) from None
    return named(member)


BUTTONS = (
    (custom_ids.decision_template(Decision.LOOK), _looked),
    (custom_ids.decision_template(Decision.DELETE), _decides(_delete)),
    (custom_ids.decision_template(Decision.BLOCK), _decides(_block)),
    (custom_ids.decision_template(Decision.DISMISS), _decides(_dismiss)),
)
"""What stands under a report."""
