"""Subjects: the random numbers under which members' rows are kept, and the one table that says who they are.

Who was erased and comes back gets a new number, and under it what an erasure does not undo: see `remnants`.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bot.store import remnants
from bot.store.database import Transaction
from bot.store.sealed import Sealer

NOBODY: Final = 0
"""The number that no member has."""

_BITS: Final = 63  # SQLite's integers are signed


def known(tx: Transaction, user_id: int) -> int | None:
    """The member's subject number; None for somebody who never asked for anything, or was erased since."""
    row = tx.one("SELECT subject FROM subjects WHERE user_id = :user_id", user_id=user_id)
    return None if row is None else int(row["subject"])


@contextmanager
def as_if_back(tx: Transaction, user_id: int, sealer: Sealer) -> Iterator[None]:
    """Let the body see somebody who was erased as if they were back. It names nobody anew, and changes nothing."""
    if known(tx, user_id) is not None or not remnants.of(tx, sealer.digest(user_id)):
        yield
        return
    tx.run("SAVEPOINT as_if_back")
    ensure(tx, user_id, sealer)
    yield
    tx.run("ROLLBACK TO as_if_back")
    tx.run("RELEASE as_if_back")


def ensure(tx: Transaction, user_id: int, sealer: Sealer) -> int:
    """The member's subject number, made at the first need."""
    subject = known(tx, user_id)
    if subject is not None:
        return subject
    subject = secrets.randbits(_BITS) or 1
    tx.run("INSERT INTO subjects VALUES (:subject, :user_id)", subject=subject, user_id=user_id)
    remnants.give_back(tx, sealer.digest(user_id), subject)
    return subject
