"""/audit: what moderators and the operator did, and the reports that wait to be decided; for moderators, in pages."""

from typing import Final

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str

from bot.commands import verdicts
from bot.commands.services import Interaction, RefusalError, moderated, redraw, whisper
from bot.store import Filter
from bot.ui import auditing, custom_ids, moderation
from bot.ui.custom_ids import AuditPage
from bot.values.records import Action

_ROWS: Final = 8  # of a page; fewer where they are long

# Everybody sees it, as with /quota: `moderated` decides, at each call and at each click.
audit = app_commands.Group(
    name="audit",
    description=locale_str("For moderators: what was done, and what was reported."),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)


@audit.command(description=locale_str("For moderators: see what was changed, by whom, and why."))
@app_commands.describe(
    member=locale_str("Only what was done to this member."),
    by=locale_str("Only what this person did."),
    action=locale_str("Only this."),
)
@app_commands.choices(
    action=[app_commands.Choice(name=name, value=action.value) for action, name in auditing.NAMES.items()]
)
async def show(
    interaction: Interaction,
    member: discord.User | None = None,
    by: discord.User | None = None,
    action: str | None = None,
) -> None:
    wanted = AuditPage(
        actor_id=None if by is None else by.id, target_id=None if member is None else member.id, action=action
    )
    await whisper(interaction, _page(interaction, wanted))


@audit.command(description=locale_str("For moderators: see the reports that wait to be decided."))
async def reports(interaction: Interaction) -> None:
    await whisper(interaction, _report(interaction))


async def _page(interaction: Interaction, wanted: AuditPage) -> ui.LayoutView:
    """The rows on one side of a row, as many as fit; and whether there are more on either side."""
    here = await moderated(interaction)
    desk = interaction.client.services.store.desk
    only = Filter(
        actor_id=wanted.actor_id,
        target_id=wanted.target_id,
        action=Action(wanted.action) if wanted.action in set(Action) else None,
    )
    if wanted.newer:
        found = (await desk.audit(here.guild_id, only, after=wanted.row, limit=_ROWS))[::-1]
        entries = found[: auditing.fitting(list(map(auditing.line, found)))][::-1]
    else:
        found = await desk.audit(here.guild_id, only, before=wanted.row or None, limit=_ROWS)
        entries = found[: auditing.fitting(list(map(auditing.line, found)))]
    if not entries:
        return auditing.page(entries, wanted, older=False, newer=False)
    older = await desk.audit(here.guild_id, only, before=entries[-1].id, limit=1)
    newer = await desk.audit(here.guild_id, only, after=entries[0].id, limit=1)
    return auditing.page(entries, wanted, older=bool(older), newer=bool(newer))


async def _report(interaction: Interaction, *, before: int | None = None, after: int | None = None) -> ui.LayoutView:
    """The next open report on one side of another; at the end, the one at the end."""
    here = await moderated(interaction)
    store = interaction.client.services.store.reports
    found = await store.undecided(here.guild_id, before=before, after=after)
    if not found and before is not None:
        found = await store.undecided(here.guild_id, after=0)
    if not found:
        found = await store.undecided(here.guild_id)
    if not found:
        raise RefusalError(moderation.NO_REPORTS())
    return await verdicts.card(interaction, found[0], paged=True)


async def _turned(interaction: Interaction, *, way: str, row: str, actor: str, target: str, action: str) -> None:
    wanted = AuditPage.read(way=way, row=row, actor=actor, target=target, action=action)
    await redraw(interaction, _page(interaction, wanted))


async def _turned_reports(interaction: Interaction, *, way: str, report: str) -> None:
    newer = way == "newer"
    after, before = (int(report), None) if newer else (None, int(report))
    await redraw(interaction, _report(interaction, before=before, after=after))


BUTTONS = (
    (custom_ids.AUDIT_TEMPLATE, _turned),
    (custom_ids.REPORTS_TEMPLATE, _turned_reports),
)
"""Older and Newer."""
