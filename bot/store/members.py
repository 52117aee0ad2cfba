"""What members have been told, and what they have said for themselves, for all servers."""

from bot.store.database import Transaction
from bot.values.rules import PicturesOfMe


def tell_once(tx: Transaction, subject: int) -> bool:
    """Whether the member has yet to be told that uploads must be theirs; from now on they have been."""
    row = tx.one(
        """
        INSERT INTO members (subject, told_at) VALUES (:subject, :now)
        ON CONFLICT (subject) DO UPDATE SET told_at = :now WHERE told_at IS NULL
        RETURNING 1
        """,
        subject=subject,
        now=tx.now,
    )
    return row is not None


def state(tx: Transaction, subject: int) -> None:
    """The member has said that uploads are theirs or used with permission."""
    tx.run(
        """
        INSERT INTO members (subject, told_at, stated_at) VALUES (:subject, :now, :now)
        ON CONFLICT (subject) DO UPDATE SET told_at = coalesce(told_at, :now), stated_at = :now
        """,
        subject=subject,
        now=tx.now,
    )


def say(tx: Transaction, subject: int, said: PicturesOfMe | None) -> None:
    """What the member says of their own pictures; None leaves it to the servers."""
    tx.run(
        """
        INSERT INTO members (subject, pictures_of_me) VALUES (:subject, :said)
        ON CONFLICT (subject) DO UPDATE SET pictures_of_me = :said
        """,
        subject=subject,
        said=said,
    )
