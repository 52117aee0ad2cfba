"""Calling pictures off: what was still queued is refunded; of running ones, which have cost the engine, three a day."""

from dataclasses import dataclass
from typing import Final

from bot.store import jobs, quota, requests
from bot.store.database import Transaction
from bot.store.jobs import Job, State

_FREE_CANCELS: Final = 3

_COUNT_CANCELS: Final = """
    SELECT count(*) AS cancels
    FROM ledger AS paid
    JOIN ledger AS others USING (guild_id, subject, day)
    LEFT JOIN jobs ON others.kind = 'reserve' AND jobs.id = substr(others.entry_key, length('reserve:') + 1)
    WHERE paid.entry_key = 'reserve:' || :id
        AND (others.kind = 'cancel' OR (jobs.state = 'cancelled' AND jobs.started_at IS NOT NULL))
"""
"""The running jobs that the member of a job has cancelled, of those that the same day in the same guild paid for.

Those of before an erasure count, too.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """What was called off of a request: its jobs that had not ended, none where all had.

    Attributes
    ----------
    charged, refunded
        How many of them stay charged, and how many don't.
    """

    job_ids: tuple[str, ...]
    charged: int
    refunded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldCharge:
    """To cancel would leave `count` running pictures charged, so nothing was done."""

    count: int


def cancel_request(tx: Transaction, interaction_id: int, *, accept_charge: bool) -> Cancelled | WouldCharge:
    """Call off what has not ended of a request.

    Parameters
    ----------
    accept_charge
        Whether running pictures may stay charged, when the day's free cancels are used.
    """
    left = [job for job in jobs.of_request(tx, interaction_id) if job.state.under_way]
    running = [job for job in left if job.state is State.RUNNING]
    charged = max(0, len(running) - _free_cancels(tx, running[0])) if running else 0
    if charged and not accept_charge:
        return WouldCharge(count=charged)
    refunded = sum(cancel(tx, job.id) for job in left)
    return Cancelled(job_ids=tuple(job.id for job in left), charged=len(left) - refunded, refunded=refunded)


def cancel(tx: Transaction, job_id: str) -> bool:
    """To cancelled; whether that refunded. False and no effect where the job has ended."""
    job = jobs.known(tx, job_id)
    if not job.state.under_way:
        return False
    free = job.state is State.QUEUED or _free_cancels(tx, job) > 0
    requests.end(tx, job, State.CANCELLED)
    if free:
        quota.refund(tx, job_id)
    return free


def _free_cancels(tx: Transaction, job: Job) -> int:
    """How many more running pictures of the day that paid for this one can be cancelled for nothing."""
    return max(0, _FREE_CANCELS - int(tx.all(_COUNT_CANCELS, id=job.id)[0]["cancels"]))
