"""What holds now, in a few words."""

from typing import Final

from bot.ui.server.choices import style_name
from bot.ui.server.values import Channels, Choice, Form, Roles, Server, Setting, Switches

_NEEDS_CLASSIFIER = (
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
            return _listed("<#{}>", setting, server, nothing)
        case Roles(nothing=nothing):
            return _listed("<@&{}>", setting, server, nothing)
        case Choice() as choice:
            chosen = choice.chosen(server)
            return next((one.label for one in choice.options(server) if one.value == chosen), choice.unlisted)
        case Switches():
            return _switched(server)
        case Form() as form:
            return form.now(server)


def more(setting: Setting, server: Server) -> str | None:
    """What else must be said of a setting at the moment, where it is changed."""
    return _NEEDS_CLASSIFIER if setting.name == "safety" and not server.classifier else None


def shortened(names: list[str]) -> str:
    """Names in a line, the first few of many."""
    rest = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _listed(pattern: str, setting: Setting, server: Server, nothing: str) -> str:
    if not getattr(server.guild, setting.name):
        return nothing
    return shortened([pattern.format(one) for one in ids(setting, server)]) or "Gone"


def _switched(server: Server) -> str:
    off = [style_name(one) for one in server.catalogue if one.id in server.guild.styles_off]
    return f"All but {shortened(off)}" if off else f"All {len(server.catalogue)}"
