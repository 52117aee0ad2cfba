"""The audit as moderators read it: a line a row, in the log channel and in `/audit show`."""

import re
from collections.abc import Sequence
from typing import Final

from discord import ui

from bot.ui import custom_ids, words
from bot.ui.language import Phrase
from bot.ui.server import settings
from bot.ui.words import quoted
from bot.values.records import Action, Entry

MOST_TEXT: Final = 3800
"""Characters that lines may have together: Discord allows 4,000 a message."""

NAMES: Final = {
    Action.QUOTA_SET: "Daily limit set",
    Action.QUOTA_UNSET: "Daily limit taken away",
    Action.QUOTA_GRANT: "Extra pictures given",
    Action.QUOTA_RESET: "Count of the day reset",
    Action.ROLE_SET: "Role's daily limit set",
    Action.ROLE_UNSET: "Role's daily limit taken away",
    Action.SETTING: "Setting changed",
    Action.BLOCK: "Member blocked",
    Action.UNBLOCK: "Member unblocked",
    Action.DELETE: "Picture deleted",
    Action.PURGE: "Member's pictures deleted",
    Action.REPORT_DISMISSED: "Report dismissed",
    Action.CAP: "Operator's cap set",
    Action.DENY: "Service denied",
    Action.ALLOW: "Service allowed again",
    Action.DRAIN: "Drained",
    Action.RESUME: "Resumed",
}
"""What `/audit show` can be narrowed to."""

_DID: Final = {
    Action.QUOTA_SET: "set the daily limit of {whom}",
    Action.QUOTA_UNSET: "took away the daily limit of {whom}",
    Action.QUOTA_GRANT: "gave extra pictures ({object}) to {whom}",
    Action.QUOTA_RESET: "reset the count of the day of {whom}",
    Action.ROLE_SET: "set the daily limit of the role {object}",
    Action.ROLE_UNSET: "took away the daily limit of the role {object}",
    Action.SETTING: "changed the setting “{object}”",
    Action.BLOCK: "blocked {whom}",
    Action.UNBLOCK: "unblocked {whom}",
    Action.DELETE: "deleted a picture of {whom}",
    Action.PURGE: "deleted the pictures of {whom}",
    Action.REPORT_DISMISSED: "dismissed a report of a picture of {whom}",
    Action.CAP: "set a cap for {object}",
    Action.DENY: "denied service",
    Action.ALLOW: "allowed service again",
    Action.DRAIN: "let nothing new in",
    Action.RESUME: "let requests in again",
}

_CHANNELS: Final = {"channels", "log_channel"}
_ROLES: Final = {"roles", "moderator_roles"}
_FLAGS: Final = {
    "threads": ("onto the request", "into a thread"),
    "upload_statement": ("told once", "must agree first"),
    "unchecked_known": ("no", "yes"),
    "paused": ("no", "yes"),
}
_HOURS: Final = {"new_member_hours", "retention_hours"}
_LABELS: Final = {"paused": "Paused", "unchecked_known": "Known: no classifier"}
"""What the card of `/server` has a button for; the rest is called as there."""

_STYLE: Final = re.compile(r"[a-z0-9_-]+", re.ASCII)
_SNOWFLAKE: Final = re.compile(r"\b[0-9]{15,20}\b", re.ASCII)
_INSTANT: Final = re.compile(r"\b[0-9]{9,11}\b", re.ASCII)
_MOST_NAMED: Final = 5  # channels or roles of one value

WORDLESS = Phrase("Something was done that I have no words for: whoever runs me finds it in my log.")
NOTHING = Phrase("There is nothing like that in the audit.")


def line(entry: Entry) -> str:
    """When, who, what and whom, before and after, and why; at most 900 characters."""
    said = _DID[entry.action].format(whom=_whom(entry), object=_object(entry))
    themselves = " **(on themselves)**" if entry.self_serving else ""
    why = "" if entry.reason is None else f" · {quoted(entry.reason, most=200)}"
    return f"<t:{entry.at}:f> {_who(entry)} {said}{themselves}{_change(entry)}{why}"


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
            ("Newer", "⬅️", wanted.at(newer=True, row=entries[0].id), newer),
            ("Older", "➡️", wanted.at(newer=False, row=entries[-1].id), older),
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
    if entry.by_operator:
        return "the operator"
    return _named(entry.actor_id)


def _whom(entry: Entry) -> str:
    return _named(entry.target_id) if entry.has_target else "nobody"


def _named(user_id: int | None) -> str:
    return "someone who was erased" if user_id is None else f"<@{user_id}>"


def _object(entry: Entry) -> str:
    if entry.object is None:
        return "everything"
    if entry.action in (Action.ROLE_SET, Action.ROLE_UNSET):
        return f"<@&{entry.object}>"
    if entry.action is Action.SETTING:
        setting = settings.named(entry.object)
        return _LABELS.get(entry.object, entry.object) if setting is None else setting.label
    return _times(_plain(entry.object))


def _change(entry: Entry) -> str:
    """What it was and what it is, where either is known."""
    if entry.before is None and entry.after is None and entry.action is not Action.SETTING:
        return ""
    before, after = (_value(entry, text) for text in (entry.before, entry.after))
    if entry.action in (Action.BLOCK, Action.UNBLOCK) and entry.before is None:
        return f": {after}"
    return f": {before} → {after}"


def _value(entry: Entry, text: str | None) -> str:
    if text is None:
        return "the usual" if entry.action is Action.SETTING else "nothing"
    if entry.action is Action.SETTING and entry.object in _CHANNELS | _ROLES:
        pattern = "<#{}>" if entry.object in _CHANNELS else "<@&{}>"
        ids = _SNOWFLAKE.findall(text)
        return ", ".join([*map(pattern.format, ids[:_MOST_NAMED]), *(["…"] if len(ids) > _MOST_NAMED else [])]) or "all"
    if entry.action in (Action.BLOCK, Action.UNBLOCK):
        return _times(_plain(text), until="until ")
    if entry.action is Action.SETTING:
        return _setting(entry.object or "", text)
    return _plain(text)


def _setting(name: str, text: str) -> str:
    """A column's text as people say it."""
    if name in _FLAGS:
        return _FLAGS[name][text == "1"]
    if name in _HOURS:
        return words.span(int(text)) if text.isdigit() else _plain(text)
    if name == "styles_off":
        off = ", ".join(_STYLE.findall(text))
        return f"all but {_plain(off)}" if off else "all"
    return _plain(text.replace("_", " "))


def _times(text: str, *, until: str = "") -> str:
    return _INSTANT.sub(lambda found: f"{until}<t:{found[0]}:f>", text)


def _plain(text: str) -> str:
    return quoted(text, most=80)[1:-1]
