"""What is kept for how long, and forgetting it afterwards: in steps, each a short transaction after which books agree.

A pool of the ledger waits for all of it to be old, so a job that a grant paid is kept as long as its grant.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import takewhile
from typing import Final

from bot.store import caps, closing, days, remnants
from bot.store.database import Row, Transaction
from bot.values.kept import AUDIT_DAYS, KEPT_DAYS, LEFT_DAYS

DAY: Final = 86400

START: Final = -1
"""What a step is first called with: ids and subjects are not negative."""

BATCH: Final = 200
"""Rows of the ledger, or of another table, that one transaction looks at: others wait for some 50 ms at most."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction of a step has removed, and where the next one goes on: None at the step's end."""

    after: int | None
    gone: Counter[str] = field(default_factory=Counter)


Step = Callable[[Transaction, int], Batch]
"""A part of forgetting; called with `START`, then with what it said, until it says None."""

_NEXT_ENTRIES: Final = """
    SELECT id, guild_id, subject, day, grant_id, at FROM ledger WHERE id > :after ORDER BY id LIMIT :most
"""

_ENTRIES_OF_GUILD: Final = """
    SELECT id, guild_id, subject, day, grant_id, at FROM ledger WHERE guild_id = :guild_id LIMIT :most
"""

_LEFT: Final = """
    SELECT guild_id FROM guilds
    WHERE guild_id <> 0 AND left_at < :since AND guild_id NOT IN (
        SELECT guild_id FROM requests JOIN jobs USING (interaction_id) WHERE state IN ('queued', 'running')
    )
    LIMIT 1
"""

# What the operator has said of a server, its cap or that it is denied, is the operator's to lift; the rows of the audit
# that say so stay as long as any.
_OF_A_SERVER: Final = tuple(
    f"DELETE FROM {table} WHERE guild_id = :guild_id"  # noqa: S608 - our tables
    for table in ("reports", "role_limits", "limits", "blocks", "refusals", "remnants", "guilds")
)

_DROP_AUDIT_OF: Final = """
    DELETE FROM audit WHERE id IN (
        SELECT id FROM audit WHERE guild_id = :guild_id AND actor IS NOT NULL LIMIT :most
    ) RETURNING 1
"""

_DROP_OLD_AUDIT: Final = """
    DELETE FROM audit WHERE id IN (
        SELECT id FROM audit
        WHERE id < coalesce((SELECT id FROM audit WHERE at >= :since ORDER BY id LIMIT 1), 9e18)
        ORDER BY id LIMIT :most
    ) RETURNING 1
"""

_DROP_LAPSED: Final = {
    "blocks": "DELETE FROM blocks WHERE expires_at <= :now RETURNING 1",
    "refusals": "DELETE FROM refusals WHERE day < date(:cutoff, 'unixepoch') RETURNING 1",
    "commands": "DELETE FROM commands WHERE answered_at < :yesterday RETURNING 1",
}

_NEXT_MEMBERS: Final = "SELECT subject FROM members WHERE subject > :after ORDER BY subject LIMIT :most"

# Whoever has said nothing of their pictures, and asked for none in all that time, would be told and asked again.
_DROP_MEMBERS: Final = """
    DELETE FROM members WHERE subject > :after AND subject <= :last AND (
        (
            pictures_of_me IS NULL AND max(coalesce(told_at, 0), coalesce(stated_at, 0)) < :cutoff
            AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.subject = members.subject)
        ) OR (
            NOT EXISTS (SELECT 1 FROM subjects WHERE subjects.subject = members.subject)
            AND NOT EXISTS (SELECT 1 FROM jobs WHERE owner = members.subject AND state IN ('queued', 'running'))
        )
    ) RETURNING 1
"""

_NEXT_SUBJECTS: Final = "SELECT subject FROM subjects WHERE subject > :after ORDER BY subject LIMIT :most"

