"""What can be chosen for each setting, in plain words."""

from collections.abc import Callable
from typing import Final

from bot.ui import words
from bot.ui.server.values import Option, Server
from bot.values.rules import ConsentRule, SafetyMode
from styles import Style

_DAY: Final = 24
_HOURS: Final = (0, 1, _DAY, 3 * _DAY, 7 * _DAY, 30 * _DAY)

_RETENTION: Final = [
    Option("0", "Until the picture is done", 0),
    Option("1", "1 hour", 1),
    Option("6", "6 hours", 6),
    Option("24", "24 hours, as long as Discord keeps them", 24),
]
_CONSENT: Final = [
    Option("self", "Nobody else's", ConsentRule.SELF, "Members use their own pictures only."),
    Option("opted_in", "Theirs who have said yes", ConsentRule.OPTED_IN, "Each member decides with /privacy."),
    Option("anyone", "Everybody's who has not said no", ConsentRule.ANYONE, "Each member can opt out with /privacy."),
]
_SAFETY: Final = [
    Option("block", "They are not shown", SafetyMode.BLOCK, "The member is told, and it costs nothing."),
    Option("spoiler", "They are shown behind a click", SafetyMode.SPOILER, "As a spoiler, in every channel."),
    Option("age", "In age-restricted channels only", SafetyMode.AGE_RESTRICTED, "Elsewhere they are not shown."),
    Option("off", "They are shown", SafetyMode.OFF, "Nothing is checked."),
]
_SAFETY_UNCHECKED: Final = [
    Option("usual", "Not checked for now", None, "Once a safety classifier is installed: not shown."),
    Option("age", "I work in age-restricted channels only", SafetyMode.AGE_RESTRICTED, "Elsewhere I take nothing."),
    Option("off", "Never checked", SafetyMode.OFF, "Not even once a safety classifier is installed."),
]


def style_name(style: Style) -> str:
    """A style in a line of text."""
    return f"{style.emoji} {style.label}"


def new_member_hours(server: Server) -> list[Option]:
    """When newcomers can use the bot: a few spans, and the one that is set."""
    offered = sorted({*_HOURS, server.guild.new_member_hours})
    return [Option(str(one), f"After {words.span(one)}" if one else "At once", one) for one in offered]


def yes_or_no(yes: str, no: str) -> Callable[[Server], list[Option]]:
    """Two options, in these words."""
    return lambda _: [Option("yes", yes, value=True), Option("no", no, value=False)]


def styles(server: Server) -> list[Option]:
    """The styles that are on, below one that stands for the first of them."""
    on = [one for one in server.catalogue if one.id not in server.guild.styles_off]
    usual = f"{style_name(on[0])}, the first that is on" if on else "The first that is on"
    return [
        Option("-", usual[:100], None),  # no style has this id
        *(Option(one.id, style_name(one)[:100], one.id, one.summary[:100]) for one in on),
    ]


def retention(_: Server) -> list[Option]:
    """How long links to photos are kept."""
    return _RETENTION


def consent(_: Server) -> list[Option]:
    """Whose pictures members may use."""
    return _CONSENT


def safety(server: Server) -> list[Option]:
    """What becomes of unsafe pictures: all that can be chosen, and, without a classifier, to leave it open."""
    offered = _SAFETY if server.classifier else _SAFETY_UNCHECKED
    return [one for one in offered if one.value is None or one.value in server.modes]


def languages(_: Server) -> list[Option]:
    """Those that cards can be written in."""
    return [Option(key, name, key) for key, name in words.LANGUAGES.items()]


def daily_limit(server: Server) -> str:
    """The daily limit in a few words."""
    own = server.guild.daily_limit
    return f"{server.usual_limit} a member, the usual" if own is None else f"{own} a member"
