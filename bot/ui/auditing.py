"""The audit as moderators read it: a line a row, in the log channel and in `/audit show`."""

from collections.abc import Sequence
from typing import Final

from discord import ui
from discord.app_commands import locale_str

from bot.ui import audited, custom_ids
from bot.ui.language import Phrase, _
from bot.ui.words import person, quoted
from bot.values.records import Action, Entry

MOST_TEXT: Final = 3800
"""Characters that lines may have together: Discord allows 4,000 a message."""

NAMES: Final = {
    Action.QUOTA_SET: locale_str("Daily limit set"),
    Action.QUOTA_UNSET: locale_str("Daily limit taken away"),
    Action.QUOTA_GRANT: locale_str("Extra pictures given"),
    Action.QUOTA_RESET: locale_str("Count of the day reset"),
    Action.ROLE_SET: locale_str("Role's daily limit set"),
    Action.ROLE_UNSET: locale_str("Role's daily limit taken away"),
    Action.SETTING: locale_str("Setting changed"),
    Action.BLOCK: locale_str("Member blocked"),
    Action.UNBLOCK: locale_str("Member unblocked"),
    Action.DELETE: locale_str("Picture deleted"),
    Action.PURGE: locale_str("Member's pictures deleted"),
    Action.REPORT_DISMISSED: locale_str("Report dismissed"),
    Action.CAP: locale_str("Operator's cap set"),
    Action.DENY: locale_str("Service denied"),
    Action.ALLOW: locale_str("Service allowed again"),
    Action.DRAIN: locale_str("Drained"),
    Action.RESUME: locale_str("Resumed"),
}
"""What `/audit show` can be narrowed to."""

_DID: Final = {
    Action.QUOTA_SET: Phrase("{who} set the daily limit of {whom}"),
    Action.QUOTA_UNSET: Phrase("{who} took away the daily limit of {whom}"),
    Action.QUOTA_GRANT: Phrase("{who} gave extra pictures ({object}) to {whom}"),
    Action.QUOTA_RESET: Phrase("{who} reset the count of the day of {whom}"),
    Action.ROLE_SET: Phrase("{who} set the daily limit of the role {object}"),
    Action.ROLE_UNSET: Phrase("{who} took away the daily limit of the role {object}"),
    Action.SETTING: Phrase("{who} changed the setting “{object}”"),
    Action.BLOCK: Phrase("{who} blocked {whom}"),
    Action.UNBLOCK: Phrase("{who} unblocked {whom}"),
    Action.DELETE: Phrase("{who} deleted a picture of {whom}"),
    Action.PURGE: Phrase("{who} deleted the pictures of {whom}"),
    Action.REPORT_DISMISSED: Phrase("{who} dismissed a report of a picture of {whom}"),
    Action.CAP: Phrase("{who} set a cap for {object}"),
    Action.DENY: Phrase("{who} denied service"),
    Action.ALLOW: Phrase("{who} allowed service again"),
    Action.DRAIN: Phrase("{who} let nothing new in"),
    Action.RESUME: Phrase("{who} let requests in again"),
}

WORDLESS = Phrase("Something was done that I have no words for: whoever runs me finds it in my log.")
NOTHING = Phrase("There is nothing like that in the audit.")


def line(entry: Entry) -> str:
    """When, who, what and whom, before and after, and why; at most 900 characters."""
    said = _DID[entry.action](who=_who(entry), whom=_whom(entry), object=audited.about(entry))
    themselves = " " + _("**(on themselves)**") if entry.self_serving else ""
    why = "" if entry.reason is None else f" · {quoted(entry.reason, most=200)}"
    return f"<t:{entry.at}:f> {said}{themselves}{_change(entry)}{why}"


def fitting(lines: Sequence[str]) -> int:
    """How many of these lines fit into one message, one at least."""
    total, count = 0, 0
    for text in lines:
        total += len(text) + 1
        if total > MOST_TEXT:
            break
        count += 1
    return max(1, count)


def log(lines: Sequence[str]) -> ui.LayoutView:
    """The message in the log channel."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay("\n".join(lines)))
    view.stop()
    return view


def page(entries: Sequence[Entry], wanted: custom_ids.AuditPage, *, older: bool, newer: bool) -> ui.LayoutView:
    """The answer to `/audit show`, with the ways to the neighbouring pages where there are any."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay("\n".join(map(line, entries)) or NOTHING()))
    if entries:
        ways = (
            (_("Newer"), "⬅️", wanted.at(newer=True, row=entries[0].id), newer),
            (_("Older"), "➡️", wanted.at(newer=False, row=entries[-1].id), older),
        )
        row: ui.ActionRow[ui.LayoutView] = ui.ActionRow(
            *(
                ui.Button(label=label, emoji=emoji, custom_id=str(way), disabled=not there)
                for label, emoji, way, there in ways
            )
        )
        view.add_item(row)
    view.stop()
    return view


def _who(entry: Entry) -> str:
    return _("the operator") if entry.by_operator else person(entry.actor_id)


def _whom(entry: Entry) -> str:
    return person(entry.target_id) if entry.has_target else _("nobody")


def _change(entry: Entry) -> str:
    """What it was and what it is, where either is known."""
    if entry.before is None and entry.after is None and entry.action is not Action.SETTING:
        return ""
    before, after = (audited.value(entry, text) for text in (entry.before, entry.after))
    if entry.action in (Action.BLOCK, Action.UNBLOCK) and entry.before is None:
        return f": {after}"
    return f": {before} → {after}"
