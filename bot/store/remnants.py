"""What outlives an erasure: what counts for today, limits, caps, blocks, denials, opt-outs; under a hash of the id.

Nothing here leads to the erased member's other rows. When they come back, it goes to their new number; reports alone
are counted here, since each row of theirs must name a picture.
"""

import json
from typing import Final

from bot.store import caps, days, guilds
from bot.store.database import Row, Transaction
from bot.values.kept import REPORT_COUNTS, Kind, Remnant
from bot.values.rules import PicturesOfMe

_KEPT: Final = {
    Kind.USAGE: """
        SELECT guild_id, day, used FROM daily_usage WHERE subject = :subject AND used > 0
            AND guild_id IN (SELECT guild_id FROM ledger WHERE subject = :subject)
    """,
    Kind.CAP_USAGE: """
        SELECT 0 AS guild_id, day, used FROM cap_usage WHERE scope = 'member' AND target = :subject AND used > 0
    """,
    Kind.CANCELS: """
        SELECT guild_id, day, count(*) AS cancels
        FROM ledger LEFT JOIN jobs ON kind = 'reserve' AND jobs.id = substr(entry_key, length('reserve:') + 1)
        WHERE ledger.subject = :subject AND (kind = 'cancel' OR (state = 'cancelled' AND started_at IS NOT NULL))
        GROUP BY guild_id, day
    """,
    Kind.REPORTS: "SELECT 0 AS guild_id, at, count(*) AS reports FROM reports WHERE reporter = :subject GROUP BY at",
    Kind.CAP: "SELECT 0 AS guild_id, amount FROM caps WHERE scope = 'member' AND target = :subject",
    Kind.LIMIT: "SELECT guild_id, amount FROM limits WHERE subject = :subject",
    Kind.BLOCK: "SELECT guild_id, expires_at, at FROM blocks WHERE subject = :subject",
    Kind.DENIED: "SELECT 0 AS guild_id, at FROM denied WHERE scope = 'member' AND target = :subject",
    Kind.PICTURES_OF_ME: """
        SELECT 0 AS guild_id, pictures_of_me AS said FROM members
        WHERE subject = :subject AND pictures_of_me IS NOT NULL
    """,
}
"""What is kept of a subject, by kind: the columns besides the guild become the remnant's value."""

_GIVEN_BACK: Final = {
    Kind.CAP: "INSERT INTO caps VALUES ('member', :subject, :amount)",
    Kind.LIMIT: "INSERT INTO limits VALUES (:guild_id, :subject, :amount)",
    Kind.BLOCK: "INSERT INTO blocks VALUES (:guild_id, :subject, NULL, :expires_at, :at)",
    Kind.DENIED: "INSERT INTO denied VALUES ('member', :subject, NULL, :at)",
    Kind.PICTURES_OF_ME: "INSERT INTO members (subject, pictures_of_me) VALUES (:subject, :said)",
    Kind.CAP_USAGE: "INSERT INTO cap_usage VALUES ('member', :subject, :day, :used)",
    Kind.USAGE: "INSERT INTO daily_usage VALUES (:guild_id, :subject, :day, :used)",
}

_CARRY: Final = """
    INSERT INTO ledger (entry_key, kind, guild_id, subject, day, amount, at)
    VALUES ('carry:' || :subject || '/' || :pool || '/' || :day, 'carry', :guild_id, :subject, :day, :amount, :now)
"""

_CANCEL: Final = """
    INSERT INTO ledger (entry_key, kind, guild_id, subject, day, amount, at)
    VALUES (
        'cancel:' || :subject || '/' || :guild_id || '/' || :day || '/' || :number, 'cancel',
        :guild_id, :subject, :day, 0, :now
    )
"""

_IN_FORCE: Final = """
    SELECT kind, guild_id, value, until FROM remnants
    WHERE hash = :hash AND (until IS NULL OR until > :now) ORDER BY id
"""

_PUT: Final = """
    INSERT INTO remnants (hash, kind, guild_id, value, until) VALUES (:hash, :kind, :guild_id, :value, :until)
"""


