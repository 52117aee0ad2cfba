"""What /privacy shows: what is kept of a person and why, what an erasure takes and what it leaves, and how it went."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Final

import discord
from discord import ui

from bot.ui import held, layout, words
from bot.ui.captions import bar
from bot.ui.custom_ids import PREFIX
from bot.ui.language import Phrase, _, joined, ngettext
from bot.values.kept import LEFT_DAYS, Kind, Remnant, Summary
from bot.values.rules import PicturesOfMe

Names = Callable[[int], str]
"""What a server is called, by its id."""

NOTHING = Phrase("I keep nothing of you.")
NOT_YOURS = Phrase("That is for somebody else to decide.")
KEPT = Phrase("Nothing was erased.")
CALLED_OFF = Phrase("It was cancelled: whoever it is for, or of, has just had everything erased.")
OWNER_SAYS_NOBODY = Phrase("Whoever that picture belongs to has just said that nobody may use it.")
EXPORTED = Phrase(
    "This is everything that I keep of you. Photos are not in it, since I store none; links to them and other "
    "people's ids are left out."
)
FILE_NAME: Final = "animify-privacy.json"

_MOST_LISTED: Final = 8
_MOST_LINKS: Final = 10
_AMBER: Final = discord.Colour(0xF2A65A)
_GREEN: Final = discord.Colour(0x6BAA75)

_SAID: Final = {
    PicturesOfMe.NOBODY: Phrase("Nobody else can have your avatar or your messages' pictures painted, in any server."),
    PicturesOfMe.ANYONE: Phrase(
        "Others may have your avatar and your messages' pictures painted where a server allows it."
    ),
    None: Phrase("Each server's own rule now says whether others may use your pictures."),
}

_WHO: Final = {PicturesOfMe.NOBODY: Phrase("nobody"), PicturesOfMe.ANYONE: Phrase("anyone")}


class Choice(StrEnum):
    """The two buttons of an erasure."""

    ERASE = "erase"
    KEEP = "keep"


BUTTON: Final = rf"{PREFIX}:privacy:(?P<choice>erase|keep):(?P<user>[0-9]{{1,20}})"
"""The pattern of their custom ids: the person alone may press them, after a restart, too."""


def shown(kept: Summary, name: Names) -> ui.LayoutView:
    """What is kept, why and until when, with the person's own counts."""
    title = _("## 🔒 What I keep of you")
    if kept.since is not None:
        title += "\n" + _("-# The oldest of it is of <t:{at}:D>.").format(at=kept.since)
    parts = [*held.things(kept), *_lasting(kept.lasting, name)]
    never = _(
        "-# A photo is never stored: it is in memory while its picture is painted. When I leave a server, all of its"
        " rows go after {days} days."
    )
    ways = _(
        "-# `/privacy export` hands all of it out, `/privacy delete` erases it, and `/privacy optout` says who may use"
        " your pictures."
    )
    text = "\n".join(parts) if parts else NOTHING()
    return layout.card(title, text, f"{never.format(days=LEFT_DAYS)}\n{ways}", colour=_GREEN)


def confirmation(kept: Summary, name: Names, *, user_id: int) -> ui.LayoutView:
    """What an erasure takes and what it leaves, and the two buttons."""
    gone = [_("**What goes**"), *(f"- {line}" for line in held.goes(kept))]
    stays = [
        _("**What stays**, so that nothing is won by it; without your name, under a code that only I can make"),
        *(_lasting(kept.lasting, name) or [_("- Nothing that has your name on it.")]),
    ]
    beyond = [
        _("**What I can't take back**"),
        _(
            "- What moderators were told of you in their log channel: it stays there, as messages of that server. Ask"
            " its moderators."
        ),
    ]
    keep: ui.Button[ui.LayoutView] = ui.Button(label=_("Keep"), custom_id=_button(Choice.KEEP, user_id))
    erase: ui.Button[ui.LayoutView] = ui.Button(
        label=_("Delete for good"), style=discord.ButtonStyle.danger, custom_id=_button(Choice.ERASE, user_id)
    )
    return layout.card(
        _("## 🗑️ Erase what I keep of you?"),
        *("\n".join(lines) for lines in (gone, stays, beyond)),
        _("-# Counts without a name stay in a server's totals. It can't be undone."),
        ui.ActionRow(erase, keep),
        colour=_AMBER,
    )


def kept() -> ui.LayoutView:
    """The person has thought better of it."""
    return layout.card(KEPT(), colour=_GREEN)


