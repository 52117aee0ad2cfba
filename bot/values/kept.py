"""What is kept of a person, and for how long: values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.values.rules import PicturesOfMe

KEPT_DAYS = 90
"""Days for which ended jobs, closed days of the ledger and counts of refusals are kept; at most three more."""

AUDIT_DAYS = 365
"""Days for which the audit is kept."""

LEFT_DAYS = 30
"""Days for which a server's rows are kept after the bot has left it."""

REPORT_COUNTS = 86400
"""Seconds for which a report counts among those that somebody may make in a day."""


class Kind(StrEnum):
    """What outlives an erasure."""

    USAGE = "usage"  # pictures of a day in a server
    CAP_USAGE = "cap_usage"  # pictures of a day over all servers
    CANCELS = "cancels"  # running pictures of a day that were called off in a server: only some of them are free
    REPORTS = "reports"  # reports that still count for the day's
    CAP = "cap"  # the operator's, for this member
    LIMIT = "limit"  # a moderator's, for this member
    BLOCK = "block"
    DENIED = "denied"  # the operator serves this member nowhere
    PICTURES_OF_ME = "pictures_of_me"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remnant:
    """One thing that an erasure does not undo.

    Attributes
    ----------
    guild_id
        The server that it holds in; 0 where it holds everywhere, or outside of servers.
    value
        What it says, by the names of the columns that it was in.
    until
        When it lapses, in epoch seconds; None: when somebody lifts it.
    """

    kind: Kind
    guild_id: int
    value: Mapping[str, Any]
    until: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What is kept of a person. Instants are in epoch seconds; one that is None is that of nothing.

    Attributes
    ----------
    since
        The oldest of it.
    under_way, delivered, failed, cancelled
        Pictures that they asked for, by what became of them.
    jobs_until
        When the last of those goes, at most three days later.
    links, links_until
        Links to photos that are kept for buttons, sealed.
    results
        Pictures that they asked for and that are posted still, those left out that nobody else can see.
    waiting_of_me, results_of_me
        Pictures that others asked for of their avatar or messages: those that wait, and those that are posted still.
    ledger
        Lines that explain their quota; they go with the jobs.
    grants, grants_until
        Times that moderators gave extra pictures, and when the last of those expire.
    reports
        Reports that they made; they go with the jobs that they are about.
    audit, audit_until
        Lines of the audit in which they act or are acted on.
    told_at, stated_at
        When they were told that uploads must be theirs, and when they said so.
    lasting
        What an erasure does not undo, each with its end.
    erased
        They were erased, and nothing is kept under their name: `lasting` is all there is.
    """

    since: int | None = None
    under_way: int = 0
    delivered: int = 0
    failed: int = 0
    cancelled: int = 0
    jobs_until: int | None = None
    links: int = 0
    links_until: int | None = None
    results: int = 0
    waiting_of_me: int = 0
    results_of_me: int = 0
    ledger: int = 0
    grants: int = 0
    grants_until: int | None = None
    reports: int = 0
    audit: int = 0
    audit_until: int | None = None
    told_at: int | None = None
    stated_at: int | None = None
    lasting: tuple[Remnant, ...] = ()
    erased: bool = False

    @property
    def jobs(self) -> int:
        """Pictures that they asked for, whatever became of them."""
        return self.under_way + self.delivered + self.failed + self.cancelled

    @property
    def pictures_of_me(self) -> PicturesOfMe | None:
        """What they have said of their own pictures."""
        said = (one.value["said"] for one in self.lasting if one.kind is Kind.PICTURES_OF_ME)
        return next((PicturesOfMe(one) for one in said), None)

    @property
    def nothing(self) -> bool:
        """Whether nothing at all is kept."""
        return self.since is None and not (self.lasting or self.waiting_of_me or self.results_of_me)
