"""Moderators' changes to a member's quota, each kept with who made it and why."""

from dataclasses import dataclass
from typing import Final

from bot.store import quota, subjects
from bot.store.database import Transaction
from bot.store.limits import Limit, Usage
from bot.store.quota import Account

_SET: Final = """
    INSERT INTO limits VALUES (:guild_id, :subject, :amount)
    ON CONFLICT (guild_id, subject) DO UPDATE SET amount = :amount
"""

_RECORD: Final = """
    INSERT INTO moderation
    VALUES (:interaction_id, :guild_id, :actor, :target, :action, :before, :after, :reason, :now)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Who changes whose quota in which guild, and why. The same interaction a second time changes nothing."""

    interaction_id: int
    guild_id: int
    actor_id: int
    member_id: int
    reason: str | None


def set_limit(tx: Transaction, change: Change, amount: int | None, *, default_limit: int) -> Usage:
    """Give the member a standing limit, 0..1000 pictures a day or None for no limit."""
    before = _account(tx, change, default_limit)
    if not _is_new(tx, change):
        return quota.usage(tx, before)
    tx.run(_SET, guild_id=change.guild_id, subject=before.subject, amount=amount)
    after = _account(tx, change, default_limit)
    _record(tx, change, before, action="set", before=_said(before.limit), after=_said(after.limit))
    return quota.usage(tx, after)


def grant(tx: Transaction, change: Change, amount: int, *, default_limit: int) -> Usage:
    """Give the member extra pictures, 1..1000, until the day ends."""
    holder = _account(tx, change, default_limit)
    before = quota.usage(tx, holder)
    if not _is_new(tx, change):
        return before
    quota.grant(tx, holder, amount=amount, cause=str(change.interaction_id))
    after = quota.usage(tx, holder)
    _record(tx, change, holder, action="grant", before=str(before.grants_left), after=str(after.grants_left))
    return after


def reset(tx: Transaction, change: Change, *, default_limit: int) -> Usage:
    """Bring the member's count of today back to zero."""
    holder = _account(tx, change, default_limit)
    before = quota.usage(tx, holder)
    if not _is_new(tx, change):
        return before
    quota.reset(tx, holder, cause=str(change.interaction_id))
    after = quota.usage(tx, holder)
    _record(tx, change, holder, action="reset", before=str(before.used), after=str(after.used))
    return after


def _account(tx: Transaction, change: Change, default_limit: int) -> Account:
    subjects.ensure(tx, change.member_id)
    return quota.account(tx, change.guild_id, change.member_id, default_limit=default_limit)


def _is_new(tx: Transaction, change: Change) -> bool:
    return tx.one("SELECT 1 FROM moderation WHERE interaction_id = :id", id=change.interaction_id) is None


def _record(tx: Transaction, change: Change, target: Account, *, action: str, before: str, after: str) -> None:
    tx.run(
        _RECORD,
        interaction_id=change.interaction_id,
        guild_id=change.guild_id,
        actor=subjects.ensure(tx, change.actor_id),
        target=target.subject,
        action=action,
        before=before,
        after=after,
        reason=change.reason,
        now=tx.now,
    )


def _said(limit: Limit) -> str:
    return "unlimited" if limit.amount is None else str(limit.amount)
