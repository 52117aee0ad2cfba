"""What the operator has set, what is under way, and what waits for their judgement: read beside a running bot."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from bot.store import audit, caps, facts
from bot.store.audit import Entry
from bot.store.beside import Beside
from bot.store.database import Transaction
from bot.store.limits import Scope
from bot.store.standing import DRAINING

_PAGE: Final = 500
"""Rows read in one transaction: a long one would keep the bot's journal from being emptied."""

_CAPS: Final = """
    SELECT scope, target AS key, IIF(scope = 'server' OR target = 0, target, user_id) AS target, amount, used
    FROM caps
    LEFT JOIN subjects ON scope = 'member' AND subject = target
    LEFT JOIN (SELECT scope, target, used FROM cap_usage WHERE day = :day) USING (scope, target)
    ORDER BY scope DESC, key <> 0, key
"""

_DENIED: Final = """
    SELECT scope, IIF(scope = 'server', target, user_id) AS target, reason, at
    FROM denied LEFT JOIN subjects ON scope = 'member' AND subject = target
    ORDER BY at, scope, target
"""

_ENTRIES: Final = f"""{audit.SELECT}
    WHERE audit.id > :after AND audit.at >= :since AND (:guild_id IS NULL OR guild_id = :guild_id)
    ORDER BY audit.id LIMIT {_PAGE}
"""

_REPORTS: Final = """
    SELECT
        reports.id, job_id, reports.at, reason, words, sha256, result_channel_id AS channel_id,
        result_message_id AS message_id, place_id, reporters.user_id AS reporter_id, requesters.user_id AS requester_id
    FROM reports JOIN jobs ON jobs.id = job_id JOIN requests USING (interaction_id)
    LEFT JOIN subjects AS reporters ON reporters.subject = reporter
    LEFT JOIN subjects AS requesters ON requesters.subject = jobs.subject
    WHERE reports.guild_id = 0 AND reports.state = 'open'
    ORDER BY reports.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapSet:
    """A cap: `target` 0 is every one without a cap of its own, None a member who was erased.

    Attributes
    ----------
    amount
        Pictures a UTC day.
    used
        Of today's, by this target.
    """

    scope: Scope
    target: int | None
    amount: int
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Whom the operator serves nowhere, since when in epoch seconds, and why."""

    scope: Scope
    target: int | None
    reason: str | None
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Since when nothing new is let in, in epoch seconds or None, and how many pictures are still to be made."""

    draining_since: int | None
    queued: int
    running: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReport:
    """A report that no moderator can see, since the picture was asked for outside of servers.

    Attributes
    ----------
    words
        The reporter's own.
    sha256
        Of the posted file, in hexadecimal.
    place_id
        The server where it was asked for; 0 in direct messages.
    reporter_id, requester_id
        None where they were erased since.
    """

    id: int
    job_id: str
    at: int
    reason: str
    words: str | None
    sha256: str | None
    place_id: int
    channel_id: int | None
    message_id: int | None
    reporter_id: int | None
    requester_id: int | None


def caps_set(tx: Transaction) -> list[CapSet]:
    """Every cap: servers first, and of each scope what holds for every one."""
    return [
        CapSet(scope=Scope(row["scope"]), target=row["target"], amount=row["amount"], used=row["used"] or 0)
        for row in tx.all(_CAPS, day=caps.day_of(tx.now))
    ]


def denied(tx: Transaction) -> list[Denied]:
    """Whom the bot serves nowhere, the earliest first."""
    return [Denied(**{**dict(row), "scope": Scope(row["scope"])}) for row in tx.all(_DENIED)]


def erased(tx: Transaction, kind: str) -> int:
    """For how many members who were erased the same still holds, should they come back: kind `cap` or `denied`."""
    return len(tx.all("SELECT 1 FROM remnants WHERE kind = :kind", kind=kind))


def load(tx: Transaction) -> Load:
    """Whether it drains, and how far."""
    since = facts.get(tx, DRAINING)
    counts = {
        row["state"]: row["count"]
        for row in tx.all(
            "SELECT state, count(*) AS count FROM jobs WHERE state IN ('queued', 'running') GROUP BY state"
        )
    }
    return Load(
        draining_since=None if since is None else int(since),
        queued=counts.get("queued", 0),
        running=counts.get("running", 0),
    )


def entries(database: Beside, *, guild_id: int | None, since: int) -> Iterator[Entry]:
    """Rows of the audit from `since` (epoch seconds) on, oldest first, without ever holding all of them."""
    after = 0
    while rows := database.transact(
        partial(Transaction.all, sql=_ENTRIES, after=after, since=since, guild_id=guild_id)
    ):
        yield from map(audit.entry, rows)
        after = rows[-1]["id"]


def open_reports(tx: Transaction) -> list[OpenReport]:
    """What was reported outside of servers and is not decided yet, oldest first."""
    return [OpenReport(**dict(row)) for row in tx.all(_REPORTS)]
