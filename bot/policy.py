"""The rules, pure: may this be asked here, how long may it wait, and who may do what. No I/O."""

from dataclasses import dataclass

from engine.decoding import MAX_BYTES

MAX_PHOTO_BYTES = MAX_BYTES
"""The largest attachment that is fetched, in bytes."""

MAX_WAIT_MINUTES = 13
"""The most minutes that a member may be ready to wait."""

MAX_WAIT = MAX_WAIT_MINUTES * 60.0
"""The longest quoted wait that is promised, in seconds: the interaction's token dies at 15 minutes."""

MAX_WAIT_TOKEN_ONLY = 8 * 60.0
"""The same where only the token can deliver (user installs): nothing is left to fall back to when it dies."""

_LONG_WAIT = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What Discord says of an attachment before a byte of it is fetched; nothing of it is to be trusted."""

    size: int
    content_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, as the interaction's payload says at the moment of the click."""

    user_id: int
    manages_server: bool
    moderates_members: bool


def is_moderator(actor: Actor) -> bool:
    """The one check, for commands and components alike."""
    return actor.manages_server or actor.moderates_members


def may_delete(actor: Actor, *, requester_id: int) -> bool:
    """Whether this person may delete a result."""
    return actor.user_id == requester_id or is_moderator(actor)


def declares_a_picture(declared: Declared) -> bool:
    """Whether the attachment may be a picture; iPhones' HEIC often comes without a type, or as plain bytes."""
    kind = (declared.content_type or "").partition(";")[0].strip().lower()
    return kind in ("", "application/octet-stream") or kind.startswith("image/")


def max_wait(*, token_only: bool) -> float:
    """The longest wait that may be promised, in seconds."""
    return MAX_WAIT_TOKEN_ONLY if token_only else MAX_WAIT


def in_flight_limit(wait: float) -> int:
    """How many of a member's requests may be under way: one when the wait is long, else two."""
    return 1 if wait > _LONG_WAIT else 2


def age_allows(*, adult_style: bool, age_restricted_channel: bool) -> bool:
    """Styles for adults are for age-restricted channels."""
    return age_restricted_channel or not adult_style
