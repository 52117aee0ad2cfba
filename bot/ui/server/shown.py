"""What holds now, in a few words."""

from typing import Final

from bot.ui.language import Phrase, _, ngettext
from bot.ui.server.choices import style_name
from bot.ui.server.values import Channels, Choice, Form, Roles, Server, Setting, Switches

_NEEDS_CLASSIFIER: Final = Phrase(
    "To hide unsafe pictures, or to show them behind a click, takes a safety classifier, and none is installed."
)
_MOST_NAMED: Final = 8  # channels, roles or styles in one line


def ids(setting: Setting, server: Server) -> list[int]:
    """The channels or roles that are chosen and exist, in a steady order."""
    value = getattr(server.guild, setting.name)
    chosen = value if isinstance(value, frozenset) else {value} - {None}
    known = server.channels if isinstance(setting.control, Channels) else server.roles
    return sorted(chosen if known is None else chosen & known)


def now(setting: Setting, server: Server) -> str:
    """What holds now, in a few words."""
    match setting.control:
        case Channels(nothing=nothing):
            return _listed("<#{}>", setting, server, nothing())
        case Roles(nothing=nothing):
            return _listed("<@&{}>", setting, server, nothing())
        case Choice() as choice:
            chosen = choice.chosen(server)
            return next((one.label for one in choice.options(server) if one.value == chosen), choice.unlisted())
        case Switches():
            return _switched(server)
        case Form() as form:
            return form.now(server)


def more(setting: Setting, server: Server) -> str | None:
    """What else must be said of a setting at the moment, where it is changed."""
    return _NEEDS_CLASSIFIER() if setting.name == "safety" and not server.classifier else None


def shortened(names: list[str]) -> str:
    """Names in a line, the first few of many."""
    shown, rest = ", ".join(names[:_MOST_NAMED]), len(names) - _MOST_NAMED
    if rest <= 0:
        return shown
    return ngettext("{names} and {count} more", "{names} and {count} more", rest).format(names=shown, count=rest)


def _listed(pattern: str, setting: Setting, server: Server, nothing: str) -> str:
    if not getattr(server.guild, setting.name):
        return nothing
    return shortened([pattern.format(one) for one in ids(setting, server)]) or _("Gone")


def _switched(server: Server) -> str:
    off = [style_name(one) for one in server.catalogue if one.id in server.guild.styles_off]
    if off:
        return _("All but {styles}").format(styles=shortened(off))
    return _("All {count}").format(count=len(server.catalogue))
