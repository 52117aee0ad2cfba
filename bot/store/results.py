"""Results' messages: the pictures of a request share one, so they are hidden, shown and deleted together."""

from typing import Final

from bot.store.database import Transaction

_THIS_MESSAGE: Final = "result_message_id = (SELECT result_message_id FROM jobs WHERE id = :job_id)"

_DELETE: Final = f"""
    UPDATE jobs SET deleted_at = :now, url = NULL WHERE {_THIS_MESSAGE} AND deleted_at IS NULL RETURNING 1
"""  # noqa: S608 - our own statement

_CLOSE_REPORTS: Final = f"""
    UPDATE reports SET state = 'deleted', closed_at = :now, closed_by = :by
    WHERE job_id IN (SELECT id FROM jobs WHERE {_THIS_MESSAGE}) AND state = 'open'
"""  # noqa: S608 - our own statement

_DELETE_OTHERS: Final = f"""
    UPDATE jobs SET deleted_at = :now, url = NULL WHERE {_THIS_MESSAGE} AND id <> :job_id AND deleted_at IS NULL
"""  # noqa: S608 - our own statement

_HAND_OVER_REPORTS: Final = f"""
    UPDATE reports SET job_id = :job_id
    WHERE job_id IN (SELECT id FROM jobs WHERE {_THIS_MESSAGE}) AND state = 'open'
"""  # noqa: S608 - our own statement

_HIDE: Final = f"""
    UPDATE jobs SET hidden_at = coalesce(hidden_at, :now), unsettled = 1 WHERE {_THIS_MESSAGE} AND deleted_at IS NULL
"""  # noqa: S608 - our own statement

_OTHERS_OBJECT: Final = f"""
    SELECT 1 FROM reports
    WHERE job_id IN (SELECT id FROM jobs WHERE {_THIS_MESSAGE})
        AND reports.id <> :report_id AND reason = 'shows_me' AND reports.state IN ('open', 'blocked')
"""  # noqa: S608 - our own statement

_SHOW: Final = f"""
    UPDATE jobs SET hidden_at = iif(:now_shown, NULL, hidden_at), unsettled = 1
    WHERE {_THIS_MESSAGE} AND hidden_at IS NOT NULL AND deleted_at IS NULL AND NOT EXISTS ({_OTHERS_OBJECT})
    RETURNING 1
"""  # noqa: S608 - our own statement

_JOIN: Final = """
    UPDATE jobs SET hidden_at = others.hidden_at, unsettled = 1
    FROM (
        SELECT min(hidden_at) AS hidden_at FROM jobs WHERE result_message_id = :message_id AND deleted_at IS NULL
    ) AS others
    WHERE result_message_id = :message_id AND deleted_at IS NULL AND others.hidden_at IS NOT NULL
"""

_UNSETTLED: Final = """
    SELECT min(id) AS id FROM jobs WHERE unsettled AND deleted_at IS NULL GROUP BY result_message_id ORDER BY 1
"""

_SETTLED: Final = f"UPDATE jobs SET unsettled = 0 WHERE {_THIS_MESSAGE}"  # noqa: S608 - our own statement

_NOT_HIDDEN: Final = f"UPDATE jobs SET hidden_at = NULL, unsettled = 0 WHERE {_THIS_MESSAGE}"  # noqa: S608 - our own


def join(tx: Transaction, message_id: int) -> None:
    """A picture has come to this message: where the message was hidden, the picture is, and it must be looked after."""
    tx.run(_JOIN, message_id=message_id)


def mark_deleted(tx: Transaction, job_id: str, *, by: int | None = None) -> bool:
    """A job's message is gone, with all its pictures, the URLs of their photos, and what reports were about.

    False, and no effect, where it was gone before.

    Parameters
    ----------
    by
        The subject of a moderator who did it.
    """
    if not tx.all(_DELETE, now=tx.now, job_id=job_id):
        return False
    tx.run(_CLOSE_REPORTS, now=tx.now, job_id=job_id, by=by)
    return True


def keep_only(tx: Transaction, job_id: str) -> None:
    """The other pictures are no longer in the job's message. Reports are about the message, so they stay open."""
    tx.run(_DELETE_OTHERS, now=tx.now, job_id=job_id)
    tx.run(_HAND_OVER_REPORTS, job_id=job_id)


def hide(tx: Transaction, job_id: str) -> None:
    """Hide what is in a job's message; Discord has yet to hear of it."""
    tx.run(_HIDE, now=tx.now, job_id=job_id)


def show(tx: Transaction, job_id: str, report_id: int, *, now: bool) -> bool:
    """Hide it no longer, whatever this report says, unless somebody else objects to be in it; False where it stays.

    Parameters
    ----------
    now
        False: only its message may be changed before the rows.
    """
    return bool(tx.all(_SHOW, job_id=job_id, report_id=report_id, now_shown=now))


def unsettled(tx: Transaction) -> list[str]:
    """A job of each message that may not show or hide its pictures as their rows say."""
    return [row["id"] for row in tx.all(_UNSETTLED)]


def settled(tx: Transaction, job_id: str) -> None:
    """The job's message is as the rows say."""
    tx.run(_SETTLED, job_id=job_id)


def not_hidden(tx: Transaction, job_id: str) -> None:
    """The job's message can't be changed: it is shown as before."""
    tx.run(_NOT_HIDDEN, job_id=job_id)
