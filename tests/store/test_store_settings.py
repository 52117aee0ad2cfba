"""A server's settings: kept whole, changed at once, and each change a row of the audit with before and after."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store import Action, DatabaseFailedError, Entry, Secrets, Store, UnknownZoneError
from bot.values.rules import ConsentRule, Guild, SafetyMode
from tests.store.stage import (
    HOUR,
    NOON,
    URL,
    Clock,
    by_moderator,
    change,
    deliver,
    dump,
    rows,
    start,
    submit,
)

Numbers = Callable[[], int]

IDS = st.frozensets(st.integers(1, 2**63 - 1), max_size=4)
GUILDS = st.builds(
    Guild,
    zone=st.sampled_from(sorted(available_timezones())),
    daily_limit=st.none() | st.integers(0, 1000),
    channels=IDS,
    roles=IDS,
    moderator_roles=IDS,
    new_member_hours=st.integers(0, 8760),
    threads=st.booleans(),
    default_style=st.none() | st.text(st.characters(codec="utf-8"), max_size=20),
    styles_off=st.frozensets(st.text(st.characters(codec="utf-8"), max_size=20), max_size=3),
    language=st.sampled_from(["en", "de", "ja"]),
    consent=st.sampled_from(ConsentRule),
    upload_statement=st.booleans(),
    safety=st.none() | st.sampled_from(SafetyMode),
    unchecked_known=st.booleans(),
    log_channel=st.none() | st.integers(1, 2**63 - 1),
    retention_hours=st.integers(0, 24),
    paused=st.booleans(),
)

OTHERWISE = Guild(
    zone="Europe/Berlin",
    daily_limit=0,
    channels=frozenset({1, 2**62}),
    roles=frozenset({3}),
    moderator_roles=frozenset({4, 5}),
    new_member_hours=24,
    threads=False,
    default_style="noir",
    styles_off=frozenset({"ghibli", "o'hara"}),
    language="de",
    consent=ConsentRule.OPTED_IN,
    upload_statement=True,
    safety=SafetyMode.SPOILER,
    unchecked_known=True,
    log_channel=6,
    retention_hours=0,
    paused=True,
)
"""Each field other than by default."""


def said(guild: Guild) -> dict[str, Any]:
    return {field.name: getattr(guild, field.name) for field in fields(Guild)}


def lines(entries: list[Entry]) -> set[tuple[str | None, str | None, str | None]]:
    return {(entry.object, entry.before, entry.after) for entry in entries}


async def test_every_setting_survives_a_restart(path: Path) -> None:
    assert all(value != said(Guild())[name] for name, value in said(OTHERWISE).items())
    async with await Store.open(path, default_limit=3) as store:
        assert await store.desk.change_guild(by_moderator(1), **said(OTHERWISE)) == OTHERWISE
    async with await Store.open(path, default_limit=3) as store:
        assert await store.desk.guild(10) == OTHERWISE
        assert await store.desk.guild(20) == Guild()
        assert await store.desk.styles_off() == {10: {"ghibli", "o'hara"}}


async def test_who_has_switched_no_style_off_is_not_told_of(store: Store) -> None:
    await store.desk.change_guild(by_moderator(1), language="de")
    assert await store.desk.styles_off() == {}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=GUILDS, after=GUILDS)
async def test_whatever_is_set_is_read_again_and_each_difference_is_a_row(
    store: Store, number: Numbers, before: Guild, after: Guild
) -> None:
    guild_id = number()
    await store.desk.change_guild(by_moderator(number(), guild_id=guild_id), **said(before))
    earlier = await store.desk.audit(guild_id, limit=99)
    assert await store.desk.change_guild(by_moderator(number(), guild_id=guild_id), **said(after)) == after
    assert await store.desk.guild(guild_id) == after
    written = (await store.desk.audit(guild_id, limit=99))[: -len(earlier) or None]
    different = {name for name, value in said(after).items() if value != said(before)[name]}
    assert {entry.object for entry in written} == different
    assert len(written) == len(different)
    assert all(entry.before != entry.after for entry in written)


async def test_a_change_is_a_row_a_setting_with_before_and_after(store: Store) -> None:
    await store.desk.change_guild(by_moderator(1), zone="Asia/Tokyo", channels=frozenset({2}), language="en")
    entries = await store.desk.audit(10)
    assert lines(entries) == {("zone", "UTC", "Asia/Tokyo"), ("channels", "[]", "[2]")}
    await store.desk.change_guild(
        by_moderator(2, reason="a raid"),
        channels=frozenset({9, 2}),
        safety=SafetyMode.BLOCK,
        paused=True,
        log_channel=None,
        daily_limit=5,
    )
    entries = (await store.desk.audit(10))[:4]
    assert lines(entries) == {
        ("channels", "[2]", "[2, 9]"),
        ("safety", None, "block"),
        ("paused", "0", "1"),
        ("daily_limit", None, "5"),
    }
    assert {(entry.action, entry.actor_id, entry.reason, entry.at) for entry in entries} == {
        (Action.SETTING, 99, "a raid", NOON)
    }
    assert not any(entry.has_target or entry.self_serving or entry.by_operator for entry in entries)


async def test_a_setting_that_is_set_to_what_it_is_writes_nothing(store: Store) -> None:
    await store.desk.change_guild(by_moderator(1), **said(Guild()))
    assert await store.desk.audit(10) == []


async def test_the_same_interaction_changes_settings_once(store: Store) -> None:
    for _ in range(2):
        await store.desk.change_guild(by_moderator(1), zone="Asia/Tokyo", daily_limit=5)
        await store.desk.change_guild(by_moderator(12), daily_limit=6)
    assert await store.desk.guild(10) == Guild(zone="Asia/Tokyo", daily_limit=6)
    assert len(await store.desk.audit(10)) == 3


async def test_an_interaction_whose_id_begins_like_another_s_is_another(store: Store) -> None:
    await store.desk.change_guild(by_moderator(12), daily_limit=5)
    await store.desk.change_guild(by_moderator(1), daily_limit=6)
    await store.desk.change_guild(by_moderator(123), daily_limit=7)
    assert (await store.desk.guild(10)).daily_limit == 7


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe", "UTC\0", "u" * 5000, "@everyone"])
async def test_a_zone_that_does_not_exist_changes_nothing_of_all_that_was_asked(
    store: Store, path: Path, zone: str
) -> None:
    await store.desk.change_guild(by_moderator(1), zone="Asia/Tokyo")
    before = dump(path)
    with pytest.raises(UnknownZoneError):
        await store.desk.change_guild(by_moderator(2), paused=True, zone=zone, daily_limit=1)
    assert dump(path) == before


@pytest.mark.parametrize(
    "setting",
    [
        {"daily_limit": 1001},
        {"daily_limit": -1},
        {"new_member_hours": 8761},
        {"new_member_hours": -1},
        {"retention_hours": 25},
        {"retention_hours": -1},
        {"consent": "everybody"},
        {"safety": "maybe"},
        {"threads": 2},
    ],
    ids=str,
)
async def test_a_value_out_of_its_range_is_refused_whole(store: Store, path: Path, setting: dict[str, object]) -> None:
    before = dump(path)
    with pytest.raises(DatabaseFailedError, match="CHECK"):
        await store.desk.change_guild(by_moderator(1), zone="Asia/Tokyo", **setting)
    assert dump(path) == before


async def test_a_setting_that_does_not_exist_is_refused_whole(store: Store, path: Path) -> None:
    before = dump(path)
    with pytest.raises(TypeError):
        await store.desk.change_guild(by_moderator(1), paused=True, colour="red")
    assert dump(path) == before


async def links(store: Store, *job_ids: str) -> list[str | None]:
    return [(await store.secrets(job_id)).url for job_id in job_ids]


async def ended(store: Store, number: Numbers, *, guild_id: int = 10) -> str:
    job_id = await submit(store, number(), guild_id=guild_id)
    await start(store, job_id)
    await deliver(store, job_id, message_id=number())
    return job_id


async def test_a_shorter_retention_forgets_links_of_what_has_ended_and_of_nothing_else(
    store: Store, number: Numbers, path: Path, clock: Clock
) -> None:
    done, elsewhere, outside = [await ended(store, number, guild_id=guild_id) for guild_id in (10, 20, 0)]
    queued = await submit(store, number())
    running = await submit(store, number())
    await start(store, running)
    await store.desk.change_guild(by_moderator(number()), retention_hours=2)
    clock.seconds = NOON + 2 * HOUR - 1
    assert await links(store, done) == [URL]
    clock.advance(seconds=1)
    assert await links(store, done, elsewhere, outside, queued, running) == [None, URL, URL, URL, URL]
    assert await store.wipe_expired() == 3  # a link, and two tokens of what is under way
    kept = {job_id for (job_id,) in rows(path, "SELECT id FROM jobs WHERE url IS NOT NULL")}
    assert kept == {elsewhere, outside, queued, running}


async def test_a_retention_of_nothing_forgets_a_link_as_soon_as_its_picture_is_done(
    store: Store, number: Numbers, path: Path
) -> None:
    before = await ended(store, number)
    await store.desk.change_guild(by_moderator(number()), retention_hours=0)
    assert await links(store, before) == [None]
    assert await store.wipe_expired() == 1
    job_id = await submit(store, number())
    assert await links(store, job_id) == [URL]
    await start(store, job_id)
    await deliver(store, job_id, message_id=number())
    assert rows(path, "SELECT count(*) FROM jobs WHERE url IS NOT NULL") == [(0,)]


async def test_a_longer_retention_brings_nothing_back_and_holds_for_what_ends_from_then_on(
    store: Store, number: Numbers, clock: Clock
) -> None:
    await store.desk.change_guild(by_moderator(number()), retention_hours=1)
    short = await ended(store, number)
    await store.desk.change_guild(by_moderator(number()), retention_hours=24)
    long = await ended(store, number)
    clock.advance(hours=1)
    assert await links(store, short, long) == [None, URL]


async def test_no_retention_outlasts_discord_s_own_signature(store: Store, number: Numbers, clock: Clock) -> None:
    done = await ended(store, number)
    clock.seconds = NOON + 24 * HOUR
    assert await store.secrets(done) == Secrets(token=None, url=None)


async def test_servers_that_the_bot_has_left_are_noted_and_those_it_is_back_in_are_not(
    store: Store, number: Numbers, path: Path, clock: Clock
) -> None:
    async def left() -> dict[object, object]:
        return dict(rows(path, "SELECT guild_id, left_at FROM guilds WHERE left_at IS NOT NULL"))  # type: ignore[arg-type]  # pairs

    await store.desk.change_guild(by_moderator(number()), zone="Asia/Tokyo")
    await store.desk.left(10)
    clock.advance(hours=1)
    await store.desk.left(10)
    await store.desk.left(20)
    assert await left() == {10: NOON, 20: NOON + HOUR}
    await store.desk.joined(10)
    assert await left() == {20: NOON + HOUR}
    assert (await store.desk.guild(10)).zone == "Asia/Tokyo"
    await store.desk.present(frozenset({20, 30}))
    assert await left() == {10: NOON + HOUR}


async def test_a_server_that_has_set_nothing_is_noted_too_when_the_bot_was_removed_while_away(
    store: Store, number: Numbers, path: Path
) -> None:
    await submit(store, number(), guild_id=40)
    await submit(store, number(), guild_id=0)
    await store.desk.block(change(number(), guild_id=50))
    await store.desk.present(frozenset({10}))
    assert set(rows(path, "SELECT guild_id FROM guilds WHERE left_at IS NOT NULL")) == {(40,), (50,)}
