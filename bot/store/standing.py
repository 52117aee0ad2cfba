"""How things stand for a request: read in the transaction that decides on it."""

from collections.abc import Callable
from typing import Final

from bot.store import facts, guilds, remnants, subjects
from bot.store.database import Row, Transaction
from bot.store.errors import NotAdmittedError
from bot.store.limits import Scope
from bot.store.sealed import Sealer
from bot.values.rules import Block, PicturesOfMe, Refusal, Standing

Judge = Callable[[Standing], Refusal | None]
"""The rules: asked inside the transaction that acts on them, so that what a moderator has changed by then holds."""

DRAINING: Final = "draining"
"""The fact that says that nothing new is let in."""

_MEMBER: Final = """
    SELECT
        EXISTS (SELECT 1 FROM denied WHERE scope = 'member' AND target = :subject) AS denied,
        (SELECT stated_at FROM members WHERE subject = :subject) IS NOT NULL AS stated
"""

_BLOCK: Final = """
    SELECT reason, expires_at FROM blocks
    WHERE guild_id = :guild_id AND subject = :subject AND (expires_at IS NULL OR expires_at > :now)
"""


def read(
    tx: Transaction, *, guild_id: int, server_id: int, subject: int, owner: PicturesOfMe | None = None
) -> Standing:
    """How things stand for this member here. `owner` is what the picture's owner, if another one, has said."""
    (member,) = tx.all(_MEMBER, subject=subject)
    return Standing(
        guild=guilds.get(tx, guild_id),
        draining=facts.get(tx, DRAINING) is not None,
        denied_member=bool(member["denied"]),
        denied_server=is_denied(tx, Scope.SERVER, server_id),
        block=block_of(tx, server_id, subject),
        stated=bool(member["stated"]),
        owner=owner,
    )


def require(judge: Judge, found: Standing) -> None:
    """Ask the rules.

    Raises
    ------
    NotAdmittedError
    """
    refusal = judge(found)
    if refusal is not None:
        raise NotAdmittedError(refusal, found)


def block_of(tx: Transaction, guild_id: int, subject: int) -> Block | None:
    """The member's block in this server, if one is in force."""
    row = tx.one(_BLOCK, guild_id=guild_id, subject=subject, now=tx.now)
    return None if row is None else Block(reason=row["reason"], expires_at=row["expires_at"])


def is_denied(tx: Transaction, scope: Scope, target: int) -> bool:
    """Whether the operator serves this server (its id) or this member (a subject) nowhere."""
    return (
        tx.one("SELECT 1 FROM denied WHERE scope = :scope AND target = :target", scope=scope, target=target) is not None
    )


def pictures_of(tx: Transaction, sealer: Sealer, user_id: int) -> PicturesOfMe | None:
    """What somebody has said of their pictures, also if they were erased since: asking names nobody anew."""
    subject = subjects.known(tx, user_id)
    if subject is None:
        return remnants.pictures_of(tx, sealer.digest(user_id))
    return pictures_of_subject(tx, subject)


def pictures_of_subject(tx: Transaction, subject: int) -> PicturesOfMe | None:
    """The same of somebody whose subject number is known."""
    row: Row | None = tx.one("SELECT pictures_of_me AS said FROM members WHERE subject = :subject", subject=subject)
    return None if row is None or row["said"] is None else PicturesOfMe(row["said"])
