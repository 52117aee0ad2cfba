"""What outlives an erasure: it gives no quota back and lifts no block, and nothing else of the person is left."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store import NotAdmittedError, OverCapError, OverQuotaError, Scope, Store, remnants, standing
from bot.values.rules import Block, PicturesOfMe
from tests.store.stage import (
    HOUR,
    NOON,
    Clock,
    block_of,
    by_moderator,
    cap,
    change,
    deliver,
    deny,
    dump,
    each,
    forget,
    request,
    rows,
    rules,
    say,
    start,
    subject_of,
    submit,
)

Numbers = Callable[[], int]

MIDNIGHT = NOON + 12 * HOUR


async def paint(store: Store, number: Numbers, *, guild_id: int = 10, user_id: int = 7) -> None:
    job_id = await submit(store, number(), guild_id=guild_id, user_id=user_id)
    await start(store, job_id)
    await deliver(store, job_id, message_id=number())


async def say_it_all(store: Store, number: Numbers) -> None:
    """Everything that there can be of a member."""
    await store.desk.set_limit(change(number(), guild_id=20), 5)
    await store.desk.grant(change(number()), 2, expires_at=NOON + 100 * HOUR)
    await paint(store, number)
    await paint(store, number)
    await paint(store, number, guild_id=0)
    await store.desk.block(change(number(), guild_id=20, reason="spam"))
    await store.desk.block(change(number(), guild_id=30), expires_at=NOON + HOUR)
    await store.stated(7)
    await say(store, 7, PicturesOfMe.NOBODY)
    await cap(store, Scope.MEMBER, await subject_of(store, 7), 8)
    await deny(store, Scope.MEMBER, await subject_of(store, 7))


def mentions(path: Path, subject: int) -> set[str]:
    """The tables that have a row of this number."""
    return {table for table, found in dump(path).items() if any(subject in row for row in found)}


async def test_whoever_comes_back_has_what_an_erasure_does_not_undo_under_a_new_number(
    store: Store, number: Numbers, path: Path
) -> None:
    await say_it_all(store, number)
    old = await subject_of(store, 7)
    await forget(store, 7)
    assert (7,) not in rows(path, "SELECT user_id FROM subjects")
    new = await subject_of(store, 7)
    assert new != old
    usages = [await store.usage(guild_id, 7) for guild_id in (10, 0, 20)]
    assert [(usage.used, usage.limit) for usage in usages] == [(2, 3), (1, 3), (0, 5)]
    assert usages[0].cap is not None
    assert (usages[0].cap.amount, usages[0].cap.left) == (8, 5)
    assert await block_of(store, 20, 7) == Block(reason=None, expires_at=None)  # words about a person go with them
    assert await block_of(store, 30, 7) == Block(reason=None, expires_at=NOON + HOUR)
    stands = await store._database.transact(lambda tx: standing.read(tx, guild_id=10, server_id=10, subject=new))
    assert (stands.denied_member, stands.stated) == (True, False)
    assert rows(path, f"SELECT told_at, stated_at, pictures_of_me FROM members WHERE subject = {new}") == [  # noqa: S608 - a number
        (None, None, "nobody")
    ]


async def test_nothing_else_comes_back(store: Store, number: Numbers, path: Path) -> None:
    await say_it_all(store, number)
    await forget(store, 7)
    new = await subject_of(store, 7)
    assert mentions(path, new) == {
        "subjects",
        "daily_usage",
        "cap_usage",
        "caps",
        "limits",
        "blocks",
        "denied",
        "members",
        "ledger",
    }
    assert {kind for (kind,) in rows(path, f"SELECT kind FROM ledger WHERE subject = {new}")} == {"carry"}  # noqa: S608 - a number
    assert (await store.usage(10, 7)).grants_left == 0
    assert rows(path, "SELECT * FROM remnants") == []


async def test_what_is_left_meanwhile_leads_to_nobody(store: Store, number: Numbers, path: Path) -> None:
    await say_it_all(store, number)
    old = await subject_of(store, 7)
    await forget(store, 7)
    left = rows(path, "SELECT hash, guild_id, value, until FROM remnants")
    assert len(left) == 9
    assert {row[0] for row in left} == {store._sealer.digest(7)}
    assert str(old) not in str(left)


async def test_what_has_lapsed_by_then_does_not_come_back(
    store: Store, number: Numbers, path: Path, clock: Clock
) -> None:
    await say_it_all(store, number)
    await forget(store, 7)
    clock.seconds = MIDNIGHT
    assert await store._database.transact(remnants.wipe_lapsed) == 4  # two days, the cap's count, and a block
    new = await subject_of(store, 7)
    assert "daily_usage" not in mentions(path, new)
    assert "cap_usage" not in mentions(path, new)
    assert await block_of(store, 30, 7) is None
    assert await block_of(store, 20, 7) is not None
    assert (await store.usage(20, 7)).limit == 5


async def test_each_thing_lapses_with_its_own_day(store: Store, number: Numbers, clock: Clock) -> None:
    await store.desk.change_guild(by_moderator(number()), zone="Asia/Tokyo")
    await store.desk.change_guild(by_moderator(number(), guild_id=20), zone="Pacific/Honolulu")
    await paint(store, number)
    await paint(store, number, guild_id=20)
    await forget(store, 7)
    clock.seconds = NOON + 3 * HOUR - 1
    lapse = store._database.transact
    assert await lapse(remnants.wipe_lapsed) == 0
    clock.advance(seconds=1)
    assert await lapse(remnants.wipe_lapsed) == 1
    clock.seconds = MIDNIGHT
    assert await lapse(remnants.wipe_lapsed) == 1
    clock.seconds = NOON + 22 * HOUR - 1
    assert await lapse(remnants.wipe_lapsed) == 0
    assert (await store.usage(20, 7)).used == 1
    await subject_of(store, 7)
    assert (await store.usage(20, 7)).used == 1


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    painted=st.lists(st.tuples(st.sampled_from([0, 10, 20]), st.integers(0, 9)), max_size=5),
    times=st.integers(1, 3),
    member_cap=st.none() | st.integers(0, 6),
    reset=st.booleans(),
    granted=st.integers(0, 2),
)
async def test_no_erasure_gives_anything_back(
    store: Store,
    number: Numbers,
    clock: Clock,
    painted: list[tuple[int, int]],
    times: int,
    member_cap: int | None,
    reset: bool,
    granted: int,
) -> None:
    clock.seconds, user_id = float(NOON), number()
    for guild_id, hours in painted:
        clock.advance(hours=hours)
        if granted:
            await store.desk.grant(change(number(), guild_id=guild_id, member_id=user_id), granted)
        with contextlib.suppress(OverQuotaError):
            await paint(store, number, guild_id=guild_id, user_id=user_id)
        if reset:
            await store.desk.reset(change(number(), guild_id=guild_id, member_id=user_id))
    await cap(store, Scope.MEMBER, await subject_of(store, user_id), member_cap)
    before = [await store.usage(guild_id, user_id) for guild_id in (0, 10, 20)]
    for _ in range(times):
        await forget(store, user_id)
        await subject_of(store, user_id)
    after = [await store.usage(guild_id, user_id) for guild_id in (0, 10, 20)]
    assert [(usage.used, usage.limit, usage.cap, usage.resets_at) for usage in after] == [
        (usage.used, usage.limit, usage.cap, usage.resets_at) for usage in before
    ]
    assert [usage.grants_left for usage in after] == [0, 0, 0]
    assert await store.audit_faults() == []


async def test_pictures_that_only_a_grant_paid_still_count_for_the_cap(store: Store, number: Numbers) -> None:
    await store.desk.set_limit(change(number()), 0)
    await store.desk.grant(change(number()), 2)
    await paint(store, number)
    await cap(store, Scope.MEMBER, await subject_of(store, 7), 1)
    await forget(store, 7)
    with pytest.raises(OverCapError):
        await submit(store, number(), guild_id=20)


async def test_asking_what_somebody_who_was_erased_has_said_names_nobody_anew(store: Store, path: Path) -> None:
    await say(store, 8, PicturesOfMe.NOBODY)
    await forget(store, 8)
    before = dump(path)
    said = await store._database.transact(lambda tx: standing.pictures_of(tx, store._sealer, 8))
    assert said is PicturesOfMe.NOBODY
    assert await store._database.transact(lambda tx: standing.pictures_of(tx, store._sealer, 9)) is None
    with pytest.raises(NotAdmittedError):
        await store.submit(request(1, owner_id=8), judge=each(rules), in_flight_limit=1)
    assert dump(path) == before


async def test_a_refused_request_of_somebody_who_was_erased_leaves_everything_where_it_was(
    store: Store, number: Numbers, path: Path
) -> None:
    await store.desk.block(change(number()))
    await forget(store, 7)
    before = dump(path)
    for _ in range(2):
        with pytest.raises(NotAdmittedError):
            await store.submit(request(1), judge=each(rules), in_flight_limit=1)
    assert dump(path) == before


async def test_a_block_of_somebody_who_was_erased_can_be_lifted(store: Store, number: Numbers) -> None:
    await store.desk.block(change(number()))
    await forget(store, 7)
    assert await store.desk.unblock(change(number()))
    await forget(store, 7)
    await store.submit(request(1), judge=each(rules), in_flight_limit=1)
