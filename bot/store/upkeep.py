"""What an operator does with the file, beside a running bot or without one: look for faults, copy it, compact it."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.store import files, migrate, proof
from bot.store.beside import Beside
from bot.store.database import Connection, Transaction, translated
from bot.store.errors import DatabaseFailedError

_PAGES: Final = 512
"""Copied between two steps of the progress; at 4 KiB each it is 2 MiB."""

_BOT_WAITS: Final = 2.0
"""Seconds that compacting may keep the bot from writing; it gives a write up after five."""

_BETWEEN_LOOKS: Final = 1000
"""SQLite's instructions between two looks at the clock: well below a millisecond."""


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at, with every fault that it has."""

    what: str
    faults: tuple[str, ...]


def examine(database: Beside) -> list[Examined]:
    """Look at the pages, the references between rows, the schema, and the books. Changes nothing."""
    found = [
        _looked_at(database, "pages", _pages),
        _looked_at(database, "references", _references),
        _looked_at(database, "schema", _schema),
    ]
    if found[-1].faults:
        return found  # the books of another version can't be read
    return [*found, _looked_at(database, "books", _books)]


def backup(database: Beside, target: Path, *, on_progress: Callable[[int, int], None]) -> int:
    """Copy the database as it is at one moment, while the bot goes on writing; the copy's size in bytes.

    The copy is there whole or not at all, and nobody else may read it.

    Parameters
    ----------
    on_progress
        Sees the bytes done and all of them; what it raises ends the copy.

    Raises
    ------
    DatabaseFailedError
        The disk is full, for one.
    OSError
        The folder is missing, or not ours.
    """
    with files.drafted(target) as draft, translated():
        _copy(database.connection, draft, on_progress)
    return target.stat().st_size


def vacuum(database: Beside, *, clock: Callable[[], float] = time.monotonic) -> tuple[int, int]:
    """Give the disk what was deleted back; the database's sizes before and after, in bytes.

    Beside a running bot it may take no longer than the bot can wait.

    Raises
    ------
    DatabaseBusyError
        It would take longer, or the bot wrote all the time.
    DatabaseFailedError
    """
    connection = database.connection
    with _alone(database.path) as alone, translated():
        before = _size(connection)
        if not alone:
            ends = clock() + _BOT_WAITS
            connection.set_progress_handler(lambda: clock() > ends, _BETWEEN_LOOKS)
        connection.execute("VACUUM")
        connection.set_progress_handler(None, 0)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return before, _size(connection)


def _looked_at(database: Beside, what: str, look: Callable[[Transaction], list[str]]) -> Examined:
    try:
        return Examined(what, tuple(database.transact(look)))
    except DatabaseFailedError as error:  # so broken that its faults can't be listed
        return Examined(what, (str(error),))


def _pages(tx: Transaction) -> list[str]:
    lines = [str(row[0]) for row in tx.all("PRAGMA integrity_check")]
    return [] if lines == ["ok"] else lines


def _references(tx: Transaction) -> list[str]:
    return [
        f"row {row['rowid']} of {row['table']} names a row of {row['parent']} that is not there"
        for row in tx.all("PRAGMA foreign_key_check")
    ]


def _schema(tx: Transaction) -> list[str]:
    return migrate.faults(tx, migrate.shipped())


def _books(tx: Transaction) -> list[str]:
    return [f"{fault.fault}: {fault.place}" for fault in proof.faults(tx)]


def _copy(source: Connection, draft: Path, on_progress: Callable[[int, int], None]) -> None:
    (page,) = source.execute("PRAGMA page_size").fetchone()
    with closing(Connection(draft)) as target:
        source.execute("BEGIN")
        try:
            (verdict,) = source.execute("PRAGMA quick_check(1)").fetchone()  # from here on it is one moment
            if verdict != "ok":  # the copy would take the place of a sound one
                raise DatabaseFailedError("it is damaged; `animify db check` names the faults")
            source.backup(
                target,
                pages=_PAGES,
                progress=lambda _status, left, pages: on_progress((pages - left) * page, pages * page),
            )
        finally:
            source.rollback()


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """Whether no bot is running; then none can start meanwhile."""
    try:
        handle = files.lock(files.beside(path, ".lock"))
    except BlockingIOError:
        yield False
        return
    try:
        yield True
    finally:
        os.close(handle)


def _size(connection: Connection) -> int:
    """Pages that are in use or could be: the file itself follows when the bot next has a moment."""
    (size,) = connection.execute(
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    ).fetchone()
    return int(size)
