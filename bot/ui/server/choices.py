"""What can be chosen for each setting, in plain words."""

from collections.abc import Callable
from typing import Final

from bot.ui import words
from bot.ui.language import LANGUAGES, Phrase, _, ngettext
from bot.ui.server.values import Option, Server
from bot.values.rules import ConsentRule, SafetyMode
from styles import Style

_DAY: Final = 24
_HOURS: Final = (0, 1, _DAY, 3 * _DAY, 7 * _DAY, 30 * _DAY)


def style_name(style: Style) -> str:
    """A style in a line of text."""
    return f"{style.emoji} {_(style.label)}"


def new_member_hours(server: Server) -> list[Option]:
    """When newcomers can use the bot: a few spans, and the one that is set."""
    offered = sorted({*_HOURS, server.guild.new_member_hours})
    return [Option(str(one), _after(one), one) for one in offered]


def _after(hours: int) -> str:
    if not hours:
        return _("At once")
    if hours % _DAY == 0:
        return ngettext("After {count} day", "After {count} days", hours // _DAY).format(count=hours // _DAY)
    return ngettext("After {count} hour", "After {count} hours", hours).format(count=hours)


def yes_or_no(yes: Phrase, no: Phrase) -> Callable[[Server], list[Option]]:
    """Two options, in these words."""
    return lambda _server: [Option("yes", yes(), value=True), Option("no", no(), value=False)]


def styles(server: Server) -> list[Option]:
    """The styles that are on, below one that stands for the first of them."""
    on = [one for one in server.catalogue if one.id not in server.guild.styles_off]
    usual = _("{style}, the first that is on").format(style=style_name(on[0])) if on else _("The first that is on")
    return [
        Option("-", usual[:100], None),  # no style has this id
        *(Option(one.id, style_name(one)[:100], one.id, _(one.summary)[:100]) for one in on),
    ]


def retention(_server: Server) -> list[Option]:
    """How long links to photos are kept."""
    return [
        Option("0", _("Until the picture is done"), 0),
        Option("1", words.span(1), 1),
        Option("6", words.span(6), 6),
        Option("24", _("24 hours, as long as Discord keeps them"), 24),
    ]


def consent(_server: Server) -> list[Option]:
    """Whose pictures members may use."""
    return [
        Option("self", _("Nobody else's"), ConsentRule.SELF, _("Members use their own pictures only.")),
        Option(
            "opted_in", _("Theirs who have said yes"), ConsentRule.OPTED_IN, _("Each member decides with /privacy.")
        ),
        Option(
            "anyone",
            _("Everybody's who has not said no"),
            ConsentRule.ANYONE,
            _("Each member can opt out with /privacy."),
        ),
    ]


def safety(server: Server) -> list[Option]:
    """What becomes of unsafe pictures: all that can be chosen, and, without a classifier, to leave it open."""
    offered = _checked() if server.classifier else _unchecked()
    return [one for one in offered if one.value is None or one.value in server.modes]


def _checked() -> list[Option]:
    return [
        Option("block", _("They are not shown"), SafetyMode.BLOCK, _("The member is told, and it costs nothing.")),
        Option("spoiler", _("They are shown behind a click"), SafetyMode.SPOILER, _("As a spoiler, in every channel.")),
        Option(
            "age",
            _("In age-restricted channels only"),
            SafetyMode.AGE_RESTRICTED,
            _("Elsewhere they are not shown."),
        ),
        Option("off", _("They are shown"), SafetyMode.OFF, _("Nothing is checked.")),
    ]


def _unchecked() -> list[Option]:
    return [
        Option("usual", _("Not checked for now"), None, _("Once a safety classifier is installed: not shown.")),
        Option(
            "age",
            _("I work in age-restricted channels only"),
            SafetyMode.AGE_RESTRICTED,
            _("Elsewhere I take nothing."),
        ),
        Option("off", _("Never checked"), SafetyMode.OFF, _("Not even once a safety classifier is installed.")),
    ]


def languages(_server: Server) -> list[Option]:
    """Those that cards can be written in, each by its own name."""
    return [Option(code, name, code) for code, name in LANGUAGES.items()]


def daily_limit(server: Server) -> str:
    """The daily limit in a few words."""
    own = server.guild.daily_limit
    if own is None:
        return _("{count} a member, the usual").format(count=server.usual_limit)
    return _("{count} a member").format(count=own)
