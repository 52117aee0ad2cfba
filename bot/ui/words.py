"""Every word that a member or a moderator reads."""

import math
import textwrap

from bot.ui.status import Allowance, Finishing, Order, Painting, Preparing, Result, Status, Waiting
from engine.contract import Why
from engine.errors import PhotoFault

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

NOT_AN_IMAGE_TYPE = "That attachment is no picture. I take JPEG, PNG, WebP, GIF, AVIF and HEIC."
PHOTO_GONE = "I can't fetch that photo any more. Please send it again."
PHOTO_UNREACHABLE = "Discord did not hand me that photo just now. Please try again in a moment."
NOT_REDRAWN = "The picture did not come out fit to show. Please try another photo, or another strength."
ENGINE_FAILED = "The engine failed on that picture. Please try again in a moment."
TOO_LARGE_TO_SEND = "The picture would be too large to send here. Please try a smaller photo."
ENGINE_DOWN = "My engine is down. Whoever runs me has to look at it."
OUR_FAULT = "Something went wrong on my side. It is in my log."
INTERRUPTED = "I was restarted and could not finish this picture."
NO_RESULT_PLACE = "I could not post the picture here. Please check my permissions in this channel."
SHUTTING_DOWN = "I am restarting. Please try again in a minute."
PAUSED = "⏸️ I am restarting. This picture goes on as soon as I am back."
REFUNDED = "It did not count toward your daily limit."
MODERATORS_ONLY = "Only moderators can do that: it takes Manage Server or Moderate Members."
NOT_YOURS_TO_DELETE = "Only the person who asked for this picture, or a moderator, can delete it."
GUILD_ONLY = "Quotas are kept for each server, so this works inside a server only."
JOB_FORGOTTEN = "I have no record of that picture any more."
ADULT_STYLE = "That style is for age-restricted channels only."
DELETED = "The picture is deleted."
NOT_DELETED = "Discord would not let me delete that message. A moderator can."


def photo_fault(fault: PhotoFault, limit: int | None) -> str:
    """The sentence for a photo that can't be used; `limit` in the unit that `PhotoError` gives."""
    scale = {PhotoFault.TOO_MANY_BYTES: 1024 * 1024, PhotoFault.TOO_MANY_PIXELS: 1_000_000}.get(fault, 1)
    return _PHOTO_FAULTS[fault].format(limit=None if limit is None else limit // scale)


def refunded(sentence: str) -> str:
    """A refusal after the charge: what happened, and that it cost nothing."""
    return f"{sentence} {REFUNDED}"


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


def alt_text(value: Result) -> str:
    """What a screen reader says for the picture."""
    return f"The photo as a picture in the style “{value.order.style}”."


def left(value: Allowance) -> str:
    """The rest of a quota in a few words."""
    if value.left is None:
        return "no daily limit"
    return f"{value.left} left today"


def usage(value: Allowance, *, layer: str, grants: int, member_id: int | None = None) -> str:
    """The answer to /usage, or to /quota show about somebody else: what is left, and which layer decided it."""
    who, whose = ("You have", "Your") if member_id is None else (f"<@{member_id}> has", "Their")
    decided = {"member": "set by a moderator", "server": "this server's", "default": "the usual one"}[layer]
    if value.limit is None:
        return f"{who} no daily limit here ({decided})."
    lines = [
        f"{who} **{_count(value.left or 0, 'picture')}** left today.",
        f"{whose} daily limit is {value.limit} ({decided}); it starts anew <t:{value.resets_at}:R>.",
    ]
    if grants:
        lines.append(f"{_count(grants, 'extra picture')} from a moderator are counted in.")
    return "\n".join(lines)


def limit_set(user_id: int, amount: int | None) -> str:
    """/quota set succeeded."""
    limit = "no daily limit" if amount is None else f"a daily limit of {_count(amount, 'picture')}"
    return f"<@{user_id}> now has {limit} in this server."


def granted(user_id: int, amount: int, expires_at: int) -> str:
    """/quota grant succeeded."""
    return f"<@{user_id}> has {_count(amount, 'extra picture')}, to use <t:{expires_at}:R> at the latest."


def reset(user_id: int) -> str:
    """/quota reset succeeded."""
    return f"<@{user_id}>'s count for today is back at zero."


def not_an_amount(text: str) -> str:
    """An amount that is neither a number in range nor "unlimited"."""
    return f"“{text[:20]}” is no amount: give a number from 0 to 1000, or “unlimited”."


def thread_name(style: str, member: str | None) -> str:
    """The name of the thread that takes the picture, at most Discord's 100 characters."""
    return style if member is None else f"{style} · {member}"[:100]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
