"""What can be wrong with a server's settings, each as a sentence that says what to do."""

from collections.abc import Sequence
from typing import Final

from bot.ui.language import Phrase, _, joined, listed, ngettext
from bot.ui.server.choices import style_name
from bot.ui.server.shown import shortened
from bot.ui.server.values import Fault, Page
from bot.ui.words import quoted
from styles import Style

_PERMISSIONS: Final = (
    Phrase("View Channel"),
    Phrase("Send Messages"),
    Phrase("Send Messages in Threads"),
    Phrase("Create Public Threads"),
    Phrase("Attach Files"),
    Phrase("Read Message History"),
)
"""What can be missing, as Discord's own settings call it in each language."""


def lacks(missing: Sequence[str]) -> Fault:
    """The bot's role allows too little."""
    sentence = _("In this server I lack {permissions}. Invite me once more, or add it to my role.")
    return Fault(Page.OVERVIEW, sentence.format(permissions=_bold(missing)))


def lacks_in(channels: Sequence[int], missing: Sequence[str]) -> Fault:
    """Channels where the bot is to be used allow too little."""
    sentence = _("In {channels} I lack {permissions}.")
    return Fault(Page.WHERE, sentence.format(channels=_mentioned(channels), permissions=_bold(missing)))


def channels_gone(gone: int, left: int) -> Fault:
    """Some of the channels can't be found; threads that are archived can't either."""
    what = ngettext(
        "{count} chosen channel is deleted, or an archived thread.",
        "{count} chosen channels are deleted, or an archived thread.",
        gone,
    ).format(count=gone)
    if left:
        return Fault(Page.WHERE, joined(what, _("Choose the channels anew.")))
    return Fault(Page.WHERE, joined(what, _("No other is chosen, so I can be used nowhere. Choose others.")))


def roles_gone(gone: int, left: int) -> Fault:
    """Some of the roles that may use the bot are deleted."""
    what = ngettext("{count} chosen role is deleted.", "{count} chosen roles are deleted.", gone).format(count=gone)
    if left:
        return Fault(Page.WHERE, joined(what, _("Choose the roles anew.")))
    return Fault(Page.WHERE, joined(what, _("No other is chosen, so only moderators can use me. Choose others.")))


def moderators_gone(gone: int) -> Fault:
    """Some of the moderators' roles are deleted."""
    sentence = ngettext(
        "{count} chosen role is deleted that moderated me. Choose the moderators anew.",
        "{count} chosen roles are deleted that moderated me. Choose the moderators anew.",
        gone,
    )
    return Fault(Page.WHERE, sentence.format(count=gone))


def log_gone() -> Fault:
    """The log channel is deleted."""
    return Fault(
        Page.LOG, _("The log channel is deleted: all of it is in `/audit`, and reports wait there. Choose another.")
    )


def log_closed(channel: int, missing: Sequence[str]) -> Fault:
    """The bot can't write in the log channel."""
    sentence = _("I can't write in the log channel <#{channel}>: I lack {permissions}.")
    return Fault(Page.LOG, sentence.format(channel=channel, permissions=_bold(missing)))


def log_open(channel: int) -> Fault:
    """Everybody reads in the log channel who reports whom."""
    sentence = _("Everybody can read the log channel <#{channel}>, and reports there name who made them.")
    return Fault(Page.LOG, sentence.format(channel=channel))


def style_gone(style_id: str) -> Fault:
    """The default style is not in the catalogue any more."""
    sentence = _("The default style {style} is gone: I paint the first that is on instead.")
    return Fault(Page.PICTURES, sentence.format(style=quoted(style_id)))


def style_off(style: Style) -> Fault:
    """The default style is switched off."""
    sentence = _("The default style, {style}, is switched off: who names no style is refused. Choose another.")
    return Fault(Page.PICTURES, sentence.format(style=style_name(style)))


def styles_all_off() -> Fault:
    """No style is left that is on: those that were have gone."""
    return Fault(Page.PICTURES, _("Every style is switched off: I can paint nothing here. Switch one on."))


def no_classifier() -> Fault:
    """Pictures can't be judged, and nobody here has said that they know."""
    return Fault(
        Page.RULES,
        _(
            "No safety classifier is installed, so I can't tell unsafe pictures from others."
            " Whoever runs me can install one; until then I work without."
        ),
    )


def mode_without_classifier() -> Fault:
    """The chosen safety mode does nothing."""
    return Fault(
        Page.RULES,
        _("What you chose for unsafe pictures needs a safety classifier. None is installed now: they are not checked."),
    )


def _bold(permissions: Sequence[str]) -> str:
    return listed([f"**{_(one)}**" for one in permissions])


def _mentioned(channels: Sequence[int]) -> str:
    return shortened([f"<#{one}>" for one in channels])
