"""Blocks, deletions, purges and reports: the words and cards of keeping order."""

from collections.abc import Mapping
from typing import Final

import discord
from discord import ui

from bot.ui import custom_ids
from bot.ui.custom_ids import Decision
from bot.ui.language import Phrase
from bot.ui.status import Order
from bot.ui.words import order as headline
from bot.ui.words import quoted
from bot.values.records import Complaint, Picture, Report, ReportState

MOST_WORDS: Final = 500
"""Characters that a reporter may write."""

COMPLAINTS: Final = {
    Complaint.SHOWS_ME: "It shows me and I don't want it",
    Complaint.HARMFUL: "It is harmful or illegal",
    Complaint.RULES: "It breaks this server's rules",
    Complaint.OTHER: "Something else",
}
"""What a reporter chooses from."""

_SAID: Final = {
    Complaint.SHOWS_ME: "it shows them, and they don't want it",
    Complaint.HARMFUL: "it is harmful or illegal",
    Complaint.RULES: "it breaks the rules of this server",
    Complaint.OTHER: "something else",
}

_ALERT: Final = discord.Colour(0xD9534F)
_CALM: Final = discord.Colour(0x8A8F98)

NOT_BLOCKABLE = Phrase("Moderators can't be blocked.")
NOT_ONESELF = Phrase("You can't block yourself.")
NOT_ME = Phrase("You can't block me. To stop me here, use Pause in `/server`.")
NO_RESULT_THERE = Phrase("That message carries no picture of mine.")
ALREADY_DELETED = Phrase("That picture is deleted already.")
NOT_SHOWN = Phrase(
    "Discord would not let me show the picture again, so nothing is changed. Please try again in a moment."
)
REPORT_UNKNOWN = Phrase("I have no record of that report any more.")
REQUESTER_ERASED = Phrase("Whoever asked for that picture was erased: there is nobody to block.")
NOT_KNOWN = Phrase("Discord did not tell me just now whether that member is a moderator. Please try again in a moment.")
PICTURE_GONE = Phrase("I can't find that picture any more.")
NO_REPORTS = Phrase("No report is open.")
HIDDEN_NOTICE = Phrase(
    "🙈 This picture was reported by somebody who is in it, and is hidden until a moderator decides."
)
HIDDEN_NOTICE_DIRECT = Phrase("🙈 This picture was reported by somebody who is in it, and is hidden.")

REPORT_TITLE = Phrase("Report this picture")
REPORT_REASON = Phrase("What is wrong with it?")
REPORT_WORDS = Phrase("In your own words (optional)")
REPORTED_BEFORE = Phrase("You have reported that picture before. One report is enough.")


def too_many_reports(most: int) -> str:
    """The reporter's day is used up."""
    return f"You can report {most} pictures in 24 hours. If it is urgent, please write to a moderator."


_TO_BE_HIDDEN: Final = {
    Picture.SHOWN: "Discord would not let me hide the picture.",
    Picture.HIDING: "Discord does not answer just now: the picture will be hidden as soon as it does.",
    Picture.HIDDEN: "The picture is hidden.",
    Picture.DELETED: "The picture is deleted.",
}


_STAYS: Final[Mapping[Picture | None, str]] = {
    Picture.HIDING: "; a picture that is hidden here stays hidden",
    Picture.HIDDEN: ", and the picture stays hidden",
}
"""Outside of servers nobody shows one again."""


def reported(*, moderated: bool, log_channel: bool, picture: Picture | None) -> str:
    """Where a report went, and what became of the picture; None where it was never to be hidden.

    Parameters
    ----------
    log_channel
        There is one, and it can be written to.
    """
    if not moderated:
        where = f"There are no moderators of mine here, so your report is for whoever runs me{_STAYS.get(picture, '')}."
    elif log_channel:
        where = "Your report goes to this server's moderators, into their log channel."
    else:
        where = "There is no log channel that I can write in: your report waits for moderators in `/audit reports`."
    return f"Thank you. {where}" if picture is None else f"Thank you. {_TO_BE_HIDDEN[picture]} {where}"


