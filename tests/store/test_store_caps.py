"""The operator's caps: over one server's members, and over all of one member's servers, whatever limits say."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.store import Cap, OverCapError, OverQuotaError, Scope, Store
from bot.store.caps import EVERYONE
from tests.store.stage import HOUR, NOON, Clock, by_moderator, cancel, cap, change, dump, rows, subject_of, submit

Numbers = Callable[[], int]

MIDNIGHT = NOON + 12 * HOUR


@pytest.fixture(autouse=True)
async def nothing_but_caps_limits(store: Store) -> None:
    for guild_id in (0, 10, 20):
        await store.desk.change_guild(by_moderator(900 + guild_id, guild_id=guild_id), daily_limit=1000)


def counted(path: Path, scope: Scope) -> dict[str, int]:
    """What the counters of one scope say, by day."""
    found = rows(path, f"SELECT day, sum(used) FROM cap_usage WHERE scope = '{scope}' GROUP BY day")  # noqa: S608 - our words
    return {str(day): int(str(used)) for day, used in found}


async def test_a_server_s_cap_is_shared_by_its_members_and_no_other_server(store: Store, number: Numbers) -> None:
    await cap(store, Scope.SERVER, 10, 2)
    await submit(store, number(), user_id=7)
    await submit(store, number(), user_id=8)
    with pytest.raises(OverCapError, match="2 pictures a day of one server") as refusal:
        await submit(store, number(), user_id=9)
    assert refusal.value.cap == Cap(scope=Scope.SERVER, amount=2, left=0, resets_at=MIDNIGHT)
    await submit(store, number(), user_id=9, guild_id=20)


async def test_a_member_s_cap_holds_over_all_servers_and_for_no_other_member(store: Store, number: Numbers) -> None:
    await cap(store, Scope.MEMBER, await subject_of(store, 7), 2)
    await submit(store, number(), guild_id=10)
    await submit(store, number(), guild_id=0)
    with pytest.raises(OverCapError, match="2 pictures a day of one member") as refusal:
        await submit(store, number(), guild_id=20)
    assert refusal.value.cap.scope is Scope.MEMBER
    await submit(store, number(), guild_id=20, user_id=8)


@pytest.mark.parametrize("own", [0, 1, 3])
async def test_an_own_cap_replaces_the_one_for_everybody_even_if_it_gives_more(
    store: Store, number: Numbers, own: int
) -> None:
    await cap(store, Scope.SERVER, EVERYONE, 2)
    await cap(store, Scope.SERVER, 10, own)
    for _ in range(own):
        await submit(store, number())
    with pytest.raises(OverCapError):
        await submit(store, number())
    for _ in range(2):
        await submit(store, number(), guild_id=20)
    with pytest.raises(OverCapError):
        await submit(store, number(), guild_id=20)


async def test_a_lifted_cap_gives_way_to_the_one_for_everybody(store: Store, number: Numbers) -> None:
    subject = await subject_of(store, 7)
    await cap(store, Scope.MEMBER, EVERYONE, 1)
    await cap(store, Scope.MEMBER, subject, 5)
    assert (await store.usage(10, 7)).left == 5
    await cap(store, Scope.MEMBER, subject, None)
    await submit(store, number())
    with pytest.raises(OverCapError):
        await submit(store, number())
    await cap(store, Scope.MEMBER, EVERYONE, None)
    await submit(store, number())


async def test_a_stranger_is_told_of_the_cap_for_everybody(store: Store) -> None:
    await cap(store, Scope.MEMBER, EVERYONE, 1)
    assert (await store.usage(10, 12345)).left == 1


async def test_outside_of_servers_there_is_no_server_to_cap(store: Store, number: Numbers, path: Path) -> None:
    await cap(store, Scope.SERVER, EVERYONE, 0)
    await submit(store, number(), guild_id=0)
    assert (await store.usage(0, 7)).cap is None
    assert counted(path, Scope.SERVER) == {}
    assert counted(path, Scope.MEMBER) == {"2026-03-01": 1}
    with pytest.raises(OverCapError):
        await submit(store, number(), guild_id=10)


async def test_the_tighter_of_two_caps_is_the_one_that_is_shown(store: Store, number: Numbers) -> None:
    await cap(store, Scope.SERVER, 10, 3)
    await cap(store, Scope.MEMBER, EVERYONE, 2)
    usage = await store.usage(10, 7)
    assert usage.cap == Cap(scope=Scope.MEMBER, amount=2, left=2, resets_at=MIDNIGHT)
    for _ in range(2):
        await submit(store, number(), user_id=8)
    usage = await store.usage(10, 7)
    assert usage.cap == Cap(scope=Scope.SERVER, amount=3, left=1, resets_at=MIDNIGHT)
    assert usage.left == 1


async def test_a_request_at_the_cap_leaves_nothing_behind(store: Store, number: Numbers, path: Path) -> None:
    await submit(store, number())
    await cap(store, Scope.SERVER, 10, 1)
    before = dump(path)
    with pytest.raises(OverCapError):
        await submit(store, number(), user_id=8)
    assert dump(path) == before


async def test_a_refusal_for_the_limit_counts_for_no_cap(store: Store, number: Numbers) -> None:
    await cap(store, Scope.SERVER, 10, 5)
    await store.desk.set_limit(change(number()), 1)
    await submit(store, number())
    with pytest.raises(OverQuotaError) as refusal:
        await submit(store, number())
    assert refusal.value.usage == await store.usage(10, 7)
    assert refusal.value.usage.cap is not None
    assert refusal.value.usage.cap.left == 4


async def test_no_grant_lifts_a_cap(store: Store, number: Numbers) -> None:
    await cap(store, Scope.MEMBER, EVERYONE, 1)
    await store.desk.set_limit(change(number()), 0)
    usage, _ = await store.desk.grant(change(number()), 5)
    assert (usage.grants_left, usage.left) == (5, 1)
    await submit(store, number())
    with pytest.raises(OverCapError):
        await submit(store, number())


async def test_what_was_charged_before_there_was_a_cap_counts_at_once(store: Store, number: Numbers) -> None:
    for _ in range(3):
        await submit(store, number())
    await cap(store, Scope.SERVER, 10, 2)
    usage = await store.usage(10, 7)
    assert usage.cap is not None
    assert usage.cap.left == 0
    with pytest.raises(OverCapError):
        await submit(store, number())


async def test_a_reset_gives_nothing_back_to_a_cap_and_a_refund_afterwards_still_does(
    store: Store, number: Numbers
) -> None:
    await cap(store, Scope.SERVER, 10, 1)
    job_id = await submit(store, number())
    await store.desk.reset(change(number()))
    with pytest.raises(OverCapError):
        await submit(store, number())
    await store.fail(job_id, "broken")
    await submit(store, number())


async def test_caps_count_days_in_utc_wherever_the_server_is(store: Store, number: Numbers, clock: Clock) -> None:
    await store.desk.change_guild(by_moderator(number()), zone="Asia/Tokyo")
    await cap(store, Scope.SERVER, 10, 1)
    await submit(store, number())
    clock.seconds = MIDNIGHT - 1  # in Tokyo the next day began nine hours ago
    with pytest.raises(OverCapError):
        await submit(store, number())
    clock.seconds = MIDNIGHT
    await submit(store, number())


async def test_a_refund_goes_back_to_the_utc_day_of_its_charge(
    store: Store, number: Numbers, clock: Clock, path: Path
) -> None:
    await store.desk.change_guild(by_moderator(number()), zone="Pacific/Honolulu")
    clock.seconds = MIDNIGHT - 1
    job_id = await submit(store, number())
    clock.seconds = MIDNIGHT + HOUR  # still the same day in Honolulu
    await submit(store, number())
    assert counted(path, Scope.SERVER) == counted(path, Scope.MEMBER) == {"2026-03-01": 1, "2026-03-02": 1}
    await store.fail(job_id, "broken")
    assert counted(path, Scope.SERVER) == counted(path, Scope.MEMBER) == {"2026-03-01": 0, "2026-03-02": 1}
    assert (await store.usage(10, 7)).used == 1


@pytest.mark.parametrize(("scope", "target"), [(Scope.SERVER, 10), (Scope.SERVER, EVERYONE), (Scope.MEMBER, EVERYONE)])
async def test_requests_at_the_same_time_never_pass_a_cap(
    store: Store, number: Numbers, scope: Scope, target: int, path: Path
) -> None:
    await cap(store, scope, target, 5)
    members = range(7, 11) if scope is Scope.SERVER else [7]
    asked = [submit(store, number(), user_id=user_id) for user_id in members for _ in range(40 // len(members))]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 5
    assert sum(isinstance(outcome, OverCapError) for outcome in outcomes) == 35
    assert counted(path, scope) == {"2026-03-01": 5}


async def test_requests_ends_and_new_caps_at_the_same_time_never_pass_the_highest(
    store: Store, number: Numbers, path: Path
) -> None:
    async def ask(user_id: int) -> None:
        for _ in range(6):
            try:
                job_id = await submit(store, number(), user_id=user_id)
            except OverCapError:
                continue
            if number() % 2:
                await cancel(store, job_id)
            assert counted(path, Scope.SERVER)["2026-03-01"] <= 6

    async def vary() -> None:
        for amount in (3, 6, 0, 4, 5, 2) * 3:
            await cap(store, Scope.SERVER, 10, amount)

    await cap(store, Scope.SERVER, 10, 4)
    await asyncio.gather(vary(), *(ask(user_id) for user_id in range(1, 6)))