def erasing(done: int, of: int) -> ui.LayoutView:
    """An erasure is under way."""
    line = ngettext("{bar} {done} of {count} message deleted", "{bar} {done} of {count} messages deleted", of)
    return layout.card(
        _("## 🗑️ Erasing…"),
        line.format(bar=bar(done / of if of else 0), done=done, count=of),
        _("-# If this stops, use `/privacy delete` again: it goes on where it was."),
        colour=_AMBER,
    )


def erased(deleted: int, refused: Sequence[str]) -> ui.LayoutView:
    """An erasure is done; `refused` are links to messages that Discord did not let us delete."""
    done = ngettext("{count} message deleted on Discord.", "{count} messages deleted on Discord.", deleted)
    lines = [joined(_("Nothing of what I keep has your name any more."), done.format(count=deleted))]
    if refused:
        left = ngettext(
            "⚠️ Discord did not let me delete {count} message. A moderator there can; I can't find it any more:",
            "⚠️ Discord did not let me delete {count} messages. A moderator there can; I can't find them any more:",
            len(refused),
        )
        lines += [left.format(count=len(refused)), *_first(refused, _MOST_LINKS)]
    return layout.card(_("## 🗑️ Erased"), "\n".join(lines), colour=_AMBER if refused else _GREEN)


def said(value: PicturesOfMe | None, cancelled: int) -> str:
    """/privacy optout succeeded."""
    if not cancelled:
        return _SAID[value]()
    unpainted = ngettext(
        "{count} picture that others were waiting for will not be painted.",
        "{count} pictures that others were waiting for will not be painted.",
        cancelled,
    )
    return joined(_SAID[value](), unpainted.format(count=cancelled))


def _first(lines: Sequence[str], most: int) -> list[str]:
    """So many of them as a list, and how many more there are."""
    shown = [f"- {line}" for line in lines[:most]]
    if rest := len(lines) - len(shown):
        shown.append(ngettext("- and {count} more", "- and {count} more", rest).format(count=rest))
    return shown


def _lasting(lasting: Sequence[Remnant], name: Names) -> list[str]:
    return _first([_remnant(one, name) for one in lasting], _MOST_LISTED)


def _remnant(one: Remnant, name: Names) -> str:
    until = _("Until it is lifted.") if one.until is None else held.until(one.until)
    return joined(_what(one, name), until)


def _what(one: Remnant, name: Names) -> str:
    value = one.value
    where = words.quoted(name(one.guild_id), most=60) if one.guild_id else _("outside of servers")
    match one.kind:
        case Kind.USAGE:
            used = ngettext(
                "**{count} picture used** on <t:{at}:D>, {where}.",
                "**{count} pictures used** on <t:{at}:D>, {where}.",
                value["used"],
            )
            return used.format(count=value["used"], at=_noon(value["day"]), where=where)
        case Kind.CAP_USAGE:
            used = ngettext(
                "**{count} picture used** on <t:{at}:D>, over all servers.",
                "**{count} pictures used** on <t:{at}:D>, over all servers.",
                value["used"],
            )
            return used.format(count=value["used"], at=_noon(value["day"]))
        case Kind.CANCELS:
            off = ngettext(
                "**{count} picture cancelled** while I painted, on <t:{at}:D>, {where}.",
                "**{count} pictures cancelled** while I painted, on <t:{at}:D>, {where}.",
                value["cancels"],
            )
            return off.format(count=value["cancels"], at=_noon(value["day"]), where=where)
        case Kind.REPORTS:
            made = ngettext(
                "**{count} report made**, which counts among a day's.",
                "**{count} reports made**, which count among a day's.",
                value["reports"],
            )
            return made.format(count=value["reports"])
        case Kind.LIMIT:
            return _("**A daily limit of your own**, {where}, set by a moderator.").format(where=where)
        case Kind.CAP:
            return _("**A limit over all servers**, set by whoever runs me.")
        case Kind.BLOCK:
            return _("**A block**, {where}, set by a moderator.").format(where=where)
        case Kind.DENIED:
            return _("**That I don't serve you**, as whoever runs me has decided.")
        case Kind.PICTURES_OF_ME:
            who = _WHO[PicturesOfMe(value["said"])]()
            return _("**Who may use pictures of you**: {who}, as you said with `/privacy optout`.").format(who=who)


def _noon(day: str) -> int:
    """A day at noon in UTC, in epoch seconds: almost everywhere the same date."""
    return int(datetime.combine(date.fromisoformat(day), time(12), UTC).timestamp())


def _button(choice: Choice, user_id: int) -> str:
    return f"{PREFIX}:privacy:{choice}:{user_id}"
