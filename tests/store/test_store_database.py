"""The database: one process, whole transactions, a schema that only goes forward."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest

from bot.store import (
    DatabaseFailedError,
    DatabaseLockedError,
    DatabaseUnreadableError,
    MigrationError,
    Store,
)
from bot.store.database import Database, Transaction
from bot.store.migrate import Migration, apply, shipped
from tests.store.stage import Clock, Probe, change, disk_fails, dump, put, rows, submit

FIRST = Migration("0001_first.sql", "-- Why: a test.\nCREATE TABLE a (x);\nINSERT INTO a VALUES ('one; two');\n")
SECOND = Migration("0002_second.sql", "CREATE TABLE b (x);")
BROKEN = Migration("0002_broken.sql", "CREATE TABLE b (x);\nCREATE TABLE a (x);")


@pytest.fixture
async def database(path: Path, clock: Clock, probe: Probe) -> AsyncIterator[Database]:
    opened = await Database.open(path, now=clock, on_statement=probe)
    yield opened
    await opened.close()


async def test_a_link_to_the_database_leads_to_the_same_lock_and_key(path: Path) -> None:
    link = path.with_name("link.db")
    link.symlink_to(path)
    async with await Store.open(path, default_limit=3):
        with pytest.raises(DatabaseLockedError):
            await Store.open(link, default_limit=3)
    assert not link.with_name("link.db.key").exists()


async def test_a_second_process_is_refused_until_the_first_has_closed(path: Path) -> None:
    async with await Store.open(path, default_limit=3):
        with pytest.raises(DatabaseLockedError, match="another animify is running on"):
            await Store.open(path, default_limit=3)
    async with await Store.open(path, default_limit=3):
        pass


async def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreadableError, match=r"nowhere/animify\.db can't be opened: No such file"):
        await Store.open(tmp_path / "nowhere" / "animify.db", default_limit=3)


async def test_a_file_that_is_no_database_is_left_as_it_is(path: Path) -> None:
    letter = b"Dear mother, this is long enough to be looked at as the header of a database. " * 9
    put(path, letter)
    with pytest.raises(DatabaseUnreadableError, match="file is not a database"):
        await Store.open(path, default_limit=3)
    assert letter == await asyncio.to_thread(path.read_bytes)


async def test_a_start_that_fails_at_any_statement_leaves_nothing_locked_or_half_made(path: Path) -> None:
    probe = Probe()
    for nth in range(1, 1000):
        probe.at(nth, disk_fails)
        try:
            store = await Store.open(path, default_limit=3, on_statement=probe)
        except (DatabaseUnreadableError, DatabaseFailedError):
            assert rows(path, "SELECT * FROM sqlite_schema") == []
            continue
        probe.off()
        await store.close()
        break
    assert nth > 20
    assert rows(path, "SELECT name FROM migrations") == [(migration.name,) for migration in shipped()]


async def test_a_start_that_is_cancelled_gives_the_lock_back(path: Path) -> None:
    probe = Probe()
    loop = asyncio.get_running_loop()
    opening = asyncio.ensure_future(Store.open(path, default_limit=3, on_statement=probe))
    probe.at(1, lambda: loop.call_soon_threadsafe(opening.cancel))
    with pytest.raises(asyncio.CancelledError):
        await opening
    probe.off()
    async with await Store.open(path, default_limit=3):
        pass


async def test_a_closed_store_says_so(path: Path) -> None:
    store = await Store.open(path, default_limit=3)
    await store.close()
    with pytest.raises(DatabaseFailedError, match="closed"):
        await store.usage(10, 7)


async def test_migrations_are_applied_once_and_remembered(database: Database, path: Path) -> None:
    await database.transact(lambda tx: apply(tx, [FIRST]))
    await database.transact(lambda tx: apply(tx, [FIRST, SECOND]))
    assert rows(path, "SELECT x FROM a") == [("one; two",)]
    assert rows(path, "SELECT number, sha256 FROM migrations") == [(1, FIRST.sha256), (2, SECOND.sha256)]


async def test_a_migration_that_fails_leaves_nothing_of_its_start(database: Database, path: Path) -> None:
    await database.transact(lambda tx: apply(tx, [FIRST]))
    before = dump(path)
    with pytest.raises(DatabaseFailedError, match="already exists"):
        await database.transact(lambda tx: apply(tx, [FIRST, BROKEN]))
    assert dump(path) == before


async def test_a_migration_that_was_changed_since_is_refused(database: Database) -> None:
    await database.transact(lambda tx: apply(tx, [FIRST]))
    changed = Migration(FIRST.name, FIRST.sql + "\n")
    with pytest.raises(MigrationError, match=r"0001_first\.sql was changed"):
        await database.transact(lambda tx: apply(tx, [changed]))


async def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    await database.transact(lambda tx: apply(tx, [FIRST, SECOND]))
    with pytest.raises(MigrationError, match=r"newer animify \(it has 0002_second\.sql\)"):
        await database.transact(lambda tx: apply(tx, [FIRST]))


def test_the_shipped_migrations_are_numbered_without_gaps_and_say_why() -> None:
    migrations = shipped()
    assert [migration.number for migration in migrations] == list(range(1, len(migrations) + 1))
    assert all("Why:" in migration.sql for migration in migrations)


async def test_commits_wait_for_the_disk(database: Database) -> None:
    settings = await database.transact(
        lambda tx: [tx.all(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous", "foreign_keys")]
    )
    assert settings == ["wal", 2, 1]


async def test_one_instant_holds_for_a_whole_transaction(database: Database, clock: Clock) -> None:
    def look(tx: Transaction) -> tuple[int, int]:
        before = tx.now
        clock.advance(hours=1)
        return before, tx.now

    before, after = await database.transact(look)
    assert before == after


async def test_transactions_that_wait_together_share_a_commit_and_fail_alone(database: Database, path: Path) -> None:
    commits: list[str] = []

    def write(tx: Transaction, number: int) -> None:
        tx.run("INSERT INTO t VALUES (:number)", number=number)
        if number == 2:
            raise LookupError
        if number == 3:
            tx.run("INSERT INTO nowhere VALUES (1)")

    await database.transact(lambda tx: tx.run("CREATE TABLE t (x)"))
    database._on_statement = commits.append
    with _held(database):
        writes = [asyncio.ensure_future(database.transact(partial(write, number=number))) for number in (1, 2, 3, 4)]
        await asyncio.sleep(0)
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), LookupError, DatabaseFailedError, type(None)]
    assert rows(path, "SELECT x FROM t") == [(1,), (4,)]
    assert commits.count("COMMIT") == 1


async def test_nobody_is_told_of_success_when_the_shared_commit_fails(database: Database, path: Path) -> None:
    await database.transact(lambda tx: tx.run("CREATE TABLE t (x)"))

    def fail_commit(sql: str) -> None:
        if sql == "COMMIT":
            raise sqlite3.OperationalError("database or disk is full")

    database._on_statement = fail_commit
    with _held(database):
        writes = [asyncio.ensure_future(database.transact(lambda tx: tx.run("INSERT INTO t VALUES (1)"))) for _ in "ab"]
        await asyncio.sleep(0)
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["the database failed: database or disk is full"] * 2
    assert rows(path, "SELECT * FROM t") == []


async def test_a_transaction_that_is_cancelled_before_its_turn_never_runs(store: Store) -> None:
    with _held(store._database):
        waiting = asyncio.ensure_future(submit(store, 1))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert await store.job("1-0") is None


async def test_closing_finishes_what_waits(path: Path) -> None:
    store = await Store.open(path, default_limit=3)
    with _held(store._database):
        waiting = asyncio.ensure_future(store.desk.grant(change(100), 1))
        await asyncio.sleep(0)
        closing = asyncio.ensure_future(store.close())
        await asyncio.sleep(0)
        closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    usage, _ = await waiting
    assert usage.grants_left == 1
    store._database._thread.shutdown()
    async with await Store.open(path, default_limit=3) as again:
        assert (await again.usage(10, 7)).grants_left == 1


@contextlib.contextmanager
def _held(database: Database) -> Iterator[None]:
    """Keep the thread busy, so that what is asked of the database inside waits together."""
    released = threading.Event()
    database._thread.submit(released.wait)
    try:
        yield
    finally:
        released.set()
