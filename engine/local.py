"""LocalEngine: runners of this machine behind the engine's contract, one thread to a runner and one inbox for all."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Condition, Thread

from engine.contract import CancelledRunError, Job, Picture, Progress, Runner
from engine.errors import BusyError, EngineError, LostError

_log = logging.getLogger(__name__)


class Moment(StrEnum):
    """What an observer hears."""

    READY = "ready"  # a runner has loaded; the subject is its number
    STARTED = "started"  # a run begins; the subject is the jobs' ids
    ENDED = "ended"  # the run is over, however; the subject is the jobs' ids
    GONE = "gone"  # a runner takes no more jobs, lost or closed; the subject is its number


Observer = Callable[[Moment, object], None]
"""Hears every moment in the runner's own thread; for tests to wait on instead of sleeping."""


def _nobody(_moment: Moment, _subject: object) -> None:
    """Observe nothing."""


class _Life(StrEnum):
    """A runner's states: loading, then ready, and from either to gone."""

    LOADING = "loading"
    READY = "ready"
    GONE = "gone"


@dataclass(slots=True, eq=False)
class _Lane:
    """A runner and its thread; `ended` is set when the thread has nothing left to do."""

    number: int
    runner: Runner
    life: _Life = _Life.LOADING
    thread: Thread | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, eq=False)
class _Errand:
    """A job in the engine, and where its events go. `wanted` ends with the first event that is no Progress."""

    job: Job
    events: asyncio.Queue[Progress | Picture | EngineError] = field(default_factory=asyncio.Queue)
    wanted: bool = True


class LocalEngine:
    """An Engine around Runners. Belongs to one event loop; a runner is touched by its own thread alone.

    Two threads on one pipeline give silently wrong pictures, hence the one thread to a runner. A runner that raises
    anything but CancelledRunError is lost: its jobs end with LostError and `slots` shrinks. With the last one the
    engine is lost.

    Parameters
    ----------
    runners
        At least one; of one kind, since any of them may get any job.
    """

    def __init__(self, runners: Sequence[Runner], *, observer: Observer = _nobody) -> None:
        self._lanes = [_Lane(number, runner) for number, runner in enumerate(runners)]
        self._name = runners[0].name
        self._observer = observer
        self._inbox: deque[_Errand] = deque()
        self._running: set[_Errand] = set()
        self._closing = False
        self._changed = Condition()  # guards all of the above
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def name(self) -> str:
        """The runners' name."""
        return self._name

    @property
    def slots(self) -> int:
        """The batches of the runners that are ready. While none is, of those that will be: jobs may wait for them."""
        if self._closing:
            return 0
        ready = [lane for lane in self._lanes if lane.life is _Life.READY]
        alive = ready or [lane for lane in self._lanes if lane.life is _Life.LOADING]
        return sum(lane.runner.batch for lane in alive)

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
            The engine is closed, or all its runners are lost.
        EngineError
            What the runner said of this job, or LostError.
        """
        errand = _Errand(job)
        with self._changed:
            if not self.slots:
                raise BusyError(f"{self._name} takes no jobs")
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
        """End the jobs with LostError and the runs at their next step; wait until every runner has closed."""
        with self._changed:
            self._closing = True
            for errand in (*self._inbox, *self._running):
                self._tell(errand, LostError(f"{self._name} was closed"))
            self._inbox.clear()
            self._changed.notify_all()
        for lane in self._lanes:
            if lane.thread is not None:
                await lane.ended.wait()
                lane.thread.join()  # takes no time: telling of the end was the last thing that it did

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
            while self._work(lane.runner):
                pass
        except Exception as error:  # noqa: BLE001 - the boundary to foreign code: whatever it raises, the runner is lost
            _log.error("%s: runner %d is lost: %s", self._name, lane.number, _without_photo(error))
        self._retire(lane)
        try:
            lane.runner.close()
        except Exception as error:  # noqa: BLE001 - the same boundary
            _log.warning("%s: runner %d did not close: %s", self._name, lane.number, _without_photo(error))
        self._call(lane.ended.set)

    def _retire(self, lane: _Lane) -> None:
        """The lane takes no more jobs; with the last lane nobody does."""
        with self._changed:
            lane.life = _Life.GONE
            if all(other.life is _Life.GONE for other in self._lanes):
                for errand in self._inbox:
                    self._tell(errand, LostError(f"{self._name} was lost"))
                self._inbox.clear()
        self._observer(Moment.GONE, lane.number)

    def _work(self, runner: Runner) -> bool:
        """Take jobs and run them; False when there is nothing left to do.

        A function of its own, so that no variable holds a photo while the thread waits for the next.
        """
        errands = self._take(runner)
        if not errands:
            return False
        names = tuple(errand.job.id for errand in errands)
        self._observer(Moment.STARTED, names)
        try:
            self._run(runner, errands)
        finally:
            with self._changed:
                for errand in errands:
                    self._tell(errand, LostError(f"{self._name} was lost under the job"))
                self._running.difference_update(errands)
            self._observer(Moment.ENDED, names)
        return True

    def _take(self, runner: Runner) -> list[_Errand]:
        """Wait for jobs: the head of the inbox and what may share its run. Nothing when the engine closes."""
        with self._changed:
            self._changed.wait_for(lambda: self._inbox or self._closing)
            if self._closing:
                return []
            key = runner.key(self._inbox[0].job)
            alike = [errand for errand in self._inbox if runner.key(errand.job) == key][: runner.batch]
            for errand in alike:
                self._inbox.remove(errand)
            self._running.update(alike)
            return alike

    def _run(self, runner: Runner, errands: Sequence[_Errand]) -> None:
        def on_step(step: int, steps: int) -> None:
            if not any(errand.wanted for errand in errands):
                raise CancelledRunError
            for errand in errands:
                self._tell(errand, Progress(step, steps))

        with suppress(CancelledRunError):
            results = runner.run([errand.job for errand in errands], on_step)
            for errand, result in zip(errands, results, strict=True):
                self._tell(errand, result)


def _without_photo(error: Exception) -> str:
    """An error as a line for the log: of a foreign one only the type, since its words may quote pixels."""
    return f"{type(error).__name__}: {error}" if isinstance(error, EngineError) else type(error).__name__
