"""What /privacy shows: what is kept of a person and why, what an erasure takes and what it leaves, and how it went."""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Final

import discord
from discord import ui

from bot.ui import words
from bot.ui.custom_ids import PREFIX
from bot.ui.language import Phrase
from bot.values.kept import AUDIT_DAYS, KEPT_DAYS, LEFT_DAYS, Kind, Remnant, Summary
from bot.values.rules import PicturesOfMe

Names = Callable[[int], str]
"""What a server is called, by its id."""

NOTHING = Phrase("I keep nothing of you.")
NOT_YOURS = Phrase("That is for somebody else to decide.")
KEPT = Phrase("Nothing was erased.")
CALLED_OFF = Phrase("It was called off: whoever it is for, or of, has just had everything erased.")
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
    PicturesOfMe.NOBODY: "Nobody else can have your avatar or your messages' pictures painted, in any server.",
    PicturesOfMe.ANYONE: "Others may have your avatar and your messages' pictures painted where a server allows it.",
    None: "Each server's own rule now says whether others may use your pictures.",
}

_REMNANTS: Final = {
    Kind.USAGE: "**{used} used** on {day}, {where}.",
    Kind.CAP_USAGE: "**{used} used** on {day}, over all servers.",
    Kind.CANCELS: "**{cancels} called off** while I painted, on {day}, {where}.",
    Kind.REPORTS: "**{reports} made**, which count among a day's.",
    Kind.LIMIT: "**A daily limit of your own**, {where}, set by a moderator.",
    Kind.CAP: "**A limit over all servers**, set by whoever runs me.",
    Kind.BLOCK: "**A block**, {where}, set by a moderator.",
    Kind.DENIED: "**That I don't serve you**, as whoever runs me has decided.",
    Kind.PICTURES_OF_ME: "**Who may use pictures of you**: {said}, as you said with `/privacy optout`.",
}


class Choice(StrEnum):
    """The two buttons of an erasure."""

    ERASE = "erase"
    KEEP = "keep"


BUTTON: Final = rf"{PREFIX}:privacy:(?P<choice>erase|keep):(?P<user>[0-9]{{1,20}})"
"""The pattern of their custom ids: the person alone may press them, after a restart, too."""


def shown(kept: Summary, name: Names) -> ui.LayoutView:
    """What is kept, why and until when, with the person's own counts."""
    parts = [*_pictures(kept), *_the_rest(kept), *_lasting(kept.lasting, name)]
    since = "" if kept.since is None else f"\n-# The oldest of it is of <t:{kept.since}:D>."
    text = "\n".join(parts) if parts else NOTHING()
    small = (
        "-# A photo is never stored: it is in memory while its picture is painted."
        f" When I leave a server, all of its rows go after {LEFT_DAYS} days."
        "\n-# `/privacy export` hands all of it out, `/privacy delete` erases it, and `/privacy optout` says who may"
        " use your pictures."
    )
    return _card(f"## 🔒 What I keep of you{since}", text, small, colour=_GREEN)


def confirmation(kept: Summary, name: Names, *, user_id: int) -> ui.LayoutView:
    """What an erasure takes and what it leaves, and the two buttons."""
    gone = "\n".join(f"- {line}" for line in _gone(kept))
    left = _lasting(kept.lasting, name)
    stays = "\n".join(left) if left else "- Nothing that has your name on it."
    keep: ui.Button[ui.LayoutView] = ui.Button(label="Keep", custom_id=_button(Choice.KEEP, user_id))
    erase: ui.Button[ui.LayoutView] = ui.Button(
        label="Delete for good", style=discord.ButtonStyle.danger, custom_id=_button(Choice.ERASE, user_id)
    )
    return _card(
        "## 🗑️ Erase what I keep of you?",
        f"**What goes**\n{gone}",
        f"**What stays**, so that nothing is won by it; without your name, under a code that only I can make\n{stays}",
        "**What I can't take back**\n- What moderators were told of you in their log channel: it stays there, as"
        " messages of that server. Ask its moderators.",
        "-# Counts without a name stay in a server's totals. It can't be undone.",
        ui.ActionRow(erase, keep),
        colour=_AMBER,
    )


def kept() -> ui.LayoutView:
    """The person has thought better of it."""
    return _card(KEPT(), colour=_GREEN)


def erasing(done: int, of: int) -> ui.LayoutView:
    """An erasure is under way."""
    line = f"{words.bar(done / of if of else 0)} {done} of {_count(of, 'message')} deleted"
    again = "-# If this stops, use `/privacy delete` again: it goes on where it was."
    return _card("## 🗑️ Erasing…", line, again, colour=_AMBER)


def erased(deleted: int, refused: Sequence[str]) -> ui.LayoutView:
    """An erasure is done; `refused` are links to messages that Discord did not let us delete."""
    lines = [f"Nothing of what I keep has your name any more. {_count(deleted, 'message')} deleted on Discord."]
    if refused:
        lines.append(
            f"⚠️ Discord did not let me delete {_count(len(refused), 'message')}. A moderator there can; I can't find"
            " them any more:"
        )
        lines += [f"- {link}" for link in refused[:_MOST_LINKS]]
        lines += [f"- and {len(refused) - _MOST_LINKS} more"] if len(refused) > _MOST_LINKS else []
    return _card("## 🗑️ Erased", "\n".join(lines), colour=_AMBER if refused else _GREEN)


