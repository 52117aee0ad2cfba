"""The quota: what a member may still ask for, charges, and refunds to the pool that paid.

A pool is a day's limit or a grant. Counters guard the pools, the ledger explains the counters, and `proof` compares
them. Every change has an entry key, so that it happens once however often it is asked for.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from bot.store import caps, days, guilds
from bot.store.database import Row, Transaction, Value
from bot.store.errors import OverCapError, OverQuotaError
from bot.store.limits import Layer, Limit, RoleLimit, Usage, decide

_MEMBER = """
    SELECT
        subjects.subject,
        limits.subject IS NOT NULL AS has_own,
        limits.amount AS own,
        (
            SELECT max(day) FROM daily_usage
            WHERE daily_usage.guild_id = :guild_id AND daily_usage.subject = subjects.subject
        ) AS last_day
    FROM subjects
    LEFT JOIN limits ON limits.guild_id = :guild_id AND limits.subject = subjects.subject
    WHERE subjects.user_id = :user_id
"""

_POOLS = """
    SELECT
        (
            SELECT used FROM daily_usage WHERE guild_id = :guild_id AND subject = :subject AND day = :day
        ) AS used,
        (
            SELECT sum(amount - used) FROM grants
            WHERE guild_id = :guild_id AND subject = :subject AND expires_at > :now
        ) AS grants_left
"""

_SPEND_DAY = """
    INSERT INTO daily_usage
    SELECT :guild_id, :subject, :day, 1 WHERE :maximum IS NULL OR :maximum > 0
    ON CONFLICT (guild_id, subject, day) DO UPDATE SET used = used + 1 WHERE :maximum IS NULL OR used < :maximum
    RETURNING used
"""

_SPEND_GRANT = """
    UPDATE grants SET used = used + 1
    WHERE id = (
        SELECT id FROM grants
        WHERE guild_id = :guild_id AND subject = :subject AND expires_at > :now AND used < amount
        ORDER BY expires_at, id LIMIT 1
    )
    RETURNING id
"""

_ENTER = """
    INSERT INTO ledger (entry_key, kind, guild_id, subject, day, grant_id, amount, at)
    VALUES (:kind || ':' || :cause, :kind, :guild_id, :subject, :day, :grant_id, :amount, :now)
"""

_RETURN_DAY = """
    UPDATE daily_usage SET used = used - 1 WHERE guild_id = :guild_id AND subject = :subject AND day = :day
"""

_RESET_DAY = """
    UPDATE daily_usage SET used = 0 WHERE guild_id = :guild_id AND subject = :subject AND day = :day
"""

_ROLE_LIMITS: Final = """
    SELECT role_id, amount FROM role_limits
    WHERE guild_id = :guild_id AND role_id IN (SELECT value FROM json_each(:roles))
"""

_RESET_SINCE = """
    SELECT 1 FROM ledger
    WHERE guild_id = :guild_id AND subject = :subject AND day = :day AND kind = 'reset' AND id > :id
    LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A member in a guild on a day: whose pools are meant, and the limit that counts.

    Attributes
    ----------
    subject
        None for somebody who has never asked for anything.
    day
        The day in use, as the guild counts. Never before the last one that the member used, so that moving the guild
        to another zone gives no second day.
    """

    guild_id: int
    subject: int | None
    zone: str
    day: date
    limit: Limit


def account(
    tx: Transaction, guild_id: int, user_id: int, *, default_limit: int, roles: Collection[int] = ()
) -> Account:
    """The member's account now; `roles` are those that they hold in the guild."""
    guild = guilds.get(tx, guild_id)
    today = days.today(guild.zone, tx.now)
    held = [RoleLimit(row["role_id"], row["amount"]) for row in _role_limits(tx, guild_id, roles)]
    limit = partial(decide, roles=held, server=guild.daily_limit, default=default_limit)
    member = tx.one(_MEMBER, guild_id=guild_id, user_id=user_id)
    if member is None:
        return Account(guild_id=guild_id, subject=None, zone=guild.zone, day=today, limit=limit(own=None))
    return Account(
        guild_id=guild_id,
        subject=member["subject"],
        zone=guild.zone,
        day=max(today, date.fromisoformat(member["last_day"] or today.isoformat())),
        limit=limit(own=Limit(member["own"], Layer.MEMBER) if member["has_own"] else None),
    )


def usage(tx: Transaction, holder: Account) -> Usage:
    """Where the member stands."""
    pools = tx.all(_POOLS, **_pool(holder), now=tx.now)[0]
    return Usage(
        limit=holder.limit.amount,
        layer=holder.limit.layer,
        used=pools["used"] or 0,
        grants_left=pools["grants_left"] or 0,
        resets_at=days.ends_at(holder.day, holder.zone),
        cap=caps.tightest(tx, guild_id=holder.guild_id, subject=holder.subject),
    )


