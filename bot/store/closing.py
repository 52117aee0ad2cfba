"""Shortening the ledger by pools, a day of a member's or a grant, whole and with the jobs that they paid.

What is left still explains every counter, and the caps' counters count no more what is gone.
"""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from bot.store import caps
from bot.store.database import Row, Transaction
from bot.store.limits import Scope

Pool = tuple[int, int, str]
"""A guild, a subject and a day."""

_OLD_POOLS: Final = """
    SELECT pool.value AS chosen FROM json_each(:pools) AS pool
    WHERE NOT EXISTS (
        SELECT 1 FROM ledger LEFT JOIN jobs ON kind = 'reserve' AND jobs.id = substr(entry_key, length('reserve:') + 1)
        WHERE ledger.guild_id = pool.value ->> 0 AND ledger.subject = pool.value ->> 1 AND day = pool.value ->> 2
            AND grant_id IS NULL
            AND (at >= :cutoff OR (kind = 'reserve' AND coalesce(ended_at, :cutoff) >= :cutoff))
    )
"""

_OLD_GRANTS: Final = """
    SELECT id FROM grants
    WHERE id IN (SELECT value FROM json_each(:grants)) AND expires_at < :cutoff AND NOT EXISTS (
        SELECT 1 FROM ledger LEFT JOIN jobs ON kind = 'reserve' AND jobs.id = substr(entry_key, length('reserve:') + 1)
        WHERE grant_id = grants.id AND (at >= :cutoff OR (kind = 'reserve' AND coalesce(ended_at, :cutoff) >= :cutoff))
    )
"""

_DOOMED: Final = """
    SELECT ledger.id, entry_key, kind, guild_id, subject, day, date(at, 'unixepoch') AS paid_on
    FROM json_each(:pools) AS pool
    CROSS JOIN ledger ON guild_id = pool.value ->> 0 AND subject = pool.value ->> 1 AND day = pool.value ->> 2
        AND grant_id IS NULL
    UNION ALL
    SELECT id, entry_key, kind, guild_id, subject, day, date(at, 'unixepoch')
    FROM ledger WHERE grant_id IN (SELECT value FROM json_each(:grants))
"""

_UNCOUNT: Final = """
    UPDATE cap_usage SET used = used - (gone.value ->> 3) FROM json_each(:gone) AS gone
    WHERE scope = gone.value ->> 0 AND target = gone.value ->> 1 AND day = gone.value ->> 2
"""

_COUNT_ANEW: Final = """
    UPDATE cap_usage SET used = (
        SELECT count(*) FROM jobs JOIN ledger ON entry_key = 'reserve:' || jobs.id
        WHERE jobs.subject = :subject AND date(at, 'unixepoch') = :day
            AND NOT EXISTS (SELECT 1 FROM ledger WHERE entry_key = 'refund:' || jobs.id)
    )
    WHERE scope = 'member' AND target = :subject AND day = :day
"""

# Without the casts the index would be searched by its first columns alone.
_DROP_EMPTY: Final = """
    DELETE FROM cap_usage WHERE used = 0 AND (scope, target, day) IN (
        SELECT CAST(value ->> 0 AS TEXT), CAST(value ->> 1 AS INTEGER), CAST(value ->> 2 AS TEXT) FROM json_each(:gone)
    )
"""

_DROP_JOBS: Final = (
    "DELETE FROM reports WHERE job_id IN (SELECT value FROM json_each(:jobs))",
    "DELETE FROM jobs WHERE id IN (SELECT value FROM json_each(:jobs))",
    """
    DELETE FROM requests WHERE interaction_id IN (
        SELECT CAST(substr(value, 1, instr(value, '-') - 1) AS INTEGER) FROM json_each(:jobs)
    ) AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.interaction_id = requests.interaction_id)
    """,
)

