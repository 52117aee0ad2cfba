"""Guilds: what each server has set, a row a server."""

import json
from dataclasses import fields
from enum import Enum
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.store.database import Row, Transaction, Value
from bot.store.errors import UnknownZoneError
from bot.values.rules import ConsentRule, Guild, SafetyMode

FIELDS: Final = tuple(field.name for field in fields(Guild))
"""What a server can set: the names of columns and of `Guild`'s fields are the same."""

_LISTS: Final = frozenset({"channels", "roles", "moderator_roles", "styles_off"})
_FLAGS: Final = frozenset({"threads", "upload_statement", "unchecked_known", "paused"})

_PUT: Final = f"""
    INSERT INTO guilds (guild_id, {", ".join(FIELDS)}) VALUES (:guild_id, {", ".join(f":{name}" for name in FIELDS)})
    ON CONFLICT (guild_id) DO UPDATE SET {", ".join(f"{name} = :{name}" for name in FIELDS)}
"""  # noqa: S608 - the names are our own

_KNOWN: Final = """
    SELECT guild_id FROM guilds UNION SELECT guild_id FROM daily_usage UNION SELECT guild_id FROM grants
    UNION SELECT guild_id FROM limits UNION SELECT guild_id FROM role_limits UNION SELECT guild_id FROM blocks
    UNION SELECT guild_id FROM audit WHERE actor IS NOT NULL
    EXCEPT SELECT 0
"""
"""Every server that has a row somewhere: most have set nothing. The operator can speak of one that never had us."""


def get(tx: Transaction, guild_id: int) -> Guild:
    """What the server has set, or what goes where nothing is. Guild 0 is everywhere outside of servers."""
    row = tx.one("SELECT * FROM guilds WHERE guild_id = :guild_id", guild_id=guild_id)
    return Guild() if row is None else _guild(row)


def styles_off(tx: Transaction) -> dict[int, frozenset[str]]:
    """The styles that are switched off, by the server that did; who has switched off none is missing."""
    rows = tx.all("SELECT guild_id, styles_off FROM guilds WHERE styles_off <> '[]'")
    return {row["guild_id"]: frozenset(json.loads(row["styles_off"])) for row in rows}


def put(tx: Transaction, guild_id: int, guild: Guild) -> None:
    """Replace what the server has set.

    Raises
    ------
    UnknownZoneError
        No zone database knows the zone.
    """
    try:
        ZoneInfo(guild.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a text that is a path is a ValueError, a folder an OSError
        raise UnknownZoneError(guild.zone) from None
    tx.run(_PUT, guild_id=guild_id, **{name: written(getattr(guild, name)) for name in FIELDS})


def left(tx: Transaction, guild_id: int) -> None:
    """The bot is no longer in this server."""
    tx.run(
        """
        INSERT INTO guilds (guild_id, zone, left_at) VALUES (:guild_id, 'UTC', :now)
        ON CONFLICT (guild_id) DO UPDATE SET left_at = coalesce(left_at, :now)
        """,
        guild_id=guild_id,
        now=tx.now,
    )


def joined(tx: Transaction, guild_id: int) -> None:
    """The bot is in this server, and its rows stay."""
    tx.run("UPDATE guilds SET left_at = NULL WHERE guild_id = :guild_id AND left_at IS NOT NULL", guild_id=guild_id)


def present(tx: Transaction, guild_ids: frozenset[int]) -> None:
    """The bot is in exactly these servers: what it has left while it was away is noted as left now."""
    for row in tx.all(_KNOWN):
        (joined if row["guild_id"] in guild_ids else left)(tx, row["guild_id"])


def written(value: object) -> Value:
    """A setting as its column holds it, and as the audit shows it."""
    if isinstance(value, frozenset):
        return json.dumps(sorted(value))
    if isinstance(value, Enum):
        return str(value.value)
    return int(value) if isinstance(value, bool) else value  # type: ignore[return-value]  # what is left is a column's


def _guild(row: Row) -> Guild:
    values: dict[str, Any] = {name: row[name] for name in FIELDS}
    values |= {name: frozenset(json.loads(row[name])) for name in _LISTS}
    values |= {name: bool(row[name]) for name in _FLAGS}
    values["consent"] = ConsentRule(row["consent"])
    values["safety"] = SafetyMode(row["safety"]) if row["safety"] is not None else None
    return Guild(**values)
