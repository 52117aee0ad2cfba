"""DeferredEngine: nothing until the engine arrives, and that engine from then on."""

import asyncio
from contextlib import aclosing

import pytest

from engine.contract import Job, Picture, Progress
from engine.deferred import DeferredEngine
from engine.errors import BusyError
from engine.local import LocalEngine
from tests.engine.fakes import STEPS, Act, FakeRunner, job


async def paint(engine: DeferredEngine, one: Job) -> list[Progress | Picture]:
    async with aclosing(engine.stylize(one)) as events:
        return [event async for event in events]


async def test_until_it_arrives_it_has_a_name_and_takes_nothing_on() -> None:
    engine = DeferredEngine("a model")
    assert (engine.name, engine.slots) == ("a model", 0)
    with pytest.raises(BusyError):
        await paint(engine, job())
    await engine.close()


async def test_from_then_on_it_is_that_engine() -> None:
    engine, runner = DeferredEngine("a model"), FakeRunner(batch=3)
    await engine.arrive(LocalEngine([runner]))
    assert (engine.name, engine.slots) == ("fake", 3)
    *progress, picture = await paint(engine, job())
    assert len(progress) == STEPS
    assert isinstance(picture, Picture)
    await engine.close()
    assert runner.closed
    assert engine.slots == 0


async def test_closing_the_iterator_cancels_the_job() -> None:
    engine, runner = DeferredEngine("a model"), FakeRunner(Act.STALL)
    await engine.arrive(LocalEngine([runner]))
    async with aclosing(engine.stylize(job())) as events:
        await anext(events)
    runner.gate.release()
    await engine.close()
    assert runner.steps == [1]


async def test_what_arrives_after_the_close_is_closed_at_once() -> None:
    engine, runner = DeferredEngine("a model"), FakeRunner()
    late = LocalEngine([runner])
    await engine.close()
    late.start()
    async with asyncio.timeout(10):
        await engine.arrive(late)
    assert runner.closed
    assert engine.slots == 0
    with pytest.raises(BusyError):
        await paint(engine, job())
