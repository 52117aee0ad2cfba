"""Another process beside a store that is open: it sees what is there, and harms nothing."""

from pathlib import Path

import pytest

from bot.store import (
    DatabaseBusyError,
    DatabaseFailedError,
    DatabaseUnreadableError,
    MigrationError,
    Store,
    beside,
    overview,
    upkeep,
)
from tests.store.stage import NOON, Clock, by_moderator, change, dump, mode_of, put, rows, start, submit, tamper


def unseen(_done: int, _total: int) -> None:
    """A progress that nobody looks at."""


def faults(path: Path) -> dict[str, tuple[str, ...]]:
    with beside.opened(path, any_schema=True) as database:
        return {one.what: one.faults for one in upkeep.examine(database) if one.faults}


def fill(path: Path, rows: int) -> None:
    """Facts of a kilobyte each."""
    tamper(
        path,
        f"""
        WITH RECURSIVE numbers(one) AS (SELECT 1 UNION ALL SELECT one + 1 FROM numbers WHERE one < {rows})
        INSERT INTO facts SELECT 'big ' || one, hex(randomblob(500)) FROM numbers;
        """,  # noqa: S608 - a number
    )


async def test_a_sound_database_is_sound_while_a_store_works_on_it(store: Store, path: Path) -> None:
    await submit(store, 1)
    before = dump(path)
    assert faults(path) == {}
    assert dump(path) == before


async def test_a_tampered_counter_is_found_beside_the_store(path: Path, clock: Clock) -> None:
    async with await Store.open(path, default_limit=3, now=clock) as store:
        await submit(store, 1)
        tamper(path, "UPDATE daily_usage SET used = used + 1")
        assert list(faults(path)) == ["books"]
        assert faults(path)["books"][0].startswith("the day counts something else than the ledger: ")


@pytest.mark.usefixtures("store")
def test_a_row_that_names_a_missing_one_is_found(path: Path) -> None:
    tamper(path, "INSERT INTO reports (job_id, guild_id, reporter, reason, at) VALUES ('9-0', 10, 1, 'other', 0)")
    assert faults(path) == {"references": ("row 1 of reports names a row of jobs that is not there",)}


async def test_pages_that_were_overwritten_are_found(path: Path) -> None:
    await (await Store.open(path, default_limit=3)).close()
    with path.open("r+b") as file:
        file.seek(5 * 4096)
        file.write(b"\x99" * 3 * 4096)
    assert "pages" in faults(path)
    with beside.opened(path, any_schema=True) as database, pytest.raises(DatabaseFailedError):
        upkeep.backup(database, path.with_name("copy.db"), on_progress=unseen)
    assert not path.with_name("copy.db").exists()


@pytest.mark.usefixtures("store")
def test_another_versions_schema_is_said_and_not_used(path: Path) -> None:
    tamper(path, "INSERT INTO migrations VALUES (99, '0099_later.sql', 'a', 0)")
    assert "newer" in faults(path)["schema"][0]
    with pytest.raises(MigrationError, match="newer"), beside.opened(path):
        pass


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to be read as one"])
def test_what_is_no_database_of_ours_is_said(path: Path, content: bytes) -> None:
    put(path, content)
    with pytest.raises((DatabaseUnreadableError, MigrationError)), beside.opened(path):
        pass


def test_nothing_is_made_where_nothing_is(path: Path) -> None:
    with pytest.raises(DatabaseUnreadableError, match="it is not there"), beside.opened(path, writes=True):
        pass
    assert list(path.parent.iterdir()) == []


@pytest.mark.usefixtures("store")
def test_a_reader_can_not_write(path: Path) -> None:
    with beside.opened(path) as database, pytest.raises(DatabaseFailedError):
        database.transact(lambda tx: tx.run("DELETE FROM facts"))


@pytest.mark.usefixtures("store")
def test_who_can_not_write_in_time_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "PATIENCE", 0.0)
    with beside.opened(path, writes=True) as first, beside.opened(path, writes=True) as second:

        def hold(_tx: object) -> None:
            with pytest.raises(DatabaseBusyError):
                second.transact(lambda tx: tx.run("DELETE FROM facts"))

        first.transact(hold)


@pytest.mark.usefixtures("store")
def test_a_transaction_that_fails_leaves_nothing(path: Path) -> None:
    with beside.opened(path, writes=True) as database:
        with pytest.raises(DatabaseFailedError):
            database.transact(lambda tx: tx.script("INSERT INTO facts VALUES ('a', 'b'); no SQL;"))
        assert database.transact(lambda tx: tx.all("SELECT * FROM facts")) == []


