"""Jobs: one photo each, their states, and the one table of arrows between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from bot.store.database import Row, Transaction
from bot.store.errors import IllegalTransitionError, UnknownJobError


class State(StrEnum):
    """Where a job stands, in the field's words."""

    QUEUED = "queued"  # charged, waiting for its turn
    RUNNING = "running"  # its photo may have been touched
    DELIVERED = "delivered"  # the picture's message exists; the charge is kept
    FAILED = "failed"  # no picture came of it; refunded
    CANCELLED = "cancelled"  # nobody wants it any more


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
    guild_id
        0 outside of servers.
    channel_id
        Where the command was used.
    strength, seed
        As asked: with them the same picture is painted again after a restart.
    attempt
        From 1; one more each time a process died while the job was running.
    created_at, url_expires_at, started_at, ended_at, deleted_at
        Epoch seconds; `started_at` is None while queued, `deleted_at` until the result's message was deleted.
    card_channel_id, card_message_id
        The request card, once it is posted.
    result_channel_id, result_message_id, engine, seconds
        The result's message, who painted it, and in how many seconds; None until delivered.
    failure
        Why it failed, for the operator; None unless failed.
    """

    id: str
    interaction_id: int
    guild_id: int
    user_id: int
    channel_id: int
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
    failure: str | None
    deleted_at: int | None


_SELECT: Final = """
    SELECT
        id, interaction_id, guild_id, user_id, channel_id, style, strength, seed, state, attempt, url_expires_at,
        created_at, started_at, ended_at, card_channel_id, card_message_id, result_channel_id, result_message_id,
        engine, seconds, failure, deleted_at
    FROM jobs JOIN requests USING (interaction_id) JOIN subjects USING (subject)
"""


def by_id(tx: Transaction, job_id: str) -> Job | None:
    """The job, or None where it was never or is no longer known."""
    return _job(tx.one(f"{_SELECT} WHERE id = :job_id", job_id=job_id))


def by_result(tx: Transaction, message_id: int) -> Job | None:
    """The job whose picture is in this message."""
    return _job(tx.one(f"{_SELECT} WHERE result_message_id = :message_id", message_id=message_id))


def under_way(tx: Transaction) -> list[Job]:
    """Every job that has not ended, oldest first."""
    rows = tx.all(f"{_SELECT} WHERE state IN ('queued', 'running') ORDER BY created_at, id")
    return [job for job in map(_job, rows) if job is not None]


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


def ended(state: State) -> bool:
    """Whether nothing can follow."""
    return not ARROWS[state]


def _job(row: Row | None) -> Job | None:
    return None if row is None else Job(**{**dict(row), "state": State(row["state"])})
