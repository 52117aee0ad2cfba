"""The one query that compares counters, ledger and jobs. Whatever row it returns is a fault of ours."""

from dataclasses import dataclass
from typing import Final

from bot.store.database import Transaction

_FAULTS: Final = """
    WITH
    kept AS (  -- charges that were not refunded
        SELECT guild_id, subject, at AS paid_at FROM ledger AS paid
        WHERE kind = 'reserve' AND NOT EXISTS (
            SELECT 1 FROM ledger WHERE entry_key = 'refund:' || substr(paid.entry_key, length('reserve:') + 1)
        )
    ),
    pools AS (
        SELECT guild_id, subject, day, used AS excess FROM daily_usage
        UNION ALL
        SELECT guild_id, subject, day, amount FROM ledger WHERE grant_id IS NULL
    ),
    grant_pools AS (
        SELECT id AS grant_id, used - amount AS excess FROM grants
        UNION ALL
        SELECT grant_id, amount FROM ledger WHERE grant_id IS NOT NULL
    ),
    cap_pools AS (
        SELECT scope, target, day, used AS excess FROM cap_usage
        UNION ALL
        SELECT 'server', guild_id, date(paid_at, 'unixepoch'), -1 FROM kept WHERE guild_id <> 0
        UNION ALL
        SELECT 'member', subject, date(paid_at, 'unixepoch'), -1 FROM kept
    ),
    charged AS (
        SELECT
            jobs.*,
            EXISTS (SELECT 1 FROM ledger WHERE entry_key = 'reserve:' || jobs.id) AS reserved,
            EXISTS (SELECT 1 FROM ledger WHERE entry_key = 'refund:' || jobs.id) AS refunded
        FROM jobs
    )
    SELECT 'the day counts something else than the ledger' AS fault, subject || ' ' || day AS place
    FROM pools GROUP BY guild_id, subject, day HAVING sum(excess) <> 0
    UNION ALL
    SELECT 'the grant counts something else than the ledger', grant_id
    FROM grant_pools GROUP BY grant_id HAVING sum(excess) <> 0
    UNION ALL
    SELECT 'the ' || scope || ' counts something else than the ledger', target || ' ' || day
    FROM cap_pools
    WHERE NOT (  -- who was erased and came back has brought a count along
        scope = 'member' AND EXISTS (
            SELECT 1 FROM ledger WHERE entry_key = 'carry:' || target || '/cap/' || cap_pools.day
        )
    )
    GROUP BY scope, target, day HAVING sum(excess) <> 0
    UNION ALL
    SELECT 'the job was never charged', id FROM charged WHERE NOT reserved
    UNION ALL
    SELECT 'the charge has no job', entry_key FROM ledger
    WHERE kind = 'reserve' AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = substr(entry_key, length('reserve:') + 1))
    UNION ALL
    SELECT 'the refund has no charge', entry_key FROM ledger AS refunds
    WHERE kind = 'refund' AND NOT EXISTS (
        SELECT 1 FROM ledger WHERE entry_key = 'reserve:' || substr(refunds.entry_key, length('refund:') + 1)
    )
    UNION ALL
    SELECT 'the job was refunded though it is ' || state, id FROM charged
    WHERE refunded AND state IN ('queued', 'running', 'delivered')
    UNION ALL
    SELECT 'the job was not refunded though it is ' || state, id FROM charged
    WHERE NOT refunded AND (state = 'failed' OR (state = 'cancelled' AND started_at IS NULL))
    UNION ALL
    SELECT 'the request has no job', interaction_id FROM requests
    WHERE interaction_id NOT IN (SELECT interaction_id FROM jobs)
    UNION ALL
    SELECT 'the token outlived its jobs', interaction_id FROM requests
    WHERE token IS NOT NULL AND interaction_id NOT IN (
        SELECT interaction_id FROM jobs WHERE state IN ('queued', 'running')
    )
    UNION ALL
    SELECT 'the URL outlived its picture', id FROM jobs WHERE url IS NOT NULL AND deleted_at IS NOT NULL
    UNION ALL
    SELECT 'the request is of more than one member', interaction_id FROM jobs
    GROUP BY interaction_id HAVING count(DISTINCT subject) > 1
    UNION ALL
    SELECT 'the message is of more than one request', result_message_id FROM jobs
    WHERE result_message_id IS NOT NULL GROUP BY result_message_id HAVING count(DISTINCT interaction_id) > 1
    UNION ALL
    SELECT 'the pictures of the message are not hidden alike', result_message_id FROM jobs
    WHERE result_message_id IS NOT NULL AND deleted_at IS NULL
    GROUP BY result_message_id
    HAVING count(hidden_at) NOT IN (0, count(*)) OR min(unsettled) <> max(unsettled)
    UNION ALL
    SELECT 'the message was reported twice by the same person', result_message_id
    FROM reports JOIN jobs ON jobs.id = job_id
    WHERE result_message_id IS NOT NULL GROUP BY result_message_id, reporter HAVING count(*) > 1
    UNION ALL
    SELECT 'maintenance never ended', only_one FROM maintenance
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not agree, and where."""

    fault: str
    place: str


def faults(tx: Transaction) -> list[Fault]:
    """Everything that does not agree; empty in a sound database."""
    return [Fault(row["fault"], str(row["place"])) for row in tx.all(_FAULTS)]
