"""Every word that a member or a moderator reads."""

import math
import re
import textwrap
from collections.abc import Sequence

import discord

from bot.ui.language import Phrase
from bot.ui.status import Allowance, Finishing, Order, Painting, Preparing, QuotaCard, Result, Status, Waiting
from bot.values.rules import Refusal, Standing
from engine.contract import Why
from engine.errors import PhotoFault

LANGUAGES = {"en": "English"}
"""The languages that cards can be written in: their names as their speakers write them."""

_BAR = 12

_PHOTO_FAULTS: dict[PhotoFault, str] = {
    PhotoFault.EMPTY: "That file is empty. Please send the photo again.",
    PhotoFault.TOO_MANY_BYTES: "That file is too large: {limit} MiB is the most I take.",
    PhotoFault.NOT_A_PICTURE: "That file is no picture I can read. I take JPEG, PNG, WebP, GIF, AVIF and HEIC.",
    PhotoFault.TOO_MANY_PIXELS: "That picture has too many pixels: {limit} megapixels is the most for its format.",
    PhotoFault.TOO_MANY_FRAMES: "That animation has too many frames: {limit} is the most I take.",
    PhotoFault.TOO_SMALL: "That picture is too small: each side needs at least {limit} pixels.",
    PhotoFault.TOO_NARROW: "That picture is too narrow: the long side may be at most {limit} times the short one.",
    PhotoFault.DAMAGED: "That picture is damaged or cut off. Please send it again, or another one.",
    PhotoFault.TOO_COSTLY: "That picture takes too much time or memory to open. Please save it as a plain JPEG or PNG.",
}

_DETOURS: dict[Why, str] = {
    Why.NOT_READY: "because {engine} is not ready yet",
    Why.BUSY: "because {engine} had no room for it",
    Why.DECLINED: "because {engine} does not do this style",
    Why.UNFIT: "because what {engine} made was not fit to show",
    Why.LATE: "because {engine} took too long",
    Why.LOST: "because {engine} broke down",
    Why.HURRY: "because the wait for {engine} was longer than you wanted",
}

NOT_AN_IMAGE_TYPE = Phrase("That attachment is no picture. I take JPEG, PNG, WebP, GIF, AVIF and HEIC.")
PHOTO_GONE = Phrase("I can't fetch that photo any more. Please send it again.")
PHOTO_UNREACHABLE = Phrase("Discord did not hand me that photo just now. Please try again in a moment.")
NOT_REDRAWN = Phrase("The picture did not come out fit to show. Please try another photo, or another strength.")
ENGINE_FAILED = Phrase("The engine failed on that picture. Please try again in a moment.")
TOO_LARGE_TO_SEND = Phrase("The picture would be too large to send here. Please try a smaller photo.")
ENGINE_DOWN = Phrase("My engine is down. Whoever runs me has to look at it.")
OUR_FAULT = Phrase("Something went wrong on my side. It is in my log.")
INTERRUPTED = Phrase("I was restarted and could not finish this picture.")
NO_RESULT_PLACE = Phrase("I could not post the picture here. Please check my permissions in this channel.")
SHUTTING_DOWN = Phrase("I am restarting. Please try again in a minute.")
PAUSED = Phrase("⏸️ I am restarting. This picture goes on as soon as I am back.")
REFUNDED = Phrase("It did not count toward your daily limit.")
MANAGERS_ONLY = Phrase("That takes the permission Manage Server.")
ANOTHER_SERVERS = Phrase("This card is another server's. Use `/server` here.")
SOME_ARE_GONE = Phrase("Some of what you chose is gone.")
CHOICE_IS_GONE = Phrase("That can't be chosen any more.")
NOT_EVERYBODY = Phrase("@everyone can't be moderators.")
KEEP_ONE_STYLE = Phrase("One style must stay on; to stop me, pause me.")
NOT_YOURS_TO_DELETE = Phrase("Only the person who asked for this picture, or a moderator, can delete it.")
GUILD_ONLY = Phrase("That works only inside a server that has added me.")
JOB_FORGOTTEN = Phrase("I have no record of that picture any more.")
COST = Phrase("Each picture costs one of your pictures of the day.")
NO_PICTURE_THERE = Phrase("There is no picture in that message that I can read.")
NO_AVATAR = Phrase("That member has no avatar of their own, and nobody needs the usual one in a frame.")
MINE = Phrase("Mine, or I have permission")
STATED = Phrase("Thank you, I will not ask again. Please send your request once more.")
WITHDRAWN = Phrase("This picture was called off. It did not count toward your daily limit.")
UNSAFE = Phrase("I can't show pictures like that here.")
NOT_JUDGED = Phrase("I could not check whether that picture is safe to show, so I don't show it.")
UPLOADS_ARE_YOURS = Phrase(
    "One thing, this once: please use only photos that are your own, or whose owner and people have said yes. "
    "Anyone can keep others from using theirs: `/privacy optout`."
)
DELETED = Phrase("The picture is deleted.")
NOT_DELETED = Phrase("Discord would not let me delete that message. A moderator can.")


