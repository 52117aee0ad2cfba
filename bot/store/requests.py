"""A request's life, from the charge to its end: each step is one transaction.

`failed` always refunds. `cancelled` refunds what was still queued; of running jobs, which have cost the engine
something, only the first three a day.
"""

from dataclasses import dataclass, field
from typing import Final

from bot.store import jobs, quota, subjects, vault
from bot.store.database import Transaction
from bot.store.errors import DuplicateRequestError, InFlightError
from bot.store.jobs import Job, State
from bot.store.limits import Usage
from bot.store.sealed import Sealer

_FREE_CANCELS: Final = 3

_INSERT_REQUEST: Final = """
    INSERT INTO requests (interaction_id, guild_id, channel_id, token, received_at)
    VALUES (:interaction_id, :guild_id, :channel_id, :token, :now)
    ON CONFLICT (interaction_id) DO NOTHING
    RETURNING interaction_id
"""

_INSERT_JOB: Final = """
    INSERT INTO jobs (
        id, interaction_id, position, subject, state, style, strength, seed, url, url_expires_at, created_at
    )
    VALUES (:id, :interaction_id, 0, :subject, 'queued', :style, :strength, :seed, :url, :url_expires_at, :now)
"""

_COUNT_UNDER_WAY: Final = """
    SELECT count(DISTINCT interaction_id) AS requests FROM jobs
    WHERE subject = :subject AND state IN ('queued', 'running')
"""

_END: Final = """
    UPDATE jobs SET
        state = :state, ended_at = :now, failure = :failure, engine = :engine, seconds = :seconds,
        result_channel_id = :channel_id, result_message_id = :message_id
    WHERE id = :id
"""

_COUNT_CANCELS: Final = """
    SELECT count(*) AS cancels
    FROM ledger AS paid
    JOIN ledger AS others USING (guild_id, subject, day, kind)
    JOIN jobs ON jobs.id = substr(others.entry_key, length('reserve:') + 1)
    WHERE paid.entry_key = 'reserve:' || :id AND jobs.state = 'cancelled' AND jobs.started_at IS NOT NULL
"""
"""The running jobs that the member of a job has cancelled, of those that the same day in the same guild paid for."""


_RECENT_THREAD: Final = """
    SELECT result_channel_id FROM jobs JOIN requests USING (interaction_id)
    WHERE subject = (SELECT subject FROM subjects WHERE user_id = :user_id) AND state = 'delivered'
        AND ended_at > :since AND guild_id = :guild_id AND channel_id = :channel_id
        AND result_channel_id <> channel_id
    ORDER BY ended_at DESC, jobs.id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What a member asks for with one interaction.

    Attributes
    ----------
    guild_id
        0 outside of servers that installed the bot.
    strength
        0..1.
    seed
        0 <= seed < 2**32.
    token
        The interaction's token.
    photo_url, url_expires_at
        The attachment's signed URL, and when Discord's signature ends, in epoch seconds.
    """

    interaction_id: int
    guild_id: int
    user_id: int
    channel_id: int
    style: str
    strength: float
    seed: int
    token: str = field(repr=False)
    photo_url: str = field(repr=False)
    url_expires_at: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A promise: the job that will be painted or refunded, and what is left after its charge."""

    job_id: str
    usage: Usage


def submit(
    tx: Transaction, request: NewRequest, *, sealer: Sealer, default_limit: int, in_flight_limit: int
) -> Receipt:
    """Charge the member and write the job."""
    subject = subjects.ensure(tx, request.user_id)
    _insert_request(tx, request, sealer)
    under_way = tx.all(_COUNT_UNDER_WAY, subject=subject)[0]["requests"]
    if under_way >= in_flight_limit:
        raise InFlightError(under_way)
    job_id = f"{request.interaction_id}-0"
    holder = quota.account(tx, request.guild_id, request.user_id, default_limit=default_limit)
    quota.charge(tx, holder, job_id)
    tx.run(
        _INSERT_JOB,
        id=job_id,
        interaction_id=request.interaction_id,
        subject=subject,
        style=request.style,
        strength=request.strength,
        seed=request.seed,
        url=vault.seal_url(sealer, job_id, request.photo_url),
        url_expires_at=request.url_expires_at,
        now=tx.now,
    )
    return Receipt(job_id, quota.usage(tx, holder))


def card_posted(tx: Transaction, job_id: str, *, channel_id: int, message_id: int) -> None:
    """Remember where the request's card is."""
    tx.run(
        """
        UPDATE requests SET card_channel_id = :channel_id, card_message_id = :message_id
        WHERE interaction_id = (SELECT interaction_id FROM jobs WHERE id = :job_id)
        """,
        channel_id=channel_id,
        message_id=message_id,
        job_id=job_id,
    )


