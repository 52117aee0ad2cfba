"""Reports: somebody objects to a result, and its moderators decide."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.store import jobs, remnants, results, subjects
from bot.store.database import Database, Row, Transaction
from bot.store.jobs import State
from bot.store.sealed import Sealer
from bot.values.kept import REPORT_COUNTS
from bot.values.records import Complaint, Picture, Report, ReportState


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """What somebody says of a result, and so of its message; `words` are their own, if they wrote any."""

    job_id: str
    reporter_id: int
    complaint: Complaint
    words: str | None = None


class NotFiled(StrEnum):
    """Why a report is not taken."""

    GONE = "gone"  # there is no such picture any more
    AGAIN = "again"  # the same person has reported its message before
    TOO_MANY = "too_many"  # in 24 hours


_SELECT: Final = """
    SELECT
        reports.id, reports.guild_id, job_id, reporters.user_id AS reporter_id, requesters.user_id AS requester_id,
        reason AS complaint, words, reports.at, reports.state, closers.user_id AS closed_by_id, style, sha256,
        result_channel_id AS channel_id, result_message_id AS message_id,
        CASE WHEN deleted_at IS NOT NULL THEN 'deleted' WHEN hidden_at IS NULL THEN 'shown'
            WHEN unsettled THEN 'hiding' ELSE 'hidden' END AS picture
    FROM reports JOIN jobs ON jobs.id = job_id
    LEFT JOIN subjects AS reporters ON reporters.subject = reporter
    LEFT JOIN subjects AS requesters ON requesters.subject = jobs.subject
    LEFT JOIN subjects AS closers ON closers.subject = closed_by
"""

_FILE: Final = """
    INSERT INTO reports (job_id, guild_id, reporter, reason, words, at)
    VALUES (:job_id, :guild_id, :reporter, :complaint, :words, :now)
    RETURNING id
"""

_CLOSE: Final = """
    UPDATE reports SET state = :state, closed_at = :now, closed_by = :by
    WHERE id = :id AND guild_id = :guild_id AND state = 'open'
    RETURNING 1
"""

_LAST: Final = 2**63 - 1  # no row's id is larger

_MADE: Final = """
    SELECT result_message_id AS message_id FROM reports JOIN jobs ON jobs.id = job_id
    WHERE reporter = :reporter AND (result_message_id = :message_id OR reports.at > :since)
"""


class Reports:
    """Reports as commands use them; every method is one transaction.

    Any method raises `DatabaseFailedError` when SQLite fails, and has had no effect then.
    """

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def refusal(self, job_id: str, reporter_id: int, *, most: int) -> NotFiled | None:
        """Why a report of this result would not be taken now; `most` is how many one may make in 24 hours."""
        return await self._database.transact(lambda tx: refusal(tx, self._sealer, job_id, reporter_id, most=most))

    async def file(self, new: NewReport, *, most: int) -> Report | NotFiled:
        """Take a report, one of each message and reporter and `most` of a reporter in 24 hours.

        Whoever says that it shows them has its message hidden from this transaction on; that is unsettled.
        """
        return await self._database.transact(lambda tx: file(tx, self._sealer, new, most=most))

    async def unsettled(self) -> list[str]:
        """A job of each message that may not show or hide its pictures as their rows say."""
        return await self._database.transact(results.unsettled)

    async def settled(self, job_id: str) -> None:
        """The job's message is as the rows say."""
        await self._database.transact(lambda tx: results.settled(tx, job_id))

    async def not_hidden(self, job_id: str) -> None:
        """The job's message can't be changed: it is shown as before."""
        await self._database.transact(lambda tx: results.not_hidden(tx, job_id))

    async def showing(self, report: Report) -> bool:
        """Whether to dismiss this report shows its picture again; its message is unsettled from now on.

        False where nobody has hidden it, it is deleted, or somebody else objects to be in it.
        """
        return await self._database.transact(lambda tx: show(tx, report, now=False))

    async def one(self, guild_id: int, report_id: int) -> Report | None:
        """A report that this server's moderators decide."""
        return await self._database.transact(lambda tx: by_id(tx, guild_id, report_id))

    async def undecided(
        self, guild_id: int, *, before: int | None = None, after: int | None = None, limit: int = 1
    ) -> list[Report]:
        """Open reports of a server, the latest first: the nearest below `before`, or above `after`."""
        return await self._database.transact(
            lambda tx: open_ones(tx, guild_id, before=before, after=after, limit=limit)
        )

    async def count(self, guild_id: int) -> int:
        """How many are open in a server."""
        return await self._database.transact(lambda tx: _count_open(tx, guild_id))