def said(value: PicturesOfMe | None, cancelled: int) -> str:
    """/privacy optout succeeded."""
    if not cancelled:
        return _SAID[value]
    return f"{_SAID[value]} {_count(cancelled, 'picture')} that others were waiting for will not be painted."


def _pictures(kept: Summary) -> Iterator[str]:
    if kept.jobs:
        yield (
            f"- **{_count(kept.jobs, 'picture')} you asked for** ({_became(kept)}): style, strength, seed, place, times"
            f" and engine, so that buttons and totals work. {_until(kept.jobs_until)} ({KEPT_DAYS} days)"
        )
    if kept.links:
        yield f"- **{_count(kept.links, 'link')} to photos**, encrypted, for the buttons. {_until(kept.links_until)}"
    if kept.results:
        yield f"- **{_count(kept.results, 'picture')}** of those are still posted, until somebody deletes them."
    if kept.waiting_of_me:
        yield f"- **{_count(kept.waiting_of_me, 'picture')} of you** that others asked for are on the way."
    if kept.results_of_me:
        yield f"- **{_count(kept.results_of_me, 'picture')} of you** that others asked for are still posted."


def _the_rest(kept: Summary) -> Iterator[str]:
    if kept.ledger:
        yield f"- **{_count(kept.ledger, 'line')} of your quota's ledger**, so that it adds up; gone with the pictures."
    if kept.grants:
        yield f"- **Extra pictures**, given {_count(kept.grants, 'time')}. They expire; {_until(kept.grants_until)}"
    if kept.reports:
        yield f"- **{_count(kept.reports, 'report')} you made**. They go with the pictures that they are about."
    if kept.audit:
        yield (
            f"- **{_count(kept.audit, 'line')} of moderators' audit** that name you."
            f" {_until(kept.audit_until)} ({AUDIT_DAYS} days)"
        )
    if kept.stated_at:
        yield f"- **Your word that uploads are yours or used with permission**, of <t:{kept.stated_at}:D>."
    elif kept.told_at:
        yield f"- **That you were told that uploads must be yours**, on <t:{kept.told_at}:D>."


def _gone(kept: Summary) -> Iterator[str]:
    if kept.results:
        yield f"{_count(kept.results, 'posted picture')}, and the cards of your requests, deleted on Discord"
    else:
        yield "The cards of your requests, deleted on Discord"
    if kept.results_of_me:
        yield f"{_count(kept.results_of_me, 'picture')} of you that others asked for, deleted on Discord"
    if kept.under_way:
        yield f"{_count(kept.under_way, 'picture')} on the way, called off"
    if kept.waiting_of_me:
        yield f"{_count(kept.waiting_of_me, 'picture')} of you that others wait for, called off"
    if kept.links:
        yield f"{_count(kept.links, 'link')} to photos"
    if kept.grants:
        yield "Extra pictures that you have left"
    yield "What you have said and reported in words, and what moderators wrote about you"
    yield "Which rows are yours: nobody can tell any more, not even I"


def _lasting(lasting: Sequence[Remnant], name: Names) -> list[str]:
    lines = [f"- {_remnant(one, name)}" for one in lasting[:_MOST_LISTED]]
    return [*lines, f"- and {len(lasting) - _MOST_LISTED} more"] if len(lasting) > _MOST_LISTED else lines


def _remnant(one: Remnant, name: Names) -> str:
    where = words.quoted(name(one.guild_id), most=60) if one.guild_id else "outside of servers"
    value = one.value
    what = _REMNANTS[one.kind].format(
        where=where,
        used=_count(value.get("used", 0), "picture"),
        cancels=_count(value.get("cancels", 0), "picture"),
        reports=_count(value.get("reports", 0), "report"),
        day=value.get("day"),
        said=value.get("said"),
    )
    return f"{what} {_until(one.until) or 'Until it is lifted.'}"


def _became(kept: Summary) -> str:
    ways = (
        (kept.delivered, "done"),
        (kept.under_way, "on the way"),
        (kept.failed, "failed"),
        (kept.cancelled, "called off"),
    )
    return ", ".join(f"{times} {way}" for times, way in ways if times)


def _until(at: int | None) -> str:
    return "" if at is None else f"Until <t:{at}:f>."


def _button(choice: Choice, user_id: int) -> str:
    return f"{PREFIX}:privacy:{choice}:{user_id}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _card(*items: str | ui.Item[ui.LayoutView], colour: discord.Colour) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    shown = (ui.TextDisplay[ui.LayoutView](item) if isinstance(item, str) else item for item in items)
    view.add_item(ui.Container(*shown, accent_colour=colour))
    view.stop()  # a stopped view is not kept by discord.py: buttons are answered by their custom id alone
    return view