async def test_a_backup_holds_one_moment_and_is_private(store: Store, path: Path, tmp_path: Path) -> None:
    await submit(store, 1)
    fill(path, 5000)
    at_first, seen = dump(path), []

    def write_meanwhile(done: int, total: int) -> None:
        seen.append((done, total))
        tamper(path, f"INSERT INTO facts VALUES ('{len(seen)}', '')")  # noqa: S608 - our words

    copy = tmp_path / "copy.db"
    with beside.opened(path) as database:
        size = upkeep.backup(database, copy, on_progress=write_meanwhile)
    assert len(seen) > 2
    assert seen[-1] == (size, size)
    assert mode_of(copy) == 0o600
    assert dump(copy) == at_first
    assert not copy.with_name("copy.db.new").exists()
    async with await Store.open(copy, default_limit=3) as restored:
        assert await restored.job("1-0") is not None


async def test_a_backup_that_is_broken_off_leaves_what_was_there(store: Store, path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copies" / "copy.db"
    copy.parent.mkdir()
    put(copy, b"the last one")

    def break_off(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with beside.opened(path) as database, pytest.raises(KeyboardInterrupt):
        upkeep.backup(database, copy, on_progress=break_off)
    assert [one.read_bytes() for one in copy.parent.iterdir()] == [b"the last one"]
    await submit(store, 1)


async def test_compacting_gives_room_back_beside_a_store_that_goes_on(store: Store, path: Path) -> None:
    await submit(store, 1)
    fill(path, 3000)
    tamper(path, "DELETE FROM facts")
    with beside.opened(path, writes=True) as database:
        before, after = upkeep.vacuum(database)
    assert before > 3_000_000 > after
    assert path.stat().st_size == after
    await start(store, "1-0")


async def test_compacting_that_would_keep_the_bot_waiting_is_taken_back(store: Store, path: Path) -> None:
    fill(path, 3000)
    clock = iter(range(10_000))
    before = dump(path)
    with beside.opened(path, writes=True) as database, pytest.raises(DatabaseBusyError):
        upkeep.vacuum(database, clock=lambda: float(next(clock)))
    assert dump(path) == before
    await submit(store, 1)


async def test_compacting_alone_takes_its_time_and_the_lock(path: Path) -> None:
    await (await Store.open(path, default_limit=3)).close()
    fill(path, 1000)

    def no_clock() -> float:
        raise AssertionError("nobody waits")

    with beside.opened(path, writes=True) as database:
        upkeep.vacuum(database, clock=no_clock)
    await (await Store.open(path, default_limit=3)).close()


async def test_the_audit_is_read_page_by_page(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 8):
        await store.desk.change_guild(by_moderator(number, guild_id=10 + number % 2), daily_limit=number)
    monkeypatch.setattr(overview, "_ENTRIES", overview._ENTRIES.replace("LIMIT 500", "LIMIT 2"))
    with beside.opened(path) as database:
        everything = list(overview.entries(database, guild_id=None, since=0))
        here = list(overview.entries(database, guild_id=11, since=0))
        later = list(overview.entries(database, guild_id=None, since=NOON + 1))
    assert [one.id for one in everything] == [1, 2, 3, 4, 5, 6, 7]
    assert {one.guild_id for one in here} == {11}
    assert len(here) == 4
    assert later == []


async def test_the_overview_names_whom_it_can(store: Store, path: Path, clock: Clock) -> None:
    await submit(store, 1)
    await store.desk.block(change(50))
    tamper(
        path,
        """
        INSERT INTO caps VALUES ('server', 10, 5), ('server', 0, 9), ('member', 4711, 3);
        INSERT INTO denied SELECT 'member', subject, 'spam', 5 FROM subjects WHERE user_id = 7;
        INSERT INTO remnants (hash, kind, guild_id, value) VALUES (x'00', 'cap', 0, '{}');
        """,
    )
    with beside.opened(path, now=clock) as database:
        caps = database.transact(overview.caps_set)
        denied = database.transact(overview.denied)
        assert database.transact(lambda tx: overview.erased(tx, "cap")) == 1
    assert [(one.target, one.amount, one.used) for one in caps] == [(0, 9, 0), (10, 5, 0), (None, 3, 0)]
    assert [(one.target, one.reason, one.at) for one in denied] == [(7, "spam", 5)]
    assert rows(path, "SELECT count(*) FROM subjects") == [(2,)]