def refusal(tx: Transaction, sealer: Sealer, job_id: str, reporter_id: int, *, most: int) -> NotFiled | None:
    """Why somebody can't report this result now; None where they can."""
    job = jobs.by_id(tx, job_id)
    if job is None or job.state is not State.DELIVERED or job.deleted_at is not None:
        return NotFiled.GONE
    made = tx.all(
        _MADE,
        reporter=subjects.known(tx, reporter_id),
        message_id=job.result_message_id,
        since=tx.now - REPORT_COUNTS,
    )
    if any(row["message_id"] == job.result_message_id for row in made):
        return NotFiled.AGAIN
    before = remnants.reports_of(tx, sealer.digest(reporter_id))
    return NotFiled.TOO_MANY if len(made) + before >= most else None


def file(tx: Transaction, sealer: Sealer, new: NewReport, *, most: int) -> Report | NotFiled:
    """Take a report, and say in the rows of its message's pictures that they are hidden, if they are."""
    reporter = subjects.ensure(tx, new.reporter_id, sealer)
    no = refusal(tx, sealer, new.job_id, new.reporter_id, most=most)
    if no is not None:
        return no
    guild_id = jobs.known(tx, new.job_id).guild_id
    (row,) = tx.all(
        _FILE,
        job_id=new.job_id,
        guild_id=guild_id,
        reporter=reporter,
        complaint=new.complaint,
        words=new.words,
        now=tx.now,
    )
    if new.complaint is Complaint.SHOWS_ME:
        results.hide(tx, new.job_id)
    return report(tx.all(f"{_SELECT} WHERE reports.id = :id", id=row["id"])[0])


def by_id(tx: Transaction, guild_id: int, report_id: int) -> Report | None:
    """A report of this server; None where there is none."""
    row = tx.one(f"{_SELECT} WHERE reports.id = :id AND reports.guild_id = :guild_id", id=report_id, guild_id=guild_id)
    return None if row is None else report(row)


def open_ones(
    tx: Transaction, guild_id: int, *, before: int | None = None, after: int | None = None, limit: int
) -> list[Report]:
    """Open reports of a server, the latest first: the nearest below `before`, or above `after`."""
    bounds = (
        "reports.id > :row ORDER BY reports.id" if after is not None else "reports.id < :row ORDER BY reports.id DESC"
    )
    rows = tx.all(
        f"{_SELECT} WHERE reports.guild_id = :guild_id AND reports.state = 'open' AND {bounds} LIMIT :limit",
        guild_id=guild_id,
        row=after if after is not None else (before or _LAST),
        limit=limit,
    )
    found = [report(row) for row in rows]
    return found[::-1] if after is not None else found


def unlogged(tx: Transaction, guild_id: int, *, limit: int) -> list[Row]:
    """Reports that the server's log channel has not been told of, as `report` reads them, the earliest first."""
    return tx.all(
        f"{_SELECT} WHERE reports.guild_id = :guild_id AND logged_at IS NULL ORDER BY reports.id LIMIT :limit",
        guild_id=guild_id,
        limit=limit,
    )


def close(tx: Transaction, guild_id: int, report_id: int, state: ReportState, *, by: int | None) -> bool:
    """Decide a report, `by` a subject; False where it is not open any more."""
    return tx.one(_CLOSE, state=state, by=by, id=report_id, guild_id=guild_id, now=tx.now) is not None


def show(tx: Transaction, shown: Report, *, now: bool = True) -> bool:
    """Hide a picture no longer, unless somebody else objects to be in it; False where it stays as it was.

    Parameters
    ----------
    now
        False: only its message may be changed before the row.
    """
    return results.show(tx, shown.job_id, shown.id, now=now)


def _count_open(tx: Transaction, guild_id: int) -> int:
    (row,) = tx.all(
        "SELECT count(*) AS count FROM reports WHERE guild_id = :guild_id AND state = 'open'", guild_id=guild_id
    )
    return int(row["count"])


def report(row: Row) -> Report:
    """A row as a value.

    Raises
    ------
    ValueError
        This version does not know what it says.
    """
    return Report(
        **{
            **dict(row),
            "complaint": Complaint(row["complaint"]),
            "state": ReportState(row["state"]),
            "picture": Picture(row["picture"]),
        }
    )
