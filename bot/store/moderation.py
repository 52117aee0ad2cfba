"""What moderators change: quotas, role limits, a server's settings, and blocks, each with its row in the audit."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from bot.store import audit, cancelling, guilds, jobs, quota, reports, results, standing, subjects
from bot.store.audit import Act, Action
from bot.store.database import Transaction
from bot.store.limits import RoleLimit, Usage
from bot.store.quota import Account
from bot.store.sealed import Sealer
from bot.values.records import Report, ReportState
from bot.values.rules import Block, Guild

_SET: Final = """
    INSERT INTO limits VALUES (:guild_id, :subject, :amount)
    ON CONFLICT (guild_id, subject) DO UPDATE SET amount = :amount
"""

_UNSET: Final = "DELETE FROM limits WHERE guild_id = :guild_id AND subject = :subject"

_SET_ROLE: Final = """
    INSERT INTO role_limits VALUES (:guild_id, :role_id, :amount)
    ON CONFLICT (guild_id, role_id) DO UPDATE SET amount = :amount
"""

_BLOCK: Final = """
    INSERT INTO blocks VALUES (:guild_id, :subject, :reason, :expires_at, :now)
    ON CONFLICT (guild_id, subject) DO UPDATE SET reason = :reason, expires_at = :expires_at, at = :now
"""

_SHORTEN_LINKS: Final = """
    UPDATE jobs SET url_expires_at = min(url_expires_at, created_at + :hours * 3600)
    WHERE url IS NOT NULL AND ended_at IS NOT NULL
        AND interaction_id IN (SELECT interaction_id FROM requests WHERE guild_id = :guild_id)
