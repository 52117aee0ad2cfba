"""What the composition root does besides putting parts together: the house's errands, and a stop that ends in time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import app, engines
from bot.app import housekeeping
from bot.store import Store
from bot.telemetry import server
from tests.store.stage import HOUR, Clock, by_moderator, rows

DAY = 24 * HOUR
KILLED_AFTER = 10
"""Seconds that a container's engine leaves a process that it stops."""


class Pauses:
    """Pauses that last until the test says that it is time again."""

    def __init__(self) -> None:
        self._asked: dict[float, asyncio.Queue[asyncio.Event]] = {60: asyncio.Queue(), DAY: asyncio.Queue()}

    async def __call__(self, seconds: float) -> None:
        over = asyncio.Event()
        self._asked[seconds].put_nowait(over)
        await over.wait()

    async def after(self, seconds: float) -> asyncio.Event:
        """Wait until the errand that comes so often is done; setting what this returns makes it time again."""
        return await self._asked[seconds].get()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "animify.db"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(path: Path, clock: Clock) -> AsyncIterator[Store]:
    async with await Store.open(path, default_limit=3, now=clock) as opened:
        yield opened


async def test_nothing_is_forgotten_before_it_is_known_which_servers_took_the_bot_back(
    store: Store, path: Path, clock: Clock
) -> None:
    await store.desk.change_guild(by_moderator(1), new_member_hours=2)
    await store.desk.left(10)
    clock.advance(hours=31 * 24)
    pauses = Pauses()
    async with housekeeping(store, servers_known=lambda: store.desk.present(frozenset({10})), pause=pauses):
        await pauses.after(DAY)
    assert rows(path, "SELECT new_member_hours FROM guilds") == [(2,)]


async def test_an_errand_that_breaks_is_done_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []

    async def wipe_expired() -> int:
        done.append(1)
        return 1 // (len(done) - 1)

    monkeypatch.setattr(store, "wipe_expired", wipe_expired)
    pauses = Pauses()
    async with housekeeping(store, servers_known=asyncio.Event().wait, pause=pauses):
        (await pauses.after(60)).set()
        await pauses.after(60)
    assert len(done) == 2


def test_a_stop_takes_less_than_ten_seconds_whatever_hangs() -> None:
    journeys, requests, checker_and_engine = 2 * app.PATIENCE, server.PATIENCE, 2 * engines.PATIENCE
    assert journeys + requests + checker_and_engine < KILLED_AFTER
