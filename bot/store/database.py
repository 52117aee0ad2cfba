"""SQLite beside the event loop: whole transactions, one after another, in one thread.

A transaction is a plain function that gets a `Transaction` and runs in the thread that owns the only connection. It
is the simplest thing that is safe: statements of two coroutines can't mix, since nothing is awaited inside; and
cancelling the caller can't leave a transaction open, since a function that has begun runs to its end and one that has
not never runs. It also costs one hop to the thread for a transaction instead of one for each statement.

Transactions that wait at the same time share one commit, since the disk is what takes the time. Each has a savepoint
of its own, so that one's failure leaves its neighbours alone, and nobody is answered before the commit.
"""

import asyncio
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, Generic, Self, TypeVar

from bot.store import files
from bot.store.errors import (
    DatabaseBusyError,
    DatabaseFailedError,
    DatabaseLockedError,
    DatabaseUnreadableError,
)

Connection = sqlite3.Connection
Row = sqlite3.Row
Value = int | float | str | bytes | None
T = TypeVar("T")

_BUSY_TIMEOUT: Final = 5000  # milliseconds

_PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # what was acknowledged survives a power cut, not only a crash
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # a wiped secret is overwritten instead of left in a free page
    f"PRAGMA busy_timeout = {_BUSY_TIMEOUT}",  # an operator may look into the file with other tools
)

_SHARED_COMMIT: Final = 64  # transactions at most, so that the first of a crowd does not wait for the last


class Transaction:
    """What a transaction's function works with: statements, and one instant for all of them.

    Attributes
    ----------
    now
        Epoch seconds when the transaction began.
    """

    def __init__(self, connection: sqlite3.Connection, on_statement: Callable[[str], None], now: int) -> None:
        self._connection = connection
        self._on_statement = on_statement
        self.now = now

    def all(self, sql: str, **values: Value) -> list[Row]:
        """Every row of one statement. The only place where a statement reaches SQLite."""
        self._on_statement(sql)
        return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, **values: Value) -> Row | None:
        """The first row, or None."""
        rows = self.all(sql, **values)
        return rows[0] if rows else None

    def run(self, sql: str, **values: Value) -> None:
        """A statement whose rows nobody wants."""
        self.all(sql, **values)

    def script(self, sql: str) -> None:
        """Every statement of a script, inside this transaction: sqlite3's own `executescript` commits first."""
        statement = ""
        for line in sql.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                self.run(statement)
                statement = ""
        self.run(statement)


def unobserved(_sql: str) -> None:
    """The observer of statements that does nothing."""