def charge(tx: Transaction, holder: Account, job_ids: Sequence[str]) -> Usage:
    """Take a picture each from the day's limit, then from the grants that expire soonest, if the operator's caps allow.

    Returns
    -------
    Usage
        Where the member stands then.

    Raises
    ------
    OverCapError
        The operator allows the server, or the member over all servers, less than that, and the quota not even less.
    OverQuotaError
        Limit and grants have less than that left.
    """
    if holder.subject is None:
        raise ValueError("somebody without an account can't be charged")
    before = usage(tx, holder)
    _require_left(before, len(job_ids))
    of_grants = 0
    for job_id in job_ids:
        of_day = tx.one(_SPEND_DAY, **_pool(holder), maximum=holder.limit.amount)
        grant_id = None if of_day is not None else _spend_grant(tx, holder)
        of_grants += grant_id is not None
        _enter(tx, holder, kind="reserve", cause=job_id, amount=-1, grant_id=grant_id)
    caps.count(tx, len(job_ids), guild_id=holder.guild_id, subject=holder.subject)
    return before.after(of_day=len(job_ids) - of_grants, of_grants=of_grants)


def refund(tx: Transaction, job_id: str) -> None:
    """Give a job's picture back to the day or the grant that paid for it, even one that is over.

    What a reset has forgiven since is not given a second time.
    """
    (paid,) = tx.all("SELECT * FROM ledger WHERE entry_key = 'reserve:' || :job_id", job_id=job_id)
    pool = {key: paid[key] for key in ("guild_id", "subject", "day")}
    amount = 1
    caps.give_back(tx, guild_id=paid["guild_id"], subject=paid["subject"], charged_at=paid["at"])
    if paid["grant_id"] is not None:
        tx.run("UPDATE grants SET used = used - 1 WHERE id = :grant_id", grant_id=paid["grant_id"])
    elif tx.one(_RESET_SINCE, **pool, id=paid["id"]) is not None:
        amount = 0
    else:
        tx.run(_RETURN_DAY, **pool)
    tx.run(_ENTER, **pool, kind="refund", cause=job_id, grant_id=paid["grant_id"], amount=amount, now=tx.now)


def grant(tx: Transaction, holder: Account, *, amount: int, expires_at: int, cause: str) -> None:
    """Add `amount` (1..1000) extra pictures that expire then, in epoch seconds."""
    (row,) = tx.all(
        """
        INSERT INTO grants (guild_id, subject, amount, expires_at)
        VALUES (:guild_id, :subject, :amount, :expires_at)
        RETURNING id
        """,
        guild_id=holder.guild_id,
        subject=holder.subject,
        amount=amount,
        expires_at=expires_at,
    )
    _enter(tx, holder, kind="grant", cause=cause, amount=amount, grant_id=row["id"])


def reset(tx: Transaction, holder: Account, *, cause: str) -> None:
    """Bring the day's count back to zero; grants stay as they are."""
    used = usage(tx, holder).used
    tx.run(_RESET_DAY, **_pool(holder))
    _enter(tx, holder, kind="reset", cause=cause, amount=used)


def _require_left(before: Usage, wanted: int) -> None:
    if before.left is None or before.left >= wanted:
        return
    if before.cap is not None and before.cap.left == before.left:
        raise OverCapError(before.cap)
    raise OverQuotaError(before)


def _spend_grant(tx: Transaction, holder: Account) -> int:
    spent = tx.one(_SPEND_GRANT, guild_id=holder.guild_id, subject=holder.subject, now=tx.now)
    if spent is None:
        raise OverQuotaError(usage(tx, holder))
    return int(spent["id"])


def _role_limits(tx: Transaction, guild_id: int, roles: Collection[int]) -> list[Row]:
    """The limits of those roles that have one; most servers set none, and then nothing is bound."""
    return tx.all(_ROLE_LIMITS, guild_id=guild_id, roles=json.dumps(sorted(roles))) if roles else []


def _enter(
    tx: Transaction, holder: Account, *, kind: str, cause: str, amount: int, grant_id: int | None = None
) -> None:
    """Write a line of the ledger; the same `kind` and `cause` a second time fails the transaction."""
    tx.run(_ENTER, kind=kind, cause=cause, **_pool(holder), grant_id=grant_id, amount=amount, now=tx.now)


def _pool(holder: Account) -> dict[str, Value]:
    return {"guild_id": holder.guild_id, "subject": holder.subject, "day": holder.day.isoformat()}
