"""Report, under every result and for everyone: a form, then a row that moderators are told of."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import discord
from discord import ui

from bot import policy
from bot.commands.curtain import agree, turn
from bot.commands.removal import here
from bot.commands.services import Interaction, RefusalError, whisper
from bot.delivery import DeliveryError, site_of
from bot.delivery.calls import call
from bot.delivery.exhibit import PressedExhibit
from bot.store import NewReport, NotFiled
from bot.ui import custom_ids, moderation, words
from bot.ui.custom_ids import Action
from bot.values.records import Complaint, Picture, Report

_COMPLAINT: Final = "complaint"
_WORDS: Final = "words"


async def _used(interaction: Interaction, *, job: str) -> None:
    """The button opens the form; the form, under the same custom id, is the report."""
    found = await here(interaction, job)
    reports = interaction.client.services.store.reports
    no = await reports.refusal(found.id, interaction.user.id, most=policy.REPORTS_A_DAY)
    if no is not None:
        raise _refusal(no)
    if interaction.type is discord.InteractionType.component:
        await interaction.response.send_modal(form(found.id))
        return
    complaint, said = _filled_in(interaction)
    new = NewReport(job_id=found.id, reporter_id=interaction.user.id, complaint=complaint, words=said)
    if complaint is Complaint.SHOWS_ME:
        await _acknowledge(interaction)
        await interaction.followup.send(await _hidden(interaction, new), ephemeral=True)
    else:
        await whisper(interaction, _told(interaction, new))
    interaction.client.services.changed.set()


def form(job_id: str) -> ui.Modal:
    """What a reporter fills in."""
    reasons: ui.Select[ui.Modal] = ui.Select(custom_id=_COMPLAINT)
    for complaint, label in moderation.COMPLAINTS.items():
        reasons.add_option(label=label, value=complaint)
    said: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id=_WORDS, style=discord.TextStyle.paragraph, max_length=moderation.MOST_WORDS, required=False
    )
    modal = ui.Modal(title=moderation.REPORT_TITLE, custom_id=custom_ids.write(Action.REPORT, job_id))
    modal.add_item(ui.Label(text=moderation.REPORT_REASON, component=reasons))
    modal.add_item(ui.Label(text=moderation.REPORT_WORDS, component=said))
    modal.stop()  # not kept: a form outlives a restart
    return modal


async def _acknowledge(interaction: Interaction) -> None:
    """Type 6: "@original" is now the result's message, if that is still there.

    Raises
    ------
    RefusalError
    """
    try:
        await call(interaction.response.defer)
    except DeliveryError:
        raise RefusalError(moderation.PICTURE_GONE) from None


async def _told(interaction: Interaction, new: NewReport) -> str:
    return await _answer(interaction, await _filed(interaction, new))


async def _hidden(interaction: Interaction, new: NewReport) -> str:
    """The row first: what is to be hidden is then known to be, whatever happens to the process in between."""
    client, only_here = interaction.client, not site_of(interaction).bot_is_here
    async with turn(client.services, new.job_id):
        report = await _filed(interaction, new)
        picture = await agree(client, new.job_id, PressedExhibit(interaction), last=only_here)
    return await _answer(interaction, report, picture)


async def _filed(interaction: Interaction, new: NewReport) -> Report:
    filed = await interaction.client.services.store.reports.file(new, most=policy.REPORTS_A_DAY)
    if isinstance(filed, NotFiled):
        raise _refusal(filed)
    return filed


async def _answer(interaction: Interaction, report: Report, picture: Picture | None = None) -> str:
    guild = await interaction.client.services.store.desk.guild(report.guild_id)
    return moderation.reported(
        moderated=bool(report.guild_id), log_channel=guild.log_channel is not None, picture=picture
    )


def _refusal(no: NotFiled) -> RefusalError:
    match no:
        case NotFiled.GONE:
            return RefusalError(words.JOB_FORGOTTEN)
        case NotFiled.AGAIN:
            return RefusalError(moderation.REPORTED_BEFORE)
        case NotFiled.TOO_MANY:
            return RefusalError(moderation.too_many_reports(policy.REPORTS_A_DAY))


def _filled_in(interaction: Interaction) -> tuple[Complaint, str | None]:
    """Read off the payload, since no object of the form is kept; a payload may say anything."""
    data: Mapping[str, Any] = interaction.data or {}
    fields = {one["custom_id"]: one for one in _components(data) if "custom_id" in one}
    chosen = fields.get(_COMPLAINT, {}).get("values") or [Complaint.OTHER]
    said = str(fields.get(_WORDS, {}).get("value") or "").strip()
    complaint = Complaint(chosen[0]) if chosen[0] in set(Complaint) else Complaint.OTHER
    return complaint, said[: moderation.MOST_WORDS] or None


def _components(parent: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    inner = parent.get("components") or [one for one in (parent.get("component"),) if one]
    for one in inner:
        yield one
        yield from _components(one)


BUTTONS = ((custom_ids.template(Action.REPORT), _used),)
"""Report, and its form."""