def start(tx: Transaction, job_id: str) -> None:
    """Queued to running."""
    jobs.require(tx, job_id, target=State.RUNNING)
    tx.run("UPDATE jobs SET state = 'running', started_at = :now WHERE id = :id", now=tx.now, id=job_id)


def put_back(tx: Transaction, job_id: str) -> None:
    """Running to queued, if it runs."""
    tx.run("UPDATE jobs SET state = 'queued', started_at = NULL WHERE id = :id AND state = 'running'", id=job_id)


def deliver(
    tx: Transaction, job_id: str, *, channel_id: int, message_id: int, engine: str | None, seconds: float | None
) -> None:
    """Running to delivered."""
    job = jobs.require(tx, job_id, target=State.DELIVERED)
    _end(tx, job, State.DELIVERED, channel_id=channel_id, message_id=message_id, engine=engine, seconds=seconds)


def fail(tx: Transaction, job_id: str, *, reason: str) -> bool:
    """To failed, with a refund; False and no effect where the job has ended."""
    job = jobs.known(tx, job_id)
    if jobs.ended(job.state):
        return False
    _end(tx, job, State.FAILED, failure=reason)
    quota.refund(tx, job_id)
    return True


def cancel(tx: Transaction, job_id: str) -> bool:
    """To cancelled; whether that refunded. False and no effect where the job has ended."""
    job = jobs.known(tx, job_id)
    if jobs.ended(job.state):
        return False
    free = job.state is State.QUEUED or tx.all(_COUNT_CANCELS, id=job_id)[0]["cancels"] < _FREE_CANCELS
    _end(tx, job, State.CANCELLED)
    if free:
        quota.refund(tx, job_id)
    return free


def recent_thread(tx: Transaction, *, guild_id: int, channel_id: int, user_id: int, within: int) -> int | None:
    """Where the member's last picture of this channel went, if not to the channel itself."""
    row = tx.one(_RECENT_THREAD, guild_id=guild_id, channel_id=channel_id, user_id=user_id, since=tx.now - within)
    return None if row is None else row["result_channel_id"]


def mark_deleted(tx: Transaction, job_id: str) -> None:
    """The result's message is gone, and with it the URL of the photo."""
    tx.run("UPDATE jobs SET deleted_at = :now, url = NULL WHERE id = :id AND deleted_at IS NULL", now=tx.now, id=job_id)


def _insert_request(tx: Transaction, request: NewRequest, sealer: Sealer) -> None:
    taken = tx.one(
        _INSERT_REQUEST,
        interaction_id=request.interaction_id,
        guild_id=request.guild_id,
        channel_id=request.channel_id,
        token=vault.seal_token(sealer, request.interaction_id, request.token),
        now=tx.now,
    )
    if taken is None:
        raise DuplicateRequestError(request.interaction_id)


def _end(
    tx: Transaction,
    job: Job,
    state: State,
    *,
    failure: str | None = None,
    channel_id: int | None = None,
    message_id: int | None = None,
    engine: str | None = None,
    seconds: float | None = None,
) -> None:
    tx.run(
        _END,
        id=job.id,
        state=state,
        now=tx.now,
        failure=failure,
        channel_id=channel_id,
        message_id=message_id,
        engine=engine,
        seconds=seconds,
    )
    vault.wipe_token_if_ended(tx, job.id)
