"""A request's life, from the charge to its end: each step is one transaction.

`failed` always refunds. `cancelled` refunds what was still queued; of running jobs, which have cost the engine
something, only the first three a day.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bot.store import guilds, jobs, quota, standing, subjects, vault
from bot.store.database import Row, Transaction
from bot.store.errors import DuplicateRequestError, InFlightError, NotAdmittedError
from bot.store.jobs import Job, State
from bot.store.limits import Usage
from bot.store.sealed import Sealer
from bot.values.rules import Place, Refusal, Standing

_FREE_CANCELS: Final = 3

_INSERT_REQUEST: Final = """
    INSERT INTO requests (
        interaction_id, guild_id, place_id, channel_id, age_restricted, roles, token, received_at
    )
    VALUES (:interaction_id, :guild_id, :place_id, :channel_id, :age_restricted, :roles, :token, :now)
    ON CONFLICT (interaction_id) DO NOTHING
    RETURNING interaction_id
"""

_INSERT_JOB: Final = """
    INSERT INTO jobs (
        id, interaction_id, position, subject, owner, state, style, strength, seed, url, url_expires_at, created_at
    )
    VALUES (:id, :interaction_id, 0, :subject, :owner, 'queued', :style, :strength, :seed, :url, :url_expires_at, :now)
"""

_COUNT_UNDER_WAY: Final = """
    SELECT count(DISTINCT interaction_id) AS requests FROM jobs
    WHERE subject = :subject AND state IN ('queued', 'running')
"""

_END: Final = """
    UPDATE jobs SET
        state = :state, ended_at = :now, failure = :failure, engine = :engine, seconds = :seconds,
        result_channel_id = :channel_id, result_message_id = :message_id, sha256 = :sha256,
        url = CASE WHEN :keep_url THEN url END, url_expires_at = min(url_expires_at, created_at + :keep_url)
    WHERE id = :id
"""

_COUNT_CANCELS: Final = """
    SELECT count(*) AS cancels
    FROM ledger AS paid
    JOIN ledger AS others USING (guild_id, subject, day)
    LEFT JOIN jobs ON others.kind = 'reserve' AND jobs.id = substr(others.entry_key, length('reserve:') + 1)
    WHERE paid.entry_key = 'reserve:' || :id
        AND (others.kind = 'cancel' OR (jobs.state = 'cancelled' AND jobs.started_at IS NOT NULL))
"""
"""The running jobs that the member of a job has cancelled, of those that the same day in the same guild paid for.

Those of before an erasure count, too.
"""

_DELETE_RESULT: Final = """
    UPDATE jobs SET deleted_at = :now, url = NULL WHERE id = :id AND deleted_at IS NULL RETURNING 1
"""

_CLOSE_REPORTS: Final = """
    UPDATE reports SET state = 'deleted', closed_at = :now, closed_by = :by WHERE job_id = :id AND state = 'open'
"""

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
    place
        Where it was asked; its `guild_id` is the one that pays.
    roles
        Ids of the member's roles there: they may set the limit.
    owner_id
        Whose picture it is made of; None for an upload.
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
    place: Place
    user_id: int
    roles: frozenset[int] = frozenset()
    owner_id: int | None = None
    style: str
    strength: float
    seed: int
    token: str = field(repr=False)
    photo_url: str = field(repr=False)
    url_expires_at: int


Judge = Callable[[Standing], Refusal | None]
"""The rules: asked inside the transaction that acts on them, so that what a moderator has changed by then holds."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A promise: the job that will be painted or refunded, and what is left after its charge."""

    job_id: str
    usage: Usage


def submit(
    tx: Transaction, request: NewRequest, *, judge: Judge, sealer: Sealer, default_limit: int, in_flight_limit: int
) -> Receipt:
    """Charge the member and write the job."""
    subject = subjects.ensure(tx, request.user_id, sealer)
    _insert_request(tx, request, sealer)
    _admit(tx, request, subject, judge, sealer)
    under_way = tx.all(_COUNT_UNDER_WAY, subject=subject)[0]["requests"]
    if under_way >= in_flight_limit:
        raise InFlightError(under_way)
    job_id = f"{request.interaction_id}-0"
    holder = quota.account(
        tx, request.place.guild_id, request.user_id, default_limit=default_limit, roles=request.roles
    )
    quota.charge(tx, holder, job_id)
    tx.run(
        _INSERT_JOB,
        id=job_id,
        interaction_id=request.interaction_id,
        subject=subject,
        owner=None if request.owner_id is None else subjects.ensure(tx, request.owner_id, sealer),
        style=request.style,
        strength=request.strength,
        seed=request.seed,
        url=vault.seal_url(sealer, job_id, request.photo_url),
        url_expires_at=request.url_expires_at,
        now=tx.now,
    )
    return Receipt(job_id, quota.usage(tx, holder))


