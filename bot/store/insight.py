"""Statistics from what is kept anyway: a server's, or everybody's. Nobody is named, so who was erased counts on."""

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate, groupby, pairwise
from typing import Final

from bot.store import caps, days, guilds
from bot.store.database import Database, Row, Transaction
from bot.store.jobs import State
from bot.values.figures import DAYS, Figures, Painted, Spread, Work, ranked

# Requests by the index, and their jobs by the range of their ids: "-" and "." are neighbours in ASCII.
_OF_A_SERVER: Final = """
    SELECT days.key AS day, jobs.* FROM json_each(:days) AS days
    CROSS JOIN requests ON guild_id = :guild_id
        AND received_at >= json_extract(days.value, '$[0]') AND received_at < json_extract(days.value, '$[1]')
    CROSS JOIN jobs ON jobs.id > requests.interaction_id || '-' AND jobs.id < requests.interaction_id || '.'
    WHERE ended_at IS NOT NULL
"""
# What was asked for on a day has not ended before it: the index of what has ended finds it.
_OF_ALL: Final = """
    SELECT (created_at - :start) / 86400 AS day, jobs.* FROM jobs WHERE ended_at >= :start AND created_at >= :start
"""

_ENDED: Final = """
    SELECT day, state, style, engine, failure, count(*) AS times, total(seconds) AS seconds
    FROM ({jobs}) GROUP BY day, state, style, engine, failure
"""
_WAITS: Final = """
    SELECT day, max(started_at - created_at, 0) AS wait, count(*) AS times
    FROM ({jobs}) WHERE started_at IS NOT NULL GROUP BY day, wait ORDER BY day, wait
"""
_REFUSALS: Final = """
    SELECT reason, sum(count) AS times FROM refusals
    WHERE day >= :first AND (guild_id = :guild_id OR :guild_id IS NULL) GROUP BY reason
"""

_HALF, _NINE_IN_TEN = 0.5, 0.9


class Insight:
    """What the bot tells of statistics; every method is one transaction that only reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def server(self, guild_id: int, *, days: int = DAYS) -> Figures:
        """Of one server (0: outside of servers), in its zone's days: today and those before it, 1..90 in all."""
        return await self._database.transact(lambda tx: of_server(tx, guild_id, days))


def of_server(tx: Transaction, guild_id: int, length: int) -> Figures:
    """One server's statistics."""
    zone = guilds.get(tx, guild_id).zone
    span = _span(days.today(zone, tx.now), length)
    bounds = [days.ends_at(day - timedelta(days=1), zone) for day in (*span, span[-1] + timedelta(days=1))]
    spans = json.dumps(list(pairwise(bounds)))
    return _figures(
        span,
        ended=tx.all(_ENDED.format(jobs=_OF_A_SERVER), guild_id=guild_id, days=spans),
        waits=tx.all(_WAITS.format(jobs=_OF_A_SERVER), guild_id=guild_id, days=spans),
        refused=tx.all(_REFUSALS, first=caps.day_of(bounds[0]), guild_id=guild_id),
    )


def of_all(tx: Transaction, length: int) -> Figures:
    """Of all servers and of what is outside of them, in UTC's days; a shell reads them beside the bot."""
    span = _span(days.today(caps.ZONE, tx.now), length)
    start = days.ends_at(span[0] - timedelta(days=1), caps.ZONE)
    return _figures(
        span,
        ended=tx.all(_ENDED.format(jobs=_OF_ALL), start=start),
        waits=tx.all(_WAITS.format(jobs=_OF_ALL), start=start),
        refused=tx.all(_REFUSALS, first=caps.day_of(start), guild_id=None),
    )


def _span(today: date, length: int) -> tuple[date, ...]:
    return tuple(today - timedelta(days=ago) for ago in reversed(range(length)))


def _figures(span: tuple[date, ...], *, ended: Sequence[Row], waits: Sequence[Row], refused: Sequence[Row]) -> Figures:
    delivered = [row for row in ended if row["state"] == State.DELIVERED]
    painted: Counter[tuple[date, str]] = Counter()
    for row in delivered:
        painted[span[row["day"]], row["style"]] += row["times"]
    return Figures(
        days=span,
        painted=tuple(Painted(day, style, pictures) for (day, style), pictures in sorted(painted.items())),
        waits=_spread(waits),
        waits_by_day=tuple(
            (span[day], spread)
            for day, rows in groupby(waits, key=lambda row: row["day"])
            if (spread := _spread(list(rows))) is not None
        ),
        work=_work(delivered),
        refusals=ranked((row["reason"], row["times"]) for row in refused),
        failures=ranked((row["failure"], row["times"]) for row in ended if row["state"] == State.FAILED),
        cancelled=sum(row["times"] for row in ended if row["state"] == State.CANCELLED),
    )


def _work(delivered: Sequence[Row]) -> tuple[Work, ...]:
    seconds: defaultdict[str, float] = defaultdict(float)
    for row in delivered:
        seconds[row["engine"]] += row["seconds"]
    pictures = ranked((row["engine"], row["times"]) for row in delivered if row["engine"] is not None)
    return tuple(Work(one.name, one.times, seconds[one.name]) for one in pictures)


def _spread(rows: Sequence[Row]) -> Spread | None:
    """Percentiles by nearest rank."""
    if not rows:
        return None
    counts = sorted((row["wait"], row["times"]) for row in rows)
    waits = [wait for wait, _ in counts]
    so_far = list(accumulate(times for _, times in counts))
    half, nine_in_ten = (waits[bisect_left(so_far, share * so_far[-1])] for share in (_HALF, _NINE_IN_TEN))
    return Spread(half, nine_in_ten, waits[-1])
