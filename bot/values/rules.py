"""What rules are made of: what a server has set, who asks for what where, and how things stand. Values only."""

from dataclasses import dataclass, field
from enum import StrEnum


class SafetyMode(StrEnum):
    """What becomes of a picture that the classifier calls unsafe."""

    OFF = "off"  # nothing is checked
    BLOCK = "block"  # it is not shown
    SPOILER = "spoiler"  # it is shown behind a click
    AGE_RESTRICTED = "age_restricted"  # it is shown in age-restricted channels only


class ConsentRule(StrEnum):
    """Whose pictures a member may use besides their own, as a server has it."""

    SELF = "self"  # nobody's
    OPTED_IN = "opted_in"  # theirs who have said that anyone may
    ANYONE = "anyone"  # everybody's who has not said that nobody may


class PicturesOfMe(StrEnum):
    """What a member says of their own pictures, for all servers."""

    NOBODY = "nobody"  # nobody else may use them
    ANYONE = "anyone"  # anyone may, where the server's rule lets members choose


@dataclass(frozen=True, slots=True, kw_only=True)
class Guild:
    """What a server has set; the defaults let a fresh one work at once.

    Attributes
    ----------
    zone
        An IANA name: where its days begin and end.
    daily_limit
        Pictures per member and day, 0..1000; None leaves it to the bot's default.
    channels, roles
        Where it may be used, threads and categories included, and by whom; empty means everywhere, and everyone.
    moderator_roles
        Who moderates besides those with Manage Server or Moderate Members.
    new_member_hours
        How long somebody must have been in the server, 0..8760.
    threads
        Whether results go to a thread under the request, or else onto the request's own card.
    default_style
        What `/animify` paints when no style is named; None: the catalogue's first.
    styles_off
        Ids of styles that can't be had here.
    language
        What public cards are written in, a key of `bot.ui.language.LANGUAGES`.
    consent
        Whose pictures members may use.
    upload_statement
        Whether a member must say once, before the first picture, that uploads are theirs or used with permission.
    safety
        What becomes of unsafe pictures; None: block where a classifier is installed.
    unchecked_known
        A moderator has read that no classifier is installed.
    log_channel
        Where moderators read of every change and report; None: nowhere but in `/audit`.
    retention_hours
        How long the link of a photo is kept for buttons that need it, 0..24; 0: until its picture is done.
    paused
        Nothing is taken here until somebody resumes it.
    """

    zone: str = "UTC"
    daily_limit: int | None = None
    channels: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    moderator_roles: frozenset[int] = frozenset()
    new_member_hours: int = 0
    threads: bool = True
    default_style: str | None = None
    styles_off: frozenset[str] = frozenset()
    language: str = "en"
    consent: ConsentRule = ConsentRule.SELF
    upload_statement: bool = False
    safety: SafetyMode | None = None
    unchecked_known: bool = False
    log_channel: int | None = None
    retention_hours: int = 24
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What holds for the whole bot, as its operator has set it up.

    Attributes
    ----------
    classifier
        Whether a safety classifier is installed.
    unchecked_direct
        Whether direct messages and user installs are served without one.
    """

    classifier: bool = False
    unchecked_direct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, as the interaction's payload says at the moment of the click.

    Attributes
    ----------
    roles
        Ids of the roles held in this server; empty outside of servers.
    joined_at
        When they joined this server, in epoch seconds; None outside of servers, or where Discord does not say.
    """

    user_id: int
    manages_server: bool = False
    moderates_members: bool = False
    roles: frozenset[int] = frozenset()
    joined_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody acts.

    Attributes
    ----------
    guild_id
        The server that installed the bot and whose rules count; 0 for direct messages and user installs.
    server_id
        The server that it is, whoever installed the bot; 0 in direct messages. Blocks and deny lists count by it.
    channel_id
        The channel or thread.
    parents
        The channel of a thread, and the category of a channel, as far as they are known.
    age_restricted
        Whether the channel, or the one that a thread is of, is for adults.
    """

    guild_id: int
    server_id: int
    channel_id: int
    parents: frozenset[int] = frozenset()
    age_restricted: bool = False


class Origin(StrEnum):
    """Where a picture comes from."""

    UPLOAD = "upload"  # no known owner
    MESSAGE = "message"  # its author's
    AVATAR = "avatar"  # its user's
    RESULT = "result"  # one of ours: the requester's
    MACHINE = "machine"  # a bot's or a webhook's: for moderators only


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Whose picture is asked for; `owner_id` is None for uploads and machines."""

    origin: Origin = Origin.UPLOAD
    owner_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A moderator doesn't want this member served here; `expires_at` in epoch seconds, None until it is lifted."""

    reason: str | None
    expires_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand for a request at this moment, as the store knows.

    Attributes
    ----------
    guild
        What the server whose rules count has set.
    draining
        The operator lets nothing new in anywhere.
    denied_member, denied_server
        The operator serves this member, or this server, nowhere.
    block
        The member's block in the server that it is.
    stated
        The member has said that uploads are theirs or used with permission.
    owner
        What the picture's owner has said; None where they have said nothing, or it has no known owner.
    """

    guild: Guild = field(default_factory=Guild)
    draining: bool = False
    denied_member: bool = False
    denied_server: bool = False
    block: Block | None = None
    stated: bool = False
    owner: PicturesOfMe | None = None


class Refusal(StrEnum):
    """Why a request is not taken, or not carried any further; words for it are in `bot.ui.words`."""

    DRAINING = "draining"
    DENIED_MEMBER = "denied_member"
    DENIED_SERVER = "denied_server"
    BLOCKED = "blocked"
    PAUSED = "paused"
    CHANNEL = "channel"
    ROLE = "role"
    NEW_MEMBER = "new_member"
    STYLE_OFF = "style_off"
    ADULT_STYLE = "adult_style"
    ADULT_STYLE_UNCHECKED = "adult_style_unchecked"
    UNCHECKED_DIRECT = "unchecked_direct"
    UNCHECKED_CHANNEL = "unchecked_channel"
    MACHINES_PICTURE = "machines_picture"
    NOT_YOURS = "not_yours"
    OWNER_SAYS_NOBODY = "owner_says_nobody"
    OWNER_HAS_NOT_SAID = "owner_has_not_said"
    STATEMENT = "statement"