_REFUSALS: dict[Refusal, str] = {
    Refusal.DRAINING: "I am about to be serviced and take nothing new. Please try again in a while.",
    Refusal.DENIED_MEMBER: "Whoever runs me does not want me to work for you.",
    Refusal.DENIED_SERVER: "Whoever runs me does not want me to work in this server.",
    Refusal.PAUSED: "Moderators have paused me in this server.",
    Refusal.ROLE: "In this server I paint for these roles only: {roles}.",
    Refusal.NEW_MEMBER: "In this server I paint for members who have been here for {hours}.",
    Refusal.CHANNEL: "In this server I paint in these channels only: {channels}.",
    Refusal.STYLE_OFF: "That style is switched off in this server.",
    Refusal.ADULT_STYLE: "That style is for age-restricted channels only.",
    Refusal.ADULT_STYLE_UNCHECKED: "That style needs a safety classifier, and none is installed.",
    Refusal.UNCHECKED_DIRECT: "Whoever runs me has not opened me for direct use. Please ask me inside a server.",
    Refusal.UNCHECKED_CHANNEL: "In this server I paint in age-restricted channels only.",
    Refusal.MACHINES_PICTURE: "Pictures that bots and webhooks post can be used by moderators only.",
    Refusal.NOT_YOURS: "In this server you can use your own pictures only.",
    Refusal.OWNER_SAYS_NOBODY: "Whoever that picture belongs to does not want it used.",
    Refusal.OWNER_HAS_NOT_SAID: "Whoever that picture belongs to has not said that others may use it.",
    Refusal.STATEMENT: "This server asks first: is the photo your own, or have you permission to use it?",
}

_MARKUP = re.compile(r"[\\*_~`|\[\]()<>#]")  # discord.py's own escaping lets the second link of a line through
_DAY = 24  # hours
_MOST_ROLES = 40  # of 2,000 characters
_MOST_NAMED = 20  # roles or channels in one sentence


def refusal(value: Refusal, standing: Standing) -> str:
    """Why a request is not taken, and what it takes."""
    guild = standing.guild
    if value is Refusal.BLOCKED:
        return _blocked(standing)
    return _REFUSALS[value].format(
        roles=_named("<@&{}>", guild.roles),
        channels=_named("<#{}>", guild.channels),
        hours=span(guild.new_member_hours),
    )


def _blocked(standing: Standing) -> str:
    """The reason is a moderator's own words: shown as text, whatever it holds."""
    block = standing.block
    if block is None or block.expires_at is None:
        until = "Moderators of this server have blocked you from using me."
    else:
        until = f"Moderators of this server have blocked you from using me until <t:{block.expires_at}:f>."
    return until if block is None or block.reason is None else f"{until} They say: {quoted(block.reason)}"


def quoted(text: str, *, most: int = 200) -> str:
    """Strangers' words as they are: no markdown, no mention, one line, no direction but the reader's own."""
    one_line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    plain = _MARKUP.sub(r"\\\g<0>", one_line[:most])
    return f"“{discord.utils.escape_mentions(plain)}”"