def blocked(user_id: int, expires_at: int | None, *, cancelled: int = 0) -> str:
    """Somebody is served no more, until when, and what that has cancelled."""
    until = "until somebody lifts it with `/unblock`" if expires_at is None else f"until <t:{expires_at}:f>"
    waiting = "1 picture that was" if cancelled == 1 else f"{cancelled} pictures that were"
    undone = f" {waiting} waiting came to nothing, refunded." if cancelled else ""
    return f"<@{user_id}> is blocked in this server {until}.{undone}"


def unblocked(user_id: int, *, was_blocked: bool) -> str:
    """/unblock, and whether there was something to lift."""
    return f"<@{user_id}> is not blocked any more." if was_blocked else f"<@{user_id}> was not blocked."


def block_reason(complaint: Complaint) -> str:
    """Why somebody is blocked whose picture was reported."""
    return f"A reported picture: {_SAID[complaint]}"


def deleted_by(order: Order, moderator_id: int) -> ui.LayoutView:
    """What stays of a picture that a moderator deleted; it names, and calls nobody."""
    said = f"🗑️ A moderator, <@{moderator_id}>, deleted this picture."
    return _card(ui.TextDisplay(headline(order)), ui.TextDisplay(said), colour=_CALM)


def purge_question(user_id: int, count: int) -> ui.LayoutView:
    """How many pictures would go, and the button that lets them."""
    if not count:
        return _card(ui.TextDisplay(f"There is no picture in this server that <@{user_id}> asked for."), colour=_CALM)
    question = (
        f"### Delete {_pictures(count)}?\n<@{user_id}> asked for them in this server. It can't be undone, and what"
        " they used of their days stays used."
    )
    go = _button(f"Delete {_pictures(count)}", "🗑️", custom_ids.purge(user_id), discord.ButtonStyle.danger)
    return _card(ui.TextDisplay(question), ui.ActionRow(go), colour=_ALERT)


def purging(user_id: int, done: int, count: int) -> ui.LayoutView:
    """How far it is."""
    return _card(ui.TextDisplay(f"🗑️ Deleting pictures of <@{user_id}>: {done} of {count} …"), colour=_ALERT)


def purged(user_id: int, *, deleted: int, gone: int, refused: int, left: int) -> ui.LayoutView:
    """What came of it; what is left can be gone on with."""
    lines = [f"🗑️ {_pictures(deleted)} of <@{user_id}> deleted."]
    if gone:
        lines.append(f"{_pictures(gone)} had been deleted before.")
    if refused:
        lines.append(f"Discord would not let me delete {_pictures(refused)}: please check my permissions there.")
    if not left:
        return _card(ui.TextDisplay("\n".join(lines)), colour=_CALM)
    lines.append(f"I had to stop, since Discord gives me 15 minutes: {_pictures(left)} remain.")
    go = _button("Go on", "🗑️", custom_ids.purge(user_id), discord.ButtonStyle.danger)
    return _card(ui.TextDisplay("\n".join(lines)), ui.ActionRow(go), colour=_ALERT)


def look(url: str, alt_text: str) -> ui.LayoutView:
    """A reported picture, behind a click, for the moderator who wants to judge it."""
    gallery: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
    gallery.add_item(media=url, description=alt_text, spoiler=True)
    return _card(gallery, colour=_CALM)


def report(value: Report, style: str, *, open_ones: int | None = None) -> ui.LayoutView:
    """A report, with what moderators can do about it; with `open_ones`, as one of so many that can be turned over.

    Parameters
    ----------
    style
        The style's name.
    """
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay(_told(value, style))]
    if buttons := _decisions(value):
        items.append(ui.ActionRow(*buttons))
    view = _card(*items, colour=_ALERT if value.open else _CALM)
    if open_ones is not None:
        view.add_item(ui.TextDisplay(f"-# {open_ones} open"))
        view.add_item(
            ui.ActionRow(
                _button("Newer", "⬅️", custom_ids.turn_reports(newer=True, report_id=value.id)),
                _button("Older", "➡️", custom_ids.turn_reports(newer=False, report_id=value.id)),
            )
        )
    return view


