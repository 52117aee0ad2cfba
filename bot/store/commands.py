"""What the operator asks of the running bot from a shell, and its answers: a row a command, gone once it is read."""

import json
from dataclasses import asdict, dataclass
from typing import Final

from bot.store.audit import Action
from bot.store.database import Row, Transaction
from bot.store.limits import Scope

LIFETIME: Final = 10
"""Seconds after which a command is not carried out any more: a bot that starts later must not heed it."""

_KEPT: Final = 60
"""Seconds that an answer waits for its reader. It names people, so it must not stay."""

_PUT: Final = "INSERT INTO commands (name, arguments, at) VALUES (:name, :arguments, :now) RETURNING id"

_ANSWER: Final = """
    UPDATE commands SET arguments = '{}', answered_at = :now, answer = :answer WHERE id = :id AND answered_at IS NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One thing that the operator wants.

    Attributes
    ----------
    action
        CAP, DENY, ALLOW, DRAIN or RESUME.
    scope, target
        A server and its id, or a member and the user's id; target 0 is every one that has no cap of its own. None and
        0 where it is about the bot.
    amount
        Of a cap: pictures a UTC day, from 0; None lifts it.

    Raises
    ------
    ValueError
        It is nothing that an operator can want.
    """

    action: Action
    scope: Scope | None = None
    target: int = 0
    amount: int | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        wanted = {Action.CAP: True, Action.DENY: True, Action.ALLOW: True, Action.DRAIN: False, Action.RESUME: False}
        needs_target = self.action in (Action.DENY, Action.ALLOW)
        if wanted.get(self.action) is not (self.scope is not None) or (needs_target and not self.target):
            raise ValueError(f"no order of an operator: {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether it holds now, and a sentence for the operator."""

    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """An order that waits; it is None where this version can not read it."""

    id: int
    name: str
    order: Order | None
    late: bool


def put(tx: Transaction, order: Order) -> int:
    """Write a command down; its id, which no other command will ever have."""
    arguments = {name: value for name, value in asdict(order).items() if name != "action"}
    (row,) = tx.all(_PUT, name=order.action, arguments=json.dumps(arguments), now=tx.now)
    return int(row["id"])


def waiting(tx: Transaction) -> list[Command]:
    """What has no answer, oldest first."""
    return [_command(row, tx.now) for row in tx.all("SELECT * FROM commands WHERE answered_at IS NULL ORDER BY id")]


def answer(tx: Transaction, command_id: int, given: Answer) -> None:
    """Write an answer down, in the transaction that made it true."""
    tx.run(_ANSWER, id=command_id, answer=json.dumps(asdict(given)), now=tx.now)


def answer_all(tx: Transaction, given: Answer) -> None:
    """The same answer to everything that waits; nothing of it is read."""
    for row in tx.all("SELECT id FROM commands WHERE answered_at IS NULL"):
        answer(tx, row["id"], given)


def take_answer(tx: Transaction, command_id: int) -> Answer | None:
    """The answer, which nobody needs any more then; None while there is none."""
    row = tx.one("DELETE FROM commands WHERE id = :id AND answered_at IS NOT NULL RETURNING answer", id=command_id)
    return None if row is None else Answer(**json.loads(row["answer"]))


def withdraw(tx: Transaction, command_id: int) -> Answer | None:
    """Take a command back; the answer, if it has come after all."""
    given = take_answer(tx, command_id)
    tx.run("DELETE FROM commands WHERE id = :id", id=command_id)
    return given


def forget_answered(tx: Transaction) -> None:
    """Answers that nobody came to read."""
    tx.run("DELETE FROM commands WHERE answered_at <= :now - :kept", now=tx.now, kept=_KEPT)


def _command(row: Row, now: int) -> Command:
    return Command(id=row["id"], name=row["name"], order=_order(row), late=now > row["at"] + LIFETIME)


def _order(row: Row) -> Order | None:
    """The order, unless another version has written it."""
    try:
        arguments = json.loads(row["arguments"])
        scope = arguments.pop("scope")
        return Order(action=Action(row["name"]), scope=None if scope is None else Scope(scope), **arguments)
    except (TypeError, ValueError, KeyError, AttributeError):
        return None
