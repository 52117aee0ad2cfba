"""What members are told when something is refused or goes wrong, and words that several parts of the bot use."""

import math
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Final

import discord

from bot.ui.language import Phrase, _, joined, ngettext
from bot.ui.status import Allowance
from bot.values.rules import Refusal, Standing
from engine.errors import PhotoFault

_PHOTO_FAULTS: Final[Mapping[PhotoFault, Phrase]] = {
    PhotoFault.EMPTY: Phrase("That file is empty. Please send the photo again."),
    PhotoFault.TOO_MANY_BYTES: Phrase("That file is too large: {limit} MiB is the most I take."),
    PhotoFault.NOT_A_PICTURE: Phrase("That file is no picture I can read. I take JPEG, PNG, WebP, GIF, AVIF and HEIC."),
    PhotoFault.TOO_MANY_PIXELS: Phrase(
        "That picture has too many pixels: {limit} megapixels is the most for its format."
    ),
    PhotoFault.TOO_MANY_FRAMES: Phrase("That animation has too many frames: {limit} is the most I take."),
    PhotoFault.TOO_SMALL: Phrase("That picture is too small: each side needs at least {limit} pixels."),
    PhotoFault.TOO_NARROW: Phrase(
        "That picture is too narrow: the long side may be at most {limit} times the short one."
    ),
    PhotoFault.DAMAGED: Phrase("That picture is damaged or cut off. Please send it again, or another one."),
    PhotoFault.TOO_COSTLY: Phrase(
        "That picture takes too much time or memory to open. Please save it as a plain JPEG or PNG."
    ),
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
PICTURES_DELETED = Phrase("The pictures of this request were deleted.")
MADE_BEFORE = Phrase("I was restarted meanwhile, and no longer know why.")
PAUSED = Phrase("⏸️ I am restarting. This picture goes on as soon as I am back.")
REFUNDED = Phrase("It did not count toward your daily limit.")
MANAGERS_ONLY = Phrase("That takes the permission Manage Server.")
ANOTHER_SERVERS = Phrase("This card is another server's. Use `/server` here.")
SOME_ARE_GONE = Phrase("Some of what you chose is gone.")
CHOICE_IS_GONE = Phrase("That can't be chosen any more.")
NOT_EVERYBODY = Phrase("@everyone can't be moderators.")
KEEP_ONE_STYLE = Phrase("One style must stay on; to stop me, pause me.")
NOT_YOURS_TO_DELETE = Phrase(
    "Only whoever asked for this picture, whose photo it was made of, or a moderator can delete it."
    " If it shows you, press Report."
)
GUILD_ONLY = Phrase("That works only inside a server that has added me.")
JOB_FORGOTTEN = Phrase("I have no record of that picture any more.")
COST = Phrase("Each picture costs one of your pictures of the day.")
NO_PICTURE_THERE = Phrase("There is no picture in that message that I can read.")
NO_AVATAR = Phrase("That member has no avatar of their own, only one of Discord's.")
MINE = Phrase("Mine, or I have permission")
STATED = Phrase("Thank you, I will not ask again. Please send your request once more.")
WITHDRAWN = Phrase("This picture was cancelled. It did not count toward your daily limit.")
MORE_THAN_LEFT = Phrase("You asked for {asked} pictures and have {left} left today. Nothing was charged.")
UNSAFE = Phrase("I can't show pictures like that here.")
NOT_JUDGED = Phrase("I could not check whether that picture is safe to show, so I don't show it.")
UPLOADS_ARE_YOURS = Phrase(
    "One thing, this once: please use only photos that are your own, or whose owner and people have said yes. "
    "Anyone can keep others from using theirs: `/privacy optout`."
)
DELETED = Phrase("The picture is deleted.")
NOT_DELETED = Phrase("Discord would not let me delete that message. A moderator can.")


_REFUSALS: Final[Mapping[Refusal, Phrase]] = {
    Refusal.DRAINING: Phrase("I am about to be serviced and take nothing new. Please try again in a while."),
    Refusal.DENIED_MEMBER: Phrase("Whoever runs me does not want me to work for you."),
    Refusal.DENIED_SERVER: Phrase("Whoever runs me does not want me to work in this server."),
    Refusal.PAUSED: Phrase("Moderators have paused me in this server."),
    Refusal.ROLE: Phrase("In this server I paint for these roles only: {roles}."),
    Refusal.NEW_MEMBER: Phrase("In this server I paint for members who have been here for {span}."),
    Refusal.CHANNEL: Phrase("In this server I paint in these channels only: {channels}."),
    Refusal.STYLE_OFF: Phrase("That style is switched off in this server."),
    Refusal.ADULT_STYLE: Phrase("That style is for age-restricted channels only."),
    Refusal.ADULT_STYLE_UNCHECKED: Phrase("That style needs a safety classifier, and none is installed."),
    Refusal.UNCHECKED_DIRECT: Phrase(
        "Whoever runs me has not opened me for direct use. Please ask me inside a server."
    ),
    Refusal.UNCHECKED_CHANNEL: Phrase("In this server I paint in age-restricted channels only."),
    Refusal.MACHINES_PICTURE: Phrase("Pictures that bots and webhooks post can be used by moderators only."),
    Refusal.NOT_YOURS: Phrase("In this server you can use your own pictures only. `/animify` takes a photo of yours."),
    Refusal.OWNER_SAYS_NOBODY: Phrase("Whoever that picture belongs to does not want it used."),
    Refusal.OWNER_HAS_NOT_SAID: Phrase("Whoever that picture belongs to has not said that others may use it."),
    Refusal.STATEMENT: Phrase("This server asks first: is the photo your own, or have you permission to use it?"),
}

_NOT_YOURS_OUTSIDE = Phrase("Here you can use your own pictures only. `/animify` takes a photo of yours.")

_MARKUP = re.compile(r"[\\*_~`|\[\]()<>#]")  # discord.py's own escaping lets the second link of a line through
_DAY = 24  # hours
_HOUR = 3600  # seconds
_MOST_NAMED = 20  # roles or channels in one sentence
_THREAD_NAME = 100  # characters that Discord takes


def refusal(value: Refusal, standing: Standing, *, joined_at: float | None = None, in_server: bool = True) -> str:
    """Why a request is not taken, and what it takes.

    Parameters
    ----------
    joined_at
        When the member joined the server, in epoch seconds; None where nobody knows.
    in_server
        Whether a server's rules say so, and not those of direct messages and user installs.
    """
    guild = standing.guild
    if value is Refusal.BLOCKED:
        return _blocked(standing)
    if value is Refusal.NOT_YOURS and not in_server:
        return _NOT_YOURS_OUTSIDE()
    said = _REFUSALS[value](
        roles=_named("<@&{}>", guild.roles),
        channels=_named("<#{}>", guild.channels),
        span=span(guild.new_member_hours),
    )
    if value is Refusal.NEW_MEMBER and joined_at is not None:
        at = math.ceil(joined_at) + guild.new_member_hours * _HOUR
        return joined(said, _("You can ask me <t:{at}:R>.").format(at=at))
    return said


def _blocked(standing: Standing) -> str:
    """The reason is a moderator's own words: shown as text, whatever it holds."""
    block = standing.block
    if block is None or block.expires_at is None:
        until = _("Moderators of this server have blocked you from using me.")
    else:
        until = _("Moderators of this server have blocked you from using me until <t:{at}:f>.").format(
            at=block.expires_at
        )
    if block is None or block.reason is None:
        return until
    return joined(until, _("They say: {reason}").format(reason=quoted(block.reason)))


def quoted(text: str, *, most: int = 200) -> str:
    """Strangers' words in quotation marks, as they are."""
    return _("“{text}”").format(text=harmless(text, most=most))


def harmless(text: str, *, most: int) -> str:
    """Strangers' words as they are: no markdown, no mention, one line, no direction but the reader's own."""
    return discord.utils.escape_mentions(_MARKUP.sub(r"\\\g<0>", one_line(text)[:most]))


def one_line(text: str) -> str:
    """Strangers' words where nothing is marked up, as in a select: one line, no direction but the reader's own."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def cut(text: str, most: int) -> str:
    """The text, or as many characters of it as fit, with a sign that there are more."""
    return text if len(text) <= most else text[: most - 1] + "…"


def person(user_id: int | None) -> str:
    """A mention; None where they were erased since."""
    return _("someone who was erased") if user_id is None else f"<@{user_id}>"


def span(hours: int) -> str:
    """A span as people say it: "1 hour", "3 days"."""
    if hours and hours % _DAY == 0:
        return ngettext("{count} day", "{count} days", hours // _DAY).format(count=hours // _DAY)
    return ngettext("{count} hour", "{count} hours", hours).format(count=hours)


def over_cap(scope: str, amount: int, resets_at: int) -> str:
    """The operator's cap is reached."""
    if scope == "server":
        sentence = ngettext(
            "That would go beyond this server's {count} picture a day. The next one comes <t:{at}:R>.",
            "That would go beyond this server's {count} pictures a day. The next ones come <t:{at}:R>.",
            amount,
        )
    else:
        sentence = ngettext(
            "That would go beyond your {count} picture a day over all servers. The next one comes <t:{at}:R>.",
            "That would go beyond your {count} pictures a day over all servers. The next ones come <t:{at}:R>.",
            amount,
        )
    return sentence.format(count=amount, at=resets_at)


def _named(pattern: str, ids: frozenset[int]) -> str:
    names = [pattern.format(one) for one in sorted(ids)[:_MOST_NAMED]]
    return ", ".join(names) + (", …" if len(ids) > _MOST_NAMED else "")


def photo_fault(fault: PhotoFault, limit: int | None) -> str:
    """The sentence for a photo that can't be used; `limit` in the unit that `PhotoError` gives."""
    scale = {PhotoFault.TOO_MANY_BYTES: 1024 * 1024, PhotoFault.TOO_MANY_PIXELS: 1_000_000}.get(fault, 1)
    return _PHOTO_FAULTS[fault](limit=None if limit is None else limit // scale)


def refunded(sentence: str) -> str:
    """A refusal after the charge: what happened, and that it cost nothing."""
    return joined(sentence, REFUNDED())


def moderators_only(roles: frozenset[int]) -> str:
    """A moderator's command in somebody else's hands: what it takes."""
    if not roles:
        return _("Only moderators can do that: it takes Manage Server or Timeout Members.")
    return _(
        "Only moderators can do that: it takes Manage Server or Timeout Members, or one of these roles: {roles}."
    ).format(roles=_named("<@&{}>", roles))


def unknown_style(known: list[str]) -> str:
    """A style that the catalogue does not have."""
    styles = textwrap.shorten(", ".join(known), 1500)
    return _("There is no such style. You can have: {styles}.").format(styles=styles)


def over_quota(allowance: Allowance) -> str:
    """The daily limit is reached."""
    if not allowance.limit:
        return _("You can't ask for pictures here: your daily limit is 0.")
    return ngettext(
        "You have used your {count} picture of today. A new one comes <t:{at}:R>.",
        "You have used all {count} pictures of today. New ones come <t:{at}:R>.",
        allowance.limit,
    ).format(count=allowance.limit, at=allowance.resets_at)


def too_many_in_flight(count: int, again_at: int | None) -> str:
    """The member's own requests are still under way.

    Parameters
    ----------
    again_at
        When another one may be taken, in epoch seconds; None where nobody can say.
    """
    under_way = ngettext(
        "You already have {count} request on the way.", "You already have {count} requests on the way.", count
    ).format(count=count)
    if again_at is None:
        return joined(under_way, _("`/queue` shows how long it takes."))
    return joined(under_way, _("Please try again <t:{at}:R>.").format(at=again_at))


def too_busy(wait: float, again_at: int) -> str:
    """Admission refuses: the honest wait, in seconds, is too long."""
    minutes = max(1, math.ceil(wait / 60))
    return ngettext(
        "Too many people are waiting: it would take about {count} minute. Please try again <t:{at}:R>.",
        "Too many people are waiting: it would take about {count} minutes. Please try again <t:{at}:R>.",
        minutes,
    ).format(count=minutes, at=again_at)


def not_a_span(text: str) -> str:
    """A span of time that can't be read."""
    return _("{text} is no span of time: give one such as 12h, 7d or 4w, a year at most.").format(
        text=quoted(text, most=20)
    )


def not_an_amount(text: str) -> str:
    """An amount that is neither a number in range nor "unlimited"."""
    return _("{text} is no amount: give a number from 0 to 1000, or `unlimited`.").format(text=quoted(text, most=20))


def not_a_limit(text: str, *, usual: int) -> str:
    """A server's daily limit that is no number in range."""
    return _("{text} is no daily limit: give a number from 0 to 1000, or nothing for the usual {usual}.").format(
        text=quoted(text, most=20), usual=usual
    )


def not_a_zone(text: str, alike: Sequence[str]) -> str:
    """A time zone that nobody knows, with some that look like it."""
    unknown = _("{text} is no time zone that I know.").format(text=quoted(text, most=60))
    if not alike:
        return joined(unknown, _("Names are like Europe/Berlin or America/New_York."))
    return joined(unknown, _("Did you mean {zones}?").format(zones=", ".join(alike)))


def thread_name(member: str | None) -> str:
    """The name of the thread that takes a member's pictures, at most Discord's 100 characters.

    Parameters
    ----------
    member
        Their name; None where nobody knows it, or nobody shall.
    """
    if member is None:
        return _("Pictures")
    pattern = _("{member}'s pictures")
    return pattern.format(member=cut(member, _THREAD_NAME - len(pattern.format(member=""))))
