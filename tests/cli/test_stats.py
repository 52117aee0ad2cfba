"""`animify stats`: what an operator reads of all servers, also beside a running bot."""

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot.store import Store
from tests.cli.terminal import animify, opened
from tests.store.stage import deliver, dump, start, submit

DATABASE = Path("animify.db")


async def _some_pictures(store: Store) -> None:
    for number, guild_id in enumerate((10, 20), 1):
        job_id = await submit(store, number, guild_id=guild_id)
        await start(store, job_id)
        await deliver(store, job_id, message_id=500 + number)
    await store.fail(await submit(store, 3), "LostError")
    await store.refused(10, "over_quota")


@pytest.fixture
def history() -> None:
    """Two servers with a picture each, a failure and a refusal."""

    async def make() -> None:
        async with await Store.open(DATABASE, default_limit=3) as store:
            await _some_pictures(store)

    asyncio.run(make())


def figures(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *options: object) -> dict[str, Any]:
    capsys.readouterr()
    assert animify(monkeypatch, "stats", "--json", *options) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.usefixtures("history")
def test_all_servers_are_told_as_tables(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert animify(monkeypatch, "stats", "--days", 7) == 0
    told = capsys.readouterr().out
    for words in (
        "2 pictures in the last 7 days",
        "Ghibli",
        "Painter",
        "1.5 s each",
        "daily limit reached",
        "LostError",
    ):
        assert words in told


@pytest.mark.usefixtures("history")
def test_programs_read_the_same(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(monkeypatch, capsys, "--days", 2)
    assert len(found["days"]) == 2
    assert sum(one["pictures"] for one in found["painted"]) == 2
    assert found["work"] == [{"engine": "Painter", "pictures": 2, "seconds": 3.0}]
    assert found["refusals"] == [{"name": "over_quota", "times": 1}]
    assert found["failures"] == [{"name": "LostError", "times": 1}]


@pytest.mark.usefixtures("history")
def test_one_server_is_told_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(monkeypatch, capsys, "--server", 20)
    assert sum(one["pictures"] for one in found["painted"]) == 1
    assert found["refusals"] == []


@pytest.mark.usefixtures("history")
def test_a_chart_is_written_beside_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    assert animify(monkeypatch, "stats", "--output", "out/chart.png") == 0
    assert opened("out/chart.png") == ("PNG", (1050, 800))


@pytest.mark.usefixtures("history")
def test_a_chart_is_a_png(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert animify(monkeypatch, "stats", "--output", "chart.svg") == 1
    assert "something.png" in capsys.readouterr().err


def test_a_running_bot_is_left_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    async def while_it_runs() -> None:
        async with await Store.open(DATABASE, default_limit=3) as store:
            await _some_pictures(store)
            before = dump(DATABASE)
            assert await asyncio.to_thread(animify, monkeypatch, "stats") == 0
            assert dump(DATABASE) == before
            await submit(store, 4)

    asyncio.run(while_it_runs())
    assert "2 pictures" in capsys.readouterr().out


def test_no_database_is_one_line_and_makes_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert animify(monkeypatch, "stats") == 1
    assert "animify.db" in capsys.readouterr().err
    assert not DATABASE.exists()


@pytest.mark.usefixtures("history")
def test_nothing_told_names_a_member(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    connection = sqlite3.connect(DATABASE)
    connection.execute("UPDATE subjects SET user_id = 987654321987654321")
    connection.commit()
    connection.close()
    told = json.dumps(figures(monkeypatch, capsys))
    animify(monkeypatch, "stats")
    assert "987654321987654321" not in told + capsys.readouterr().out
