"""Faults: every operation fails, or is cancelled, at each of its statements in turn."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from bot.store import DatabaseFailedError, Guild, State, Store
from tests.store.stage import NOON, Clock, Probe, change, deliver, disk_fails, dump, request, submit

Step = Callable[[Store, int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Act:
    """An operation on something numbered: what must be there before, and how to see afterwards that it happened."""

    name: str
    prepare: Step
    act: Step
    happened: Callable[[Store, int], Awaitable[bool]]


async def nothing(store: Store, number: int) -> None:
    pass


async def queue(store: Store, number: int) -> None:
    await submit(store, number, user_id=number)


async def run(store: Store, number: int) -> None:
    await queue(store, number)
    await store.start(f"{number}-0")


async def have_only_a_grant(store: Store, number: int) -> None:
    await store.set_limit(change(10_000 + number, member_id=number), 0)
    await store.grant(change(20_000 + number, member_id=number), 1)


async def queue_on_a_grant(store: Store, number: int) -> None:
    await have_only_a_grant(store, number)
    await queue(store, number)


async def queue_what_is_gone(store: Store, number: int) -> None:
    await store.submit(request(number, user_id=number, url_expires_at=NOON), in_flight_limit=1)


async def finish(store: Store, number: int) -> None:
    await run(store, number)
    await deliver(store, f"{number}-0", message_id=number)


def is_in(*states: State) -> Callable[[Store, int], Awaitable[bool]]:
    async def look(store: Store, number: int) -> bool:
        job = await store.job(f"{number}-0")
        return job is not None and job.state in states

    return look


async def is_marked(store: Store, number: int) -> bool:
    job = await store.job(f"{number}-0")
    return job is not None and job.deleted_at is not None


async def card_is_known(store: Store, number: int) -> bool:
    job = await store.job(f"{number}-0")
    return job is not None and job.card_message_id == number


async def limit_is_five(store: Store, number: int) -> bool:
    return (await store.usage(10, number)).limit == 5


async def grant_is_there(store: Store, number: int) -> bool:
    return (await store.usage(10, number)).grants_left == 2


async def nothing_is_used(store: Store, number: int) -> bool:
    return (await store.usage(10, number)).used == 0


async def guild_is_moved(store: Store, number: int) -> bool:
    return (await store.guild(number)).zone == "Asia/Tokyo"


ACTS = [
    Act("submit", nothing, queue, is_in(State.QUEUED)),
    Act("submit_on_a_grant", have_only_a_grant, queue, is_in(State.QUEUED)),
    Act("card_posted", queue, lambda s, n: s.card_posted(f"{n}-0", channel_id=1, message_id=n), card_is_known),
    Act("start", queue, lambda s, n: s.start(f"{n}-0"), is_in(State.RUNNING)),
    Act("deliver", run, lambda s, n: deliver(s, f"{n}-0", message_id=n), is_in(State.DELIVERED)),
    Act("fail", run, lambda s, n: s.fail(f"{n}-0", "broken"), is_in(State.FAILED)),
    Act("fail_on_a_grant", queue_on_a_grant, lambda s, n: s.fail(f"{n}-0", "broken"), is_in(State.FAILED)),
    Act("cancel", run, lambda s, n: s.cancel(f"{n}-0"), is_in(State.CANCELLED)),
    Act("requeue", run, lambda s, _: s.requeue_interrupted(), is_in(State.QUEUED)),
    Act("give_up", queue_what_is_gone, lambda s, _: s.requeue_interrupted(), is_in(State.FAILED)),
    Act("mark_deleted", finish, lambda s, n: s.mark_deleted(f"{n}-0"), is_marked),
    Act("set_limit", nothing, lambda s, n: s.set_limit(change(30_000 + n, member_id=n), 5), limit_is_five),
    Act("grant", nothing, lambda s, n: s.grant(change(40_000 + n, member_id=n), 2), grant_is_there),
    Act("reset", queue, lambda s, n: s.reset(change(50_000 + n, member_id=n)), nothing_is_used),
    Act("put_guild", nothing, lambda s, n: s.put_guild(n, Guild(zone="Asia/Tokyo")), guild_is_moved),
]
each_act = pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)


@each_act
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from_then_on"])
async def test_an_operation_that_fails_at_any_statement_has_no_effect(
    act: Act, store: Store, probe: Probe, path: Path, *, lasting: bool
) -> None:
    await act.prepare(store, 1)
    before = dump(path)
    for nth in range(1, 100):
        probe.at(nth, disk_fails, lasting=lasting)
        try:
            await act.act(store, 1)
        except DatabaseFailedError:
            assert dump(path) == before
        else:
            break
    probe.off()
    assert nth > 4, "no statement failed"
    assert await act.happened(store, 1)


@each_act
async def test_an_operation_that_is_cancelled_at_any_statement_happens_whole(
    act: Act, store: Store, probe: Probe
) -> None:
    loop = asyncio.get_running_loop()
    for number in range(1, 100):
        await act.prepare(store, number)
        doing = asyncio.ensure_future(act.act(store, number))
        probe.at(number, partial(loop.call_soon_threadsafe, doing.cancel))
        await asyncio.wait([doing])
        probe.off()
        assert await act.happened(store, number)
        if not doing.cancelled():
            break
    assert number > 4, "no statement was cancelled"


@pytest.mark.parametrize("read", ["usage", "job", "secrets", "guild"])
async def test_a_read_that_fails_at_any_statement_fails_cleanly(read: str, store: Store, probe: Probe) -> None:
    await queue(store, 1)
    reads: dict[str, Callable[[], Awaitable[object]]] = {
        "usage": lambda: store.usage(10, 1),
        "job": lambda: store.job("1-0"),
        "secrets": lambda: store.secrets("1-0"),
        "guild": lambda: store.guild(10),
    }
    for nth in range(1, 100):
        probe.at(nth, disk_fails)
        try:
            await reads[read]()
        except DatabaseFailedError:
            continue
        break
    assert nth > 4


async def test_expired_secrets_are_wiped_whole_or_not_at_all(
    store: Store, probe: Probe, clock: Clock, path: Path
) -> None:
    await queue(store, 1)
    clock.advance(hours=25)
    before = dump(path)
    for nth in range(1, 100):
        probe.at(nth, disk_fails)
        try:
            assert await store.wipe_expired() == 2
        except DatabaseFailedError:
            assert dump(path) == before
            continue
        break
    assert nth > 5
