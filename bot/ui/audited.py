"""What a row of the audit is about, and what was and is set, as people say it."""

import re
from collections.abc import Mapping
from typing import Final

from bot.ui import words
from bot.ui.language import LANGUAGES, Phrase, _
from bot.ui.server import settings
from bot.ui.words import harmless
from bot.values.records import Action, Entry
from bot.values.rules import ConsentRule, SafetyMode

_CHANNELS: Final = {"channels", "log_channel"}
_ROLES: Final = {"roles", "moderator_roles"}
_HOURS: Final = {"new_member_hours", "retention_hours"}
_NO: Final = Phrase("no")
_YES: Final = Phrase("yes")

_CHOSEN: Final[Mapping[str, Mapping[str, Phrase]]] = {
    "threads": {"0": Phrase("onto the request"), "1": Phrase("into a thread")},
    "upload_statement": {"0": Phrase("told once"), "1": Phrase("must agree first")},
    "unchecked_known": {"0": _NO, "1": _YES},
    "paused": {"0": _NO, "1": _YES},
    "consent": {
        ConsentRule.SELF: Phrase("nobody else's"),
        ConsentRule.OPTED_IN: Phrase("theirs who have said yes"),
        ConsentRule.ANYONE: Phrase("everybody's who has not said no"),
    },
    "safety": {
        SafetyMode.BLOCK: Phrase("not shown"),
        SafetyMode.SPOILER: Phrase("behind a click"),
        SafetyMode.AGE_RESTRICTED: Phrase("in age-restricted channels only"),
        SafetyMode.OFF: Phrase("not checked"),
    },
}
"""Settings that have a few values, as the store writes them."""

_LABELS: Final = {"paused": Phrase("Paused"), "unchecked_known": Phrase("Known: no classifier")}
"""What the card of `/server` has a button for; the rest is called as there."""

_WRITTEN: Final = {
    "unlimited": Phrase("unlimited"),
    "none": Phrase("none"),
    "for good": Phrase("for good"),
    "begun": Phrase("begun"),
    "server": Phrase("this server"),
    "every server": Phrase("every server"),
    "member": Phrase("a member"),
    "every member": Phrase("every member"),
}
"""What the store writes in words."""

_LAYERS: Final = {
    "member": Phrase("{limit} (member)"),
    "role": Phrase("{limit} (role)"),
    "server": Phrase("{limit} (server)"),
    "default": Phrase("{limit} (default)"),
}
"""A member's daily limit, and which layer sets it."""

_LIMIT: Final = re.compile(r"([0-9]+|unlimited) \((member|role|server|default)\)", re.ASCII)
_GRANT: Final = re.compile(r"([0-9]+) until ([0-9]{9,11})", re.ASCII)
_TALLY: Final = re.compile(
    r"(?P<deleted>[0-9]+) deleted, (?P<gone>[0-9]+) gone before, (?P<refused>[0-9]+) refused, (?P<left>[0-9]+) left",
    re.ASCII,
)
_STYLE: Final = re.compile(r"[a-z0-9_-]+", re.ASCII)
_SNOWFLAKE: Final = re.compile(r"\b[0-9]{15,20}\b", re.ASCII)
_INSTANT: Final = re.compile(r"[0-9]{9,11}", re.ASCII)
_MOST_NAMED: Final = 5  # channels or roles of one value


def about(entry: Entry) -> str:
    """What it is about besides a member."""
    if entry.object is None:
        return _("everything")
    if entry.action in (Action.ROLE_SET, Action.ROLE_UNSET):
        return f"<@&{entry.object}>"
    if entry.action is Action.SETTING:
        return _label(entry.object)
    return _written(entry.object)


def value(entry: Entry, text: str | None) -> str:
    """What was set before, or is set now."""
    if entry.action is Action.SETTING:
        return _("the usual") if text is None else _setting(entry.object or "", text)
    if text is None:
        return _("nothing")
    if entry.action in (Action.BLOCK, Action.UNBLOCK) and _INSTANT.fullmatch(text):
        return _("until <t:{at}:f>").format(at=text)
    return _written(text)


def _label(name: str) -> str:
    if name in _LABELS:
        return _LABELS[name]()
    setting = settings.named(name)
    return _plain(name) if setting is None else setting.label()


def _setting(name: str, text: str) -> str:
    """A column's text as people say it."""
    if name in _CHANNELS | _ROLES:
        return _mentioned("<#{}>" if name in _CHANNELS else "<@&{}>", _SNOWFLAKE.findall(text))
    if text in _CHOSEN.get(name, {}):
        return _CHOSEN[name][text]()
    if name in _HOURS and text.isdigit():
        return words.span(int(text))
    if name == "language":
        return LANGUAGES.get(text, _plain(text))
    if name == "styles_off":
        off = _STYLE.findall(text)
        return _("all but {styles}").format(styles=_plain(", ".join(off))) if off else _("all")
    return _plain(text)


def _mentioned(pattern: str, ids: list[str]) -> str:
    names = [pattern.format(one) for one in ids[:_MOST_NAMED]]
    return ", ".join(names + ["…"] * (len(ids) > _MOST_NAMED)) or _("all")


def _written(text: str) -> str:
    """What the store has written; what it never writes is shown as it is."""
    if text in _WRITTEN:
        return _WRITTEN[text]()
    if found := _LIMIT.fullmatch(text):
        return _LAYERS[found[2]](limit=_written(found[1]))
    if found := _GRANT.fullmatch(text):
        return _("{count} until <t:{at}:f>").format(count=found[1], at=found[2])
    if found := _TALLY.fullmatch(text):
        return _("{deleted} deleted, {gone} gone before, {refused} refused, {left} left").format(**found.groupdict())
    return _plain(text)


def _plain(text: str) -> str:
    return harmless(text, most=80)