"""

_QUEUED_HERE: Final = """
    SELECT id FROM jobs JOIN requests USING (interaction_id)
    WHERE subject = :subject AND state = 'queued' AND (place_id = :guild_id OR guild_id = :guild_id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Act):
    """An act that is about one member; `roles` are those that the member holds there, which may set the limit."""

    member_id: int
    roles: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """A block that holds now, and the queued jobs that it has cancelled and refunded."""

    block: Block
    cancelled: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The changes, each a function of a transaction; with what all of them need besides."""

    sealer: Sealer
    default_limit: int

    def set_limit(self, tx: Transaction, change: Change, amount: int | None) -> Usage:
        """Give the member a standing limit, 0..1000 pictures a day or None for no limit."""

        def do(holder: Account) -> None:
            tx.run(_SET, guild_id=change.guild_id, subject=holder.subject, amount=amount)

        return self._quota(tx, change, Action.QUOTA_SET, do, _limit)

    def unset_limit(self, tx: Transaction, change: Change) -> Usage:
        """Take the member's standing limit away: roles and the server decide again."""

        def do(holder: Account) -> None:
            tx.run(_UNSET, guild_id=change.guild_id, subject=holder.subject)

        return self._quota(tx, change, Action.QUOTA_UNSET, do, _limit)

    def grant(self, tx: Transaction, change: Change, amount: int, expires_at: int | None) -> tuple[Usage, int]:
        """Give the member extra pictures, 1..1000; what holds then, and when they expire (the day's end by default)."""
        until = quota.usage(tx, self._account(tx, change)).resets_at if expires_at is None else expires_at

        def do(holder: Account) -> None:
            quota.grant(tx, holder, amount=amount, expires_at=until, cause=change.cause)

        about = f"{amount} until {until}"
        after = self._quota(tx, change, Action.QUOTA_GRANT, do, lambda usage: str(usage.grants_left), about=about)
        return after, until

    def reset(self, tx: Transaction, change: Change) -> Usage:
        """Bring the member's count of today back to zero."""

        def do(holder: Account) -> None:
            quota.reset(tx, holder, cause=change.cause)

        return self._quota(tx, change, Action.QUOTA_RESET, do, lambda usage: str(usage.used))

    def set_role_limit(self, tx: Transaction, act: Act, limit: RoleLimit) -> None:
        """Give whoever holds a role a daily limit."""
        before = _role_limit(tx, act.guild_id, limit.role_id)
        if not audit.is_new(tx, act):
            return
        tx.run(_SET_ROLE, guild_id=act.guild_id, role_id=limit.role_id, amount=limit.amount)
        audit.record(
            tx,
            act,
            self.sealer,
            action=Action.ROLE_SET,
            about=str(limit.role_id),
            before=None if before is None else _amount(before.amount),
            after=_amount(limit.amount),
        )

    def unset_role_limit(self, tx: Transaction, act: Act, role_id: int) -> bool:
        """Take a role's limit away; False where it had none."""
        before = _role_limit(tx, act.guild_id, role_id)
        if not audit.is_new(tx, act):
            return True
        if before is None:
            return False
        tx.run(
            "DELETE FROM role_limits WHERE guild_id = :guild_id AND role_id = :role_id",
            guild_id=act.guild_id,
            role_id=role_id,
        )
        audit.record(tx, act, self.sealer, action=Action.ROLE_UNSET, about=str(role_id), before=_amount(before.amount))
        return True

    def change_guild(self, tx: Transaction, act: Act, **changes: object) -> Guild:
        """Replace some of a server's settings, by the names of `Guild`'s fields; each that changes is a row.

        Raises
        ------
        UnknownZoneError
        """
        before = guilds.get(tx, act.guild_id)
        if not audit.is_new(tx, act):
            return before
        after = replace(before, **changes)  # type: ignore[arg-type]  # callers name fields; a wrong name raises
        guilds.put(tx, act.guild_id, after)
        for name in changes:
            old, new = guilds.written(getattr(before, name)), guilds.written(getattr(after, name))
            if old != new:
                audit.record(
                    tx,
                    act,
                    self.sealer,
                    action=Action.SETTING,
                    about=name,
                    part=name,
                    before=None if old is None else str(old),
                    after=None if new is None else str(new),
                )
        if after.retention_hours < before.retention_hours:
            tx.run(_SHORTEN_LINKS, hours=after.retention_hours, guild_id=act.guild_id)
        return after

    def block(self, tx: Transaction, change: Change, expires_at: int | None) -> Blocked:
        """Serve the member in this server no more, and cancel what they have queued there, refunded."""
        subject = subjects.ensure(tx, change.member_id, self.sealer)
        before = standing.block_of(tx, change.guild_id, subject)
        if not audit.is_new(tx, change):
            return Blocked(block=before or Block(reason=change.reason, expires_at=expires_at), cancelled=())
        tx.run(
            _BLOCK, guild_id=change.guild_id, subject=subject, reason=change.reason, expires_at=expires_at, now=tx.now
        )
        audit.record(
            tx,
            change,
            self.sealer,
            action=Action.BLOCK,
            target=subject,
            before=None if before is None else until(before.expires_at),
            after=until(expires_at),
        )
        queued = [row["id"] for row in tx.all(_QUEUED_HERE, subject=subject, guild_id=change.guild_id)]
        for job_id in queued:
            cancelling.cancel(tx, job_id)
        return Blocked(block=Block(reason=change.reason, expires_at=expires_at), cancelled=tuple(queued))

    def unblock(self, tx: Transaction, change: Change) -> bool:
        """Serve the member again; False where no block was in force."""
        subject = subjects.ensure(tx, change.member_id, self.sealer)
        before = standing.block_of(tx, change.guild_id, subject)
        if not audit.is_new(tx, change):
            return True
        tx.run(
            "DELETE FROM blocks WHERE guild_id = :guild_id AND subject = :subject",
            guild_id=change.guild_id,
            subject=subject,
        )
        if before is None:
            return False
        audit.record(tx, change, self.sealer, action=Action.UNBLOCK, target=subject, before=until(before.expires_at))
        return True

    def block_for(self, tx: Transaction, change: Change, report_id: int) -> Blocked | None:
        """Block who had asked for a reported picture; None where the report is not open any more."""
        if not self._close(tx, change, report_id, ReportState.BLOCKED):
            return None
        return self.block(tx, change, None)

    def dismiss(self, tx: Transaction, act: Act, report_id: int) -> Report | None:
        """Find a report unfounded, and show its picture again; None where there is nothing to dismiss any more."""
        report = reports.by_id(tx, act.guild_id, report_id)
        if report is None:
            return None
        dismissed = self._close(tx, act, report_id, ReportState.DISMISSED)
        shown = reports.show(tx, report)
        if not (dismissed or shown):
            return None
        audit.record(
            tx,
            act,
            self.sealer,
            action=Action.REPORT_DISMISSED,
            target=jobs.subject_of(tx, report.job_id),
            about=report.job_id,
        )
        return reports.by_id(tx, act.guild_id, report_id)

    def deleted(self, tx: Transaction, act: Act, job_id: str) -> bool:
        """A moderator has deleted somebody else's result; False, and no effect, where it was deleted before."""
        job = jobs.known(tx, job_id)
        if not results.mark_deleted(tx, job_id, by=self._by(tx, act)):
            return False
        target = subjects.ensure(tx, job.user_id, self.sealer)
        audit.record(tx, act, self.sealer, action=Action.DELETE, target=target, about=job_id)
        return True

    def purged(self, tx: Transaction, change: Change, found: int, outcome: str) -> None:
        """A moderator deletes a member's results: that it begins and what came of it are an act each."""
        if audit.is_new(tx, change):
            target = subjects.ensure(tx, change.member_id, self.sealer)
            audit.record(tx, change, self.sealer, action=Action.PURGE, target=target, before=str(found), after=outcome)

    def _close(self, tx: Transaction, act: Act, report_id: int, state: ReportState) -> bool:
        return reports.close(tx, act.guild_id, report_id, state, by=self._by(tx, act))

    def _by(self, tx: Transaction, act: Act) -> int | None:
        return None if act.actor_id is None else subjects.ensure(tx, act.actor_id, self.sealer)

    def _quota(
        self,
        tx: Transaction,
        change: Change,
        action: Action,
        do: Callable[[Account], None],
        shown: Callable[[Usage], str],
        *,
        about: str | None = None,
    ) -> Usage:
        """Change a member's quota, once, and record what of it was and is `shown`."""
        holder = self._account(tx, change)
        before = quota.usage(tx, holder)
        if not audit.is_new(tx, change):
            return before
        do(holder)
        after = quota.usage(tx, self._account(tx, change))
        audit.record(
            tx,
            change,
            self.sealer,
            action=action,
            target=holder.subject,
            before=shown(before),
            after=shown(after),
            about=about,
        )
        return after

    def _account(self, tx: Transaction, change: Change) -> Account:
        subjects.ensure(tx, change.member_id, self.sealer)
        return quota.account(
            tx, change.guild_id, change.member_id, default_limit=self.default_limit, roles=change.roles
        )


def role_limits(tx: Transaction, guild_id: int) -> list[RoleLimit]:
    """The limits that the server has set for roles."""
    rows = tx.all("SELECT role_id, amount FROM role_limits WHERE guild_id = :guild_id", guild_id=guild_id)
    return [RoleLimit(row["role_id"], row["amount"]) for row in rows]


def _limit(usage: Usage) -> str:
    """A limit as the audit shows it, with the layer that sets it."""
    return f"{_amount(usage.limit)} ({usage.layer})"


def until(expires_at: int | None) -> str:
    """The end of a block as the audit shows it: epoch seconds, or for good."""
    return "for good" if expires_at is None else str(expires_at)


def _amount(amount: int | None) -> str:
    return "unlimited" if amount is None else str(amount)


def _role_limit(tx: Transaction, guild_id: int, role_id: int) -> RoleLimit | None:
    return next((one for one in role_limits(tx, guild_id) if one.role_id == role_id), None)
