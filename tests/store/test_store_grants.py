"""Grants: extra pictures with an expiry, spent soonest first, and marked where somebody gave them to themselves."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store import DatabaseFailedError, OverQuotaError, Store
from tests.store.stage import HOUR, NOON, Clock, by_moderator, change, rows, submit

Numbers = Callable[[], int]

GRANTS = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 96)), min_size=1, max_size=4)
"""How many pictures, and for how many hours."""


async def granted(store: Store, number: Numbers, *grants: tuple[int, int], guild_id: int = 10) -> None:
    """Nothing but grants pays."""
    await store.desk.set_limit(change(number(), guild_id=guild_id), 0)
    for amount, hours in grants:
        await store.desk.grant(change(number(), guild_id=guild_id), amount, expires_at=NOON + hours * HOUR)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(grants=GRANTS, waits=st.lists(st.integers(0, 40), min_size=1, max_size=8))
async def test_grants_are_spent_soonest_first_and_none_after_its_end(
    store: Store, number: Numbers, clock: Clock, grants: list[tuple[int, int]], waits: list[int]
) -> None:
    clock.seconds, guild_id = float(NOON), number()
    await granted(store, number, *grants, guild_id=guild_id)
    pools = sorted([hours, amount] for amount, hours in grants)
    for wait in waits:
        clock.advance(hours=wait)
        live = [pool for pool in pools if NOON + pool[0] * HOUR > clock() and pool[1]]
        assert (await store.usage(guild_id, 7)).grants_left == sum(amount for _, amount in live)
        if not live:
            with pytest.raises(OverQuotaError):
                await submit(store, number(), guild_id=guild_id)
            continue
        await submit(store, number(), guild_id=guild_id)
        live[0][1] -= 1
    clock.seconds = NOON  # before every end, so that all that is left is seen
    assert (await store.usage(guild_id, 7)).grants_left == sum(amount for _, amount in pools)


async def test_a_grant_over_several_days_is_kept_for_when_a_day_is_used_up(
    store: Store, number: Numbers, clock: Clock
) -> None:
    _, until = await store.desk.grant(change(number()), 2, expires_at=NOON + 72 * HOUR)
    assert until == NOON + 72 * HOUR
    for day in range(3):
        clock.seconds = NOON + 24 * HOUR * day
        assert (await store.usage(10, 7)).left == (5 if day < 1 else 4)
        for _ in range(4 if day == 0 else 3):
            await submit(store, number())
    await submit(store, number())
    with pytest.raises(OverQuotaError):
        await submit(store, number())
    clock.seconds = NOON + 72 * HOUR
    assert (await store.usage(10, 7)).left == 3


@pytest.mark.parametrize("ago", [0, 1, 24 * HOUR])
async def test_a_grant_that_is_over_when_it_is_given_gives_nothing(store: Store, number: Numbers, ago: int) -> None:
    usage, _ = await store.desk.grant(change(number()), 2, expires_at=NOON - ago)
    assert usage.grants_left == 0


async def test_a_refund_to_a_grant_that_is_over_gives_nothing_back_to_the_day(
    store: Store, number: Numbers, clock: Clock
) -> None:
    await granted(store, number, (1, 1))
    job_id = await submit(store, number())
    await store.desk.unset_limit(change(number()))
    clock.advance(hours=1)
    await store.fail(job_id, "broken")
    usage = await store.usage(10, 7)
    assert (usage.used, usage.grants_left, usage.left) == (0, 0, 3)


async def test_a_grant_counts_in_its_own_server_only(store: Store, number: Numbers) -> None:
    await store.desk.grant(change(number(), guild_id=20), 5, expires_at=NOON + HOUR)
    assert (await store.usage(10, 7)).grants_left == 0
    assert (await store.usage(20, 7)).grants_left == 5


async def test_a_grant_without_an_end_ends_with_the_member_s_day(store: Store, number: Numbers) -> None:
    await store.desk.change_guild(by_moderator(number()), zone="Asia/Tokyo")
    usage, until = await store.desk.grant(change(number()), 1)
    assert until == usage.resets_at == NOON + 3 * HOUR


@pytest.mark.parametrize("amount", [0, -1, 1001])
async def test_a_grant_of_nothing_or_of_too_much_is_refused_whole(store: Store, number: Numbers, amount: int) -> None:
    with pytest.raises(DatabaseFailedError):
        await store.desk.grant(change(number()), amount)
    assert await store.desk.audit(10) == []
    assert (await store.usage(10, 7)).grants_left == 0


async def test_whoever_gives_to_themselves_is_marked_in_the_audit(store: Store, number: Numbers) -> None:
    await store.desk.grant(change(number(), actor_id=7), 2, expires_at=NOON + HOUR)
    await store.desk.set_limit(change(number(), actor_id=7), 9)
    await store.desk.reset(change(number(), actor_id=7))
    await store.desk.unset_limit(change(number(), actor_id=8))
    await store.desk.change_guild(by_moderator(number(), actor_id=7), paused=True)
    about_the_server, unset, *own = await store.desk.audit(10)
    assert [entry.self_serving for entry in own] == [True, True, True]
    assert [unset.self_serving, about_the_server.self_serving] == [False, False]
    assert {(entry.actor_id, entry.target_id) for entry in own} == {(7, 7)}


async def test_a_grant_is_explained_by_the_audit_and_by_the_ledger(store: Store, number: Numbers, path: Path) -> None:
    interaction_id = number()
    await store.desk.grant(change(interaction_id, reason="a contest"), 2, expires_at=NOON + HOUR)
    [entry] = await store.desk.audit(10)
    assert (entry.object, entry.before, entry.after, entry.reason) == (
        f"2 until {NOON + HOUR}",
        "0",
        "2",
        "a contest",
    )
    assert rows(path, "SELECT entry_key, amount FROM ledger") == [(f"grant:{interaction_id}", 2)]
