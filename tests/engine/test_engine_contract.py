"""What every Engine promises, tried on each. A new engine joins with one line in ENGINES."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import numpy as np
import pytest

from engine.checked import CheckedEngine
from engine.contract import Engine, Job, Picture, Progress
from engine.deferred import DeferredEngine
from engine.errors import BusyError, EngineError, LostError
from engine.failover import FailoverEngine
from engine.local import LocalEngine
from engine.painter.runner import PainterRunner
from tests.engine.fakes import Act, FakeRunner, job, photo

ENGINES: dict[str, Callable[[], Engine]] = {
    "local": lambda: LocalEngine([FakeRunner(), FakeRunner(batch=2)]),
    "checked": lambda: CheckedEngine(LocalEngine([FakeRunner()])),
    "failover": lambda: FailoverEngine(LocalEngine([FakeRunner()], ahead=1), LocalEngine([FakeRunner(name="painter")])),
    "failed over": lambda: FailoverEngine(DeferredEngine("late"), LocalEngine([FakeRunner(name="painter")])),
    "painter": lambda: CheckedEngine(LocalEngine([PainterRunner()])),
}


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    made = ENGINES[request.param]()
    yield made
    await made.close()


async def events_of(engine: Engine, one: Job) -> list[Progress | Picture]:
    async with aclosing(engine.stylize(one)) as events:
        return [event async for event in events]


async def picture_of(engine: Engine, one: Job) -> Picture:
    *_, last = await events_of(engine, one)
    assert isinstance(last, Picture)
    return last


async def test_it_has_a_name_and_wants_work(engine: Engine) -> None:
    assert engine.name
    assert engine.slots >= 1


async def test_progress_comes_in_order_and_then_exactly_one_picture(engine: Engine) -> None:
    *progress, picture = await events_of(engine, job())
    assert isinstance(picture, Picture)
    steps = [event.step for event in progress if isinstance(event, Progress)]
    assert len(steps) == len(progress)
    assert steps == sorted(steps)
    assert all(0 <= event.step <= event.steps for event in progress if isinstance(event, Progress))


async def test_the_picture_has_the_photos_shape_and_says_who_made_it(engine: Engine) -> None:
    one = job(pixels=photo(70, 110))
    picture = await picture_of(engine, one)
    assert picture.pixels.shape == one.pixels.shape
    assert picture.pixels.dtype == np.uint8
    assert (picture.engine, picture.seed) == (engine.name, one.seed)
    assert picture.seconds > 0


async def test_the_photo_is_left_as_it_was(engine: Engine) -> None:
    one = job()
    before = one.pixels.copy()
    await picture_of(engine, one)
    assert np.array_equal(one.pixels, before)


async def test_the_same_seed_gives_the_same_picture(engine: Engine) -> None:
    first, again = await picture_of(engine, job(seed=5)), await picture_of(engine, job(seed=5))
    assert np.array_equal(first.pixels, again.pixels)


async def test_it_paints_as_many_jobs_at_once_as_it_has_slots(engine: Engine) -> None:
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        tasks = [group.create_task(picture_of(engine, job(str(number)))) for number in range(engine.slots)]
    assert all(isinstance(task.result(), Picture) for task in tasks)


async def test_closing_the_iterator_cancels_and_frees_the_slot(engine: Engine) -> None:
    async with aclosing(engine.stylize(job("unwanted"))) as events:
        async for _ in events:
            break
    async with asyncio.timeout(60):
        assert isinstance(await picture_of(engine, job("wanted")), Picture)


async def test_closing_the_engine_ends_a_job_in_flight(engine: Engine) -> None:
    async with aclosing(engine.stylize(job())) as events:
        await anext(events)
        await engine.close()
        try:
            rest = [event async for event in events]
        except LostError:
            return
    assert isinstance(rest[-1], Picture)


async def test_a_closed_engine_takes_nothing_on(engine: Engine) -> None:
    assert engine.alive
    await engine.close()
    assert (engine.slots, engine.alive) == (0, False)
    with pytest.raises(BusyError):
        await picture_of(engine, job())


@pytest.mark.parametrize("act", [Act.REFUSE, Act.DECLINE, Act.NO_ROOM, Act.DIE, Act.LATE, Act.LOSE, Act.CRASH])
@pytest.mark.parametrize("wrap", [lambda engine: engine, CheckedEngine])
async def test_whatever_breaks_inside_it_raises_an_engine_error(act: Act, wrap: Callable[[Engine], Engine]) -> None:
    engine = wrap(LocalEngine([FakeRunner(act, act)]))
    with pytest.raises(EngineError):
        await picture_of(engine, job())
    await engine.close()
