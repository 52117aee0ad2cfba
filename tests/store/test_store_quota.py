"""The quota: who may ask for how much, what pays, and where refunds go."""

import sqlite3
from pathlib import Path

import pytest

from bot.store import (
    DuplicateRequestError,
    InFlightError,
    Layer,
    OverQuotaError,
    Store,
    UnknownZoneError,
)
from bot.store.limits import Limit, decide
from bot.values.rules import Guild
from tests.store.stage import HOUR, NOON, Clock, by_moderator, change, deliver, permissive, request, rows, start, submit

OWN = Limit(1, Layer.MEMBER)
OWN_UNLIMITED = Limit(None, Layer.MEMBER)


@pytest.mark.parametrize(
    ("own", "server", "expected"),
    [
        (None, None, Limit(3, Layer.DEFAULT)),
        (None, 0, Limit(0, Layer.SERVER)),
        (None, 5, Limit(5, Layer.SERVER)),
        (OWN, 5, OWN),
        (OWN, None, OWN),
        (OWN_UNLIMITED, 5, OWN_UNLIMITED),
    ],
)
def test_the_strongest_layer_decides_even_when_it_gives_less(
    own: Limit | None, server: int | None, expected: Limit
) -> None:
    assert decide(own=own, server=server, default=3) == expected


async def test_a_request_beyond_the_limit_is_refused_and_charges_nothing(store: Store) -> None:
    for interaction_id in (1, 2, 3):
        await submit(store, interaction_id)
    with pytest.raises(OverQuotaError, match="3 pictures") as refusal:
        await submit(store, 4)
    assert refusal.value.usage == await store.usage(10, 7)
    assert refusal.value.usage.left == 0
    assert await store.job("4-0") is None


async def test_each_server_has_its_own_count(store: Store) -> None:
    await submit(store, 1, guild_id=10)
    assert (await store.usage(20, 7)).left == 3


async def test_a_limit_of_zero_refuses_the_first_request(store: Store) -> None:
    await store.desk.set_limit(change(100), 0)
    with pytest.raises(OverQuotaError):
        await submit(store, 1)


async def test_a_member_without_a_limit_is_counted_and_never_refused(store: Store) -> None:
    await store.desk.set_limit(change(100), None)
    for interaction_id in range(1, 8):
        await submit(store, interaction_id)
    usage = await store.usage(10, 7)
    assert (usage.limit, usage.left, usage.used, usage.layer) == (None, None, 7, Layer.MEMBER)


async def test_a_lowered_limit_leaves_nothing_rather_than_less_than_nothing(store: Store) -> None:
    for interaction_id in (1, 2, 3):
        await submit(store, interaction_id)
    usage = await store.desk.set_limit(change(100), 1)
    assert (usage.used, usage.left) == (3, 0)


async def test_the_server_s_limit_replaces_the_default(store: Store) -> None:
    await store.desk.change_guild(by_moderator(200), daily_limit=1)
    await submit(store, 1)
    with pytest.raises(OverQuotaError) as refusal:
        await submit(store, 2)
    assert refusal.value.usage.layer is Layer.SERVER


async def test_a_grant_is_spent_after_the_limit(store: Store) -> None:
    await store.desk.grant(change(100), 1)
    for interaction_id in (1, 2, 3):
        await submit(store, interaction_id)
    assert (await store.usage(10, 7)).grants_left == 1
    await submit(store, 4)
    assert (await store.usage(10, 7)).left == 0


@pytest.mark.parametrize("zones", [("UTC", "America/New_York"), ("America/New_York", "UTC")])
async def test_the_grant_that_expires_soonest_is_spent_first(
    zones: tuple[str, str], store: Store, clock: Clock
) -> None:
    await store.desk.set_limit(change(100), 0)
    for interaction_id, zone in enumerate(zones, 101):
        await store.desk.change_guild(by_moderator(100 + interaction_id), zone=zone)
        await store.desk.grant(change(interaction_id), 1)
    await submit(store, 1)
    clock.seconds = NOON + 13 * HOUR  # the day is over in UTC and not in New York
    assert (await store.usage(10, 7)).grants_left == 1


async def test_a_grant_ends_with_the_day(store: Store, clock: Clock) -> None:
    await store.desk.set_limit(change(100), 0)
    usage, _ = await store.desk.grant(change(101), 5)
    assert usage.left == 5
    clock.seconds = usage.resets_at
    assert (await store.usage(10, 7)).left == 0
    with pytest.raises(OverQuotaError):
        await submit(store, 1)


async def test_a_new_day_begins_at_midnight_in_the_server_s_zone(store: Store, clock: Clock) -> None:
    await store.desk.change_guild(by_moderator(202), zone="Asia/Tokyo")
    await submit(store, 1)
    clock.seconds = NOON + 3 * HOUR - 1
    assert (await store.usage(10, 7)).used == 1
    clock.advance(seconds=1)
    assert (await store.usage(10, 7)).used == 0


async def test_a_day_of_23_hours_ends_on_time(store: Store, clock: Clock) -> None:
    await store.desk.change_guild(by_moderator(203), zone="Europe/Berlin")
    clock.seconds = 1_774_738_800  # 2026-03-29 00:00 in Berlin, where the clocks go forward that night
    assert (await store.usage(10, 7)).resets_at == clock.seconds + 23 * HOUR


