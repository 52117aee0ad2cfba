"""The operator's caps: pictures a UTC day of one server, or of one member over all servers."""

from typing import Final

from bot.store import days
from bot.store.database import Transaction
from bot.store.limits import Cap, Scope

EVERYONE: Final = 0
"""The target of a cap for every server, or every member, that has none of its own."""

ZONE: Final = "UTC"
"""Caps hold over all servers, so they count in no server's zone."""

_STAND: Final = """
    SELECT amount, (
        SELECT used FROM cap_usage WHERE scope = :scope AND target = :target AND day = :day
    ) AS used
    FROM caps WHERE scope = :scope AND target IN (:target, 0) ORDER BY target = 0 LIMIT 1
"""

_COUNT: Final = """
    INSERT INTO cap_usage VALUES (:scope, :target, :day, :pictures)
    ON CONFLICT (scope, target, day) DO UPDATE SET used = used + :pictures
"""

_RETURN: Final = """
    UPDATE cap_usage SET used = used - 1 WHERE scope = :scope AND target = :target AND day = :day
"""


def tightest(tx: Transaction, *, guild_id: int, subject: int | None) -> Cap | None:
    """The cap that leaves this member in this server the least; a subject of None is somebody who is not known yet."""
    caps = (_cap(tx, *one) for one in targets(guild_id, EVERYONE if subject is None else subject))
    return min((cap for cap in caps if cap is not None), key=lambda cap: cap.left, default=None)


def count(tx: Transaction, pictures: int, *, guild_id: int, subject: int) -> None:
    """Pictures were charged now. The caller has looked whether the caps allow it, in the same transaction."""
    for scope, target in targets(guild_id, subject):
        tx.run(_COUNT, scope=scope, target=target, day=day_of(tx.now), pictures=pictures)


def give_back(tx: Transaction, *, guild_id: int, subject: int, charged_at: int) -> None:
    """The picture that was charged then was refunded."""
    for scope, target in targets(guild_id, subject):
        tx.run(_RETURN, scope=scope, target=target, day=day_of(charged_at))


def put(tx: Transaction, scope: Scope, target: int, amount: int | None) -> int | None:
    """Set a cap, or lift it with None; what it was before. `target` is a guild, a subject, or `EVERYONE`."""
    before = tx.one("SELECT amount FROM caps WHERE scope = :scope AND target = :target", scope=scope, target=target)
    if amount is None:
        tx.run("DELETE FROM caps WHERE scope = :scope AND target = :target", scope=scope, target=target)
    else:
        tx.run(
            """
            INSERT INTO caps VALUES (:scope, :target, :amount)
            ON CONFLICT (scope, target) DO UPDATE SET amount = :amount
            """,
            scope=scope,
            target=target,
            amount=amount,
        )
    return None if before is None else before["amount"]


def day_of(at: int) -> str:
    """The UTC day that an instant is in, as the counters name it."""
    return days.today(ZONE, at).isoformat()


def _cap(tx: Transaction, scope: Scope, target: int) -> Cap | None:
    row = tx.one(_STAND, scope=scope, target=target, day=day_of(tx.now))
    if row is None:
        return None
    return Cap(
        scope=scope,
        amount=row["amount"],
        left=max(0, row["amount"] - (row["used"] or 0)),
        resets_at=days.ends_at(days.today(ZONE, tx.now), ZONE),
    )


def targets(guild_id: int, subject: int) -> list[tuple[Scope, int]]:
    """What a picture counts for. Outside of servers there is no server to cap."""
    member = (Scope.MEMBER, subject)
    return [(Scope.SERVER, guild_id), member] if guild_id else [member]
