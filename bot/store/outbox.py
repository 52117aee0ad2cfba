"""What servers' log channels have not been told yet: rows of the audit, and reports, each told of once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.store import audit, guilds, reports
from bot.store.database import Database, Transaction
from bot.values.records import Entry, Report

_MOST_ENTRIES: Final = 50
_MOST_REPORTS: Final = 10

_GUILDS: Final = """
    SELECT guild_id FROM audit WHERE logged_at IS NULL
    UNION
    SELECT guild_id FROM reports WHERE logged_at IS NULL
"""

_UNLOGGED: Final = f"""{audit.SELECT}
    WHERE logged_at IS NULL AND guild_id = :guild_id ORDER BY audit.id LIMIT :limit
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What waits for one server, the earliest first; `channel_id` is its log channel, None where it has none."""

    guild_id: int
    channel_id: int | None
    entries: tuple[Entry, ...]
    reports: tuple[Report, ...]


class Outbox:
    """What waits, and that it has been told. Any method raises `DatabaseFailedError`, and has had no effect then."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self) -> list[Parcel]:
        """Everything that waits, at most 50 rows and 10 reports of a server."""
        return await self._database.transact(waiting)

    async def told(self, *, entries: Iterable[Entry] = (), reports: Iterable[Report] = ()) -> None:
        """The log channel has these, or there is none that could have them."""
        await self._database.transact(lambda tx: told(tx, entries=entries, reports=reports))


def waiting(tx: Transaction) -> list[Parcel]:
    """Everything that waits, by server."""
    return [
        Parcel(
            guild_id=row["guild_id"],
            channel_id=guilds.get(tx, row["guild_id"]).log_channel,
            entries=tuple(
                map(audit.entry, tx.all(_UNLOGGED, guild_id=row["guild_id"], limit=_MOST_ENTRIES)),
            ),
            reports=tuple(reports.unlogged(tx, row["guild_id"], limit=_MOST_REPORTS)),
        )
        for row in tx.all(_GUILDS)
    ]


def told(tx: Transaction, *, entries: Iterable[Entry], reports: Iterable[Report]) -> None:
    """Remember that it has been told of."""
    for entry in entries:
        tx.run("UPDATE audit SET logged_at = :now WHERE id = :id", now=tx.now, id=entry.id)
    for report in reports:
        tx.run("UPDATE reports SET logged_at = :now WHERE id = :id", now=tx.now, id=report.id)
