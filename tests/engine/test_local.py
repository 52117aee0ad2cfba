"""LocalEngine with a FakeRunner: threads, batches, and what becomes of jobs when something breaks."""

import asyncio
import gc
import logging
import threading
import weakref
from contextlib import aclosing, suppress

import numpy as np
import pytest

from engine.contract import Job, Picture, Progress
from engine.errors import BusyError, DeadlineError, LostError, UnfitError
from engine.local import LocalEngine, Moment
from tests.engine.fakes import STEPS, Act, FakeRunner, FakeTimer, Signals, job, photo


async def paint(engine: LocalEngine, one: Job) -> list[Progress | Picture]:
    async with aclosing(engine.stylize(one)) as events:
        return [event async for event in events]


class Painting:
    """A job in flight, in a task of its own."""

    def __init__(self, engine: LocalEngine, one: Job) -> None:
        self.task = asyncio.create_task(paint(engine, one))

    async def picture(self) -> Picture:
        *_, last = await self.task
        assert isinstance(last, Picture)
        return last


async def test_the_first_job_loads_the_runner_and_only_its_thread_touches_it() -> None:
    runner = FakeRunner()
    engine = LocalEngine([runner])
    assert engine.slots == 1
    assert runner.threads == set()
    await paint(engine, job())
    await engine.close()
    assert len(runner.threads) == 1
    assert threading.get_ident() not in runner.threads
    assert runner.closed


async def test_it_can_be_loaded_before_the_first_job() -> None:
    observed = Signals()
    engine = LocalEngine([FakeRunner()], observer=observed)
    engine.start()
    await observed.until(Moment.READY, 0)
    await engine.close()


async def test_slots_count_the_runners_that_are_ready() -> None:
    observed, gate = Signals(), threading.Event()
    engine = LocalEngine([FakeRunner(batch=2), FakeRunner(batch=3, load=lambda: wait(gate))], observer=observed)
    assert engine.slots == 5
    engine.start()
    await observed.until(Moment.READY, 0)
    assert engine.slots == 2
    gate.set()
    await observed.until(Moment.READY, 1)
    assert engine.slots == 5
    await engine.close()
    assert engine.slots == 0


async def test_jobs_may_wait_ahead_so_that_no_runner_idles() -> None:
    observed = Signals()
    runner = FakeRunner(Act.STALL, batch=2)
    engine = LocalEngine([runner], ahead=3, observer=observed)
    assert engine.slots == 5
    paintings = [Painting(engine, job(str(number))) for number in range(5)]
    await observed.until(Moment.STARTED)
    assert engine.slots == 5
    runner.gate.release()
    for painting in paintings:
        await painting.picture()
    await engine.close()


async def test_where_nobody_waits_there_are_no_slots_until_a_runner_is_ready() -> None:
    observed, gate = Signals(), threading.Event()
    engine = LocalEngine([FakeRunner(load=lambda: wait(gate))], waits=False, observer=observed)
    engine.start()
    assert engine.slots == 0
    with pytest.raises(BusyError):
        await paint(engine, job())
    gate.set()
    await observed.until(Moment.READY)
    assert engine.slots == 1
    assert isinstance((await paint(engine, job()))[-1], Picture)
    await engine.close()


