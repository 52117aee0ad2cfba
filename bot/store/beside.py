"""The database as a command of the shell sees it: beside a running bot, without the lock, one transaction at a time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from bot.store import migrate
from bot.store.database import Connection, Transaction, connect_beside, translated, unobserved
from bot.store.errors import DatabaseUnreadableError, MigrationError

T = TypeVar("T")

PATIENCE: Final = 3.0
"""Seconds that a command waits for the bot's transactions: the bot itself waits for five before it gives up."""


class Beside:
    """An open database. Made by `opened`; nothing of it is for an event loop, since it waits.

    Attributes
    ----------
    path
        The database's file.
    connection
        For what SQLite does outside of transactions.
    """

    def __init__(self, path: Path, connection: Connection, now: Callable[[], float], *, writes: bool) -> None:
        self.path = path
        self.connection = connection
        self._now = now
        self._begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` as one transaction: its effect is there when this returns, and not at all when it raises.

        Raises
        ------
        DatabaseBusyError, DatabaseFailedError
        """
        with translated():
            tx = Transaction(self.connection, unobserved, int(self._now()))
            tx.run(self._begin)
            try:
                result = work(tx)
                tx.run("COMMIT")
            finally:
                if self.connection.in_transaction:
                    self.connection.rollback()
        return result


@contextmanager
def opened(
    path: Path, *, writes: bool = False, any_schema: bool = False, now: Callable[[], float] = time.time
) -> Iterator[Beside]:
    """Open the file, for reading alone unless it `writes`.

    Parameters
    ----------
    any_schema
        Whether that of another version will do, too.
    now
        The clock, in epoch seconds.

    Raises
    ------
    DatabaseUnreadableError
        There is none, or it is no database.
    MigrationError
        The schema is another version's.
    """
    if not path.exists():
        raise DatabaseUnreadableError(path, "it is not there; `animify run` makes it, where ANIMIFY_DATABASE says")
    path = path.resolve()  # through a link one must come to the same lock
    connection = connect_beside(path, writes=writes, patience=PATIENCE)
    try:
        database = Beside(path, connection, now, writes=writes)
        if not any_schema:
            _require_this_version(database)
        yield database
    finally:
        connection.close()


def _require_this_version(database: Beside) -> None:
    for fault in database.transact(lambda tx: migrate.faults(tx, migrate.shipped())):
        raise MigrationError(f"the database {database.path} can't be used by this version: {fault}")
