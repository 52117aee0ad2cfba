"""The operator's side of the store: caps, whom the bot serves nowhere, and draining, each with its row in the audit."""

from dataclasses import dataclass
from typing import Final

from bot.store import audit, cancelling, caps, commands, facts, subjects
from bot.store.audit import Act, Action
from bot.store.commands import Answer, Command, Order
from bot.store.database import Database, Transaction
from bot.store.limits import Scope
from bot.store.sealed import Sealer
from bot.store.standing import DRAINING
from bot.values.rules import Refusal

_LATE: Final = "it came too late; nothing was changed"
_UNKNOWN: Final = "the running bot, which is of another version, does not know this command; nothing was changed"
_BROKE: Final = "it broke, as the bot's log says; nothing was changed"
_DONE: Final = "it was done already"

_DENY: Final = """
    INSERT INTO denied VALUES (:scope, :target, :reason, :now)
    ON CONFLICT (scope, target) DO UPDATE SET reason = :reason, at = :now
"""

_QUEUED: Final = {
    Scope.SERVER: """
        SELECT id FROM jobs JOIN requests USING (interaction_id)
        WHERE state = 'queued' AND :target IN (place_id, guild_id)
    """,
    Scope.MEMBER: "SELECT id FROM jobs WHERE state = 'queued' AND subject = :target",
}

