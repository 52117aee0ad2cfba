"""The audit: who did what to whom, what it was before and after, why and when. Written with the change itself."""

from dataclasses import dataclass
from typing import Final

from bot.store import subjects
from bot.store.database import Row, Transaction
from bot.store.sealed import Sealer
from bot.values.records import Action, Entry

__all__ = ["SELECT", "Act", "Action", "Entry", "Filter", "entry", "is_new", "page", "record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One interaction by which somebody changes something in a guild. A second time it changes nothing.

    Attributes
    ----------
    cause
        What makes it one: the interaction's id, or "command:<id>" from a shell.
    actor_id
        The user; None for the operator.
    """

    cause: str
    guild_id: int
    actor_id: int | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which rows are wanted; None means every."""

    actor_id: int | None = None
    target_id: int | None = None
    action: Action | None = None


_FOUND: Final = """
    SELECT 1 FROM audit
    WHERE entry_key = :cause OR (entry_key > :cause || '/' AND entry_key < :cause || '0')
    LIMIT 1
"""
"""An act's rows, with the help of an index: '0' is the character after the '/' that parts begin with."""

_RECORD: Final = """
    INSERT INTO audit (entry_key, guild_id, actor, target, action, object, before, after, reason, at)
    VALUES (:entry_key, :guild_id, :actor, :target, :action, :object, :before, :after, :reason, :now)
"""

SELECT: Final = """
    SELECT
        audit.*, actors.user_id AS actor_id, targets.user_id AS target_id
    FROM audit
    LEFT JOIN subjects AS actors ON actors.subject = audit.actor
    LEFT JOIN subjects AS targets ON targets.subject = audit.target
"""
"""Every row as `entry` reads it; the caller adds WHERE and ORDER BY."""

_WANTED: Final = f"""{SELECT}
    WHERE guild_id = :guild_id
        AND (:actor_id IS NULL OR actors.user_id = :actor_id)
        AND (:target_id IS NULL OR targets.user_id = :target_id)
        AND (:action IS NULL OR action = :action)
"""

_OLDER: Final = f"{_WANTED} AND (:row IS NULL OR audit.id < :row) ORDER BY audit.id DESC LIMIT :limit"
_NEWER: Final = f"{_WANTED} AND audit.id > :row ORDER BY audit.id LIMIT :limit"


def is_new(tx: Transaction, act: Act) -> bool:
    """Whether this interaction has changed nothing so far; Discord delivers some of them twice."""
    return tx.one(_FOUND, cause=act.cause) is None


def record(
    tx: Transaction,
    act: Act,
    sealer: Sealer,
    *,
    action: Action,
    target: int | None = None,
    about: str | None = None,
    before: str | None = None,
    after: str | None = None,
    part: str | None = None,
) -> None:
    """Write a row; a `part` tells several rows of one act apart. `target` is a subject, `about` becomes `object`."""
    tx.run(
        _RECORD,
        entry_key=act.cause if part is None else f"{act.cause}/{part}",
        guild_id=act.guild_id,
        actor=None if act.actor_id is None else subjects.ensure(tx, act.actor_id, sealer),
        target=target,
        action=action,
        object=about,
        before=before,
        after=after,
        reason=act.reason,
        now=tx.now,
    )


def page(
    tx: Transaction, guild_id: int, wanted: Filter, *, before: int | None = None, after: int | None = None, limit: int
) -> list[Entry]:
    """A server's rows, the latest first: the nearest below row `before`, or above row `after`."""
    rows = tx.all(
        _OLDER if after is None else _NEWER,
        guild_id=guild_id,
        row=before if after is None else after,
        limit=limit,
        actor_id=wanted.actor_id,
        target_id=wanted.target_id,
        action=wanted.action,
    )
    entries = [entry(row) for row in rows]
    return entries if after is None else entries[::-1]


def entry(row: Row) -> Entry:
    """A row of `SELECT` as a value.

    Raises
    ------
    ValueError
        This version does not know the action.
    """
    return Entry(
        id=row["id"],
        guild_id=row["guild_id"],
        actor_id=row["actor_id"],
        by_operator=row["actor"] is None,
        target_id=row["target_id"],
        has_target=row["target"] is not None,
        self_serving=row["actor"] is not None and row["actor"] == row["target"],
        action=Action(row["action"]),
        object=row["object"],
        before=row["before"],
        after=row["after"],
        reason=row["reason"],
        at=row["at"],
    )
