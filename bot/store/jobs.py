"""Jobs: one photo each, their states, and the one table of arrows between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from bot.store.database import Row, Transaction, Value
from bot.store.errors import IllegalTransitionError, UnknownJobError
from bot.values.rules import Origin, Source


class State(StrEnum):
    """Where a job stands, in the field's words."""

    QUEUED = "queued"  # charged, waiting for its turn
    RUNNING = "running"  # its photo may have been touched
    DELIVERED = "delivered"  # the picture's message exists; the charge is kept
    FAILED = "failed"  # no picture came of it; refunded
    CANCELLED = "cancelled"  # nobody wants it any more

    @property
    def under_way(self) -> bool:
        """Whether something follows."""
        return bool(ARROWS[self])

    @property
    def lost(self) -> bool:
        """Whether it has ended without a picture."""
        return self in (State.FAILED, State.CANCELLED)


ARROWS: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        State.QUEUED: frozenset({State.RUNNING, State.FAILED, State.CANCELLED}),
        State.RUNNING: frozenset({State.QUEUED, State.DELIVERED, State.FAILED, State.CANCELLED}),
        State.DELIVERED: frozenset(),
        State.FAILED: frozenset(),
        State.CANCELLED: frozenset(),
    }
)
"""What may follow a state. Running goes back to queued when a process died under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it is stored, without its secrets.

    Attributes
    ----------
    id
        "<interaction>-<position>".
    position
        Among the pictures of its request, from 0.
    guild_id
        0 outside of servers.
    place_id
        The server it was asked in, also where only the member had installed the bot; 0 in direct messages.
    channel_id
        Where the command was used.
    age_restricted
        Whether that was a channel for adults.
    private
        Whether only its member sees what comes of it.
    language
        What the request's card is written in.
    origin
        Where its photo came from.
    owned, owner_id
        Whether it was made of somebody's picture, and whose; None for uploads and machines, and where they were erased
        since.
    strength, seed
        As asked: with them the same picture is painted again after a restart.
    attempt
        From 1; one more each time a process died while the job was running.
    created_at, url_expires_at, started_at, ended_at, deleted_at
        Epoch seconds; `started_at` is None while queued, `deleted_at` until the result's message was deleted.
    card_channel_id, card_message_id
        The request card, once it is posted.
    result_channel_id, result_message_id, engine, seconds
        The result's message, who painted it, and in how many seconds; None until delivered. The results of a request
        can share a message.
    medium
        How it was made, a value of `engine.contract.Medium`; None until delivered, and where nobody knows.
    sha256
        Of the posted file, in hexadecimal; None until delivered, and where nobody knows.
    hidden_at
        When the picture was hidden because of a report; None while it is shown.
    failure
        Why it failed, for the operator; None unless failed.
    """

    id: str
    interaction_id: int
    position: int
    guild_id: int
    place_id: int
    user_id: int
    channel_id: int
    age_restricted: bool
    private: bool
    language: str
    origin: Origin
    owned: bool
    owner_id: int | None
    style: str
    strength: float
    seed: int
    state: State
    attempt: int
    url_expires_at: int
    created_at: int
    started_at: int | None
    ended_at: int | None
    card_channel_id: int | None
    card_message_id: int | None
    result_channel_id: int | None
    result_message_id: int | None
    engine: str | None
    seconds: float | None
    medium: str | None
    sha256: str | None
    hidden_at: int | None
    failure: str | None
    deleted_at: int | None

    @property
    def source(self) -> Source:
        """Whose photo it was made of, as far as that is known."""
        return Source(origin=self.origin, owner_id=self.owner_id)

    @property
    def owner_erased(self) -> bool:
        """Whether nobody knows any more whose photo it was made of, and so nobody can ask them."""
        return self.owned and self.owner_id is None


_SELECT: Final = """
    SELECT
        id, interaction_id, position, guild_id, place_id, subjects.user_id, channel_id, age_restricted, private,
        language, origin,
        jobs.owner IS NOT NULL AS owned, owners.user_id AS owner_id,
        style, strength, seed, state, attempt, url_expires_at,
        created_at, started_at, ended_at, card_channel_id, card_message_id, result_channel_id, result_message_id,
        engine, seconds, medium, sha256, hidden_at, failure, deleted_at
    FROM jobs JOIN requests USING (interaction_id) JOIN subjects USING (subject)
    LEFT JOIN subjects AS owners ON owners.subject = jobs.owner
"""