def span(hours: int) -> str:
    """A span as people say it: "1 hour", "3 days"."""
    return _count(hours // _DAY, "day") if hours and hours % _DAY == 0 else _count(hours, "hour")


def over_cap(scope: str, amount: int, resets_at: int) -> str:
    """The operator's cap is reached."""
    whose = "this server's" if scope == "server" else "your"
    where = "" if scope == "server" else " over all servers"
    pictures = _count(amount, "picture")
    return f"That would go beyond {whose} {pictures} a day{where}. The next ones come <t:{resets_at}:R>."


def _named(pattern: str, ids: frozenset[int]) -> str:
    names = [pattern.format(one) for one in sorted(ids)[:_MOST_NAMED]]
    return ", ".join(names) + (", …" if len(ids) > _MOST_NAMED else "")


def photo_fault(fault: PhotoFault, limit: int | None) -> str:
    """The sentence for a photo that can't be used; `limit` in the unit that `PhotoError` gives."""
    scale = {PhotoFault.TOO_MANY_BYTES: 1024 * 1024, PhotoFault.TOO_MANY_PIXELS: 1_000_000}.get(fault, 1)
    return _PHOTO_FAULTS[fault].format(limit=None if limit is None else limit // scale)


def refunded(sentence: str) -> str:
    """A refusal after the charge: what happened, and that it cost nothing."""
    return f"{sentence} {REFUNDED()}"


def moderators_only(roles: frozenset[int]) -> str:
    """A moderator's command in somebody else's hands: what it takes."""
    more = f", or one of these roles: {_named('<@&{}>', roles)}" if roles else ""
    return f"Only moderators can do that: it takes Manage Server or Timeout Members{more}."


def unknown_style(known: list[str]) -> str:
    """A style that the catalogue does not have."""
    return f"There is no such style. You can have: {textwrap.shorten(', '.join(known), 1500)}."


def over_quota(allowance: Allowance) -> str:
    """The daily limit is reached."""
    if not allowance.limit:
        return "You can't ask for pictures here: your daily limit is 0."
    pictures = _count(allowance.limit, "picture")
    return f"That would go beyond your {pictures} for today. Your next ones come <t:{allowance.resets_at}:R>."


def too_many_in_flight(count: int) -> str:
    """The member's own requests are still in the queue."""
    arrival = "it arrives" if count == 1 else "they arrive"
    return f"You already have {_count(count, 'picture')} on the way. Please wait until {arrival}."


def too_busy(wait: float, again_at: int) -> str:
    """Admission refuses: the honest wait is too long."""
    return f"Too many people are waiting: it would take about {minutes(wait)}. Please try again <t:{again_at}:R>."


def minutes(seconds: float) -> str:
    """A rough span for people: "1 minute", "14 minutes"."""
    return _count(max(1, math.ceil(seconds / 60)), "minute")


def place(waiting: int) -> str:
    """Where a request stands in the queue."""
    return "next in line" if waiting == 0 else f"{_count(waiting, 'picture')} before yours"


def bar(share: float) -> str:
    """A progress bar of fixed width; `share` in 0..1."""
    full = round(_BAR * min(1.0, max(0.0, share)))
    return "▰" * full + "▱" * (_BAR - full)


def status(value: Status) -> str:
    """The line of a request card that changes."""
    match value:
        case Waiting(place=waiting, ready_at=ready_at):
            return f"⏳ Waiting: {place(waiting)} · expected <t:{ready_at}:R>"
        case Preparing():
            return f"📥 {bar(0)} opening your photo"
        case Painting(step=step, steps=steps):
            return f"🎨 {bar(step / steps)} painting, step {step} of {steps}"
        case Finishing():
            return f"🖼️ {bar(1)} on its way"


def order(value: Order) -> str:
    """The headline of a card."""
    return f"### {value.emoji} {value.style}\nfor <@{value.user_id}>"


def finished(link: str) -> str:
    """The last state of a request card whose picture lies elsewhere."""
    return f"✅ Done: {link}"


def result(value: Result) -> str:
    """Who painted, how, and what is left: the small print of a result card."""
    parts = [
        _painter(value),
        f"{max(0.1, value.seconds):.1f} s",
        f"strength {value.strength:.2g}",
        f"seed {value.seed}",
        left(value.allowance),
    ]
    if value.several_frames:
        parts.append("only the first frame was painted")
    return "-# " + " · ".join(parts)


def _painter(value: Result) -> str:
    """Who painted, how, and why not the engine that comes first."""
    who = f"{value.engine} ({'AI-made' if value.made_by_model else 'a painterly filter, not AI'})"
    if value.detour is None:
        return who
    return f"{who}, {_DETOURS[value.detour.why].format(engine=value.detour.engine)}"


def alt_text(style: str) -> str:
    """What a screen reader says for a picture in this style."""
    return f"The photo as a picture in the style “{style}”."


def left(value: Allowance) -> str:
    """The rest of a quota in a few words."""
    if value.left is None:
        return "no daily limit"
    return f"{value.left} left today"


_LAYERS = {
    "member": "set by a moderator",
    "role": "the best of {whose} roles",
    "server": "this server's",
    "default": "the usual one",
}


def usage(value: QuotaCard, *, member_id: int | None = None) -> str:
    """The answer to /usage, or to /quota show about somebody else: what is left, and which layer decided it."""
    who, whose = ("You have", "your") if member_id is None else (f"<@{member_id}> has", "their")
    decided = _LAYERS[value.layer].format(whose=whose)
    allowance = value.allowance
    if allowance.left is None:
        return f"{who} no daily limit here ({decided}). Each picture costs one."
    lines = [f"{who} **{_count(allowance.left, 'picture')}** left now. Each picture costs one."]
    if value.day_left is None:
        lines.append(f"There is no daily limit here ({decided}).")
    else:
        lines.append(
            f"From the day: {value.day_left} of {allowance.limit} ({decided});"
            f" it starts anew <t:{allowance.resets_at}:R>, at <t:{allowance.resets_at}:t>."
        )
    if value.grants:
        lines.append(f"From a moderator: {_count(value.grants, 'extra picture')}, used once the day's are.")
    if value.cap is not None:
        left_of_cap, resets_at = value.cap
        lines.append(f"Whoever runs me allows {left_of_cap} more until <t:{resets_at}:t>, whatever else is left.")
    return "\n".join(lines)


def limit_set(user_id: int, amount: int | None) -> str:
    """/quota set succeeded."""
    limit = "no daily limit" if amount is None else f"a daily limit of {_count(amount, 'picture')}"
    return f"<@{user_id}> now has {limit} in this server."


def limit_unset(user_id: int, amount: int | None) -> str:
    """/quota unset succeeded: what holds instead."""
    limit = "no daily limit" if amount is None else f"a daily limit of {_count(amount, 'picture')}"
    return f"<@{user_id}> has no limit of their own any more; what holds for them now is {limit}."


def granted(user_id: int, amount: int, expires_at: int) -> str:
    """/quota grant succeeded."""
    return f"<@{user_id}> has {_count(amount, 'extra picture')}, to use <t:{expires_at}:R> at the latest."


def reset(user_id: int) -> str:
    """/quota reset succeeded."""
    return f"<@{user_id}>'s count for today is back at zero."


def role_limit_set(role_id: int, amount: int | None) -> str:
    """/quota role set succeeded."""
    limit = "no daily limit" if amount is None else f"a daily limit of {_count(amount, 'picture')}"
    return f"Whoever holds <@&{role_id}> now has {limit}, and the best of their roles counts."


def role_limit_unset(role_id: int, *, had_one: bool) -> str:
    """/quota role unset, and whether there was something to take away."""
    return f"<@&{role_id}> has no daily limit any more." if had_one else f"<@&{role_id}> had no daily limit."


def role_limits(limits: list[tuple[int, int | None]]) -> str:
    """/quota role list; Discord allows 250 roles and 2,000 characters."""
    if not limits:
        return "No role has a daily limit. Give one with `/quota role set`."
    shown = [f"<@&{role}>: {'no limit' if amount is None else amount}" for role, amount in limits[:_MOST_ROLES]]
    rest = len(limits) - len(shown)
    return "\n".join([*shown, f"… and {rest} more"] if rest else shown)


def server_limit(amount: int | None, *, usual: int) -> str:
    """/quota server show and set."""
    if amount is None:
        return f"This server has set no daily limit of its own: {_count(usual, 'picture')} a member, the usual one."
    return f"This server's daily limit is {_count(amount, 'picture')} a member."


def not_a_span(text: str) -> str:
    """A span of time that can't be read."""
    return f"{quoted(text, most=20)} is no span of time: give one such as 12h, 7d or 4w, a year at most."


def not_an_amount(text: str) -> str:
    """An amount that is neither a number in range nor "unlimited"."""
    return f"{quoted(text, most=20)} is no amount: give a number from 0 to 1000, or “unlimited”."


def not_a_limit(text: str, *, usual: int) -> str:
    """A server's daily limit that is no number in range."""
    return f"{quoted(text, most=20)} is no daily limit: give a number from 0 to 1000, or nothing for the usual {usual}."


def not_a_zone(text: str, alike: Sequence[str]) -> str:
    """A time zone that nobody knows, with some that look like it."""
    maybe = f" Did you mean {', '.join(alike)}?" if alike else " Names are like Europe/Berlin or America/New_York."
    return f"{quoted(text, most=60)} is no time zone that I know.{maybe}"


def thread_name(style: str, member: str | None) -> str:
    """The name of the thread that takes the picture, at most Discord's 100 characters."""
    return style if member is None else f"{style} · {member}"[:100]


def without_member(thread: str) -> str:
    """The same thread's name without the member's."""
    return thread.partition(" · ")[0]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
