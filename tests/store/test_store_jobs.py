"""Jobs: their states, their ends, and what a restart makes of them."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.store import IllegalTransitionError, State, Store, UnknownJobError
from bot.store.jobs import ARROWS
from bot.values.rules import Origin, Source
from tests.store.stage import HOUR, NOON, TOKEN, URL, Clock, cancel, deliver, permissive, request, rows, start, submit


async def bring_to(store: Store, interaction_id: int, state: State) -> str:
    job_id = await submit(store, interaction_id)
    if state in (State.RUNNING, State.DELIVERED):
        await start(store, job_id)
    if state is State.DELIVERED:
        await deliver(store, job_id)
    if state is State.FAILED:
        await store.fail(job_id, "broken")
    if state is State.CANCELLED:
        await cancel(store, job_id)
    return job_id


@pytest.mark.parametrize("source", State)
@pytest.mark.parametrize("target", [State.RUNNING, State.DELIVERED, State.FAILED, State.CANCELLED])
async def test_a_job_goes_where_an_arrow_leads_and_nowhere_else(store: Store, source: State, target: State) -> None:
    job_id = await bring_to(store, 1, source)
    before = await store.job(job_id)
    try:
        match target:
            case State.RUNNING:
                await start(store, job_id)
            case State.DELIVERED:
                await deliver(store, job_id, message_id=501)
            case State.FAILED:
                assert await store.fail(job_id, "again") == (target in ARROWS[source])
            case _:
                assert await cancel(store, job_id) == (target in ARROWS[source])
    except IllegalTransitionError:
        assert target not in ARROWS[source]
    after = await store.job(job_id)
    assert after is not None
    if target in ARROWS[source]:
        assert after.state is target
    else:
        assert after == before


@pytest.mark.parametrize(
    ("origin", "owner_id", "said"),
    [
        (Origin.UPLOAD, None, "an upload"),
        (Origin.AVATAR, 8, "of somebody else"),
        (Origin.MESSAGE, 7, "yours"),
        (Origin.MACHINE, None, "of a bot"),
    ],
)
async def test_where_its_photo_came_from_stays_known(
    store: Store, origin: Origin, owner_id: int | None, said: str
) -> None:
    wanted = request(1)
    job = replace(wanted.jobs[0], origin=origin, owner_id=owner_id)
    await store.submit(replace(wanted, jobs=(job,)), judge=permissive, in_flight_limit=1)
    found = await store.job("1-0")
    assert found is not None
    assert (found.source, found.owner_erased) == (Source(origin=origin, owner_id=owner_id), False)
    assert [job["photo"] for job in (await store.privacy.export(7))["jobs"]] == [said]


async def test_a_delivered_picture_keeps_its_charge(store: Store) -> None:
    await bring_to(store, 1, State.DELIVERED)
    assert (await store.usage(10, 7)).used == 1


async def test_a_failed_job_is_refunded_once(store: Store) -> None:
    await submit(store, 1)
    job_id = await submit(store, 2)
    assert await store.fail(job_id, "broken")
    assert not await store.fail(job_id, "broken")
    assert not await cancel(store, job_id)
    assert (await store.usage(10, 7)).used == 1


async def test_only_the_first_three_running_jobs_of_a_day_are_cancelled_for_free(store: Store, clock: Clock) -> None:
    for interaction_id in (1, 2, 3):
        assert await cancel(store, await bring_to(store, interaction_id, State.RUNNING))
    assert not await cancel(store, await bring_to(store, 4, State.RUNNING))
    assert await cancel(store, await bring_to(store, 5, State.QUEUED))
    assert (await store.usage(10, 7)).used == 1
    clock.advance(hours=24)
    assert await cancel(store, await bring_to(store, 6, State.RUNNING))


async def test_a_job_remembers_what_was_asked_and_what_came_of_it(store: Store, clock: Clock) -> None:
    job_id = (await store.submit(request(17), judge=permissive, in_flight_limit=1)).job_ids[0]
    await store.card_posted(job_id, channel_id=70, message_id=71)
    clock.advance(seconds=5)
    await start(store, job_id)
    clock.advance(seconds=5)
    await deliver(store, job_id, message_id=500)
    job = await store.job(job_id)
    assert job is not None
    assert job == await store.job_by_result(500)
    assert (job.id, job.interaction_id, job.guild_id, job.user_id, job.channel_id) == ("17-0", 17, 10, 7, 70)
    assert (job.style, job.strength, job.seed, job.attempt) == ("ghibli", 0.5, 4, 1)
    assert (job.created_at, job.started_at, job.ended_at) == (NOON, NOON + 5, NOON + 10)
    assert (job.card_channel_id, job.card_message_id) == (70, 71)
    assert (job.result_channel_id, job.result_message_id, job.engine, job.seconds) == (50, 500, "Painter", 1.5)
    assert (job.failure, job.deleted_at) == (None, None)


async def test_a_job_that_was_never_known_is_named(store: Store) -> None:
    assert await store.job("1-0") is None
    assert await store.job_by_result(1) is None
    for act in (partial(store.start, judge=permissive), store.usage_of_job, store.secrets):
        with pytest.raises(UnknownJobError, match="1-0"):
            await act("1-0")


async def test_deleting_a_result_wipes_the_photo_s_url_at_once(store: Store, path: Path) -> None:
    job_id = await bring_to(store, 1, State.DELIVERED)
    assert (await store.secrets(job_id)).url == URL
    await store.mark_deleted(job_id)
    job = await store.job(job_id)
    assert job is not None
    assert job.deleted_at == NOON
    assert rows(path, "SELECT url FROM jobs") == [(None,)]


async def test_an_interrupted_job_is_queued_again_with_the_same_seed(store: Store) -> None:
    queued = await bring_to(store, 1, State.QUEUED)
    running = await bring_to(store, 2, State.RUNNING)
    await bring_to(store, 3, State.DELIVERED)
    recovery = await store.requeue_interrupted()
    assert [(job.id, job.state, job.started_at, job.attempt, job.seed) for job in recovery.resumed] == [
        (queued, State.QUEUED, None, 1, 4),
        (running, State.QUEUED, None, 2, 4),
    ]
    assert recovery.given_up == ()
    assert (await store.secrets(running)).token == TOKEN


async def test_a_job_that_was_interrupted_three_times_is_refunded(store: Store) -> None:
    job_id = await submit(store, 1)
    for _ in range(2):
        await start(store, job_id)
        assert (await store.requeue_interrupted()).given_up == ()
    await start(store, job_id)
    recovery = await store.requeue_interrupted()
    assert recovery.resumed == ()
    (given_up,) = recovery.given_up
    assert (given_up.job.id, given_up.job.state, given_up.job.attempt) == (job_id, State.FAILED, 3)
    assert given_up.token == TOKEN
    assert TOKEN not in repr(recovery)
    assert (await store.usage(10, 7)).used == 0


async def test_a_job_whose_photo_is_gone_is_refunded_at_the_next_start(store: Store, clock: Clock) -> None:
    job_id = (await store.submit(request(1, url_expires_at=NOON + HOUR), judge=permissive, in_flight_limit=1)).job_ids[
        0
    ]
    clock.advance(hours=1)
    (given_up,) = (await store.requeue_interrupted()).given_up
    assert (given_up.job.id, given_up.token) == (job_id, None)
    assert (await store.usage(10, 7)).used == 0


async def test_a_database_without_its_key_gives_its_jobs_up(path: Path, clock: Clock) -> None:
    async with await Store.open(path, default_limit=3, now=clock) as store:
        await submit(store, 1)
    path.with_name("animify.db.key").unlink()
    async with await Store.open(path, default_limit=3, now=clock) as store:
        (given_up,) = (await store.requeue_interrupted()).given_up
        assert (given_up.job.id, given_up.token) == ("1-0", None)
        assert await store.audit_faults() == []


async def test_an_orderly_stop_is_no_attempt(store: Store) -> None:
    job_id = await bring_to(store, 1, State.RUNNING)
    for _ in range(5):
        await store.put_back(job_id)
        [job] = (await store.requeue_interrupted()).resumed
        assert (job.state, job.attempt) == (State.QUEUED, 1)
        await start(store, job_id)


@pytest.mark.parametrize("state", [State.DELIVERED, State.FAILED, State.CANCELLED])
async def test_what_has_ended_is_not_put_back(store: Store, state: State) -> None:
    job_id = await bring_to(store, 1, state)
    await store.put_back(job_id)
    job = await store.job(job_id)
    assert job is not None
    assert job.state is state


async def test_the_thread_of_the_last_picture_is_found_for_an_hour(store: Store, clock: Clock) -> None:
    job_id = await bring_to(store, 1, State.DELIVERED)
    job = await store.job(job_id)
    assert job is not None

    async def thread(user_id: int) -> int | None:
        return await store.recent_thread(guild_id=10, channel_id=job.channel_id, user_id=user_id, within=HOUR)

    assert await thread(7) == job.result_channel_id
    assert await thread(8) is None
    clock.advance(hours=1)
    assert await thread(7) is None


async def test_a_fact_is_remembered_over_what_was_there(store: Store) -> None:
    assert await store.fact("commands") is None
    await store.remember("commands", "one")
    await store.remember("commands", "two")
    assert await store.fact("commands") == "two"
