"""LocalEngine: runners of this machine behind the engine's contract, one thread to a runner and one inbox for all."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from threading import Condition, Thread
from typing import Final, Protocol

from engine.contract import CancelledRunError, Job, Picture, Pixels, Progress, Runner
from engine.errors import BusyError, DeadlineError, EngineError, LostError

_log = logging.getLogger(__name__)


class Moment(StrEnum):
    """What an observer hears."""

    READY = "ready"  # a runner has loaded; the subject is its number
    STARTED = "started"  # a run begins; the subject is the jobs' ids
    ENDED = "ended"  # the run is over, however; the subject is the jobs' ids
    GONE = "gone"  # a runner takes no more jobs: lost, hung or closed; the subject is its number


Observer = Callable[[Moment, object], None]
"""Hears every moment in the runner's own thread, but on the event loop that a hung one is gone.

For whoever lives by `slots`, which change with READY and GONE, and for tests to wait on instead of sleeping.
"""


def _nobody(_moment: Moment, _subject: object) -> None:
    """Observe nothing."""


class Alarm(Protocol):
    """What `Timer.call_later` gives."""

    def cancel(self) -> None:
        """Let it never ring."""


class Timer(Protocol):
    """What measures deadlines; tests put their own in its place."""

    def time(self) -> float:
        """Seconds, monotonic; asked from any thread."""

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Alarm:
        """Call on the event loop in so many seconds; asked on the event loop only."""


class _LoopTimer:
    """The timer of the event loop that runs."""

    def time(self) -> float:
        return time.monotonic()

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Alarm:
        return asyncio.get_running_loop().call_later(delay, callback)


LOOP: Final = _LoopTimer()
"""Seconds as they pass."""


class _Life(StrEnum):
    """A runner's states: loading, then ready, and from either to gone; or from ready to hung."""

    LOADING = "loading"
    READY = "ready"
    GONE = "gone"
    HUNG = "hung"  # its thread may never return; what it says if it does is not heard


_ALIVE = frozenset({_Life.LOADING, _Life.READY})


@dataclass(slots=True, eq=False)
class _Errand:
    """A job in the engine, and where its events go. `wanted` ends with the first event that is no Progress."""

    job: Job
    events: asyncio.Queue[Progress | Picture | EngineError] = field(default_factory=asyncio.Queue)
    wanted: bool = True


