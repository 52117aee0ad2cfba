"""Blocks, deletions, purges and reports: the words and cards of keeping order."""

from collections.abc import Iterable, Mapping
from typing import Final

import discord
from discord import ui

from bot.ui import custom_ids, layout, links
from bot.ui.captions import headline
from bot.ui.custom_ids import Decision
from bot.ui.language import Phrase, _, joined, ngettext, speaking
from bot.ui.status import Order
from bot.ui.words import person, quoted
from bot.values.records import Complaint, Picture, Report, ReportState

MOST_WORDS: Final = 500
"""Characters that a reporter may write."""

COMPLAINTS: Final = {
    Complaint.SHOWS_ME: Phrase("It shows me and I don't want it"),
    Complaint.HARMFUL: Phrase("It is harmful or illegal"),
    Complaint.RULES: Phrase("It breaks this server's rules"),
    Complaint.OTHER: Phrase("Something else"),
}
"""What a reporter chooses from."""

_SAID: Final = {
    Complaint.SHOWS_ME: Phrase("it shows them, and they don't want it"),
    Complaint.HARMFUL: Phrase("it is harmful or illegal"),
    Complaint.RULES: Phrase("it breaks the rules of this server"),
    Complaint.OTHER: Phrase("something else"),
}
"""The same as moderators read it, behind a colon."""

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


def hidden_notice(*, moderated: bool) -> str:
    """What stands where a picture stood; `moderated`: somebody will decide about it."""
    return HIDDEN_NOTICE() if moderated else HIDDEN_NOTICE_DIRECT()


REPORT_TITLE = Phrase("Report this picture")
REPORT_REASON = Phrase("What is wrong with it?")
REPORT_WORDS = Phrase("In your own words (optional)")
REPORTED_BEFORE = Phrase("You have reported that picture before. One report is enough.")


def too_many_reports(most: int) -> str:
    """The reporter's day is used up."""
    return ngettext(
        "You can report {count} picture in 24 hours. If it is urgent, please write to a moderator.",
        "You can report {count} pictures in 24 hours. If it is urgent, please write to a moderator.",
        most,
    ).format(count=most)


_BECAME: Final[Mapping[Picture, Phrase]] = {
    Picture.SHOWN: Phrase("Discord would not let me hide the picture."),
    Picture.HIDING: Phrase("Discord does not answer just now: the picture will be hidden as soon as it does."),
    Picture.DELETED: Phrase("The picture is deleted."),
}
"""What became of a picture that was to be hidden, and is not."""


def reported(*, moderated: bool, picture: Picture | None) -> str:
    """Who sees a report, and what became of the picture; None where it was never to be hidden.

    Parameters
    ----------
    moderated
        Somebody there will decide about it, and not whoever runs the bot.
    """
    thanks = _("Thank you.")
    if picture is Picture.HIDDEN:
        hidden = _("The picture is hidden until a moderator decides.") if moderated else _("The picture is hidden.")
        return joined(thanks, hidden)
    seen = _("Moderators will see your report.") if moderated else _("Whoever runs me will see your report.")
    return joined(thanks, seen) if picture is None else joined(thanks, _BECAME[picture](), seen)


def blocked(user_id: int, expires_at: int | None, *, cancelled: int = 0) -> str:
    """Somebody is served no more, until when, and what that has cancelled."""
    if expires_at is None:
        said = _("<@{user_id}> is blocked in this server until somebody lifts it with `/unblock`.")
    else:
        said = _("<@{user_id}> is blocked in this server until <t:{at}:f>.")
    said = said.format(user_id=user_id, at=expires_at)
    if not cancelled:
        return said
    undone = ngettext(
        "{count} picture that was waiting came to nothing, refunded.",
        "{count} pictures that were waiting came to nothing, refunded.",
        cancelled,
    )
    return joined(said, undone.format(count=cancelled))


def unblocked(user_id: int, *, was_blocked: bool) -> str:
    """/unblock, and whether there was something to lift."""
    if was_blocked:
        return _("<@{user_id}> is not blocked any more.").format(user_id=user_id)
    return _("<@{user_id}> was not blocked.").format(user_id=user_id)