def keep(tx: Transaction, user_hash: bytes, subject: int) -> None:
    """Note down what an erasure must not undo, as far as it has not lapsed."""
    for one in lasting(tx, subject):
        value = json.dumps(dict(one.value))
        tx.run(_PUT, hash=user_hash, kind=one.kind, guild_id=one.guild_id, value=value, until=one.until)


def lasting(tx: Transaction, subject: int) -> list[Remnant]:
    """What an erasure of this member would not undo now."""
    return [
        one
        for kind, sql in _KEPT.items()
        for row in tx.all(sql, subject=subject)
        if (one := _remnant(tx, kind, row)).until is None or one.until > tx.now
    ]


def of(tx: Transaction, user_hash: bytes) -> list[Remnant]:
    """What is still in force of somebody who was erased and is not back."""
    return [
        Remnant(kind=Kind(row["kind"]), guild_id=row["guild_id"], value=json.loads(row["value"]), until=row["until"])
        for row in tx.all(_IN_FORCE, hash=user_hash, now=tx.now)
    ]


def give_back(tx: Transaction, user_hash: bytes, subject: int) -> None:
    """Somebody who was erased is back under a new number, with what they had used and what was said of them."""
    for one in of(tx, user_hash):
        if one.kind in _GIVEN_BACK:
            tx.run(_GIVEN_BACK[one.kind], subject=subject, guild_id=one.guild_id, **one.value)
        if one.kind in (Kind.USAGE, Kind.CAP_USAGE):
            _carry(tx, subject, one)
        for number in range(one.value.get("cancels", 0)):
            tx.run(_CANCEL, subject=subject, guild_id=one.guild_id, day=one.value["day"], number=number, now=tx.now)
    tx.run("DELETE FROM remnants WHERE hash = :hash AND kind <> 'reports'", hash=user_hash)


def pictures_of(tx: Transaction, user_hash: bytes) -> PicturesOfMe | None:
    """What somebody who was erased had said of their pictures."""
    for one in of(tx, user_hash):
        if one.kind is Kind.PICTURES_OF_ME:
            return PicturesOfMe(one.value["said"])
    return None


def reports_of(tx: Transaction, user_hash: bytes) -> int:
    """How many reports of before an erasure still count for the day's."""
    return sum(one.value["reports"] for one in of(tx, user_hash) if one.kind is Kind.REPORTS)


def wipe_lapsed(tx: Transaction) -> int:
    """Forget what no longer holds; how much that was."""
    return len(tx.all("DELETE FROM remnants WHERE until <= :now RETURNING 1", now=tx.now))


def _carry(tx: Transaction, subject: int, count: Remnant) -> None:
    """The ledger's line for a count that was brought along; what counts for the cap alone changes no day's pool."""
    of_day = count.kind is Kind.USAGE
    tx.run(
        _CARRY,
        subject=subject,
        pool=count.guild_id if of_day else "cap",
        guild_id=count.guild_id,
        day=count.value["day"],
        amount=-count.value["used"] if of_day else 0,
        now=tx.now,
    )


def _remnant(tx: Transaction, kind: Kind, row: Row) -> Remnant:
    value = {name: row[name] for name in row.keys() if name != "guild_id"}  # noqa: SIM118 - a Row iterates values
    return Remnant(kind=kind, guild_id=row["guild_id"], value=value, until=_lapses_at(tx, kind, row))


def _lapses_at(tx: Transaction, kind: Kind, row: Row) -> int | None:
    """When it no longer holds: counts with their day, a block with its end, the rest when somebody lifts it."""
    match kind:
        case Kind.USAGE | Kind.CANCELS:
            return days.end_of(row["day"], guilds.get(tx, row["guild_id"]).zone)
        case Kind.CAP_USAGE:
            return days.end_of(row["day"], caps.ZONE)
        case Kind.REPORTS:
            return int(row["at"]) + REPORT_COUNTS
        case Kind.BLOCK:
            return row["expires_at"]  # type: ignore[no-any-return]  # a row's values are Any
        case _:
            return None
