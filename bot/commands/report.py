"""Report, under every result and for everyone: a form, then a row that moderators are told of."""

import asyncio
from contextlib import suppress
from typing import Final

import discord
import structlog
from discord import ui

from bot import policy
from bot.commands.curtain import agree, in_reach, result_of, turn
from bot.commands.filled import Filled
from bot.commands.removal import here
from bot.commands.services import Interaction, RefusalError, whisper
from bot.delivery import DeliveryError
from bot.delivery.answer import PATIENCE
from bot.delivery.calls import call
from bot.store import Job, NewReport, NotFiled
from bot.ui import custom_ids, moderation, words
from bot.ui.custom_ids import Action
from bot.values.records import Complaint, Picture, Report

_COMPLAINT: Final = "complaint"
_WORDS: Final = "words"

_log = structlog.stdlib.get_logger(__name__)


async def _used(interaction: Interaction, *, job: str) -> None:
    """The button opens the form; the form, under the same custom id, is the report."""
    if interaction.type is discord.InteractionType.component:
        with suppress(TimeoutError):  # what the form sends is looked at again
            async with asyncio.timeout(PATIENCE):
                await _reportable(interaction, job)
        await interaction.response.send_modal(form(job))
        return
    complaint, said = _filled_in(interaction)
    new = NewReport(job_id=job, reporter_id=interaction.user.id, complaint=complaint, words=said)
    if complaint is Complaint.SHOWS_ME:
        await interaction.followup.send(await _hidden(interaction, new), ephemeral=True)
    else:
        await whisper(interaction, _told(interaction, new))
    interaction.client.services.changed.set()


async def _reportable(interaction: Interaction, job_id: str) -> Job:
    """The result, if it can be reported from here, and by this member.

    Raises
    ------
    RefusalError
    """
    found = await here(interaction, job_id)
    reports = interaction.client.services.store.reports
    no = await reports.refusal(found.id, interaction.user.id, most=policy.REPORTS_A_DAY)
    if no is not None:
        raise _refusal(no)
    return found


def form(job_id: str) -> ui.Modal:
    """What a reporter fills in."""
    reasons: ui.Select[ui.Modal] = ui.Select(custom_id=_COMPLAINT)
    for complaint, label in moderation.COMPLAINTS.items():
        reasons.add_option(label=label(), value=complaint)
    said: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id=_WORDS, style=discord.TextStyle.paragraph, max_length=moderation.MOST_WORDS, required=False
    )
    modal = ui.Modal(title=moderation.REPORT_TITLE(), custom_id=custom_ids.write(Action.REPORT, job_id))
    modal.add_item(ui.Label(text=moderation.REPORT_REASON(), component=reasons))
    modal.add_item(ui.Label(text=moderation.REPORT_WORDS(), component=said))
    modal.stop()  # not kept: a form outlives a restart
    return modal


async def _acknowledge(interaction: Interaction) -> None:
    """Type 6: "@original" is now the result's message.

    A failure says little: behind a cut connection Discord may have taken it, and then calls the next try one too many.
    What is filed is to be hidden in any case, and what comes next meets whatever is wrong.
    """
    try:
        await call(interaction.response.defer)
    except DeliveryError as error:
        _log.warning("a report may not be acknowledged", interaction=interaction.id, reason=str(error))


async def _told(interaction: Interaction, new: NewReport) -> str:
    _, report = await _filed(interaction, new)
    return _answer(report)


async def _hidden(interaction: Interaction, new: NewReport) -> str:
    """The row first: what is to be hidden is then known to be, whatever happens to the process in between."""
    client = interaction.client
    acknowledging = asyncio.create_task(_acknowledge(interaction))  # the turn may take longer than Discord waits
    async with turn(client.services, new.job_id):
        try:
            job, report = await _filed(interaction, new)
        finally:
            await acknowledging
        exhibit, only_here = result_of(interaction, job), not in_reach(interaction, job)
        picture = await agree(client, job.id, exhibit, last=only_here)
    return _answer(report, picture)


async def _filed(interaction: Interaction, new: NewReport) -> tuple[Job, Report]:
    job = await _reportable(interaction, new.job_id)
    filed = await interaction.client.services.store.reports.file(new, most=policy.REPORTS_A_DAY)
    if isinstance(filed, NotFiled):
        raise _refusal(filed)
    return job, filed


def _answer(report: Report, picture: Picture | None = None) -> str:
    return moderation.reported(moderated=bool(report.guild_id), picture=picture)


def _refusal(no: NotFiled) -> RefusalError:
    match no:
        case NotFiled.GONE:
            return RefusalError(words.JOB_FORGOTTEN())
        case NotFiled.AGAIN:
            return RefusalError(moderation.REPORTED_BEFORE())
        case NotFiled.TOO_MANY:
            return RefusalError(moderation.too_many_reports(policy.REPORTS_A_DAY))


def _filled_in(interaction: Interaction) -> tuple[Complaint, str | None]:
    """What the form says."""
    filled = Filled.of(interaction)
    chosen = next(iter(filled.chosen(_COMPLAINT)), "")
    complaint = Complaint(chosen) if chosen in set(Complaint) else Complaint.OTHER
    return complaint, filled.text(_WORDS)[: moderation.MOST_WORDS] or None


BUTTONS = ((custom_ids.template(Action.REPORT), _used),)
"""Report, and its form."""