_REFUSALS: Final = {Scope.SERVER: Refusal.DENIED_SERVER, Scope.MEMBER: Refusal.DENIED_MEMBER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a command.

    Attributes
    ----------
    name
        The action's.
    cancelled
        Queued jobs that it has cancelled and refunded.
    refusal
        Why, for those who wait for them.
    """

    command_id: int
    name: str
    answer: Answer
    cancelled: tuple[str, ...] = ()
    refusal: Refusal | None = None


class Operator:
    """What the operator changes. The running bot answers commands; where none runs, a shell carries them out itself.

    Any method raises `DatabaseFailedError` when SQLite fails, and has had no effect then.
    """

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def answer(self) -> list[Outcome]:
        """Carry out and answer what waits. A command that came too late, or is not known, changes nothing."""
        return await self._database.transact(self._answer)

    async def give_up(self) -> None:
        """Answer everything that waits with a no: one of it broke, and took all of it back."""
        await self._database.transact(lambda tx: commands.answer_all(tx, Answer(ok=False, sentence=_BROKE)))

    async def carry_out(self, order: Order) -> Answer:
        """Do it at once, while no bot runs. What is queued is left to the next start, which can tell who waits."""
        return await self._database.transact(lambda tx: self._carry_out(tx, order))

    def _answer(self, tx: Transaction) -> list[Outcome]:
        outcomes = [_outcome(tx, self._sealer, command) for command in commands.waiting(tx)]
        for outcome in outcomes:
            commands.answer(tx, outcome.command_id, outcome.answer)
        commands.forget_answered(tx)
        return outcomes

    def _carry_out(self, tx: Transaction, order: Order) -> Answer:
        """Through the same table, which gives it its id."""
        command_id = commands.put(tx, order)
        outcome = carry_out(tx, self._sealer, command_id, order, bot_runs=False)
        commands.withdraw(tx, command_id)
        return outcome.answer


def carry_out(tx: Transaction, sealer: Sealer, command_id: int, order: Order, *, bot_runs: bool) -> Outcome:
    """Do what is wanted. The same command a second time changes nothing."""
    work = _Work(tx, sealer, order, cause=f"command:{command_id}", bot_runs=bot_runs)
    sentence = work.do() if audit.is_new(tx, work.act) else _DONE
    return Outcome(
        command_id=command_id,
        name=order.action,
        answer=Answer(ok=True, sentence=sentence),
        cancelled=work.cancelled,
        refusal=_REFUSALS[order.scope] if order.scope else None,
    )


def _outcome(tx: Transaction, sealer: Sealer, command: Command) -> Outcome:
    if command.order is not None and not command.late:
        return carry_out(tx, sealer, command.id, command.order, bot_runs=True)
    answer = Answer(ok=False, sentence=_LATE if command.late else _UNKNOWN)
    return Outcome(command_id=command.id, name=command.name, answer=answer)


class _Work:
    """One order in its transaction. What changes nothing leaves no row in the audit."""

    def __init__(self, tx: Transaction, sealer: Sealer, order: Order, *, cause: str, bot_runs: bool) -> None:
        self._tx = tx
        self._sealer = sealer
        self._order = order
        self._bot_runs = bot_runs
        self.cancelled: tuple[str, ...] = ()
        guild_id = order.target if order.scope is Scope.SERVER else 0
        self.act = Act(cause=cause, guild_id=guild_id, actor_id=None, reason=order.reason)

    def do(self) -> str:
        """A sentence that says what holds now."""
        scope, target = self._order.scope, self._order.target
        if scope is None:
            return self._drain() if self._order.action is Action.DRAIN else self._resume()
        if self._order.action is Action.CAP:
            return self._cap(scope, target)
        return self._deny(scope, target) if self._order.action is Action.DENY else self._allow(scope, target)

    def _cap(self, scope: Scope, target: int) -> str:
        amount, whose = self._order.amount, f"{scope} {target}" if target else f"every {scope} without a cap of its own"
        key = self._key(scope, target)
        before = caps.put(self._tx, scope, key, amount)
        now = "no cap" if amount is None else f"a cap of {amount} pictures a day (UTC)"
        if before == amount:
            return f"{whose} has {now} already"
        self._record(scope, key, about=scope if target else f"every {scope}", before=_said(before), after=_said(amount))
        return f"{whose} has {now} now"

    def _deny(self, scope: Scope, target: int) -> str:
        key, reason = self._key(scope, target), self._order.reason
        before = self._tx.one(
            "SELECT reason FROM denied WHERE scope = :scope AND target = :target", scope=scope, target=key
        )
        if before is not None and reason in (None, before["reason"]):
            return f"{scope} {target} is denied already"
        self._tx.run(_DENY, scope=scope, target=key, reason=reason, now=self._tx.now)
        self._record(scope, key, about=scope)
        return f"{scope} {target} is denied now; {self._call_off(scope, key)}"

    def _call_off(self, scope: Scope, key: int) -> str:
        """Without a bot nobody could tell those who wait: their jobs stay for the next start, which asks the rules."""
        queued = tuple(row["id"] for row in self._tx.all(_QUEUED[scope], target=key))
        pictures = f"{len(queued)} queued picture{'s' * (len(queued) != 1)}"
        if not self._bot_runs:
            return f"{pictures} will be refunded when the bot starts"
        for job_id in queued:
            cancelling.cancel(self._tx, job_id)
        self.cancelled = queued
        return f"{pictures} cancelled and refunded"

    def _allow(self, scope: Scope, target: int) -> str:
        key = self._key(scope, target)
        before = self._tx.one(
            "DELETE FROM denied WHERE scope = :scope AND target = :target RETURNING 1", scope=scope, target=key
        )
        if before is None:
            return f"{scope} {target} was not denied"
        self._record(scope, key, about=scope)
        return f"{scope} {target} is served again"

    def _drain(self) -> str:
        if facts.get(self._tx, DRAINING) is not None:
            return "it drains already"
        facts.put(self._tx, DRAINING, str(self._tx.now))
        self._record()
        return "nothing new is let in until `animify admin drain off`, also after a restart; what was promised goes on"

    def _resume(self) -> str:
        if facts.get(self._tx, DRAINING) is None:
            return "it did not drain"
        facts.forget(self._tx, DRAINING)
        self._record()
        return "requests are let in again"

    def _key(self, scope: Scope, target: int) -> int:
        """A member is known by a subject number; somebody who was erased gets one again, with what is said of them."""
        if scope is Scope.SERVER or not target:
            return target
        return subjects.ensure(self._tx, target, self._sealer)

    def _record(
        self,
        scope: Scope | None = None,
        key: int = 0,
        *,
        about: str | None = None,
        before: str | None = None,
        after: str | None = None,
    ) -> None:
        audit.record(
            self._tx,
            self.act,
            self._sealer,
            action=self._order.action,
            target=key if scope is Scope.MEMBER and key else None,
            about=about,
            before=before,
            after=after,
        )


def _said(amount: int | None) -> str:
    return "none" if amount is None else str(amount)
