"""What servers' log channels have not been told yet: rows of the audit, and reports, each told of once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog

from bot.store import audit, guilds, reports
from bot.store.database import Database, Row, Transaction
from bot.values.records import Entry, Report

T = TypeVar("T")

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

_log = structlog.stdlib.get_logger(__name__)


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

    async def waiting(self) -> list[int]:
        """The servers that something waits for; 0 where that is outside of servers."""
        return await self._database.transact(lambda tx: [row["guild_id"] for row in tx.all(_GUILDS)])

    async def parcel(self, guild_id: int) -> Parcel:
        """What waits for one server, at most 50 rows and 10 reports.

        A row that this version can't read, since a newer one has written it, say, counts as told: it must not keep
        back what comes after it.
        """
        return await self._database.transact(lambda tx: parcel(tx, guild_id))

    async def told(self, *, entries: Iterable[Entry] = (), reports: Iterable[Report] = ()) -> None:
        """The log channel has these, or there is none that could have them."""
        await self._database.transact(lambda tx: told(tx, entries=entries, reports=reports))


def parcel(tx: Transaction, guild_id: int) -> Parcel:
    """What waits for a server."""
    entries = tx.all(_UNLOGGED, guild_id=guild_id, limit=_MOST_ENTRIES)
    unlogged = reports.unlogged(tx, guild_id, limit=_MOST_REPORTS)
    return Parcel(
        guild_id=guild_id,
        channel_id=guilds.get(tx, guild_id).log_channel,
        entries=tuple(_read(tx, "audit", entries, audit.entry)),
        reports=tuple(_read(tx, "reports", unlogged, reports.report)),
    )


def told(tx: Transaction, *, entries: Iterable[Entry], reports: Iterable[Report]) -> None:
    """Remember that it has been told of."""
    for entry in entries:
        _told(tx, "audit", entry.id)
    for report in reports:
        _told(tx, "reports", report.id)


def _read(tx: Transaction, table: str, rows: Iterable[Row], value: Callable[[Row], T]) -> Iterator[T]:
    for row in rows:
        try:
            yield value(row)
        except ValueError:
            _log.error(
                "a log channel is not told of a row that can't be read", table=table, row=row["id"], exc_info=True
            )
            _told(tx, table, row["id"])


def _told(tx: Transaction, table: str, row_id: int) -> None:
    tx.run(f"UPDATE {table} SET logged_at = :now WHERE id = :id", now=tx.now, id=row_id)  # noqa: S608 - our own names
