"""Subjects: the random numbers under which members' rows are kept, and the one table that says who they are."""

import secrets
from typing import Final

from bot.store.database import Transaction

_BITS: Final = 63  # SQLite's integers are signed


def ensure(tx: Transaction, user_id: int) -> int:
    """The member's subject number, made at the first need."""
    known = tx.one("SELECT subject FROM subjects WHERE user_id = :user_id", user_id=user_id)
    if known is not None:
        return int(known["subject"])
    subject = secrets.randbits(_BITS)
    tx.run("INSERT INTO subjects VALUES (:subject, :user_id)", subject=subject, user_id=user_id)
    return subject