_DROP_DAYS: Final = """
    DELETE FROM daily_usage WHERE (guild_id, subject, day) IN (
        SELECT CAST(value ->> 0 AS INTEGER), CAST(value ->> 1 AS INTEGER), CAST(value ->> 2 AS TEXT)
        FROM json_each(:pools)
    )
"""


def pools(entries: Sequence[Row]) -> list[Pool]:
    """The days that these entries are of."""
    found = ((entry["guild_id"], entry["subject"], entry["day"]) for entry in entries if entry["grant_id"] is None)
    return list(dict.fromkeys(found))


def grants(entries: Sequence[Row]) -> list[int]:
    """The grants that these entries are of."""
    return list(dict.fromkeys(entry["grant_id"] for entry in entries if entry["grant_id"] is not None))


def old(tx: Transaction, entries: Sequence[Row], *, cutoff: int, closed_before: str) -> tuple[list[Pool], list[int]]:
    """The days and the grants of these entries that are old as a whole: nothing in them, or of their jobs, is young.

    Parameters
    ----------
    cutoff
        When it got old, in epoch seconds.
    closed_before
        Days before this one had ended by then.
    """
    closed = [pool for pool in pools(entries) if pool[2] < closed_before]
    found = tx.all(_OLD_POOLS, pools=json.dumps(closed), cutoff=cutoff)
    expired = tx.all(_OLD_GRANTS, grants=json.dumps(grants(entries)), cutoff=cutoff)
    return [tuple(json.loads(row["chosen"])) for row in found], [row["id"] for row in expired]


def drop(tx: Transaction, pools: Collection[Pool], grants: Collection[int]) -> Counter[str]:
    """Remove days and grants whole, with the jobs that they paid, and count those no more for the caps."""
    if not pools and not grants:
        return Counter()
    chosen = {"pools": json.dumps([*pools]), "grants": json.dumps([*grants])}
    entries = tx.all(_DOOMED, **chosen)
    paid = [entry for entry in entries if entry["kind"] == "reserve"]
    job_ids = json.dumps([_job(entry) for entry in paid])
    for sql in _DROP_JOBS:
        tx.run(sql, jobs=job_ids)
    tx.run("INSERT INTO maintenance VALUES (1)")  # the one thing that lets the ledger be shortened
    tx.run(
        "DELETE FROM ledger WHERE id IN (SELECT value FROM json_each(:ids))",
        ids=json.dumps([entry["id"] for entry in entries]),
    )
    tx.run("DELETE FROM maintenance")
    tx.run(_DROP_DAYS, pools=chosen["pools"])
    tx.run("DELETE FROM grants WHERE id IN (SELECT value FROM json_each(:grants))", grants=chosen["grants"])
    _uncount(tx, paid, entries)
    return Counter(jobs=len(paid), ledger=len(entries))


def _uncount(tx: Transaction, paid: Sequence[Row], entries: Sequence[Row]) -> None:
    """Take what was paid off the caps' counters, and what was brought along with what explained it."""
    refunded = {_job(entry) for entry in entries if entry["kind"] == "refund"}
    counted: Counter[tuple[Scope, int, str]] = Counter()
    for entry in paid:
        for scope, target in caps.targets(entry["guild_id"], entry["subject"]):
            counted[scope, target, entry["paid_on"]] += _job(entry) not in refunded
    brought = [entry for entry in entries if entry["entry_key"] == f"carry:{entry['subject']}/cap/{entry['day']}"]
    for entry in brought:
        counted[Scope.MEMBER, entry["subject"], entry["day"]] += 0
    gone = json.dumps([[*key, count] for key, count in counted.items()])
    tx.run(_UNCOUNT, gone=gone)
    for entry in brought:
        tx.run(_COUNT_ANEW, subject=entry["subject"], day=entry["day"])
    tx.run(_DROP_EMPTY, gone=gone)


def _job(entry: Row) -> str:
    return str(entry["entry_key"]).partition(":")[2]
