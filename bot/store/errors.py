"""Every way the store can fail or refuse, as one tree.

StoreError
├── DatabaseLockedError       another process works on this database
├── DatabaseUnreadableError   the file can't be opened or is no database of ours
├── MigrationError            the schema is not one that this version can bring up to date
├── KeyFileError              the key beside the database can't be used
├── DatabaseFailedError       SQLite failed in the middle; the transaction left no effect
│   └── DatabaseBusyError     a running bot left another process no time for it
├── UnknownZoneError          a guild's zone is in no zone database
├── UnknownJobError           there is no such job (any more)
├── IllegalTransitionError    the job can't go from its state to the wanted one
└── RefusedError              a request was not taken; nothing was charged
    ├── NotAdmittedError
    ├── OverQuotaError
    ├── OverCapError
    ├── InFlightError
    └── DuplicateRequestError
"""

from pathlib import Path

from bot.store.limits import Cap, Usage
from bot.values.rules import Refusal, Standing


class StoreError(Exception):
    """The root: nothing else leaves the store, and its text is one sentence for a person."""


class DatabaseLockedError(StoreError):
    """Two bots on one database would paint every job twice."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"another animify is running on {path}")


class DatabaseUnreadableError(StoreError):
    """The file can't be opened, or is no database of ours."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"the database {path} can't be opened: {reason}")


class MigrationError(StoreError):
    """The schema is not one that this version can bring up to date."""


class KeyFileError(StoreError):
    """The key file beside the database can't be used as it is."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"the key file {path} {reason}")


class DatabaseFailedError(StoreError):
    """SQLite failed in the middle (a full disk, for one); the transaction left no effect."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the database failed: {reason}")


class DatabaseBusyError(DatabaseFailedError):
    """A running bot left another process no time for what it wanted; that left no effect."""

    def __init__(self) -> None:
        super().__init__("a running bot left no time for it; nothing was changed")


class UnknownZoneError(StoreError):
    """A guild's zone is in no zone database."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"there is no time zone “{zone[:50]}”; zones are named like Europe/Berlin")


class UnknownJobError(StoreError):
    """There is no such job (any more)."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"there is no job {job_id}")


class IllegalTransitionError(StoreError):
    """The job can't go from the state it is in to the one that was asked for."""

    def __init__(self, job_id: str, source: str, target: str) -> None:
        super().__init__(f"job {job_id} is {source} and can't become {target}")


class RefusedError(StoreError):
    """A request was not taken, and nothing was charged."""


class OverQuotaError(RefusedError):
    """The day's limit and the grants have less left than was asked for.

    Attributes
    ----------
    usage
        Where the member stands, nothing of this request counted: the limit, the layer that set it, and when the day
        ends.
    """

    def __init__(self, usage: Usage) -> None:
        super().__init__(f"the limit of {usage.limit} pictures a day is reached")
        self.usage = usage

    @property
    def left(self) -> int:
        """How many pictures of this request could be paid now."""
        return self.usage.left or 0


class OverCapError(RefusedError):
    """The operator's cap for this server, or for this member over all servers, leaves less than was asked for.

    Attributes
    ----------
    cap
        Which one, nothing of this request counted, and when its day ends. The member's quota leaves no less.
    """

    def __init__(self, cap: Cap) -> None:
        super().__init__(f"the cap of {cap.amount} pictures a day of one {cap.scope} is reached")
        self.cap = cap

    @property
    def left(self) -> int:
        """How many pictures of this request could be paid now."""
        return self.cap.left


class NotAdmittedError(RefusedError):
    """The rules say no: to a request before its charge, or to a job before its start.

    Attributes
    ----------
    refusal
        The first reason.
    standing
        How things stood then, for the words that say it.
    """

    def __init__(self, refusal: Refusal, standing: Standing) -> None:
        super().__init__(f"not admitted: {refusal}")
        self.refusal = refusal
        self.standing = standing


class InFlightError(RefusedError):
    """The member's earlier requests are still under way.

    Attributes
    ----------
    count
        How many there are.
    """

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} earlier requests are still under way")
        self.count = count


class DuplicateRequestError(RefusedError):
    """The interaction was already taken: Discord delivers some of them twice.

    Attributes
    ----------
    interaction_id
        The interaction's id.
    """

    def __init__(self, interaction_id: int) -> None:
        super().__init__(f"interaction {interaction_id} was already taken")
        self.interaction_id = interaction_id
