"""Statistics: what counts, for which day, and for whom."""

import dataclasses
import itertools
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.store import Store, insight
from bot.values.figures import DAYS, Count, Figures, Painted, Spread, Work
from tests.store.stage import Clock, by_moderator, cancel, permissive, request, start, tamper

TODAY = date(2026, 3, 1)
YESTERDAY = TODAY - timedelta(days=1)


async def everywhere(store: Store, *, days: int = DAYS) -> Figures:
    """What `animify stats` counts."""
    return await store._database.transact(lambda tx: insight.of_all(tx, days))


class Shop:
    """Takes orders, and moves the clock while they wait and are painted."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._ids = itertools.count(1)

    async def taken(self, *, guild_id: int = 10, user_id: int | None = None, style: str = "ghibli") -> str:
        number = next(self._ids)
        asked = request(number, guild_id=guild_id, user_id=user_id or number)
        asked = dataclasses.replace(asked, style=style)
        return (await self._store.submit(asked, judge=permissive, in_flight_limit=1000)).job_ids[0]

    async def started(self, job_id: str, *, wait: int) -> None:
        self._clock.advance(seconds=wait)
        await start(self._store, job_id)

    async def sold(
        self, *, guild_id: int = 10, style: str = "ghibli", wait: int = 5, engine: str | None = "Painter"
    ) -> str:
        """A picture that was delivered."""
        job_id = await self.taken(guild_id=guild_id, style=style)
        await self.started(job_id, wait=wait)
        await self._store.deliver(
            job_id,
            channel_id=50,
            message_id=1000 + next(self._ids),
            engine=engine,
            seconds=None if engine is None else 1.5,
        )
        return job_id


@pytest.fixture
def shop(store: Store, clock: Clock) -> Shop:
    return Shop(store, clock)


async def test_a_server_without_a_request_has_days_and_nothing_else(store: Store) -> None:
    figures = await store.insight.server(10, days=3)
    assert figures.days == (TODAY - timedelta(days=2), YESTERDAY, TODAY)
    assert figures.empty


async def test_pictures_are_counted_by_day_and_style(store: Store, shop: Shop, clock: Clock) -> None:
    for style in ("ghibli", "manga", "ghibli"):
        await shop.sold(style=style)
    clock.advance(hours=24)
    await shop.sold(style="manga")
    figures = await store.insight.server(10, days=2)
    assert figures.painted == (
        Painted(TODAY, "ghibli", 2),
        Painted(TODAY, "manga", 1),
        Painted(TODAY + timedelta(days=1), "manga", 1),
    )
    assert figures.pictures == 4
    assert figures.styles == (Count("ghibli", 2), Count("manga", 2))


async def test_what_is_older_than_the_days_asked_for_does_not_count(store: Store, shop: Shop, clock: Clock) -> None:
    await shop.sold()
    await store.refused(10, "paused")
    clock.advance(hours=24)
    assert (await store.insight.server(10, days=1)).empty
    assert (await everywhere(store, days=1)).empty


async def test_a_picture_counts_for_the_day_it_was_asked_for(store: Store, shop: Shop, clock: Clock) -> None:
    clock.advance(hours=11.9)
    await shop.sold(wait=900)  # delivered after midnight
    for figures in (await store.insight.server(10), await everywhere(store)):
        assert [one.day for one in figures.painted] == [TODAY]
        assert [day for day, _ in figures.waits_by_day] == [TODAY]


async def test_a_servers_days_are_those_of_its_zone(store: Store, shop: Shop, clock: Clock) -> None:
    await store.desk.change_guild(by_moderator(900), zone="Asia/Tokyo")
    clock.advance(hours=2)  # 14:00 in UTC, 23:00 in Tokyo
    await shop.sold()
    clock.advance(hours=2)
    await shop.sold()
    assert [one.day for one in (await store.insight.server(10)).painted] == [TODAY, TODAY + timedelta(days=1)]
    assert [one.day for one in (await everywhere(store)).painted] == [TODAY]


async def test_the_day_of_a_clock_change_is_a_day_like_any_other(store: Store, shop: Shop, clock: Clock) -> None:
    await store.desk.change_guild(by_moderator(900), zone="Europe/Berlin")
    clock.advance(hours=28 * 24 - 13.5)  # 2026-03-28, 22:30 in UTC: 23:30 in Berlin, and the clocks go forward next
    for _ in range(24):
        await shop.sold(wait=0)
        clock.advance(hours=1)
    figures = await store.insight.server(10)
    assert [one.pictures for one in figures.painted] == [1, 23]


async def test_waits_are_told_by_the_share_of_those_who_waited_no_longer(store: Store, shop: Shop) -> None:
    for wait in range(1, 11):
        await shop.sold(wait=wait)
    figures = await store.insight.server(10)
    assert figures.waits == Spread(half=5, nine_in_ten=9, longest=10)
    assert figures.waits_by_day == ((TODAY, Spread(5, 9, 10)),)


async def test_a_single_wait_is_all_of_them(store: Store, shop: Shop) -> None:
    await shop.sold(wait=7)
    assert (await everywhere(store)).waits == Spread(7, 7, 7)


async def test_a_wait_counts_whatever_came_of_the_request(store: Store, shop: Shop) -> None:
    job_id = await shop.taken()
    await shop.started(job_id, wait=30)
    await store.fail(job_id, "LostError")
    figures = await store.insight.server(10)
    assert figures.waits == Spread(30, 30, 30)
    assert figures.failures == (Count("LostError", 1),)
    assert figures.pictures == 0


async def test_what_is_under_way_or_cancelled_is_no_picture(store: Store, shop: Shop) -> None:
    await shop.taken()
    await shop.started(await shop.taken(), wait=3)
    await cancel(store, await shop.taken())
    figures = await store.insight.server(10)
    assert (figures.pictures, figures.cancelled, figures.waits) == (0, 1, None)


async def test_engines_are_told_apart_with_their_seconds(store: Store, shop: Shop) -> None:
    for engine in ("Painter", "klein", "klein", None):  # the last one was delivered by a run that died
        await shop.sold(engine=engine)
    figures = await store.insight.server(10)
    assert figures.work == (Work("klein", 2, 3.0), Work("Painter", 1, 1.5))
    assert figures.pictures == 4


async def test_refusals_are_counted_by_reason(store: Store) -> None:
    for reason in ("paused", "over_quota", "over_quota"):
        await store.refused(10, reason)
    assert (await store.insight.server(10)).refusals == (Count("over_quota", 2), Count("paused", 1))


async def test_servers_never_see_each_others_figures(store: Store, shop: Shop) -> None:
    for guild_id in (10, 10, 20, 0):
        await shop.sold(guild_id=guild_id)
        await store.refused(guild_id, "paused")
    seen = {guild_id: await store.insight.server(guild_id) for guild_id in (10, 20, 0, 30)}
    assert {guild_id: figures.pictures for guild_id, figures in seen.items()} == {10: 2, 20: 1, 0: 1, 30: 0}
    assert {guild_id: sum(one.times for one in figures.refusals) for guild_id, figures in seen.items()} == {
        10: 2,
        20: 1,
        0: 1,
        30: 0,
    }
    all_of_it = await everywhere(store)
    assert all_of_it.pictures == 4
    assert all_of_it.refusals == (Count("paused", 4),)


async def test_who_was_erased_counts_on(store: Store, shop: Shop, path: Path) -> None:
    await shop.sold()
    before = await store.insight.server(10)
    tamper(path, "DELETE FROM subjects")
    assert await store.insight.server(10) == before


async def test_looking_writes_nothing_and_scans_no_whole_table(store: Store, shop: Shop) -> None:
    await shop.sold()
    seen: list[str] = []
    store._database._on_statement = seen.append
    await store.insight.server(10)
    await everywhere(store)
    statements = [sql for sql in seen if "FROM" in sql]
    plans = [
        str(row["detail"])
        for sql in statements
        for row in await store._database.transact(
            lambda tx, sql=sql: tx.all(  # type: ignore[misc]  # one of its own for each round
                f"EXPLAIN QUERY PLAN {sql}", guild_id=10, days="[[0, 1]]", start=0, first=""
            )
        )
    ]
    assert not [plan for plan in plans if plan.startswith(("SCAN jobs", "SCAN requests"))]
    assert not [sql for sql in seen if sql.strip().startswith(("INSERT", "UPDATE", "DELETE"))]
