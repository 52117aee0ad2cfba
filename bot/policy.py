"""The rules, pure: may this be asked here, may it be shown, how long may it wait, and who may do what. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from types import MappingProxyType
from typing import Final

from bot.values.buttons import Action
from bot.values.rules import (
    Actor,
    ConsentRule,
    Guild,
    House,
    Origin,
    PicturesOfMe,
    Place,
    Refusal,
    SafetyMode,
    Source,
    Standing,
)
from engine.decoding import MAX_BYTES

MAX_PHOTO_BYTES = MAX_BYTES
"""The largest attachment that is fetched, in bytes."""

MAX_WAIT_MINUTES = 13
"""The most minutes that a member may be ready to wait."""

MAX_WAIT = MAX_WAIT_MINUTES * 60.0
"""The longest quoted wait that is promised, in seconds: the interaction's token dies at 15 minutes."""

MAX_WAIT_TOKEN_ONLY = 8 * 60.0
"""The same where only the token can deliver (user installs): nothing is left to fall back to when it dies."""

REPORTS_A_DAY = 5
"""How many results a member may report in 24 hours."""

_LONG_WAIT = 60.0
_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What Discord says of an attachment before a byte of it is fetched; nothing of it is to be trusted."""

    size: int
    content_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request as far as rules look at it: who wants which style of whose picture, where."""

    actor: Actor
    place: Place
    source: Source
    style: str
    adult_style: bool


class Who(Enum):
    """Who may press a button."""

    REQUESTER = auto()  # who asked for the picture
    CONCERNED = auto()  # they, whoever's picture it was made of, and moderators
    EVERYONE = auto()


PRESSES: Final[Mapping[Action, Who]] = MappingProxyType(
    {
        Action.CANCEL: Who.REQUESTER,
        Action.MENTION: Who.REQUESTER,
        Action.RETRY: Who.REQUESTER,
        Action.AGAIN: Who.REQUESTER,
        Action.STYLE: Who.REQUESTER,
        Action.SUBTLER: Who.REQUESTER,
        Action.BOLDER: Who.REQUESTER,
        Action.FOUR: Who.REQUESTER,
        Action.COMPARE: Who.REQUESTER,
        Action.WIPE: Who.REQUESTER,
        Action.SIDES: Who.REQUESTER,
        Action.POST: Who.REQUESTER,
        Action.POST_WIPE: Who.REQUESTER,
        Action.DETAILS: Who.REQUESTER,
        Action.PICK: Who.REQUESTER,
        Action.KEEP: Who.REQUESTER,
        Action.SAME: Who.EVERYONE,
        Action.REPORT: Who.EVERYONE,
        Action.DELETE: Who.CONCERNED,
    }
)
"""Who may press what: the one table."""


class Showing(StrEnum):
    """What becomes of a picture once it is judged."""

    PLAIN = "plain"
    SPOILER = "spoiler"  # behind a click
    NOT = "not"  # refused, and refunded


def admits(ask: Ask, standing: Standing, *, house: House, now: float) -> Refusal | None:
    """Whether a request is taken: the first reason why not, or None. `now` in epoch seconds.

    Asked in the transaction that charges, so that what a moderator has changed by then holds.
    """
    guild = standing.guild
    reasons = (
        _welcome(standing),
        _open(standing),
        _place(ask.place, guild),
        None if is_moderator(ask.actor, guild) else _member(ask.actor, guild, now),
        Refusal.STYLE_OFF if ask.style in guild.styles_off else None,
        _adult_style(ask, house),
        _unchecked(ask.place, guild, house),
        consents(ask.source, ask.actor, standing),
        _statement(ask.source, standing),
    )
    return next((reason for reason in reasons if reason is not None), None)


def still_admits(ask: Ask, standing: Standing, *, house: House) -> Refusal | None:
    """Whether a promised picture is still painted: what protects somebody holds at once, also for what waits.

    A pause, a limit or a style that was switched off since is not held against it: it was promised.
    """
    reasons = (
        _welcome(standing),
        _adult_style(ask, house),
        _unchecked(ask.place, standing.guild, house),
        consents(ask.source, ask.actor, standing),
    )
    return next((reason for reason in reasons if reason is not None), None)


def consents(source: Source, actor: Actor, standing: Standing) -> Refusal | None:
    """Whether somebody may use this picture. Uploads have no known owner; `standing.owner` is never the asker's own."""
    if source.origin is Origin.MACHINE:
        return None if is_moderator(actor, standing.guild) else Refusal.MACHINES_PICTURE
    if source.owner_id in (None, actor.user_id):
        return None
    if standing.owner is PicturesOfMe.NOBODY:
        return Refusal.OWNER_SAYS_NOBODY
    match standing.guild.consent:
        case ConsentRule.SELF:
            return Refusal.NOT_YOURS
        case ConsentRule.OPTED_IN:
            return None if standing.owner is PicturesOfMe.ANYONE else Refusal.OWNER_HAS_NOT_SAID
        case ConsentRule.ANYONE:
            return None


