"""What autocomplete knows by heart, how it comes to know it, and that it forgets."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import TypeVar

import pytest

from bot.commands import shelf
from bot.commands.shelf import FRESH, Shelf
from bot.store import DatabaseFailedError
from bot.values.rules import Guild

SERVER, MIKA, REN = 11, 21, 22
T = TypeVar("T")


class FakeStore:
    """What is read of the store, and how often; a reading ends when it may."""

    def __init__(self) -> None:
        self.off = frozenset({"manga"})
        self.last: dict[int, str | None] = {MIKA: "ghibli"}
        self.readings = 0
        self.broken = False
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.desk = SimpleNamespace(guild=self._guild, styles_off=self._styles_off)

    async def _guild(self, _guild_id: int) -> Guild:
        return Guild(styles_off=await self._read(lambda: self.off))

    async def _styles_off(self) -> dict[int, frozenset[str]]:
        return {SERVER: self.off}

    async def recent_styles(self, _requests: int) -> dict[int, str | None]:
        return self.last

    async def last_style(self, user_id: int) -> str | None:
        return await self._read(lambda: self.last.get(user_id))

    async def _read(self, value: Callable[[], T]) -> T:
        self.readings += 1
        now = value()
        await self.may_end.wait()
        if self.broken:
            raise DatabaseFailedError("disk I/O error")
        return now


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def known(store: FakeStore, clock: Clock) -> Shelf:
    return Shelf(store, clock=clock)  # type: ignore[arg-type]  # as much of a store as it reads


async def test_the_first_answer_comes_without_what_is_read_beside_for_the_next(known: Shelf) -> None:
    assert not known.off(SERVER)
    assert known.last(MIKA) is None
    await known.known()
    assert known.off(SERVER) == {"manga"}
    assert known.last(MIKA) == "ghibli"


async def test_filled_it_knows_at_the_first_time(known: Shelf, store: FakeStore) -> None:
    await known.fill()
    assert known.off(SERVER) == {"manga"}
    assert known.last(MIKA) == "ghibli"
    assert store.readings == 0


async def test_however_many_ask_it_is_read_once(known: Shelf, store: FakeStore) -> None:
    for _ in range(50):
        known.last(MIKA)
    await known.known()
    known.last(MIKA)
    assert store.readings == 1


async def test_who_has_used_nothing_is_not_looked_up_again_and_again(known: Shelf, store: FakeStore) -> None:
    for _ in range(3):
        assert known.last(REN) is None
        await known.known()
    assert store.readings == 1


async def test_what_is_used_counts_at_once_and_over_what_was_being_read(known: Shelf, store: FakeStore) -> None:
    store.may_end.clear()
    known.last(MIKA)
    await asyncio.sleep(0)
    known.used(MIKA, "manga")
    store.may_end.set()
    await known.known()
    assert known.last(MIKA) == "manga"


async def test_what_is_changed_in_a_server_counts_at_once(known: Shelf) -> None:
    known.off(SERVER)
    await known.known()
    known.learn(SERVER, Guild(styles_off=frozenset({"shoujo"})))
    assert known.off(SERVER) == {"shoujo"}


async def test_what_another_process_changed_counts_a_minute_later(known: Shelf, store: FakeStore, clock: Clock) -> None:
    known.off(SERVER)
    await known.known()
    store.off = frozenset()
    clock.now += FRESH
    assert known.off(SERVER) == {"manga"}
    await known.known()
    assert known.off(SERVER) == frozenset()


async def test_nothing_is_known_of_somebody_who_was_erased_not_even_what_was_being_read(
    known: Shelf, store: FakeStore
) -> None:
    known.last(MIKA)
    await known.known()
    known.forget(MIKA)
    store.may_end.clear()
    known.last(MIKA)
    await asyncio.sleep(0)
    store.last.clear()
    known.forget(MIKA)
    store.may_end.set()
    await known.known()
    assert known.last(MIKA) is None
    assert "ghibli" not in repr(vars(known._last))


async def test_a_store_that_fails_is_asked_again(known: Shelf, store: FakeStore) -> None:
    store.broken = True
    known.last(MIKA)
    await known.known()
    store.broken = False
    assert known.last(MIKA) is None
    await known.known()
    assert known.last(MIKA) == "ghibli"


async def test_who_asked_longest_ago_is_forgotten_first(known: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST", 2)
    known.used(1, "manga")
    known.used(2, "manga")
    known.last(1)
    known.used(3, "manga")
    assert (known.last(1), known.last(3)) == ("manga", "manga")
    assert known.last(2) is None
    await known.close()


async def test_closing_ends_what_is_being_read(known: Shelf, store: FakeStore) -> None:
    store.may_end.clear()
    known.last(MIKA)
    await known.close()
    assert not known._last._tasks