def usage(tx: Transaction, job_id: str, *, default_limit: int) -> Usage:
    """What the member of a job has left, with the roles that they held when they asked."""
    job = jobs.known(tx, job_id)
    (row,) = tx.all("SELECT roles FROM requests WHERE interaction_id = :id", id=job.interaction_id)
    roles = frozenset(json.loads(row["roles"]))
    return quota.usage(tx, quota.account(tx, job.guild_id, job.user_id, default_limit=default_limit, roles=roles))


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


def start(tx: Transaction, job_id: str, *, judge: Judge) -> None:
    """Queued to running, if the rules still say so."""
    jobs.require(tx, job_id, target=State.RUNNING)
    _judge_again(tx, job_id, judge)
    tx.run("UPDATE jobs SET state = 'running', started_at = :now WHERE id = :id", now=tx.now, id=job_id)


def go_on(tx: Transaction, job_id: str, *, judge: Judge) -> None:
    """Ask the rules about a job that runs."""
    jobs.require(tx, job_id, target=State.DELIVERED)
    _judge_again(tx, job_id, judge)


def put_back(tx: Transaction, job_id: str) -> None:
    """Running to queued, if it runs."""
    tx.run("UPDATE jobs SET state = 'queued', started_at = NULL WHERE id = :id AND state = 'running'", id=job_id)


def deliver(
    tx: Transaction,
    job_id: str,
    *,
    channel_id: int,
    message_id: int,
    engine: str | None,
    seconds: float | None,
    sha256: str | None,
) -> None:
    """Running to delivered."""
    job = jobs.require(tx, job_id, target=State.DELIVERED)
    _end(
        tx,
        job,
        State.DELIVERED,
        channel_id=channel_id,
        message_id=message_id,
        engine=engine,
        seconds=seconds,
        sha256=sha256,
    )


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


def mark_deleted(tx: Transaction, job_id: str, *, by: int | None = None) -> bool:
    """The result's message is gone, and with it the URL of the photo and what reports were about.

    False, and no effect, where it was gone before.

    Parameters
    ----------
    by
        The subject of a moderator who did it.
    """
    found = tx.one(_DELETE_RESULT, now=tx.now, id=job_id)
    if found is not None:
        tx.run(_CLOSE_REPORTS, now=tx.now, id=job_id, by=by)
    return found is not None


def _insert_request(tx: Transaction, request: NewRequest, sealer: Sealer) -> None:
    taken = tx.one(
        _INSERT_REQUEST,
        interaction_id=request.interaction_id,
        guild_id=request.place.guild_id,
        place_id=request.place.server_id,
        channel_id=request.place.channel_id,
        age_restricted=request.place.age_restricted,
        roles=json.dumps(sorted(request.roles)),
        token=vault.seal_token(sealer, request.interaction_id, request.token),
        now=tx.now,
    )
    if taken is None:
        raise DuplicateRequestError(request.interaction_id)


def _admit(tx: Transaction, request: NewRequest, subject: int, judge: Judge, sealer: Sealer) -> None:
    owner = None
    if request.owner_id not in (None, request.user_id):
        owner = standing.pictures_of(tx, sealer, request.owner_id)
    place = request.place
    _judge(
        judge,
        standing.read(tx, guild_id=place.guild_id, server_id=place.server_id, subject=subject, owner=owner),
    )


def _judge_again(tx: Transaction, job_id: str, judge: Judge) -> None:
    row = _asked(tx, job_id)
    own = row["owner"] in (None, row["subject"])
    _judge(
        judge,
        standing.read(
            tx,
            guild_id=row["guild_id"],
            server_id=row["place_id"],
            subject=row["subject"],
            owner=None if own else standing.pictures_of_subject(tx, row["owner"]),
        ),
    )


def _judge(judge: Judge, found: Standing) -> None:
    refusal = judge(found)
    if refusal is not None:
        raise NotAdmittedError(refusal, found)


def _asked(tx: Transaction, job_id: str) -> Row:
    (row,) = tx.all(
        "SELECT guild_id, place_id, subject, owner FROM jobs JOIN requests USING (interaction_id) WHERE id = :id",
        id=job_id,
    )
    return row


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
    sha256: str | None = None,
) -> None:
    tx.run(
        _END,
        sha256=sha256,
        keep_url=guilds.get(tx, job.guild_id).retention_hours * 3600,
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