# Every daily_usage and every grant has its line in the ledger.
_DROP_SUBJECTS: Final = """
    DELETE FROM subjects WHERE subject > :after AND subject <= :last
        AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.subject = subjects.subject)
        AND NOT EXISTS (SELECT 1 FROM jobs WHERE owner = subjects.subject)
        AND NOT EXISTS (SELECT 1 FROM ledger WHERE ledger.subject = subjects.subject)
        AND NOT EXISTS (SELECT 1 FROM members WHERE members.subject = subjects.subject)
        AND NOT EXISTS (SELECT 1 FROM reports WHERE reporter = subjects.subject)
        AND NOT EXISTS (SELECT 1 FROM audit WHERE actor = subjects.subject)
        AND NOT EXISTS (SELECT 1 FROM audit WHERE target = subjects.subject)
        AND NOT EXISTS (SELECT 1 FROM cap_usage WHERE scope = 'member' AND target = subjects.subject)
        AND NOT EXISTS (SELECT 1 FROM caps WHERE scope = 'member' AND target = subjects.subject)
        AND NOT EXISTS (SELECT 1 FROM denied WHERE scope = 'member' AND target = subjects.subject)
        AND subject NOT IN (SELECT subject FROM limits)
        AND subject NOT IN (SELECT subject FROM blocks)
    RETURNING 1
"""


def closed_days(tx: Transaction, after: int) -> Batch:
    """Jobs and ledger of closed days, in the order of the ledger: past its first young row all is young."""
    cutoff = _cutoff(tx.now)
    entries = tx.all(_NEXT_ENTRIES, after=after, most=BATCH)
    old = list(takewhile(lambda entry: entry["at"] < cutoff, entries))
    gone = closing.drop(tx, *closing.old(tx, old, cutoff=cutoff, closed_before=_closed_before(cutoff)))
    return Batch(old[-1]["id"] if len(old) == BATCH else None, gone)


def left_servers(tx: Transaction, _after: int) -> Batch:
    """Everything of servers that the bot left long ago, a piece of one at a time; its settings go last."""
    server = tx.one(_LEFT, since=tx.now - LEFT_DAYS * DAY)
    if server is None:
        return Batch(None)
    guild_id = server["guild_id"]
    entries = tx.all(_ENTRIES_OF_GUILD, guild_id=guild_id, most=BATCH)
    gone = closing.drop(tx, closing.pools(entries), closing.grants(entries))
    if entries:
        return Batch(START, gone)
    lines = tx.all(_DROP_AUDIT_OF, guild_id=guild_id, most=BATCH)
    if not lines:
        for sql in _OF_A_SERVER:
            tx.run(sql, guild_id=guild_id)
    return Batch(START, Counter(audit=len(lines), servers=int(not lines)))


def old_audit(tx: Transaction, _after: int) -> Batch:
    """The audit of more than a year ago."""
    lines = tx.all(_DROP_OLD_AUDIT, since=tx.now - AUDIT_DAYS * DAY, most=BATCH)
    return Batch(START if lines else None, Counter(audit=len(lines)))


def lapsed(tx: Transaction, _after: int) -> Batch:
    """Blocks that are over, what outlived erasures until now, counts of refusals, and answered commands."""
    values = {"now": tx.now, "cutoff": _cutoff(tx.now), "yesterday": tx.now - DAY}
    gone = Counter({name: len(tx.all(sql, **values)) for name, sql in _DROP_LAPSED.items()})
    return Batch(None, gone + Counter(remnants=remnants.wipe_lapsed(tx)))


def idle_members(tx: Transaction, after: int) -> Batch:
    """What was said by those who have not been here for long, and what an erasure had to leave for a job under way."""
    last = _last(tx.all(_NEXT_MEMBERS, after=after, most=BATCH))
    gone = tx.all(_DROP_MEMBERS, after=after, last=last, cutoff=_cutoff(tx.now))
    return Batch(last, Counter(members=len(gone)))


def idle_subjects(tx: Transaction, after: int) -> Batch:
    """Who the numbers are that no row mentions any more."""
    last = _last(tx.all(_NEXT_SUBJECTS, after=after, most=BATCH))
    return Batch(last, Counter(subjects=len(tx.all(_DROP_SUBJECTS, after=after, last=last))))


STEPS: Final[tuple[Step, ...]] = (closed_days, left_servers, old_audit, lapsed, idle_members, idle_subjects)
"""In this order: names go last."""


def _cutoff(now: int) -> int:
    """The midnight, in UTC, before which everything is old: the caps' counters are those of UTC's days."""
    return (now - KEPT_DAYS * DAY) // DAY * DAY


def _closed_before(cutoff: int) -> str:
    """The first day that may not have ended at `cutoff` in some zone: the last one to see a day end is at UTC-12."""
    return (days.today(caps.ZONE, cutoff) - timedelta(days=1)).isoformat()


def _last(found: Sequence[Row]) -> int | None:
    return int(found[-1]["subject"]) if found else None