_UNDER_WAY: Final = "state IN ('queued', 'running') ORDER BY created_at, interaction_id, position"

# By itself SQLite would look through all that the member has ever asked for.
_UNDER_WAY_OF: Final = """
    id IN (
        SELECT id FROM jobs INDEXED BY jobs_under_way
        WHERE subject = (SELECT subject FROM subjects WHERE user_id = :user_id) AND state IN ('queued', 'running')
    )
    ORDER BY created_at, interaction_id, position
"""


def by_id(tx: Transaction, job_id: str) -> Job | None:
    """The job, or None where it was never or is no longer known."""
    return next(iter(_found(tx, "id = :id", id=job_id)), None)


def by_result(tx: Transaction, message_id: int) -> tuple[Job, ...]:
    """The jobs whose pictures are in this message, by position; all that were where the message was deleted."""
    found = _found(tx, "result_message_id = :id ORDER BY position", id=message_id)
    return tuple(job for job in found if job.deleted_at is None) or found


def of_request(tx: Transaction, interaction_id: int) -> tuple[Job, ...]:
    """The jobs of a request, by position."""
    return _found(tx, "interaction_id = :id ORDER BY position", id=interaction_id)


def subject_of(tx: Transaction, job_id: str) -> int:
    """Who asked for it, also where they were erased since."""
    (row,) = tx.all("SELECT subject FROM jobs WHERE id = :job_id", job_id=job_id)
    return int(row["subject"])


def results_of(tx: Transaction, guild_id: int, user_id: int) -> tuple[str, ...]:
    """A job of each of the member's results' messages in a guild that can be deleted and are not, the latest first."""
    rows = tx.all(
        """
        SELECT min(id) AS id FROM jobs JOIN requests USING (interaction_id)
        WHERE subject = (SELECT subject FROM subjects WHERE user_id = :user_id)
            AND guild_id = :guild_id AND NOT private AND state = 'delivered' AND deleted_at IS NULL
        GROUP BY interaction_id, result_message_id ORDER BY interaction_id DESC, id
        """,
        guild_id=guild_id,
        user_id=user_id,
    )
    return tuple(row["id"] for row in rows)


def under_way(tx: Transaction) -> tuple[Job, ...]:
    """Every job that has not ended, oldest first, those of a request by position."""
    return _found(tx, _UNDER_WAY)


def under_way_of(tx: Transaction, user_id: int) -> tuple[Job, ...]:
    """The same of one member."""
    return _found(tx, _UNDER_WAY_OF, user_id=user_id)


def last_style(tx: Transaction, user_id: int) -> str | None:
    """What the member asked for last."""
    row = tx.one(
        """
        SELECT style FROM jobs WHERE subject = (SELECT subject FROM subjects WHERE user_id = :user_id)
        ORDER BY created_at DESC LIMIT 1
        """,
        user_id=user_id,
    )
    return None if row is None else str(row["style"])


def recent_styles(tx: Transaction, requests: int) -> dict[int, str]:
    """What those who made the latest requests asked for last, by the member's id."""
    rows = tx.all(
        """
        SELECT user_id, style FROM (SELECT interaction_id FROM requests ORDER BY interaction_id DESC LIMIT :requests)
        JOIN jobs USING (interaction_id) JOIN subjects USING (subject) WHERE position = 0 ORDER BY interaction_id
        """,
        requests=requests,
    )
    return {row["user_id"]: row["style"] for row in rows}


def known(tx: Transaction, job_id: str) -> Job:
    """The job.

    Raises
    ------
    UnknownJobError
    """
    job = by_id(tx, job_id)
    if job is None:
        raise UnknownJobError(job_id)
    return job


def require(tx: Transaction, job_id: str, *, target: State) -> Job:
    """The job, if it may go to `target`.

    Raises
    ------
    UnknownJobError, IllegalTransitionError
    """
    job = known(tx, job_id)
    if target not in ARROWS[job.state]:
        raise IllegalTransitionError(job_id, job.state, target)
    return job


def _found(tx: Transaction, which: str, **values: Value) -> tuple[Job, ...]:
    return tuple(map(_job, tx.all(f"{_SELECT} WHERE {which}", **values)))


def _job(row: Row) -> Job:
    return Job(
        **{
            **dict(row),
            "state": State(row["state"]),
            "origin": Origin(row["origin"]),
            "age_restricted": bool(row["age_restricted"]),
            "private": bool(row["private"]),
            "owned": bool(row["owned"]),
        }
    )