def safety_mode(guild: Guild, place: Place, house: House) -> SafetyMode:
    """What becomes of unsafe pictures there. Direct messages have no moderators: a classifier blocks, or is not there.

    A mode that needs a classifier which has since been taken away is off: `/server` warns of it.
    """
    if not house.classifier:
        chosen = guild.safety if place.guild_id else None
        return SafetyMode.AGE_RESTRICTED if chosen is SafetyMode.AGE_RESTRICTED else SafetyMode.OFF
    if not place.guild_id:
        return SafetyMode.BLOCK
    return guild.safety or SafetyMode.BLOCK


def choosable(mode: SafetyMode, house: House) -> bool:
    """Whether a server may choose this mode: two of them are nothing without a classifier."""
    return house.classifier or mode in (SafetyMode.OFF, SafetyMode.AGE_RESTRICTED)


def shows(mode: SafetyMode, *, unsafe: bool, age_restricted: bool) -> Showing:
    """What becomes of a picture with this verdict, in a channel for adults or not."""
    if not unsafe or mode is SafetyMode.OFF:
        return Showing.PLAIN
    if mode is SafetyMode.SPOILER:
        return Showing.SPOILER
    if mode is SafetyMode.AGE_RESTRICTED and age_restricted:
        return Showing.PLAIN
    return Showing.NOT


def is_moderator(actor: Actor, guild: Guild) -> bool:
    """The one check, for commands, menus, buttons and modals alike."""
    return actor.manages_server or actor.moderates_members or bool(actor.roles & guild.moderator_roles)


def may_press(action: Action, actor: Actor, guild: Guild, *, requester_id: int, owner_id: int | None = None) -> bool:
    """Whether this person may do this to a job; `owner_id` is whose picture it was made of, if anybody's."""
    match PRESSES[action]:
        case Who.EVERYONE:
            return True
        case Who.REQUESTER:
            return actor.user_id == requester_id
        case Who.CONCERNED:
            return actor.user_id in (requester_id, owner_id) or is_moderator(actor, guild)


def may_block(target: Actor, guild: Guild) -> bool:
    """Whether this member can be blocked: moderators can't."""
    return not is_moderator(target, guild)


def declares_a_picture(declared: Declared) -> bool:
    """Whether the attachment may be a picture; iPhones' HEIC often comes without a type, or as plain bytes."""
    kind = (declared.content_type or "").partition(";")[0].strip().lower()
    return kind in ("", "application/octet-stream") or kind.startswith("image/")


def max_wait(*, token_only: bool) -> float:
    """The longest wait that may be promised, in seconds."""
    return MAX_WAIT_TOKEN_ONLY if token_only else MAX_WAIT


def worth_a_mention(wait: float) -> bool:
    """Whether a member may want to be called after so many seconds."""
    return wait > _LONG_WAIT


def in_flight_limit(wait: float) -> int:
    """How many of a member's requests may be under way: one when the wait is long, else two."""
    return 1 if wait > _LONG_WAIT else 2


def _welcome(standing: Standing) -> Refusal | None:
    if standing.denied_member:
        return Refusal.DENIED_MEMBER
    if standing.denied_server:
        return Refusal.DENIED_SERVER
    return Refusal.BLOCKED if standing.block is not None else None


def _open(standing: Standing) -> Refusal | None:
    if standing.draining:
        return Refusal.DRAINING
    return Refusal.PAUSED if standing.guild.paused else None


def _place(place: Place, guild: Guild) -> Refusal | None:
    if guild.channels and not guild.channels & {place.channel_id, *place.parents}:
        return Refusal.CHANNEL
    return None


def _member(actor: Actor, guild: Guild, now: float) -> Refusal | None:
    """Who may ask, moderators aside. Who joined when nobody knows is not new."""
    if guild.roles and not guild.roles & actor.roles:
        return Refusal.ROLE
    if actor.joined_at is not None and now < actor.joined_at + guild.new_member_hours * _HOUR:
        return Refusal.NEW_MEMBER
    return None


def _statement(source: Source, standing: Standing) -> Refusal | None:
    if standing.guild.upload_statement and source.origin is Origin.UPLOAD and not standing.stated:
        return Refusal.STATEMENT
    return None


def _adult_style(ask: Ask, house: House) -> Refusal | None:
    if not ask.adult_style:
        return None
    if not house.classifier:
        return Refusal.ADULT_STYLE_UNCHECKED
    return None if ask.place.age_restricted else Refusal.ADULT_STYLE


def _unchecked(place: Place, guild: Guild, house: House) -> Refusal | None:
    """Where nobody can look: direct use takes the operator's word, and what a server keeps to adults stays there."""
    if house.classifier:
        return None
    if not place.guild_id:
        return None if house.unchecked_direct else Refusal.UNCHECKED_DIRECT
    if guild.safety is SafetyMode.AGE_RESTRICTED and not place.age_restricted:
        return Refusal.UNCHECKED_CHANNEL
    return None