async def test_moving_the_server_to_another_zone_gives_no_second_day(store: Store, clock: Clock) -> None:
    await store.desk.change_guild(by_moderator(204), zone="Pacific/Kiritimati")
    for interaction_id in (1, 2, 3):
        await submit(store, interaction_id)
    await store.desk.change_guild(by_moderator(205), zone="Pacific/Honolulu")
    with pytest.raises(OverQuotaError) as refusal:
        await submit(store, 4)
    clock.seconds = refusal.value.usage.resets_at
    await submit(store, 5)


async def test_a_refund_goes_to_the_day_that_paid(store: Store, clock: Clock) -> None:
    job_id = await submit(store, 1)
    clock.advance(hours=24)
    await submit(store, 2)
    await store.fail(job_id, "broken")
    assert (await store.usage(10, 7)).used == 1


async def test_a_refund_goes_to_the_grant_that_paid(store: Store) -> None:
    await store.desk.set_limit(change(100), 0)
    await store.desk.grant(change(101), 2)
    job_id = await submit(store, 1)
    await store.fail(job_id, "broken")
    usage = await store.usage(10, 7)
    assert (usage.used, usage.grants_left) == (0, 2)


async def test_a_reset_brings_the_count_back_to_zero_and_leaves_grants_alone(store: Store) -> None:
    await store.desk.grant(change(100), 2)
    await submit(store, 1)
    usage = await store.desk.reset(change(101))
    assert (usage.used, usage.grants_left) == (0, 2)


async def test_what_a_reset_has_forgiven_is_not_refunded_again(store: Store) -> None:
    before = await submit(store, 1)
    await store.desk.reset(change(100))
    after = await submit(store, 2)
    await store.fail(before, "broken")
    assert (await store.usage(10, 7)).used == 1
    await store.fail(after, "broken")
    assert (await store.usage(10, 7)).used == 0


async def test_the_same_interaction_is_charged_once(store: Store) -> None:
    await submit(store, 1)
    with pytest.raises(DuplicateRequestError):
        await submit(store, 1)
    assert (await store.usage(10, 7)).used == 1


async def test_the_same_moderator_s_interaction_changes_things_once(store: Store) -> None:
    await store.desk.grant(change(100), 2)
    usage, _ = await store.desk.grant(change(100), 2)
    assert usage.grants_left == 2
    await store.desk.set_limit(change(101), 5)
    await store.desk.set_limit(change(102), 6)
    assert (await store.desk.set_limit(change(101), 5)).limit == 6
    await store.desk.reset(change(103))
    await submit(store, 1)
    assert (await store.desk.reset(change(103))).used == 1


async def test_requests_under_way_are_counted_over_all_servers(store: Store) -> None:
    job_id = await submit(store, 1, guild_id=10)
    with pytest.raises(InFlightError) as refusal:
        await store.submit(request(2, guild_id=20), judge=permissive, in_flight_limit=1)
    assert refusal.value.count == 1
    await start(store, job_id)
    await deliver(store, job_id)
    await store.submit(request(2, guild_id=20), judge=permissive, in_flight_limit=1)


async def test_a_change_is_kept_with_who_made_it_and_why(store: Store, path: Path) -> None:
    await store.desk.set_limit(change(100, reason="a contest"), None)
    await store.desk.grant(change(101), 2)
    kept = rows(
        path,
        """
        SELECT actors.user_id, targets.user_id, action, object, before, after, reason, at
        FROM audit
        JOIN subjects AS actors ON actors.subject = actor JOIN subjects AS targets ON targets.subject = target
        ORDER BY id
        """,
    )
    assert kept == [
        (99, 7, "quota_set", None, "3 (default)", "unlimited (member)", "a contest", NOON),
        (99, 7, "quota_grant", f"2 until {NOON + 12 * HOUR}", "0", "2", None, NOON),
    ]


async def test_only_one_table_names_a_person(store: Store, path: Path) -> None:
    await submit(store, 1, user_id=987_654_321)
    tables = [name for (name,) in rows(path, "SELECT name FROM sqlite_schema WHERE type = 'table'")]
    named = [table for table in tables if "987654321" in str(rows(path, f"SELECT * FROM {table}"))]  # noqa: S608 - our tables
    assert named == ["subjects"]


async def test_asking_about_a_stranger_writes_nothing(store: Store, path: Path) -> None:
    assert (await store.usage(10, 7)).left == 3
    assert rows(path, "SELECT * FROM subjects") == []


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
async def test_a_zone_that_does_not_exist_is_refused(store: Store, zone: str) -> None:
    with pytest.raises(UnknownZoneError, match="no time zone"):
        await store.desk.change_guild(by_moderator(206), zone=zone)
    assert await store.desk.guild(10) == Guild()


@pytest.mark.parametrize("sql", ["UPDATE ledger SET amount = 0", "DELETE FROM ledger"])
async def test_the_ledger_can_only_grow(store: Store, path: Path, sql: str) -> None:
    await submit(store, 1)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        rows(path, sql)
