"""FailoverEngine: who paints when, why the card says so, and when the first engine is tried again."""

import asyncio
import gc
import logging
import threading
import weakref
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import numpy as np
import pytest

from engine.contract import Detour, Job, Picture, Progress, Why
from engine.deferred import DeferredEngine
from engine.errors import BusyError, EncodeError, EngineError, LostError
from engine.failover import FailoverEngine, Health, State
from engine.local import LocalEngine, Moment
from tests.engine.fakes import STEPS, Act, FakeRunner, Signals, job, photo, posterised

COOL_DOWN = 30.0
SERVING = Health(State.SERVING, None)
FAILING = Health(State.FAILING, Why.LOST)
REASONS = {
    Act.REFUSE: Why.UNFIT,
    Act.NO_ROOM: Why.BUSY,
    Act.DECLINE: Why.DECLINED,
    Act.DIE: Why.LOST,
    Act.LATE: Why.LATE,
}
OPENING = {Act.DIE, Act.LATE}


class House:
    """A model that does what its script says, a painter behind it, and a clock that stands still."""

    def __init__(self, *script: Act, backup: tuple[Act, ...] = (), batch: int = 1) -> None:
        self.now = 0.0
        self.health: list[Health] = []
        self.model, self.painter = FakeRunner(*script, name="model", batch=batch), FakeRunner(*backup, name="painter")
        self.first, self.second = Signals(), Signals()
        self.engine = FailoverEngine(
            LocalEngine([self.model], observer=self.first),
            LocalEngine([self.painter], observer=self.second),
            cool_down=COOL_DOWN,
            clock=lambda: self.now,
            on_health=self.health.append,
        )

    async def paint(self, name: str = "job", seed: int = 7) -> Picture:
        *_, last = await paint(self.engine, job(name, seed=seed))
        assert isinstance(last, Picture)
        return last

    async def painted_by(self, name: str = "job") -> str:
        return (await self.paint(name)).engine


async def paint(engine: FailoverEngine, one: Job) -> list[Progress | Picture]:
    async with aclosing(engine.stylize(one)) as events:
        return [event async for event in events]


async def first_picture(engine: FailoverEngine, one: Job) -> Picture:
    """As a studio takes it: the iterator is closed at the picture, not read to its end."""
    async with aclosing(engine.stylize(one)) as events:
        async for event in events:
            if isinstance(event, Picture):
                return event
    raise AssertionError


async def test_while_the_first_engine_works_it_paints_alone() -> None:
    house = House()
    picture = await house.paint()
    assert (picture.engine, picture.detour) == ("model", None)
    assert house.painter.runs == []
    await house.engine.close()


@pytest.mark.parametrize("act", REASONS)
async def test_what_the_first_engine_does_not_paint_the_other_does_and_says_why(act: Act) -> None:
    house = House(act)
    one = job(seed=5)
    *_, picture = await paint(house.engine, one)
    assert isinstance(picture, Picture)
    assert (picture.engine, picture.seed) == ("painter", 5)
    assert picture.detour == Detour("model", REASONS[act])
    assert np.array_equal(picture.pixels, posterised(one.pixels, 5))
    await house.engine.close()


async def test_progress_starts_again_with_the_other_engine() -> None:
    house = House(Act.DIE)
    *progress, _ = await paint(house.engine, job())
    assert progress == [Progress(step, STEPS) for step in range(1, STEPS + 1)] * 2
    await house.engine.close()


@pytest.mark.parametrize("act", REASONS)
async def test_only_an_engine_that_was_lost_or_late_is_left_alone_for_a_while(act: Act) -> None:
    house = House(act)
    await house.paint()
    expected = "painter" if act in OPENING else "model"
    assert house.engine.name == expected
    assert await house.painted_by("next") == expected
    await house.engine.close()


async def test_a_job_that_did_not_try_the_first_engine_says_what_had_happened_to_it() -> None:
    house = House(Act.LATE)
    await house.paint()
    assert (await house.paint("next")).detour == Detour("model", Why.LATE)
    assert house.model.runs == [["job"]]
    await house.engine.close()


async def test_an_engine_that_is_not_there_yet_is_passed_over() -> None:
    model, painter = DeferredEngine("model"), LocalEngine([FakeRunner(name="painter", batch=4)])
    engine = FailoverEngine(model, painter)
    assert (engine.name, engine.slots) == ("painter", 4)
    picture = await first_picture(engine, job())
    assert (picture.engine, picture.detour) == ("painter", Detour("model", Why.NOT_READY))
    await model.arrive(LocalEngine([FakeRunner(name="model", batch=2)]))
    assert (engine.name, engine.slots) == ("model", 2)
    assert (await first_picture(engine, job())).detour is None
    await engine.close()


