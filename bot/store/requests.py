"""A request's life after its charge, job by job: each step is one transaction. `failed` always refunds."""

import json
from typing import Final

from bot.store import guilds, jobs, quota, results, standing, vault
from bot.store.database import Row, Transaction
from bot.store.errors import UnknownJobError
from bot.store.jobs import Job, State
from bot.store.limits import Usage
from bot.store.standing import Judge

_END: Final = """
    UPDATE jobs SET
        state = :state, ended_at = :now, failure = :failure, engine = :engine, seconds = :seconds, medium = :medium,
        result_channel_id = :channel_id, result_message_id = :message_id, sha256 = :sha256,
        url = CASE WHEN :keep_url THEN url END, url_expires_at = min(url_expires_at, created_at + :keep_url)
    WHERE id = :id
"""

_RECENT_THREAD: Final = """
    SELECT result_channel_id FROM jobs JOIN requests USING (interaction_id)
    WHERE subject = (SELECT subject FROM subjects WHERE user_id = :user_id) AND state = 'delivered'
        AND ended_at > :since AND guild_id = :guild_id AND channel_id = :channel_id
        AND result_channel_id <> channel_id
    ORDER BY ended_at DESC, jobs.id DESC LIMIT 1
"""


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
    judge_again(tx, job_id, judge=judge)
    tx.run("UPDATE jobs SET state = 'running', started_at = :now WHERE id = :id", now=tx.now, id=job_id)


def go_on(tx: Transaction, job_id: str, *, judge: Judge) -> None:
    """Ask the rules about a job that runs."""
    jobs.require(tx, job_id, target=State.DELIVERED)
    judge_again(tx, job_id, judge=judge)


def judge_again(tx: Transaction, job_id: str, *, judge: Judge) -> None:
    """Ask the rules about a job, whatever its state."""
    row = _asked(tx, job_id)
    own = row["owner"] in (None, row["subject"])
    standing.require(
        judge,
        standing.read(
            tx,
            guild_id=row["guild_id"],
            server_id=row["place_id"],
            subject=row["subject"],
            owner=None if own else standing.pictures_of_subject(tx, row["owner"]),
        ),
    )


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
    medium: str | None,
    sha256: str | None,
) -> None:
    """Running to delivered."""
    job = jobs.require(tx, job_id, target=State.DELIVERED)
    end(
        tx,
        job,
        State.DELIVERED,
        channel_id=channel_id,
        message_id=message_id,
        engine=engine,
        seconds=seconds,
        medium=medium,
        sha256=sha256,
    )
    results.join(tx, message_id)


def fail(tx: Transaction, job_id: str, *, reason: str) -> bool:
    """To failed, with a refund; False and no effect where the job has ended."""
    job = jobs.known(tx, job_id)
    if not job.state.under_way:
        return False
    end(tx, job, State.FAILED, failure=reason)
    quota.refund(tx, job_id)
    return True


def recent_thread(tx: Transaction, *, guild_id: int, channel_id: int, user_id: int, within: int) -> int | None:
    """Where the member's last picture of this channel went, if not to the channel itself."""
    row = tx.one(_RECENT_THREAD, guild_id=guild_id, channel_id=channel_id, user_id=user_id, since=tx.now - within)
    return None if row is None else row["result_channel_id"]


def want_mention(tx: Transaction, interaction_id: int, *, wanted: bool) -> None:
    """Whether the member is to be mentioned when it is done."""
    tx.run("UPDATE requests SET mention = :wanted WHERE interaction_id = :id", wanted=wanted, id=interaction_id)


def mention_wanted(tx: Transaction, interaction_id: int) -> bool:
    """Whether the member wants to be; False where nothing is known of the request any more."""
    row = tx.one("SELECT mention FROM requests WHERE interaction_id = :id", id=interaction_id)
    return row is not None and bool(row["mention"])


def _asked(tx: Transaction, job_id: str) -> Row:
    row = tx.one(
        "SELECT guild_id, place_id, subject, owner FROM jobs JOIN requests USING (interaction_id) WHERE id = :id",
        id=job_id,
    )
    if row is None:
        raise UnknownJobError(job_id)
    return row


def end(
    tx: Transaction,
    job: Job,
    state: State,
    *,
    failure: str | None = None,
    channel_id: int | None = None,
    message_id: int | None = None,
    engine: str | None = None,
    seconds: float | None = None,
    medium: str | None = None,
    sha256: str | None = None,
) -> None:
    """To a state that nothing follows, whatever the job was; the charge is the caller's to refund."""
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
        medium=medium,
    )
    vault.wipe_token_if_ended(tx, job.id)
