"""The secrets of requests and jobs: sealed on the way in, opened on demand, and wiped as soon as they are of no use."""

from dataclasses import dataclass, field
from typing import Final

from bot.store.database import Transaction
from bot.store.errors import UnknownJobError
from bot.store.sealed import Sealer

TOKEN_SECONDS: Final = 14 * 60
"""How long an interaction's token is used. Discord's limit is 15 minutes, and late use counts toward a ban."""

_WIPE_IF_ENDED: Final = """
    UPDATE requests SET token = NULL, roles = '[]'
    WHERE interaction_id = (SELECT interaction_id FROM jobs WHERE id = :job_id) AND NOT EXISTS (
        SELECT 1
        FROM jobs AS this JOIN jobs AS others USING (subject, interaction_id)
        WHERE this.id = :job_id AND others.state IN ('queued', 'running')
    )
"""

_WIPE_OLD_TOKENS: Final = """
    UPDATE requests SET token = NULL
    WHERE token IS NOT NULL AND received_at <= :oldest
        AND interaction_id IN (SELECT interaction_id FROM jobs WHERE state IN ('queued', 'running'))
    RETURNING 1
"""

_WIPE_OLD_URLS: Final = """
    UPDATE jobs SET url = NULL WHERE url IS NOT NULL AND url_expires_at <= :now RETURNING 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What a job needs and nobody may read; None once it is wiped or too old to be of use."""

    token: str | None = field(repr=False)
    url: str | None = field(repr=False)


def seal_token(sealer: Sealer, interaction_id: int, token: str) -> bytes:
    """An interaction's token as its request keeps it."""
    return sealer.seal(token, field=_token_field(interaction_id))


def seal_url(sealer: Sealer, job_id: str, url: str) -> bytes:
    """A photo's URL as its job keeps it."""
    return sealer.seal(url, field=_url_field(job_id))


def open_secrets(tx: Transaction, sealer: Sealer, job_id: str) -> Secrets:
    """Open what the job still has."""
    row = tx.one(
        """
        SELECT interaction_id, token, received_at, url, url_expires_at
        FROM jobs JOIN requests USING (interaction_id) WHERE id = :id
        """,
        id=job_id,
    )
    if row is None:
        raise UnknownJobError(job_id)
    token = row["token"] if row["received_at"] + TOKEN_SECONDS > tx.now else None
    url = row["url"] if row["url_expires_at"] > tx.now else None
    return Secrets(
        token=None if token is None else sealer.open(token, field=_token_field(row["interaction_id"])),
        url=None if url is None else sealer.open(url, field=_url_field(job_id)),
    )


def wipe_token_if_ended(tx: Transaction, job_id: str) -> None:
    """Forget the token of a job's request once none of its jobs is under way."""
    tx.run(_WIPE_IF_ENDED, job_id=job_id)


def wipe_expired(tx: Transaction) -> int:
    """Forget URLs and tokens that Discord no longer honours; how many there were."""
    urls = tx.all(_WIPE_OLD_URLS, now=tx.now)
    tokens = tx.all(_WIPE_OLD_TOKENS, oldest=tx.now - TOKEN_SECONDS)
    return len(urls) + len(tokens)


def _token_field(interaction_id: int) -> str:
    return f"requests/{interaction_id}/token"


def _url_field(job_id: str) -> str:
    return f"jobs/{job_id}/url"
