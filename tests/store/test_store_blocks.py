"""Blocks: set, replaced and lifted by moderators, and what is queued then is cancelled and refunded."""

from collections.abc import Callable

import pytest

from bot.store import Action, Blocked, State, Store
from bot.values.rules import Block
from tests.store.stage import HOUR, NOON, Clock, block_of, change, permissive, request, start, submit

Numbers = Callable[[], int]


async def states(store: Store, *job_ids: str) -> list[State]:
    return [job.state for job_id in job_ids if (job := await store.job(job_id)) is not None]


async def test_a_block_cancels_and_refunds_what_the_member_has_queued_in_that_server(
    store: Store, number: Numbers
) -> None:
    running = await submit(store, number())
    await start(store, running)
    queued = await submit(store, number())
    installed = await store.submit(request(number(), guild_id=0, server_id=10), judge=permissive, in_flight_limit=99)
    elsewhere = await submit(store, number(), guild_id=20)
    of_another = await submit(store, number(), user_id=8)
    blocked = await store.desk.block(change(number(), reason="spam"), expires_at=NOON + HOUR)
    assert blocked.block == Block(reason="spam", expires_at=NOON + HOUR)
    assert set(blocked.cancelled) == {queued, installed.job_ids[0]}
    assert await states(store, queued, installed.job_ids[0]) == [State.CANCELLED] * 2
    assert await states(store, running, elsewhere, of_another) == [State.RUNNING, State.QUEUED, State.QUEUED]
    assert [(await store.usage(guild_id, 7)).used for guild_id in (10, 0, 20)] == [1, 0, 1]


@pytest.mark.parametrize(("expires_at", "said"), [(None, "for good"), (NOON + HOUR, str(NOON + HOUR))])
async def test_a_block_and_its_end_are_in_the_audit(
    store: Store, number: Numbers, expires_at: int | None, said: str
) -> None:
    await store.desk.block(change(number(), reason="spam"), expires_at=expires_at)
    await store.desk.unblock(change(number(), reason="sorry"))
    lifted, set_up = await store.desk.audit(10)
    assert (set_up.action, set_up.before, set_up.after, set_up.reason) == (Action.BLOCK, None, said, "spam")
    assert (lifted.action, lifted.before, lifted.after, lifted.reason) == (Action.UNBLOCK, said, None, "sorry")
    assert set_up.target_id == lifted.target_id == 7


async def test_another_block_replaces_the_one_before(store: Store, number: Numbers) -> None:
    await store.desk.block(change(number(), reason="an hour"), expires_at=NOON + HOUR)
    await store.desk.block(change(number(), reason="for good"))
    assert await block_of(store, 10, 7) == Block(reason="for good", expires_at=None)
    assert [entry.before for entry in await store.desk.audit(10)] == [str(NOON + HOUR), None]


async def test_the_same_interaction_blocks_once(store: Store) -> None:
    first = await store.desk.block(change(100, reason="spam"))
    job_id = await submit(store, 1)
    assert await store.desk.block(change(100, reason="spam")) == first
    assert await states(store, job_id) == [State.QUEUED]
    assert await store.desk.unblock(change(101))
    again = await store.desk.block(change(100, reason="spam"))
    assert again == Blocked(block=Block(reason="spam", expires_at=None), cancelled=())
    assert await block_of(store, 10, 7) is None
    assert len(await store.desk.audit(10)) == 2


async def test_the_same_interaction_unblocks_once(store: Store) -> None:
    await store.desk.block(change(100))
    assert await store.desk.unblock(change(101))
    assert await store.desk.unblock(change(101))
    await store.desk.block(change(102))
    assert await store.desk.unblock(change(101))
    assert await block_of(store, 10, 7) is not None


async def test_lifting_a_block_that_is_over_or_never_was_says_so_and_writes_nothing(
    store: Store, number: Numbers, clock: Clock
) -> None:
    assert not await store.desk.unblock(change(number()))
    assert await store.desk.audit(10) == []
    await store.desk.block(change(number()), expires_at=NOON + HOUR)
    clock.advance(hours=1)
    assert not await store.desk.unblock(change(number()))
    assert len(await store.desk.audit(10)) == 1


async def test_a_block_that_is_over_can_be_set_again(store: Store, number: Numbers, clock: Clock) -> None:
    await store.desk.block(change(number()), expires_at=NOON + HOUR)
    clock.advance(hours=1)
    await store.desk.block(change(number(), reason="again"))
    [entry, _] = await store.desk.audit(10)
    assert (entry.before, entry.after) == (None, "for good")
    assert await block_of(store, 10, 7) == Block(reason="again", expires_at=None)


async def test_a_stranger_has_no_block_and_asking_names_nobody(store: Store) -> None:
    assert await block_of(store, 10, 7) is None
    assert not (await store._database.transact(lambda tx: tx.all("SELECT * FROM subjects")))