class Database:
    """One database file, locked for this process. Made by `open`; every use is one transaction.

    Parameters
    ----------
    path
        The SQLite file; its folder must exist.
    now
        The clock, in epoch seconds.
    on_statement
        Sees every statement before SQLite does; what it raises is raised as if SQLite had.
    """

    def __init__(self, path: Path, now: Callable[[], float], on_statement: Callable[[str], None]) -> None:
        self.path = path.resolve()  # through a link one must come to the same lock and the same key
        self._now = now
        self._on_statement = on_statement
        self._thread = ThreadPoolExecutor(1, "animify-store")
        self._waiting: deque[_Turn[Any]] = deque()
        self._opened = ExitStack()
        self._connection: sqlite3.Connection
        self._closed = False

    @classmethod
    async def open(
        cls, path: Path, *, now: Callable[[], float], on_statement: Callable[[str], None] = unobserved
    ) -> Self:
        """Lock the file, and create it if need be.

        Raises
        ------
        DatabaseLockedError, DatabaseUnreadableError
            Nothing is left open or locked then.
        """
        database = cls(path, now, on_statement)
        try:
            await asyncio.get_running_loop().run_in_executor(database._thread, database._start)
        except BaseException:
            await database.close()  # a cancelled start would otherwise keep the lock until the process ends
            raise
        return database

    async def close(self) -> None:
        """Finish the transactions that wait, then give file and lock back, even if the caller is cancelled."""
        if self._closed:
            return
        self._closed = True
        closing = asyncio.get_running_loop().run_in_executor(self._thread, self._opened.close)
        self._thread.shutdown(wait=False)
        await asyncio.shield(closing)

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` as one transaction: its effect is there when this returns, and not at all when it raises.

        A caller that is cancelled does not know which: `work` never runs if it was still waiting for its turn, and
        runs to its end if it had begun.

        Raises
        ------
        DatabaseFailedError
            SQLite failed, or the database is closed.
        """
        if self._closed:
            raise DatabaseFailedError("it is closed")
        turn = _Turn(work)
        self._waiting.append(turn)
        self._thread.submit(self._take_turns)
        return await asyncio.wrap_future(turn.outcome)

    async def write_back(self) -> None:
        """Bring the journal back into the file and cut it to nothing, so that what was deleted is in neither.

        Raises
        ------
        DatabaseFailedError
            Somebody reads the file just now, which is not waited for; or SQLite failed, or the database is closed.
        """
        if self._closed:
            raise DatabaseFailedError("it is closed")
        await asyncio.get_running_loop().run_in_executor(self._thread, self._truncate_journal)

    def _truncate_journal(self) -> None:
        tx = Transaction(self._connection, self._on_statement, int(self._now()))
        with translated():
            tx.run("PRAGMA busy_timeout = 0")  # transactions wait for this
            try:
                busy = tx.all("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]
            finally:
                self._connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT}")
        if busy:
            raise DatabaseFailedError("somebody reads it")

    def _start(self) -> None:
        """The boundary where the errors of opening end, each as a sentence."""
        try:
            self._opened.callback(os.close, files.lock(files.beside(self.path, ".lock")))
            files.make_private(self.path)
            self._connection = sqlite3.connect(self.path, isolation_level=None)
            self._opened.callback(self._connection.close)
            self._connection.row_factory = Row
            setting_up = Transaction(self._connection, self._on_statement, now=0)
            for pragma in _PRAGMAS:
                setting_up.run(pragma)
        except BlockingIOError:
            raise DatabaseLockedError(self.path) from None
        except OSError as error:
            raise DatabaseUnreadableError(self.path, error.strerror or str(error)) from error
        except sqlite3.Error as error:
            raise DatabaseUnreadableError(self.path, str(error)) from error

    def _take_turns(self) -> None:
        batch: list[_Turn[Any]] = []
        while self._waiting and len(batch) < _SHARED_COMMIT:
            turn = self._waiting.popleft()
            if turn.outcome.set_running_or_notify_cancel():
                batch.append(turn)
        if not batch:
            return  # an earlier call took them along
        try:
            answers = self._commit(batch)
        except BaseException as error:  # noqa: BLE001 - an unanswered caller would wait for ever
            answers = [turn.answer(error) for turn in batch]
        for answer in answers:
            answer()

    def _commit(self, batch: Sequence["_Turn[Any]"]) -> list["_Answer"]:
        tx = Transaction(self._connection, self._on_statement, int(self._now()))
        try:
            tx.run("BEGIN IMMEDIATE")
            answers = [turn.run(tx) for turn in batch]
            tx.run("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.rollback()
        return answers


_Answer = Callable[[], None]
"""Tells a caller what came of its transaction. Called after the commit."""


class _Turn(Generic[T]):
    """A transaction that waits, and the future of its caller."""

    def __init__(self, work: Callable[[Transaction], T]) -> None:
        self._work = work
        self.outcome: Future[T] = Future()

    def run(self, tx: Transaction) -> _Answer:
        """Do the work in a savepoint of its own."""
        tx.run("SAVEPOINT turn")
        try:
            answer: _Answer = partial(self.outcome.set_result, self._work(tx))
        except Exception as error:  # noqa: BLE001 - it is for this turn's caller; its neighbours' work stands
            tx.run("ROLLBACK TO turn")
            answer = self.answer(error)
        tx.run("RELEASE turn")
        return answer

    def answer(self, error: BaseException) -> _Answer:
        """The boundary where SQLite's errors end once the database is open."""
        if not isinstance(error, sqlite3.Error):
            return partial(self.outcome.set_exception, error)
        failure = DatabaseFailedError(str(error))
        failure.__cause__ = error
        return partial(self.outcome.set_exception, failure)


def connect_beside(path: Path, *, writes: bool, patience: float) -> Connection:
    """Another process's connection to a database that a bot may be working on: it locks nothing and makes no file.

    Parameters
    ----------
    patience
        Seconds that a statement waits for the bot's transactions.

    Raises
    ------
    DatabaseUnreadableError
    """
    uri = f"{path.resolve().as_uri()}?mode={'rw' if writes else 'ro'}"
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=patience, isolation_level=None)
        connection.row_factory = Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.Error as error:
        raise DatabaseUnreadableError(path, str(error)) from error
    return connection


@contextmanager
def translated() -> Iterator[None]:
    """The boundary where the errors of such a connection end.

    Raises
    ------
    DatabaseBusyError, DatabaseFailedError
    """
    try:
        yield
    except sqlite3.Error as error:
        kind = getattr(error, "sqlite_errorcode", None)
        if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT):
            raise DatabaseBusyError from error
        raise DatabaseFailedError(str(error)) from error
