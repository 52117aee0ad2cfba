"""What can be wrong with a server's settings, each as a sentence that says what to do."""

from collections.abc import Sequence

from bot.ui.server.choices import style_name
from bot.ui.server.shown import shortened
from bot.ui.server.values import Fault, Page
from bot.ui.words import quoted
from styles import Style


def lacks(missing: Sequence[str]) -> Fault:
    """The bot's role allows too little."""
    return Fault(Page.OVERVIEW, f"In this server I lack {_bold(missing)}. Invite me once more, or add it to my role.")


def lacks_in(channels: Sequence[int], missing: Sequence[str]) -> Fault:
    """Channels where the bot is to be used allow too little."""
    return Fault(Page.WHERE, f"In {_mentioned(channels)} I lack {_bold(missing)}.")


def channels_gone(gone: int, left: int) -> Fault:
    """Some of the channels can't be found; threads that are archived can't either."""
    then = "Choose the channels anew." if left else "No other is chosen, so I can be used nowhere. Choose others."
    what = "1 chosen channel is" if gone == 1 else f"{gone} chosen channels are"
    return Fault(Page.WHERE, f"{what} deleted, or an archived thread. {then}")


def roles_gone(gone: int, left: int) -> Fault:
    """Some of the roles that may use the bot are deleted."""
    then = "Choose the roles anew." if left else "No other is chosen, so only moderators can use me. Choose others."
    return Fault(Page.WHERE, f"{_roles(gone)} deleted. {then}")


def moderators_gone(gone: int) -> Fault:
    """Some of the moderators' roles are deleted."""
    return Fault(Page.WHERE, f"{_roles(gone)} deleted that moderated me. Choose the moderators anew.")


def log_gone() -> Fault:
    """The log channel is deleted."""
    return Fault(
        Page.LOG, "The log channel is deleted: all of it is in `/audit`, and reports wait there. Choose another."
    )


def log_closed(channel: int, missing: Sequence[str]) -> Fault:
    """The bot can't write in the log channel."""
    return Fault(Page.LOG, f"I can't write in the log channel {_mentioned([channel])}: I lack {_bold(missing)}.")


def log_open(channel: int) -> Fault:
    """Everybody reads in the log channel who reports whom."""
    return Fault(
        Page.LOG, f"Everybody can read the log channel {_mentioned([channel])}, and reports there name who made them."
    )


def style_gone(style_id: str) -> Fault:
    """The default style is not in the catalogue any more."""
    return Fault(Page.PICTURES, f"The default style {quoted(style_id)} is gone: I paint the first that is on instead.")


def style_off(style: Style) -> Fault:
    """The default style is switched off."""
    return Fault(
        Page.PICTURES,
        f"The default style, {style_name(style)}, is switched off: who names no style is refused. Choose another.",
    )


def styles_all_off() -> Fault:
    """No style is left that is on: those that were have gone."""
    return Fault(Page.PICTURES, "Every style is switched off: I can paint nothing here. Switch one on.")


def no_classifier() -> Fault:
    """Pictures can't be judged, and nobody here has said that they know."""
    return Fault(
        Page.RULES,
        "No safety classifier is installed, so I can't tell unsafe pictures from others."
        " Whoever runs me can install one; until then I work without.",
    )


def mode_without_classifier() -> Fault:
    """The chosen safety mode does nothing."""
    return Fault(
        Page.RULES,
        "What you chose for unsafe pictures needs a safety classifier. None is installed now: they are not checked.",
    )


def _roles(number: int) -> str:
    return "1 chosen role is" if number == 1 else f"{number} chosen roles are"


def _bold(names: Sequence[str]) -> str:
    *first, last = [f"**{name}**" for name in names]
    return f"{', '.join(first)} and {last}" if first else last


def _mentioned(channels: Sequence[int]) -> str:
    return shortened([f"<#{one}>" for one in channels])