def block_reason(complaint: Complaint) -> str:
    """Why somebody is blocked whose picture was reported."""
    return _("A reported picture: {complaint}").format(complaint=_SAID[complaint]())


def deleted_by(order: Order, moderator_id: int) -> ui.LayoutView:
    """What stays of a picture that a moderator deleted; it names, and calls nobody."""
    with speaking(order.language):
        said = _("🗑️ A moderator, <@{user_id}>, deleted this picture.").format(user_id=moderator_id)
        return layout.card(headline(order), said, colour=_CALM)


def purge_question(user_id: int, count: int) -> ui.LayoutView:
    """How many pictures would go, and the button that lets them."""
    if not count:
        none = _("There is no picture in this server that <@{user_id}> asked for.").format(user_id=user_id)
        return layout.card(none, colour=_CALM)
    title = ngettext("### Delete {count} picture?", "### Delete {count} pictures?", count).format(count=count)
    question = ngettext(
        "<@{user_id}> asked for it in this server. It can't be undone, and what it used of their day stays used.",
        "<@{user_id}> asked for them in this server. It can't be undone, and what they used of their days stays used.",
        count,
    ).format(user_id=user_id)
    label = ngettext("Delete {count} picture", "Delete {count} pictures", count).format(count=count)
    go = _button(label, "🗑️", custom_ids.purge(user_id), discord.ButtonStyle.danger)
    return layout.card(f"{title}\n{question}", ui.ActionRow(go), colour=_ALERT)


def purging(user_id: int, done: int, count: int) -> ui.LayoutView:
    """How far it is."""
    said = _("🗑️ Deleting pictures of <@{user_id}>: {done} of {count} …")
    return layout.card(said.format(user_id=user_id, done=done, count=count), colour=_ALERT)


def purged(user_id: int, *, deleted: int, gone: int, refused: int, left: int) -> ui.LayoutView:
    """What came of it; what is left can be gone on with."""
    lines = [
        ngettext(
            "🗑️ {count} picture of <@{user_id}> deleted.", "🗑️ {count} pictures of <@{user_id}> deleted.", deleted
        ).format(count=deleted, user_id=user_id)
    ]
    if gone:
        lines.append(
            ngettext(
                "{count} picture had been deleted before.", "{count} pictures had been deleted before.", gone
            ).format(count=gone)
        )
    if refused:
        lines.append(
            ngettext(
                "Discord would not let me delete {count} picture: please check my permissions there.",
                "Discord would not let me delete {count} pictures: please check my permissions there.",
                refused,
            ).format(count=refused)
        )
    if not left:
        return layout.card("\n".join(lines), colour=_CALM)
    lines.append(
        ngettext(
            "I had to stop, since Discord gives me 15 minutes: {count} picture remains.",
            "I had to stop, since Discord gives me 15 minutes: {count} pictures remain.",
            left,
        ).format(count=left)
    )
    go = _button(_("Go on"), "🗑️", custom_ids.purge(user_id), discord.ButtonStyle.danger)
    return layout.card("\n".join(lines), ui.ActionRow(go), colour=_ALERT)


def look(pictures: Iterable[tuple[str, str]]) -> ui.LayoutView:
    """What a reported message shows, behind a click, for the moderator who wants to judge it.

    Parameters
    ----------
    pictures
        The address and the alt text of each.
    """
    gallery: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
    for url, alt_text in pictures:
        gallery.add_item(media=url, description=alt_text, spoiler=True)
    return layout.card(gallery, colour=_CALM)


def report(value: Report, style: str, *, open_ones: int | None = None) -> ui.LayoutView:
    """A report, with what moderators can do about it; with `open_ones`, as one of so many that can be turned over.

    Parameters
    ----------
    style
        The style's name, in English.
    """
    items: list[str | layout.Item] = [_told(value, style)]
    if buttons := _decisions(value):
        items.append(ui.ActionRow(*buttons))
    view = layout.card(*items, colour=_ALERT if value.open else _CALM)
    if open_ones is not None:
        view.add_item(ui.TextDisplay(_("-# {count} open").format(count=open_ones)))
        view.add_item(
            ui.ActionRow(
                _button(_("Newer"), "⬅️", custom_ids.turn_reports(newer=True, report_id=value.id)),
                _button(_("Older"), "➡️", custom_ids.turn_reports(newer=False, report_id=value.id)),
            )
        )
    return view