async def test_after_the_cool_down_exactly_one_job_tries_again_and_closes_the_breaker() -> None:
    house = House(Act.DIE, Act.STALL)
    await house.paint()
    house.now = COOL_DOWN - 1
    assert await house.painted_by("early") == "painter"
    house.now = COOL_DOWN
    probe = asyncio.create_task(first_picture(house.engine, job("probe")))
    await house.first.until(Moment.STARTED, ("probe",))
    assert house.engine.name == "painter"
    assert await house.painted_by("meanwhile") == "painter"
    assert house.health == [SERVING, FAILING]
    house.model.gate.release()
    assert (await probe).engine == "model"
    assert await house.painted_by("after") == "model"
    assert house.model.runs == [["job"], ["probe"], ["after"]]
    await house.engine.close()


async def test_a_failed_try_opens_the_breaker_for_another_while() -> None:
    house = House(Act.DIE, Act.LATE)
    await house.paint()
    house.now = COOL_DOWN
    assert (await house.paint("probe")).detour == Detour("model", Why.LATE)
    house.now = 2 * COOL_DOWN - 1
    assert await house.painted_by("early") == "painter"
    house.now = 2 * COOL_DOWN
    assert await house.painted_by("second probe") == "model"
    assert await house.painted_by("after") == "model"
    await house.engine.close()


@pytest.mark.parametrize("act", [Act.NO_ROOM, Act.DECLINE])
async def test_a_try_that_shows_nothing_leaves_its_part_to_the_next_job(act: Act) -> None:
    house = House(Act.DIE, act)
    await house.paint()
    house.now = COOL_DOWN
    assert await house.painted_by("probe") == "painter"
    assert house.engine.health == FAILING
    assert await house.painted_by("second probe") == "model"
    assert house.engine.health == SERVING
    await house.engine.close()


async def test_a_cancelled_try_leaves_its_part_to_the_next_job() -> None:
    house = House(Act.DIE, Act.STALL)
    await house.paint()
    house.now = COOL_DOWN
    async with aclosing(house.engine.stylize(job("probe"))) as events:
        await anext(events)
    house.model.gate.release()
    assert house.engine.health == FAILING
    assert await house.painted_by("second probe") == "model"
    await house.engine.close()


async def test_an_unfit_picture_shows_that_the_engine_works() -> None:
    house = House(Act.DIE, Act.REFUSE)
    await house.paint()
    house.now = COOL_DOWN
    assert (await house.paint("probe")).detour == Detour("model", Why.UNFIT)
    assert house.engine.health == SERVING
    await house.engine.close()


async def test_jobs_that_are_lost_together_open_the_breaker_once() -> None:
    house = House(Act.STALL, Act.DIE, batch=2)
    asked = [asyncio.create_task(first_picture(house.engine, job("a")))]
    await house.first.until(Moment.STARTED, ("a",))
    asked += [asyncio.create_task(first_picture(house.engine, job(name))) for name in ("b", "c")]
    await asyncio.sleep(0)
    house.model.gate.release()
    assert sorted(picture.engine for picture in await asyncio.gather(*asked)) == ["model", "painter", "painter"]
    assert house.health == [SERVING, FAILING]
    await house.engine.close()


async def test_closing_the_iterator_cancels_whichever_engine_paints() -> None:
    house = House(Act.STALL, Act.DECLINE, backup=(Act.STALL,))
    async with aclosing(house.engine.stylize(job("first"))) as events:
        await anext(events)
    house.model.gate.release()
    await house.first.until(Moment.ENDED, ("first",))
    assert house.model.steps == [1]
    async with aclosing(house.engine.stylize(job("second"))) as events:
        async for _ in events:
            if house.painter.runs:
                break
    house.painter.gate.release()
    await house.second.until(Moment.ENDED, ("second",))
    assert house.painter.steps == [1]
    await house.engine.close()


