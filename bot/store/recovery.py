"""What a start does with jobs that a dead process left under way: paint them again, or refund them."""

from dataclasses import dataclass, field
from typing import Final

from bot.store import jobs, requests, vault
from bot.store.database import Transaction
from bot.store.jobs import Job, State
from bot.store.sealed import Sealer

ATTEMPTS: Final = 3
"""How often a job may run: one that kills the process each time ends in a refund."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """A job that was refunded instead of painted, and the token with which to apologise (None when too old)."""

    job: Job
    token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What a start found: jobs that are queued again, oldest first, and jobs that it gave up."""

    resumed: tuple[Job, ...]
    given_up: tuple[GivenUp, ...]


def recover(tx: Transaction, sealer: Sealer) -> Recovery:
    """Put running jobs back into the queue, and fail those that can't be painted any more."""
    given_up = []
    for job in jobs.under_way(tx):
        token, reason = _prospect(tx, sealer, job)
        if reason is not None:
            requests.fail(tx, job.id, reason=reason)
            given_up.append(GivenUp(job=jobs.known(tx, job.id), token=token))
        elif job.state is State.RUNNING:
            _put_back(tx, job)
    return Recovery(resumed=jobs.under_way(tx), given_up=tuple(given_up))


def _prospect(tx: Transaction, sealer: Sealer, job: Job) -> tuple[str | None, str | None]:
    """The token while it is there (it goes when the job ends), and why the job can't be painted any more, if so."""
    secrets = vault.open_secrets(tx, sealer, job.id)
    if secrets.url is None:
        return secrets.token, "the photo's URL is gone"
    if job.state is State.RUNNING and job.attempt >= ATTEMPTS:
        return secrets.token, f"interrupted {ATTEMPTS} times"
    return secrets.token, None


def _put_back(tx: Transaction, job: Job) -> None:
    jobs.require(tx, job.id, target=State.QUEUED)
    tx.run("UPDATE jobs SET state = 'queued', attempt = attempt + 1, started_at = NULL WHERE id = :id", id=job.id)
