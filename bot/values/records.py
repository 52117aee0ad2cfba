"""What moderators read: rows of the audit, and reports of results. Values only."""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What moderators and the operator do."""

    QUOTA_SET = "quota_set"
    QUOTA_UNSET = "quota_unset"
    QUOTA_GRANT = "quota_grant"
    QUOTA_RESET = "quota_reset"
    ROLE_SET = "role_set"
    ROLE_UNSET = "role_unset"
    SETTING = "setting"
    BLOCK = "block"
    UNBLOCK = "unblock"
    DELETE = "delete"
    PURGE = "purge"
    REPORT_DISMISSED = "report_dismissed"
    CAP = "cap"
    DENY = "deny"
    ALLOW = "allow"
    DRAIN = "drain"
    RESUME = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the audit, with users' ids where they are still known.

    Attributes
    ----------
    actor_id, target_id
        Users; None where there is none, or where they were erased since.
    by_operator
        It was done from the shell.
    self_serving
        Somebody did it to themselves.
    object
        What it is about besides the target: a role's id, a setting's name, a job.
    """

    id: int
    guild_id: int
    actor_id: int | None
    by_operator: bool
    target_id: int | None
    has_target: bool
    self_serving: bool
    action: Action
    object: str | None
    before: str | None
    after: str | None
    reason: str | None
    at: int


class Complaint(StrEnum):
    """Why somebody reports a result."""

    SHOWS_ME = "shows_me"  # and they don't want it: it is hidden at once
    HARMFUL = "harmful"
    RULES = "rules"  # the server's
    OTHER = "other"


class ReportState(StrEnum):
    """What became of a report."""

    OPEN = "open"
    DISMISSED = "dismissed"
    DELETED = "deleted"  # the picture is
    BLOCKED = "blocked"  # who had asked for the picture is; the picture is as it was


class Picture(StrEnum):
    """What is seen of a result."""

    SHOWN = "shown"
    HIDING = "hiding"  # to be hidden; Discord has not done it yet
    HIDDEN = "hidden"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Somebody objects to a result.

    Attributes
    ----------
    guild_id
        Whose moderators decide; 0: nobody's but the operator's.
    reporter_id, requester_id, closed_by_id
        Users; None where they were erased since, or, of the last, where no moderator closed it.
    words
        The reporter's own, as they came.
    style
        The style's id.
    sha256
        Of the posted file, in hexadecimal; None where nobody knows.
    channel_id, message_id
        The result's message; the channel is None where the requester was erased.
    picture
        As it is now, whatever the state.
    """

    id: int
    guild_id: int
    job_id: str
    reporter_id: int | None
    requester_id: int | None
    complaint: Complaint
    words: str | None
    at: int
    state: ReportState
    closed_by_id: int | None
    style: str
    sha256: str | None
    channel_id: int | None
    message_id: int | None
    picture: Picture

    @property
    def open(self) -> bool:
        """Whether it is still to be decided."""
        return self.state is ReportState.OPEN

    @property
    def hidden(self) -> bool:
        """Whether the picture is not to be seen until somebody decides."""
        return self.picture in (Picture.HIDING, Picture.HIDDEN)
