"""Days: whatever the zone and its clock changes, a day's count holds until its last second and not beyond."""

from collections.abc import Callable
from itertools import pairwise
from zoneinfo import available_timezones

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.store import OverQuotaError, Store
from bot.store.days import ends_at, today
from tests.store.stage import HOUR, NOON, Clock, by_moderator, change, submit

Numbers = Callable[[], int]

YEAR = 365 * 24 * HOUR
ZONES = st.sampled_from(sorted(available_timezones()))
MOMENTS = st.integers(NOON, NOON + 10 * YEAR)
ODD_NIGHTS = [
    ("America/Havana", 1_772_942_400),  # 2026-03-08: midnight is skipped
    ("America/Havana", 1_793_448_000),  # 2026-10-31: midnight comes twice at its end
    ("America/Havana", 1_793_505_600),  # 2026-11-01: and this day has both
    ("Africa/Cairo", 1_776_981_600),  # 2026-04-24: midnight is skipped
    ("Africa/Cairo", 1_793_304_000),  # 2026-10-30: the day before has its last hour twice
    ("America/New_York", 1_772_953_200),  # 2026-03-08: 23 hours
    ("America/New_York", 1_793_512_800),  # 2026-11-01: 25 hours
    ("Australia/Lord_Howe", 1_791_037_200),  # 2026-10-04: 23 and a half
    ("Pacific/Kiritimati", NOON),
    ("Asia/Kathmandu", NOON),
]
"""Where a plain sum of 24 hours goes wrong."""


def with_odd_nights(test: Callable[..., object]) -> Callable[..., object]:
    for zone, moment in ODD_NIGHTS:
        test = example(zone=zone, moment=moment)(test)
    return test


@with_odd_nights
@given(zone=ZONES, moment=MOMENTS)
def test_a_day_ends_with_its_last_second(zone: str, moment: int) -> None:
    day = today(zone, moment)
    end = ends_at(day, zone)
    assert moment < end <= moment + 26 * HOUR
    assert today(zone, end - 1) == day < today(zone, end)


@given(zone=ZONES, moment=MOMENTS)
def test_days_never_run_backwards(zone: str, moment: int) -> None:
    dates = [today(zone, at) for at in range(moment, moment + 72 * HOUR, HOUR)]
    assert all(before <= after for before, after in pairwise(dates))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@with_odd_nights
@given(zone=ZONES, moment=MOMENTS)
async def test_what_was_used_counts_to_the_day_s_last_second_and_a_grant_lasts_as_long(
    store: Store, number: Numbers, clock: Clock, zone: str, moment: int
) -> None:
    clock.seconds, guild_id = float(moment), number()
    await store.desk.change_guild(by_moderator(number(), guild_id=guild_id), zone=zone, daily_limit=1)
    await submit(store, number(), guild_id=guild_id)
    usage, until = await store.desk.grant(change(number(), guild_id=guild_id), 1)
    assert until == usage.resets_at
    clock.seconds = until - 1
    assert (await store.usage(guild_id, 7)).left == 1
    await submit(store, number(), guild_id=guild_id)
    with pytest.raises(OverQuotaError):
        await submit(store, number(), guild_id=guild_id)
    clock.seconds = until
    usage = await store.usage(guild_id, 7)
    assert (usage.used, usage.grants_left, usage.left) == (0, 0, 1)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(zones=st.lists(ZONES, min_size=2, max_size=6), moment=MOMENTS)
async def test_no_journey_around_the_world_gives_a_second_day_before_a_day_has_passed(
    store: Store, number: Numbers, clock: Clock, zones: list[str], moment: int
) -> None:
    clock.seconds, guild_id = float(moment), number()
    charged = 0
    for zone in zones:
        await store.desk.change_guild(by_moderator(number(), guild_id=guild_id), zone=zone, daily_limit=1)
        try:
            await submit(store, number(), guild_id=guild_id)
        except OverQuotaError:
            continue
        charged += 1
    assert charged <= 2  # a zone further east may truly be in the next day already, and none is two days ahead
    clock.seconds = (await store.usage(guild_id, 7)).resets_at
    assert (await store.usage(guild_id, 7)).left == 1
