"""Everything that is kept of one person, as JSON can say it: no secret, and nobody else's id."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bot.store import remnants, subjects
from bot.store.database import Row, Transaction, Value
from bot.store.sealed import Sealer

Json = dict[str, Any]

_SOMEBODY: Final = re.compile(r"[0-9]{15,20}")
"""What may be the id of a person, in a text that somebody typed."""

_JOBS: Final = """
    SELECT
        id, place_id AS server_id, guild_id <> 0 AS counted_for_the_server, channel_id, age_restricted, private,
        language, mention AS mention_wanted, state, style, strength, seed, engine, seconds, medium, sha256, attempt,
        failure, created_at, started_at, ended_at, hidden_at, deleted_at, card_channel_id, card_message_id,
        result_channel_id, result_message_id,
        url IS NOT NULL AS photo_link_is_kept, url_expires_at AS photo_link_kept_until,
        CASE WHEN origin = 'machine' THEN 'of a bot' WHEN owner IS NULL THEN 'an upload'
            WHEN owner = :subject THEN 'yours' ELSE 'of somebody else' END AS photo
    FROM jobs JOIN requests USING (interaction_id) WHERE subject = :subject ORDER BY created_at, id
"""

_OF_YOU: Final = """
    SELECT id, place_id AS server_id, state, style, created_at, ended_at, hidden_at, deleted_at, result_channel_id,
        result_message_id
    FROM jobs JOIN requests USING (interaction_id) WHERE owner = :subject AND subject <> :subject
    ORDER BY created_at, id
"""

_LEDGER: Final = """
    SELECT kind, guild_id AS server_id, day, amount, at, grant_id,
        CASE WHEN kind IN ('reserve', 'refund') THEN substr(entry_key, instr(entry_key, ':') + 1) END AS job
    FROM ledger WHERE subject = :subject ORDER BY id
"""

_USAGE: Final = """
    SELECT guild_id AS server_id, day, used FROM daily_usage
    WHERE subject = :subject AND guild_id IN (SELECT guild_id FROM ledger WHERE subject = :subject) ORDER BY day
"""

_GRANTS: Final = """
    SELECT id, guild_id AS server_id, amount, used, expires_at FROM grants
    WHERE id IN (SELECT grant_id FROM ledger WHERE subject = :subject) ORDER BY id
"""

_LIMITS: Final = "SELECT guild_id AS server_id, amount AS pictures_a_day FROM limits WHERE subject = :subject"
_BLOCKS: Final = "SELECT guild_id AS server_id, reason, at, expires_at FROM blocks WHERE subject = :subject"
_DENIED: Final = "SELECT reason, at FROM denied WHERE scope = 'member' AND target = :subject"
_CAPS: Final = "SELECT amount AS pictures_a_day FROM caps WHERE scope = 'member' AND target = :subject"
_OVER_ALL: Final = "SELECT day, used FROM cap_usage WHERE scope = 'member' AND target = :subject ORDER BY day"
_SAID: Final = "SELECT told_at, stated_at, pictures_of_me FROM members WHERE subject = :subject"

_REPORTS: Final = """
    SELECT job_id AS job, guild_id AS server_id, reason, words, state, at, closed_at
    FROM reports WHERE reporter = :subject ORDER BY id
"""

# What others wrote about a picture is theirs.
_REPORTED: Final = """
    SELECT job_id AS job, reason, reports.state, reports.at, closed_at FROM reports JOIN jobs ON jobs.id = job_id
    WHERE subject = :subject ORDER BY reports.id
"""

_AUDIT: Final = """
    SELECT
        guild_id AS server_id, action, object, before, after, reason, at,
        CASE WHEN actor IS NULL THEN 'the operator' WHEN actor = :subject THEN 'you' ELSE 'somebody else' END AS who,
        CASE WHEN target = :subject THEN 'you' WHEN target IS NOT NULL THEN 'somebody else' END AS whom
    FROM audit WHERE actor = :subject OR target = :subject ORDER BY id
"""

_TABLES: Final[Mapping[str, str]] = {
    "jobs": _JOBS,
    "pictures_of_you_for_others": _OF_YOU,
    "ledger": _LEDGER,
    "used_a_day": _USAGE,
    "used_a_day_over_all_servers": _OVER_ALL,
    "extra_pictures": _GRANTS,
    "own_limits": _LIMITS,
    "operators_caps": _CAPS,
    "blocks": _BLOCKS,
    "denied": _DENIED,
    "what_you_said": _SAID,
    "reports_you_made": _REPORTS,
    "reports_of_your_pictures": _REPORTED,
    "audit": _AUDIT,
}

_FLAGS: Final = frozenset(
    {"counted_for_the_server", "age_restricted", "private", "mention_wanted", "photo_link_is_kept"}
)
_TYPED: Final = frozenset({"reason", "words", "object", "before", "after"})


def export(tx: Transaction, sealer: Sealer, user_id: int) -> Json:
    """What is kept of the person. Instants are in ISO 8601, ids are texts: JSON's numbers are too short for them."""
    found: Json = {"user_id": str(user_id), "written_at": _instant(tx.now)}
    subject = subjects.known(tx, user_id)
    if subject is not None:
        for name, sql in _TABLES.items():
            found[name] = [_said(row, user_id) for row in tx.all(sql, subject=subject)]
    found["kept_since_an_erasure"] = [
        {
            "kind": one.kind.value,
            "server_id": str(one.guild_id),
            "until": None if one.until is None else _instant(one.until),
            **{name: _value(name, value, user_id) for name, value in one.value.items()},
        }
        for one in remnants.of(tx, sealer.digest(user_id))
    ]
    return found


def _said(row: Row, user_id: int) -> Json:
    return {name: _value(name, row[name], user_id) for name in row.keys()}  # noqa: SIM118 - a Row iterates values


def _value(name: str, value: Value, user_id: int) -> Value:
    if value is None:
        return None
    if name in _FLAGS:
        return bool(value)
    if name.endswith("_id"):
        return str(value)
    if name in ("at", "until") or name.endswith(("_at", "_until")):
        return _instant(int(value))
    return _without_others(value, user_id) if name in _TYPED and isinstance(value, str) else value


def _without_others(text: str, user_id: int) -> str:
    return _SOMEBODY.sub(lambda found: found[0] if found[0] == str(user_id) else "…", text)


def _instant(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
