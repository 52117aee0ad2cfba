"""`animify db` as an operator meets it, beside a running bot and without one."""

import os
from pathlib import Path

import pytest

from tests.cli.storing import Running, made
from tests.cli.terminal import animify
from tests.store.stage import mode_of, rows, submit, tamper


def test_a_sound_database_beside_a_running_bot_is_said_to_be_sound(
    running: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    running.do(submit(running.store, 1))
    assert animify(monkeypatch, "db", "check") == 0
    assert capsys.readouterr().out.splitlines() == [
        "✓ pages",
        "✓ references",
        "✓ schema",
        "✓ books",
        f"{Path('animify.db').resolve()} is sound",
    ]


def test_every_fault_is_named_and_the_status_is_1(
    running: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    running.do(submit(running.store, 1))
    tamper(Path("animify.db"), "UPDATE daily_usage SET used = 9; UPDATE cap_usage SET used = 9 WHERE scope = 'server';")
    assert animify(monkeypatch, "db", "check") == 1
    said = capsys.readouterr()
    assert "✗ books" in said.out
    assert "the day counts something else than the ledger" in said.out
    assert "the server counts something else than the ledger: 10 " in said.out
    assert said.err == f"animify: {Path('animify.db').resolve()} has 2 faults\n"


@pytest.mark.parametrize("command", ["check", "vacuum", "backup"])
def test_a_database_that_is_not_there_is_not_made(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert animify(monkeypatch, "db", command, *(["copy.db"] if command == "backup" else [])) == 1
    assert "it is not there" in capsys.readouterr().err
    assert list(Path().iterdir()) == []


def test_a_backup_is_private_leaves_the_key_out_and_says_so(
    running: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    running.do(submit(running.store, 1))
    old = os.umask(0)
    try:
        assert animify(monkeypatch, "db", "backup", "copy.db") == 0
    finally:
        os.umask(old)
    assert mode_of(Path("copy.db")) == 0o600
    assert rows(Path("copy.db"), "SELECT id FROM jobs") == [("1-0",)]
    assert Path("animify.db.key").read_bytes() not in Path("copy.db").read_bytes()
    assert "the key is not in it" in capsys.readouterr().out


def test_a_backup_replaces_a_file_only_when_told_to(
    running: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("copy.db").write_text("the last one")
    assert animify(monkeypatch, "db", "backup", "copy.db") == 1
    assert "--force" in capsys.readouterr().err
    assert Path("copy.db").read_text() == "the last one"
    assert animify(monkeypatch, "db", "backup", "copy.db", "--force") == 0
    assert rows(Path("copy.db"), "SELECT * FROM jobs") == []
    assert mode_of(Path("copy.db")) == 0o600
    running.do(submit(running.store, 1))


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("animify.db", "belongs to the database itself"),
        ("animify.db.key", "belongs to the database itself"),
        ("link.db", "belongs to the database itself"),
        (".", "is a folder"),
        ("nowhere/copy.db", "there is no folder nowhere"),
        ("crashed.db", "crashed.db-wal lies beside it"),
    ],
)
def test_a_backup_that_would_spoil_something_is_refused_even_by_force(
    target: str,
    words: str,
    running: Running,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    running.do(submit(running.store, 1))
    Path("link.db").symlink_to("animify.db")
    Path("crashed.db-wal").touch()
    key = Path("animify.db.key").read_bytes()
    assert animify(monkeypatch, "db", "backup", target, "--force") == 1
    assert words in capsys.readouterr().err
    assert Path("animify.db.key").read_bytes() == key
    running.do(submit(running.store, 2))


def test_compacting_says_both_sizes_and_the_bot_goes_on(
    running: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(Path("animify.db"), "INSERT INTO facts VALUES ('big', hex(randomblob(1000000))); DELETE FROM facts;")
    assert animify(monkeypatch, "db", "vacuum") == 0
    assert capsys.readouterr().out.endswith("animify.db: 2.2 MB before, 0.2 MB after\n")
    running.do(submit(running.store, 1))


def test_compacting_works_without_a_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    assert animify(monkeypatch, "db", "vacuum") == 0


def test_a_bot_that_writes_all_the_time_is_said_to_be_too_busy(
    running: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.store.beside.PATIENCE", 0.0)

    def meanwhile(_tx: object) -> int:
        return animify(monkeypatch, "db", "vacuum")

    assert running.do(running.store._database.transact(meanwhile)) == 1
    assert "the bot is too busy" in capsys.readouterr().err