def dismissed(value: Report) -> str:
    """A moderator finds a report unfounded."""
    if value.hidden:
        return "The report is dismissed. The picture stays hidden: somebody else objects to be in it, too."
    if value.picture is Picture.DELETED:
        return "The report is dismissed. The picture is deleted."
    return "The report is dismissed, and the picture is shown."


def decided(value: Report) -> str:
    """Somebody was faster, or has pressed before."""
    return f"That report is decided already: {_outcome(value)}"


def _told(value: Report, style: str) -> str:
    lines = [
        f"### 🚩 Report {value.id}",
        f"<t:{value.at}:f> {_named(value.reporter_id)} says of a picture: {_SAID[value.complaint]}.",
        *([quoted(value.words, most=MOST_WORDS)] if value.words else []),
        f"{style} for {_named(value.requester_id)}{_where(value)}",
        *([f"-# SHA-256 `{value.sha256}`"] if value.sha256 else []),
    ]
    if value.open or value.hidden:
        lines.append(_seen(value))
    if not value.open:
        lines.append(f"**{_outcome(value)}**")
    return "\n".join(lines)


def _seen(value: Report) -> str:
    match value.picture:
        case Picture.DELETED:
            return "🗑️ It is deleted."
        case Picture.HIDDEN:
            return "🙈 It is hidden."
        case Picture.HIDING:
            return "🙈 It is to be hidden: I do so as soon as Discord answers."
        case Picture.SHOWN if value.complaint is Complaint.SHOWS_ME:
            return "👁️ It is shown: Discord would not let me hide it."
        case Picture.SHOWN:
            return "👁️ It is shown."


def _where(value: Report) -> str:
    if value.channel_id is None or value.picture is Picture.DELETED:
        return ""
    return f": https://discord.com/channels/{value.guild_id or '@me'}/{value.channel_id}/{value.message_id}"


def _decisions(value: Report) -> list["ui.Button[ui.LayoutView]"]:
    """What is still to be done: who blocks the requester has said nothing of the picture yet."""
    if value.picture is Picture.DELETED or value.state is ReportState.DISMISSED:
        return []
    buttons = [
        _button("Look", "👁️", custom_ids.decide(Decision.LOOK, value.id)),
        _button("Delete", "🗑️", custom_ids.decide(Decision.DELETE, value.id), discord.ButtonStyle.danger),
    ]
    if value.open:
        buttons.append(_button("Block requester", "🚫", custom_ids.decide(Decision.BLOCK, value.id)))
    if value.open or value.hidden:
        buttons.append(_button("Dismiss", "✅", custom_ids.decide(Decision.DISMISS, value.id)))
    return buttons


def _outcome(value: Report) -> str:
    if value.picture is Picture.DELETED and value.state in (ReportState.BLOCKED, ReportState.DISMISSED):
        return f"{_decision(value)} The picture is deleted."
    return _decision(value)


def _decision(value: Report) -> str:
    who = "a moderator" if value.closed_by_id is None else f"<@{value.closed_by_id}>"
    match value.state:
        case ReportState.DELETED:
            return "The picture is deleted." if value.closed_by_id is None else f"{who} deleted the picture."
        case ReportState.BLOCKED:
            return f"{who} blocked {_named(value.requester_id)}."
        case ReportState.DISMISSED:
            return f"{who} dismissed it."
        case ReportState.OPEN:
            return "It is open."


def _named(user_id: int | None) -> str:
    return "someone who was erased" if user_id is None else f"<@{user_id}>"


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


def _button(
    label: str, emoji: str, custom_id: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
) -> "ui.Button[ui.LayoutView]":
    return ui.Button(label=label, emoji=emoji, custom_id=custom_id, style=style)


def _card(*items: "ui.Item[ui.LayoutView]", colour: discord.Colour) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*items, accent_colour=colour))
    view.stop()  # a stopped view is not kept by discord.py
    return view