async def test_previews_go_to_the_jobs_that_they_are_of() -> None:
    observed = Signals()
    runner = FakeRunner(Act.STALL, Act.PREVIEW, batch=2)
    engine = LocalEngine([runner], observer=observed)
    first = Painting(engine, job("first"))
    await observed.until(Moment.STARTED, ("first",))
    one, other = job("one"), job("other", pixels=photo() // 2)
    paintings = [Painting(engine, one), Painting(engine, other)]
    await asyncio.sleep(0)
    runner.gate.release()
    for of, painting in zip((one, other), paintings, strict=True):
        previews = [event.preview for event in await painting.task if isinstance(event, Progress)]
        assert previews[-1] is None
        for preview in previews[:-1]:
            assert preview is not None
            assert np.array_equal(preview, of.pixels[::8, ::8])
    await first.picture()
    await engine.close()


def wait(gate: threading.Event) -> None:
    assert gate.wait(10)


async def test_a_run_takes_the_head_and_what_may_share_it() -> None:
    observed = Signals()
    runner = FakeRunner(Act.STALL, batch=2, key=lambda one: one.id[0])
    engine = LocalEngine([runner], observer=observed)
    paintings = [Painting(engine, job("x0"))]
    await observed.until(Moment.STARTED, ("x0",))
    paintings += [Painting(engine, job(name)) for name in ("a1", "b1", "a2", "a3", "b2")]
    await asyncio.sleep(0)
    runner.gate.release()
    for painting in paintings:
        await painting.picture()
    assert runner.runs == [["x0"], ["a1", "a2"], ["b1", "b2"], ["a3"]]
    await engine.close()


async def test_every_runner_works_at_the_same_time() -> None:
    observed = Signals()
    runners = [FakeRunner(Act.STALL), FakeRunner(Act.STALL)]
    engine = LocalEngine(runners, observer=observed)
    paintings = [Painting(engine, job(name)) for name in ("a", "b")]
    await observed.until(Moment.STARTED, times=2)
    for runner in runners:
        runner.gate.release()
    for painting in paintings:
        await painting.picture()
    assert sorted(runner.runs for runner in runners) == [[["a"]], [["b"]]]
    await engine.close()


async def test_a_run_that_nobody_wants_any_more_stops_at_its_next_step() -> None:
    observed = Signals()
    runner = FakeRunner(Act.STALL)
    engine = LocalEngine([runner], observer=observed)
    events = engine.stylize(job("a"))
    assert await anext(events) == Progress(1, STEPS)
    await events.aclose()
    runner.gate.release()
    await observed.until(Moment.ENDED, ("a",))
    assert runner.steps == [1]
    assert (await Painting(engine, job("b")).picture()).engine == "fake"
    await engine.close()


async def test_neighbours_of_a_cancelled_job_go_on() -> None:
    observed = Signals()
    runner = FakeRunner(Act.STALL, Act.STALL, batch=2)
    engine = LocalEngine([runner], observer=observed)
    first = Painting(engine, job("first"))
    await observed.until(Moment.STARTED, ("first",))
    cancelled, neighbour = Painting(engine, job("cancelled")), Painting(engine, job("neighbour"))
    await asyncio.sleep(0)
    runner.gate.release()
    await observed.until(Moment.STARTED, ("cancelled", "neighbour"))
    cancelled.task.cancel()
    await asyncio.wait([cancelled.task])
    runner.gate.release()
    for painting in (first, neighbour):
        await painting.picture()
    assert runner.steps == [1, 2, 3] * 2
    await engine.close()


async def test_a_job_cancelled_in_the_inbox_is_never_run() -> None:
    observed = Signals()
    runner = FakeRunner(Act.STALL)
    engine = LocalEngine([runner], observer=observed)
    first = Painting(engine, job("first"))
    await observed.until(Moment.STARTED, ("first",))
    cancelled = Painting(engine, job("cancelled"))
    await asyncio.sleep(0)
    cancelled.task.cancel()
    await asyncio.wait([cancelled.task])
    last = Painting(engine, job("last"))
    runner.gate.release()
    await first.picture()
    await last.picture()
    assert runner.runs == [["first"], ["last"]]
    await engine.close()


async def test_one_jobs_error_is_its_own() -> None:
    engine = LocalEngine([FakeRunner(Act.REFUSE)])
    with pytest.raises(UnfitError):
        await paint(engine, job())
    assert isinstance((await paint(engine, job()))[-1], Picture)
    await engine.close()


@pytest.mark.parametrize("act", [Act.LOSE, Act.CRASH])
async def test_a_lost_runner_takes_its_jobs_with_it_and_the_others_go_on(act: Act) -> None:
    observed = Signals()
    lost = FakeRunner(act)
    engine = LocalEngine([lost, FakeRunner(act)], observer=observed)
    with pytest.raises(LostError):
        await paint(engine, job("a"))
    await observed.until(Moment.GONE)
    assert engine.slots == 1
    with pytest.raises(LostError):
        await paint(engine, job("b"))
    await observed.until(Moment.GONE, times=2)
    assert engine.slots == 0
    with pytest.raises(BusyError):
        await paint(engine, job("c"))
    await engine.close()


async def test_jobs_in_the_inbox_are_lost_with_the_last_runner() -> None:
    observed, gate = Signals(), threading.Event()

    def load() -> None:
        wait(gate)
        raise OSError

    engine = LocalEngine([FakeRunner(load=load)], observer=observed)
    waiting = Painting(engine, job())
    await asyncio.sleep(0)
    gate.set()
    with pytest.raises(LostError, match="lost"):
        await waiting.task
    assert engine.slots == 0
    await engine.close()


async def test_what_a_foreign_error_says_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    def load() -> None:
        raise ValueError("pixels")

    engine = LocalEngine([FakeRunner(load=load)])
    with caplog.at_level(logging.DEBUG), pytest.raises(LostError):
        await paint(engine, job())
    await engine.close()
    assert "ValueError" in caplog.text
    assert "pixels" not in caplog.text


async def test_closing_ends_waiting_and_running_jobs_at_once_and_then_waits_for_the_thread() -> None:
    observed = Signals()
    runner = FakeRunner(Act.STALL)
    engine = LocalEngine([runner], observer=observed)
    running, waiting = Painting(engine, job("running")), Painting(engine, job("waiting"))
    await observed.until(Moment.STARTED, ("running",))
    closing = asyncio.create_task(engine.close())
    for painting in (running, waiting):
        with pytest.raises(LostError, match="closed"):
            await painting.task
    assert not closing.done()
    runner.gate.release()
    await closing
    assert runner.closed
    assert runner.runs == [["running"]]
    assert len(runner.steps) <= 1


async def test_an_engine_that_never_worked_can_be_closed_twice_and_takes_nothing_on() -> None:
    runner = FakeRunner()
    engine = LocalEngine([runner])
    await engine.close()
    await engine.close()
    with pytest.raises(BusyError):
        await paint(engine, job())
    assert runner.threads == set()


def test_a_runner_may_outlive_the_event_loop() -> None:
    runner = FakeRunner(Act.STALL)

    async def leave_early() -> None:
        engine = LocalEngine([runner])
        async with aclosing(engine.stylize(job())) as events:
            await anext(events)
        with suppress(TimeoutError):
            async with asyncio.timeout(0):
                await engine.close()

    asyncio.run(leave_early())
    [thread] = [thread for thread in threading.enumerate() if thread.name == "fake-0"]
    runner.gate.release()
    thread.join(10)
    assert runner.closed


@pytest.mark.parametrize("act", [Act.PAINT, Act.REFUSE, Act.LOSE])
async def test_no_photo_is_kept_after_its_job(act: Act) -> None:
    observed = Signals()
    engine = LocalEngine([FakeRunner(act)], observer=observed)
    pixels = photo()
    gone = weakref.ref(pixels)
    one = job("a", pixels=pixels)
    del pixels
    gc.disable()
    try:
        async with aclosing(engine.stylize(one)) as events:
            try:
                async for _ in events:
                    pass
            except (UnfitError, LostError):
                pass
        del one, events
        await observed.until(Moment.ENDED, ("a",))
        await engine.close()
        assert gone() is None
    finally:
        gc.enable()


async def test_a_run_without_a_step_ends_at_the_deadline_and_takes_its_runner_with_it() -> None:
    observed, timer = Signals(), FakeTimer()
    runner = FakeRunner(Act.HANG)
    engine = LocalEngine([runner], ahead=1, deadline=10, timer=timer, observer=observed)
    hung, waiting = Painting(engine, job("hung")), Painting(engine, job("waiting"))
    await observed.until(Moment.STARTED, ("hung",))
    timer.advance(9)
    assert engine.slots == 2
    timer.advance(1)
    assert (engine.slots, observed.of(Moment.GONE)) == (0, [0])
    with pytest.raises(DeadlineError):
        await hung.task
    with pytest.raises(LostError):
        await waiting.task
    with pytest.raises(BusyError):
        await paint(engine, job("late"))
    await engine.close()
    assert not runner.closed
    runner.gate.release()
    await observed.until(Moment.ENDED, ("hung",))


async def test_what_a_hung_runner_says_afterwards_is_not_heard_and_the_others_go_on() -> None:
    observed, timer = Signals(), FakeTimer()
    runners = [FakeRunner(act) for act in (Act.HANG, Act.HANG)]
    engine = LocalEngine(runners, deadline=10, timer=timer, observer=observed)
    paintings = [Painting(engine, job(name)) for name in ("a", "b")]
    await observed.until(Moment.STARTED, times=2)
    [hung, sound] = sorted(runners, key=lambda runner: runner.runs != [["a"]])
    sound.gate.release()
    await paintings[1].picture()
    await observed.until(Moment.ENDED, ("b",))
    timer.advance(10)
    with pytest.raises(DeadlineError):
        await paintings[0].task
    hung.gate.release()
    await observed.until(Moment.ENDED, ("a",))
    assert engine.slots == 1
    await Painting(engine, job("c")).picture()
    await engine.close()
    assert (hung.runs, sound.runs) == ([["a"]], [["b"], ["c"]])


async def test_every_step_puts_the_deadline_off_and_costs_no_timer() -> None:
    observed, timer = Signals(), FakeTimer()
    runner = FakeRunner(Act.SLOW)
    engine = LocalEngine([runner], deadline=10, timer=timer, observer=observed)
    async with aclosing(engine.stylize(job())) as events:
        for step in range(1, STEPS + 1):
            assert await anext(events) == Progress(step, STEPS)
            timer.advance(9)
            assert len(timer.alarms) == 1
            runner.gate.release()
        assert isinstance(await anext(events), Picture)
    assert timer.set <= STEPS
    await engine.close()
    assert not timer.alarms


async def test_a_run_that_stops_stepping_is_as_late_as_one_that_never_began() -> None:
    observed, timer = Signals(), FakeTimer()
    runner = FakeRunner(Act.STALL)
    engine = LocalEngine([runner], deadline=10, timer=timer, observer=observed)
    async with aclosing(engine.stylize(job("a"))) as events:
        await anext(events)
        timer.advance(10)
        with pytest.raises(DeadlineError):
            await anext(events)
    runner.gate.release()
    await observed.until(Moment.ENDED, ("a",))
    assert runner.steps == [1]
    await engine.close()


async def test_an_idle_runner_is_never_late() -> None:
    observed, timer = Signals(), FakeTimer()
    engine = LocalEngine([FakeRunner()], deadline=10, timer=timer, observer=observed)
    await paint(engine, job("a"))
    await observed.until(Moment.ENDED, ("a",))
    timer.advance(1000)
    assert engine.slots == 1
    await paint(engine, job("b"))
    await engine.close()


async def test_closing_waits_for_a_hung_run_no_longer_than_the_deadline() -> None:
    observed, timer = Signals(), FakeTimer()
    runner = FakeRunner(Act.HANG)
    engine = LocalEngine([runner], deadline=10, timer=timer, observer=observed)
    painting = Painting(engine, job("a"))
    await observed.until(Moment.STARTED)
    closing = asyncio.create_task(engine.close())
    with pytest.raises(LostError, match="closed"):
        await painting.task
    timer.advance(10)
    await closing
    runner.gate.release()
    await observed.until(Moment.ENDED)


async def test_without_a_timer_of_its_own_the_event_loop_keeps_the_deadline() -> None:
    runner = FakeRunner(Act.HANG)
    observed = Signals()
    engine = LocalEngine([runner], deadline=0.01, observer=observed)
    with pytest.raises(DeadlineError):
        await paint(engine, job())
    await engine.close()
    runner.gate.release()
    await observed.until(Moment.ENDED)