@dataclass(slots=True, eq=False)
class _Lane:
    """A runner and its thread.

    Attributes
    ----------
    errands
        What it runs now.
    heard
        When its run last took a step, or began.
    alarm
        Rings when the run may have been silent for too long. One a lane, however many steps it takes.
    ended
        Set when the thread has nothing left to do, or is given up.
    """

    number: int
    runner: Runner
    life: _Life = _Life.LOADING
    thread: Thread | None = None
    errands: Sequence[_Errand] = ()
    heard: float = 0.0
    alarm: Alarm | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class LocalEngine:
    """An Engine around Runners. Belongs to one event loop; a runner is touched by its own thread alone.

    Two threads on one pipeline give silently wrong pictures, hence the one thread to a runner. A runner that raises
    anything but CancelledRunError is lost: its jobs end with LostError and `slots` shrinks. One that hangs is lost too,
    and its jobs end with DeadlineError. With the last one the engine is lost.

    Parameters
    ----------
    runners
        At least one; of one kind, since any of them may get any job.
    waits
        Whether jobs may wait while the runners still load. Else there are no slots until one is ready, and somebody has
        to call `start`.
    ahead
        Jobs for each runner, beyond its batch, that may wait in here, so that it never idles between two runs.
    deadline
        Seconds without a step, from the start of a run on, after which a runner counts as hung; None is for ever.
    timer
        Measures the deadline.
    """

    def __init__(
        self,
        runners: Sequence[Runner],
        *,
        waits: bool = True,
        ahead: int = 0,
        deadline: float | None = None,
        timer: Timer = LOOP,
        observer: Observer = _nobody,
    ) -> None:
        self._lanes = [_Lane(number, runner) for number, runner in enumerate(runners)]
        self._name = runners[0].name
        self._waits = waits
        self._ahead = ahead
        self._deadline = deadline
        self._timer = timer
        self._observer = observer
        self._inbox: deque[_Errand] = deque()
        self._why = ""  # what the runner that was lost last said of it
        self._closing = False
        self._changed = Condition()  # guards the inbox, the closing and the lanes
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def name(self) -> str:
        """The runners' name."""
        return self._name

    @property
    def slots(self) -> int:
        """What the runners that are ready take. While none is, those that will be, if jobs may wait for them."""
        if self._closing:
            return 0
        lanes = [lane for lane in self._lanes if lane.life is _Life.READY]
        if not lanes and self._waits:
            lanes = [lane for lane in self._lanes if lane.life is _Life.LOADING]
        return sum(lane.runner.batch + self._ahead for lane in lanes)

    @property
    def alive(self) -> bool:
        """Whether a runner is ready, or loads."""
        return not self._closing and any(lane.life in _ALIVE for lane in self._lanes)

    def start(self) -> None:
        """Load the runners now, instead of at the first job. Needs the running event loop."""
        if self._loop is not None:
            return
        self._loop = asyncio.get_running_loop()
        for lane in self._lanes:
            # Daemons: an interpreter that must end does not wait for a runner that never returns.
            lane.thread = Thread(target=self._live, args=(lane,), name=f"{self._name}-{lane.number}", daemon=True)
            lane.thread.start()

    async def stylize(self, job: Job) -> AsyncGenerator[Progress | Picture, None]:
        """Paint as the contract says. A job that is closed while others share its run leaves them alone.

        Raises
        ------
        BusyError
            The engine is closed, all its runners are lost, or none is ready and nobody waits.
        EngineError
            What the runner said of this job, or LostError.
        """
        errand = _Errand(job)
        with self._changed:
            if not self.slots:
                raise BusyError(f"{self._name} was lost: {self._why}" if self._why else f"{self._name} takes no jobs")
            self._inbox.append(errand)
            self._changed.notify()
        self.start()
        try:
            while not isinstance(event := await errand.events.get(), Picture | EngineError):
                yield event
            if isinstance(event, Picture):
                yield event
                return
            try:
                raise event
            finally:
                del event  # or the error, its traceback and this frame would keep each other, and the photo, alive
        finally:
            self._forget(errand)

    async def close(self) -> None:
        """End the jobs with LostError and the runs at their next step; wait until every runner has closed or hangs."""
        with self._changed:
            self._closing = True
            for errand in (*self._inbox, *(errand for lane in self._lanes for errand in lane.errands)):
                self._tell(errand, LostError(f"{self._name} was closed"))
            self._inbox.clear()
            self._changed.notify_all()
        for lane in self._lanes:
            if lane.thread is None:
                continue
            await lane.ended.wait()
            if lane.life is not _Life.HUNG:
                lane.thread.join()  # takes no time: telling of the end was the last thing that it did
            if lane.alarm is not None:
                lane.alarm.cancel()

    def _forget(self, errand: _Errand) -> None:
        errand.wanted = False
        with self._changed, suppress(ValueError):
            self._inbox.remove(errand)

    def _tell(self, errand: _Errand, event: Progress | Picture | EngineError) -> None:
        """Hand an event to whoever iterates, from any thread; after the last one the errand is deaf."""
        if not errand.wanted:
            return
        if not isinstance(event, Progress):
            errand.wanted = False  # and never True again: another thread may have cancelled it just now
        self._call(errand.events.put_nowait, event)

    def _call(self, callback: Callable[..., None], *args: object) -> None:
        """Call on the event loop, which may be closed by now: then nobody listens any more."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(callback, *args)

    def _live(self, lane: _Lane) -> None:
        """A lane's thread, from load to close."""
        try:
            lane.runner.load()
            with self._changed:
                lane.life = _Life.READY
            self._observer(Moment.READY, lane.number)
            while self._work(lane):
                pass
        except Exception as error:  # noqa: BLE001 - the boundary to foreign code: whatever it raises, the runner is lost
            self._why = _without_photo(error)
            _log.error("%s: runner %d is lost: %s", self._name, lane.number, self._why)
        self._retire(lane, _Life.GONE)
        try:
            lane.runner.close()
        except Exception as error:  # noqa: BLE001 - the same boundary
            _log.warning("%s: runner %d did not close: %s", self._name, lane.number, _without_photo(error))
        self._call(lane.ended.set)

    def _retire(self, lane: _Lane, life: _Life) -> None:
        """The lane takes no more jobs; with the last lane nobody does."""
        with self._changed:
            if lane.life not in _ALIVE:
                return
            lane.life = life
            for errand in lane.errands:  # of a hung one: any other is through with its run
                self._tell(errand, DeadlineError(f"{self._name} took no step in time"))
            if not any(other.life in _ALIVE for other in self._lanes):
                for errand in self._inbox:
                    self._tell(errand, LostError(f"{self._name} was lost: {self._why}"))
                self._inbox.clear()
        self._observer(Moment.GONE, lane.number)

    def _work(self, lane: _Lane) -> bool:
        """Take jobs and run them; False when there is nothing left to do.

        A function of its own, so that no variable holds a photo while the thread waits for the next.
        """
        errands = self._take(lane)
        if not errands:
            return False
        names = tuple(errand.job.id for errand in errands)
        if self._deadline is not None:
            self._call(self._watch, lane, self._deadline)
        self._observer(Moment.STARTED, names)
        why = "it gave no picture"
        try:
            self._run(lane, errands)
        except Exception as error:
            why = _without_photo(error)
            raise
        finally:
            with self._changed:
                for errand in errands:
                    self._tell(errand, LostError(f"{self._name} was lost under the job: {why}"))
                lane.errands = ()
            self._observer(Moment.ENDED, names)
        return True

    def _take(self, lane: _Lane) -> Sequence[_Errand]:
        """Wait for jobs: the head of the inbox and what may share its run. Nothing when there is no more to do."""
        runner = lane.runner
        with self._changed:
            self._changed.wait_for(lambda: self._inbox or self._closing or lane.life is not _Life.READY)
            if self._closing or lane.life is not _Life.READY:
                return ()
            key = runner.key(self._inbox[0].job)
            alike = [errand for errand in self._inbox if runner.key(errand.job) == key][: runner.batch]
            for errand in alike:
                self._inbox.remove(errand)
            lane.errands = alike
            lane.heard = self._timer.time()
            return alike

    def _run(self, lane: _Lane, errands: Sequence[_Errand]) -> None:
        def on_step(step: int, steps: int, previews: Sequence[Pixels] = (), /) -> None:
            lane.heard = self._timer.time()
            if not any(errand.wanted for errand in errands):
                raise CancelledRunError
            seen: Sequence[Pixels | None] = previews or [None] * len(errands)
            for errand, preview in zip(errands, seen, strict=True):
                self._tell(errand, Progress(step, steps, preview))

        with suppress(CancelledRunError):
            results = lane.runner.run([errand.job for errand in errands], on_step)
            for errand, result in zip(errands, results, strict=True):
                self._tell(errand, result)

    def _watch(self, lane: _Lane, deadline: float) -> None:
        """On the event loop: let an alarm ring when the lane's run could have been silent for too long."""
        if lane.alarm is None:
            silent = self._timer.time() - lane.heard
            lane.alarm = self._timer.call_later(deadline - silent, partial(self._look, lane, deadline))

    def _look(self, lane: _Lane, deadline: float) -> None:
        """The alarm rang: give the lane up, unless it has been heard of since."""
        lane.alarm = None
        with self._changed:
            if not lane.errands:  # between two runs; the next one sets the alarm again
                return
            if self._timer.time() - lane.heard < deadline:
                self._watch(lane, deadline)
                return
            self._why = f"no step in {deadline:.0f} s"
            _log.error("%s: runner %d hangs: %s", self._name, lane.number, self._why)
            self._retire(lane, _Life.HUNG)
        lane.ended.set()


def _without_photo(error: Exception) -> str:
    """An error in words: of a foreign one only the type, since its own words may quote pixels."""
    return str(error) if isinstance(error, EngineError) else type(error).__name__
