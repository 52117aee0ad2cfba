"""Erasing a person: what they have on Discord is found first, then one transaction cuts every row off their name.

Rows that counters and totals are made of stay under a number that leads to nobody; what must hold when the person comes
back goes to `remnants`. Free text that others wrote about them goes with them.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from bot.store import cancelling, remnants, subjects
from bot.store.database import Transaction
from bot.store.sealed import Sealer

_SHORTEST_SNOWFLAKE: Final = 15
"""Digits: Discord's ids have more, and shorter numbers are found in any text."""


@dataclass(frozen=True, slots=True)
class Post:
    """A message of ours about somebody: a result, or the card of a request.

    Attributes
    ----------
    job_id
        A job that it is of, or one of its request.
    server_id
        The server that it is in; 0 in direct messages.
    """

    job_id: str
    server_id: int
    channel_id: int
    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an erasure has cancelled in the store, and what is still to be deleted on Discord, the latest first."""

    cancelled: tuple[str, ...] = ()
    posts: tuple[Post, ...] = ()


# Pictures of them that others wait for are theirs to call off; one that is being painted at this moment is finished.
_UNDER_WAY: Final = """
    SELECT id FROM jobs
    WHERE (subject = :subject AND state IN ('queued', 'running')) OR (owner = :subject AND state = 'queued')
"""

# Pictures of them that others asked for are theirs to delete, too; the others' cards are not. A card that was a result
# may say who deleted that. What was shown to one person alone is on no channel.
_POSTS: Final = """
    SELECT min(id) AS id, place_id, result_channel_id AS channel_id, result_message_id AS message_id
    FROM jobs JOIN requests USING (interaction_id)
    WHERE state = 'delivered' AND deleted_at IS NULL AND result_channel_id IS NOT NULL AND NOT private
        AND (subject = :subject OR owner = :subject)
    GROUP BY result_message_id
    UNION ALL
    SELECT min(id), place_id, card_channel_id, card_message_id
    FROM jobs AS these JOIN requests USING (interaction_id)
    WHERE subject = :subject AND card_message_id IS NOT NULL AND NOT private AND NOT EXISTS (
        SELECT 1 FROM jobs WHERE result_message_id = card_message_id AND deleted_at IS NULL
    )
    GROUP BY interaction_id
    ORDER BY message_id DESC
"""

_RESULT_GONE: Final = """
    UPDATE jobs SET deleted_at = coalesce(deleted_at, :now), url = NULL
    WHERE result_message_id IN (SELECT value ->> 1 FROM json_each(:posts))
"""

_CARD_GONE: Final = """
    UPDATE requests SET card_channel_id = NULL, card_message_id = NULL
    WHERE (interaction_id, card_message_id) IN (
        SELECT CAST(substr(value ->> 0, 1, instr(value ->> 0, '-') - 1) AS INTEGER), value ->> 1 FROM json_each(:posts)
    )
"""

_CUT_OFF: Final = (
    # The link of a photo is the photo; a direct message's channel is its person.
    "UPDATE jobs SET url = NULL WHERE owner = :subject AND url IS NOT NULL AND ended_at IS NOT NULL",
    """
    UPDATE jobs SET
        url = NULL, owner = NULL, sha256 = NULL, result_channel_id = NULL,
        deleted_at = CASE state WHEN 'delivered' THEN coalesce(deleted_at, :now) END
    WHERE subject = :subject
    """,
    """
    UPDATE requests SET
        channel_id = 0, card_channel_id = NULL, card_message_id = NULL, roles = '[]', token = NULL,
        language = 'en', mention = 0
    WHERE interaction_id IN (SELECT interaction_id FROM jobs WHERE subject = :subject)
    """,
    # What moderators could decide on is gone.
    """
    UPDATE reports SET words = NULL, logged_at = coalesce(logged_at, :now), closed_at = coalesce(closed_at, :now),
        state = CASE state WHEN 'open' THEN 'deleted' ELSE state END
    WHERE job_id IN (SELECT id FROM jobs WHERE subject = :subject)
    """,
    "UPDATE reports SET words = NULL WHERE reporter = :subject",
    "UPDATE audit SET reason = NULL WHERE target = :subject",
    "DELETE FROM limits WHERE subject = :subject",
    "DELETE FROM blocks WHERE subject = :subject",
    "DELETE FROM caps WHERE scope = 'member' AND target = :subject",
    "DELETE FROM denied WHERE scope = 'member' AND target = :subject",
    # A picture of theirs that is being painted for somebody else asks by the number again after a restart.
    "UPDATE members SET told_at = NULL, stated_at = NULL WHERE subject = :subject",
    """
    DELETE FROM members WHERE subject = :subject AND (pictures_of_me IS NULL OR NOT EXISTS (
        SELECT 1 FROM jobs WHERE owner = :subject AND state IN ('queued', 'running')
    ))
    """,
    "DELETE FROM subjects WHERE subject = :subject",
)

_NAMED_IN: Final = (
    *(
        f"UPDATE {table} SET {column} = replace({column}, :digits, '…') WHERE instr({column}, :digits)"  # noqa: S608 - our tables
        for table, column in (
            ("audit", "object"),
            ("audit", "before"),
            ("audit", "after"),
            ("audit", "reason"),
            ("reports", "words"),
            ("blocks", "reason"),
            ("denied", "reason"),
            ("remnants", "value"),
        )
    ),
    """
    DELETE FROM commands WHERE answered_at IS NOT NULL
        AND (instr(arguments, :digits) OR instr(coalesce(answer, ''), :digits))
    """,
)
"""Where somebody may have typed the id of a person."""


def begin(tx: Transaction, user_id: int) -> Plan:
    """Cancel what is under way for the person, or waits of them for others, refunded; and find their messages."""
    subject = subjects.known(tx, user_id)
    return Plan() if subject is None else _plan(tx, subject)


def gone(tx: Transaction, posts: Collection[Post]) -> None:
    """These messages are no longer on Discord."""
    values = json.dumps([[post.job_id, post.message_id] for post in posts])
    tx.run(_RESULT_GONE, posts=values, now=tx.now)
    tx.run(_CARD_GONE, posts=values)


def erase(tx: Transaction, sealer: Sealer, user_id: int) -> Plan:
    """Cut every row off the person's name; what was under way or posted since `begin`, or is still posted."""
    subject = subjects.known(tx, user_id)
    if subject is None:
        return Plan()
    plan = _plan(tx, subject)
    remnants.keep(tx, sealer.digest(user_id), subject)
    for sql in _CUT_OFF:
        tx.run(sql, subject=subject, now=tx.now)
    if len(digits := str(user_id)) >= _SHORTEST_SNOWFLAKE:
        for sql in _NAMED_IN:
            tx.run(sql, digits=digits)
    return plan


def _plan(tx: Transaction, subject: int) -> Plan:
    cancelled = [row["id"] for row in tx.all(_UNDER_WAY, subject=subject)]
    for job_id in cancelled:
        cancelling.cancel(tx, job_id)
    posts = {
        row["message_id"]: Post(row["id"], row["place_id"], row["channel_id"], row["message_id"])
        for row in tx.all(_POSTS, subject=subject)
    }
    return Plan(cancelled=tuple(cancelled), posts=tuple(posts.values()))