def dismissed(value: Report) -> str:
    """A moderator finds a report unfounded."""
    if value.hidden:
        return _("The report is dismissed. The picture stays hidden: somebody else objects to be in it, too.")
    if value.picture is Picture.DELETED:
        return _("The report is dismissed. The picture is deleted.")
    return _("The report is dismissed, and the picture is shown.")


def decided(value: Report) -> str:
    """Somebody was faster, or has pressed before."""
    return _("That report is decided already: {outcome}").format(outcome=_outcome(value))


def _told(value: Report, style: str) -> str:
    said = _("{who}, <t:{at}:f>: {complaint}.").format(
        at=value.at, who=person(value.reporter_id), complaint=_SAID[value.complaint]()
    )
    what = _("{style} for {member}").format(style=_(style), member=person(value.requester_id))
    lines = [
        _("### 🚩 Report {number}").format(number=value.id),
        said,
        *([quoted(value.words, most=MOST_WORDS)] if value.words else []),
        f"{what}{_where(value)}",
    ]
    if value.open or value.hidden:
        lines.append(_seen(value))
    if not value.open:
        lines.append(f"**{_outcome(value)}**")
    return "\n".join(lines)


def _seen(value: Report) -> str:
    match value.picture:
        case Picture.DELETED:
            return _("🗑️ It is deleted.")
        case Picture.HIDDEN:
            return _("🙈 It is hidden.")
        case Picture.HIDING:
            return _("🙈 It is to be hidden: I do so as soon as Discord answers.")
        case Picture.SHOWN if value.complaint is Complaint.SHOWS_ME:
            return _("👁️ It is shown: Discord would not let me hide it.")
        case Picture.SHOWN:
            return _("👁️ It is shown.")


def _where(value: Report) -> str:
    if value.channel_id is None or value.picture is Picture.DELETED:
        return ""
    return ": " + links.message(value.guild_id, value.channel_id, value.message_id)


def _decisions(value: Report) -> list["ui.Button[ui.LayoutView]"]:
    """What is still to be done: who blocks the requester has said nothing of the picture yet."""
    if value.picture is Picture.DELETED or value.state is ReportState.DISMISSED:
        return []
    buttons = [
        _button(_("Look"), "👁️", custom_ids.decide(Decision.LOOK, value.id)),
        _button(_("Delete"), "🗑️", custom_ids.decide(Decision.DELETE, value.id), discord.ButtonStyle.danger),
    ]
    if value.open:
        buttons.append(_button(_("Block requester"), "🚫", custom_ids.decide(Decision.BLOCK, value.id)))
    if value.open or value.hidden:
        buttons.append(_button(_("Dismiss"), "✅", custom_ids.decide(Decision.DISMISS, value.id)))
    return buttons


def _outcome(value: Report) -> str:
    if value.picture is Picture.DELETED and value.state in (ReportState.BLOCKED, ReportState.DISMISSED):
        return joined(_decision(value), _("The picture is deleted."))
    return _decision(value)


def _decision(value: Report) -> str:
    who = _("a moderator") if value.closed_by_id is None else f"<@{value.closed_by_id}>"
    match value.state:
        case ReportState.DELETED if value.closed_by_id is None:
            return _("The picture is deleted.")
        case ReportState.DELETED:
            return _("{who} deleted the picture.").format(who=who)
        case ReportState.BLOCKED:
            return _("{who} blocked {whom}.").format(who=who, whom=person(value.requester_id))
        case ReportState.DISMISSED:
            return _("{who} dismissed it.").format(who=who)
        case ReportState.OPEN:
            return _("It is open.")


def _button(
    label: str, emoji: str, custom_id: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
) -> "ui.Button[ui.LayoutView]":
    return ui.Button(label=label, emoji=emoji, custom_id=custom_id, style=style)
