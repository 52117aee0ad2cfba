"""The running bot answers the operator's commands."""

import asyncio
from collections.abc import AsyncIterator, Collection
from pathlib import Path

import pytest

from bot.control import answering
from bot.store import Action, Order, Scope, Store, commands
from bot.ui import words
from bot.ui.status import Saying
from tests.store.stage import Clock, Probe, disk_fails, submit, tamper

DENY = Order(action=Action.DENY, scope=Scope.MEMBER, target=7)


class Steps:
    """A pause that lasts until the test takes the next step; the clock goes on by as much."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: asyncio.Queue[float] = asyncio.Queue()
        self._go = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self._go.clear()
        self._asked.put_nowait(seconds)
        await self._go.wait()

    async def take(self) -> None:
        """Let the look that is under way end, and the pause after it."""
        self._clock.advance(seconds=await self._asked.get())
        self._go.set()


class Recalled:
    def __init__(self) -> None:
        self.said: list[tuple[Collection[str], str]] = []

    def __call__(self, job_ids: Collection[str], why: Saying) -> None:
        self.said.append((job_ids, why()))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def probe() -> Probe:
    return Probe()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock, probe: Probe) -> AsyncIterator[Store]:
    async with await Store.open(tmp_path / "animify.db", default_limit=3, now=clock, on_statement=probe) as opened:
        yield opened


async def put(store: Store, order: Order) -> int:
    return await store._database.transact(lambda tx: commands.put(tx, order))


async def answered(store: Store, command_id: int) -> bool:
    return await store._database.transact(lambda tx: commands.take_answer(tx, command_id)) is not None


async def test_an_answer_is_there_within_two_seconds(store: Store, clock: Clock) -> None:
    steps = Steps(clock)
    async with answering(store, on_recall=Recalled(), pause=steps):
        await steps.take()
        began, command_id = clock(), await put(store, DENY)
        while not await answered(store, command_id):
            await steps.take()
        assert clock() - began <= 2


async def test_the_journeys_of_cancelled_jobs_are_recalled_with_the_reason(store: Store, clock: Clock) -> None:
    job_id = await submit(store, 1)
    recalled, steps = Recalled(), Steps(clock)
    await put(store, DENY)
    async with answering(store, on_recall=recalled, pause=steps):
        await steps.take()
    [(job_ids, sentence)] = recalled.said
    assert list(job_ids) == [job_id]
    assert words.REFUNDED() in sentence


async def test_nothing_is_recalled_where_nothing_was_cancelled(store: Store, clock: Clock) -> None:
    recalled, steps = Recalled(), Steps(clock)
    await put(store, Order(action=Action.DRAIN))
    await put(store, DENY)
    async with answering(store, on_recall=recalled, pause=steps):
        await steps.take()
    assert recalled.said == []


async def test_a_command_that_breaks_is_answered_with_a_no_and_the_next_one_is_carried_out(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    steps = Steps(clock)
    broken = await put(store, DENY)
    tamper(tmp_path / "animify.db", f"UPDATE commands SET arguments = replace(arguments, ': 7', ': {2**70}')")  # noqa: S608 - our words
    async with answering(store, on_recall=Recalled(), pause=steps):
        await steps.take()
        answer = await store._database.transact(lambda tx: commands.take_answer(tx, broken))
        assert answer is not None
        assert not answer.ok
        command_id = await put(store, DENY)
        while not await answered(store, command_id):
            await steps.take()


async def test_a_database_that_fails_is_asked_again(store: Store, clock: Clock, probe: Probe) -> None:
    steps = Steps(clock)
    command_id = await put(store, DENY)
    probe.at(1, disk_fails)
    async with answering(store, on_recall=Recalled(), pause=steps):
        await steps.take()
        probe.off()
        await steps.take()
        assert await answered(store, command_id)