async def test_a_job_that_a_close_cuts_off_does_not_start_again_at_the_other_engine() -> None:
    house = House(Act.STALL)
    cut_off = asyncio.create_task(house.paint())
    await house.first.until(Moment.STARTED)
    closing = asyncio.create_task(house.engine.close())
    with pytest.raises(LostError, match="closed"):
        await cut_off
    house.model.gate.release()
    await closing
    assert house.painter.runs == []
    assert (house.engine.slots, house.health) == (0, [SERVING])
    with pytest.raises(BusyError):
        await house.paint()


async def test_both_are_closed_even_if_the_first_does_not_close() -> None:
    class Stubborn(DeferredEngine):
        async def close(self) -> None:
            raise OSError

    backup = LocalEngine([painter := FakeRunner()])
    backup.start()
    with pytest.raises(OSError):  # noqa: PT011 - it has no words
        await FailoverEngine(Stubborn("model"), backup).close()
    assert painter.closed


async def test_when_neither_paints_the_last_error_is_told() -> None:
    house = House(Act.DIE, backup=(Act.NO_ROOM,))
    with pytest.raises(BusyError):
        await house.paint()
    await house.engine.close()


async def test_what_no_other_engine_could_make_up_for_is_told_at_once() -> None:
    class Choosy(DeferredEngine):
        slots = 1

        async def stylize(self, job: Job) -> AsyncGenerator[Progress | Picture, None]:
            yield Progress(1, len(job.id))
            raise EncodeError

    painter = FakeRunner()
    engine = FailoverEngine(Choosy("model"), LocalEngine([painter]))
    with pytest.raises(EncodeError):
        await paint(engine, job())
    assert painter.runs == []
    await engine.close()


async def test_every_change_of_health_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    house = House(Act.DIE)
    with caplog.at_level(logging.INFO, "engine.failover"):
        for _ in range(3):
            assert house.engine.health == SERVING
        await house.paint()
        await house.paint()
        house.now = COOL_DOWN
        await house.paint()
        await house.engine.close()
        assert house.engine.health == SERVING  # a close is no change for the worse
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "model is serving"),
        ("WARNING", "model is failing (lost)"),
        ("INFO", "model is serving"),
    ]
    assert house.health == [SERVING, FAILING, SERVING]


async def test_an_engine_that_waits_for_its_weights_is_no_news() -> None:
    gate, observed, told = threading.Event(), Signals(), list[Health]()

    def load() -> None:
        assert gate.wait(10)

    model = LocalEngine([FakeRunner(load=load)], waits=False, observer=observed)
    model.start()
    engine = FailoverEngine(model, LocalEngine([FakeRunner()]), on_health=told.append)
    assert engine.health == Health(State.WAITING, Why.NOT_READY)
    assert told == []
    gate.set()
    await observed.until(Moment.READY)
    assert engine.health == SERVING
    assert told == [SERVING]
    await engine.close()


async def test_an_engine_that_could_not_be_loaded_is_lost_and_not_for_ever_on_its_way() -> None:
    def load() -> None:
        raise LostError("weights: the model can't be loaded")

    observed = Signals()
    model = LocalEngine([FakeRunner(load=load, name="model")], waits=False, observer=observed)
    model.start()
    engine = FailoverEngine(model, LocalEngine([FakeRunner(name="painter")]))
    await observed.until(Moment.GONE)
    assert engine.health == Health(State.LOST, Why.LOST)
    *_, picture = await paint(engine, job())
    assert isinstance(picture, Picture)
    assert picture.detour == Detour("model", Why.LOST)
    await engine.close()


async def test_an_engine_that_was_ready_and_takes_nothing_any_more_is_lost() -> None:
    house = House(Act.LOSE)
    assert (await house.paint()).detour == Detour("model", Why.LOST)
    await house.first.until(Moment.GONE)
    assert house.engine.health == Health(State.LOST, Why.LOST)
    house.now = COOL_DOWN
    assert (await house.paint("next")).detour == Detour("model", Why.LOST)
    assert house.model.runs == [["job"]]
    await house.engine.close()


@pytest.mark.parametrize("backup", [Act.PAINT, Act.DIE])
@pytest.mark.parametrize("act", [Act.PAINT, Act.PREVIEW, *REASONS])
async def test_no_photo_is_kept_after_its_job(act: Act, backup: Act) -> None:
    house = House(act, backup=(backup,))
    pixels = photo()
    gone = weakref.ref(pixels)
    one = job("a", pixels=pixels)
    del pixels
    gc.disable()
    try:
        with suppress(EngineError):
            await paint(house.engine, one)
        del one
        await house.engine.close()
        assert gone() is None
    finally:
        gc.enable()
