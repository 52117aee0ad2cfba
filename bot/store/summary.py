"""Counting what is kept of one person, and when each part of it lapses."""

from typing import Final

from bot.store import remnants, subjects
from bot.store.database import Transaction
from bot.store.sealed import Sealer
from bot.values.kept import AUDIT_DAYS, KEPT_DAYS, Summary

# What a grant paid is kept as long as the grant.
_MORE: Final = f"""
    SELECT
        (
            SELECT min(at) FROM (
                SELECT min(created_at) AS at FROM jobs WHERE subject = :subject
                UNION ALL SELECT min(at) FROM ledger WHERE subject = :subject
                UNION ALL SELECT min(at) FROM audit WHERE target = :subject
                UNION ALL SELECT min(at) FROM audit WHERE actor = :subject
                UNION ALL SELECT min(at) FROM reports WHERE reporter = :subject
                UNION ALL SELECT told_at FROM members WHERE subject = :subject
                UNION ALL SELECT stated_at FROM members WHERE subject = :subject
            )
        ) AS since,
        (
            SELECT count(*) FROM jobs WHERE subject = :subject AND state IN ('queued', 'running')
        ) AS under_way,
        (SELECT count(*) FROM jobs WHERE subject = :subject AND state = 'delivered') AS delivered,
        (SELECT count(*) FROM jobs WHERE subject = :subject AND state = 'failed') AS failed,
        (SELECT count(*) FROM jobs WHERE subject = :subject AND state = 'cancelled') AS cancelled,
        (
            SELECT max(max(coalesce(ended_at, created_at), coalesce(expires_at, 0))) + {KEPT_DAYS * 86400}
            FROM jobs JOIN ledger ON entry_key = 'reserve:' || jobs.id LEFT JOIN grants ON grants.id = grant_id
            WHERE jobs.subject = :subject
        ) AS jobs_until,
        (SELECT count(*) FROM jobs WHERE subject = :subject AND url IS NOT NULL) AS links,
        (SELECT max(url_expires_at) FROM jobs WHERE subject = :subject AND url IS NOT NULL) AS links_until,
        (
            SELECT count(*) FROM jobs JOIN requests USING (interaction_id)
            WHERE subject = :subject AND state = 'delivered' AND deleted_at IS NULL AND NOT private
        ) AS results,
        (
            SELECT count(*) FROM jobs WHERE owner = :subject AND subject <> :subject AND state = 'queued'
        ) AS waiting_of_me,
        (
            SELECT count(*) FROM jobs JOIN requests USING (interaction_id)
            WHERE owner = :subject AND subject <> :subject AND state = 'delivered' AND deleted_at IS NULL
                AND NOT private
        ) AS results_of_me,
        (SELECT count(*) FROM ledger WHERE subject = :subject) AS ledger,
        (
            SELECT count(*) FROM grants WHERE id IN (SELECT grant_id FROM ledger WHERE subject = :subject)
        ) AS grants,
        (
            SELECT max(expires_at) FROM grants WHERE id IN (SELECT grant_id FROM ledger WHERE subject = :subject)
        ) AS grants_until,
        (SELECT count(*) FROM reports WHERE reporter = :subject) AS reports,
        (SELECT count(*) FROM audit WHERE actor = :subject OR target = :subject) AS audit,
        (
            SELECT max(at) + {AUDIT_DAYS * 86400} FROM audit WHERE actor = :subject OR target = :subject
        ) AS audit_until,
        (SELECT told_at FROM members WHERE subject = :subject) AS told_at,
        (SELECT stated_at FROM members WHERE subject = :subject) AS stated_at
"""  # noqa: S608 - our numbers


def read(tx: Transaction, sealer: Sealer, user_id: int) -> Summary:
    """What is kept of the person now. Asking names nobody anew."""
    subject = subjects.known(tx, user_id)
    left = tuple(remnants.of(tx, sealer.digest(user_id)))
    if subject is None:
        return Summary(lasting=left, erased=bool(left))
    (more,) = tx.all(_MORE, subject=subject)
    return Summary(
        lasting=(*remnants.lasting(tx, subject), *left),
        **{name: more[name] for name in more.keys()},  # noqa: SIM118 - a Row iterates values
    )
