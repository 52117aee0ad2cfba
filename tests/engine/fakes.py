"""A runner and a checker that do what a script says, signals and a timer to try with, and photos and jobs to give."""

import asyncio
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np

import styles
from engine.contract import Job, Medium, OnStep, Picture, Pixels
from engine.errors import BusyError, DeadlineError, DeclinedError, EngineError, LostError, UnfitError
from engine.safety import NOT_JUDGED, Verdict

STEPS = 3

SAFE = Verdict.of(0.01)
UNSAFE = Verdict.of(0.99)


class Act(StrEnum):
    """What a FakeRunner does with a run."""

    PAINT = "paint"  # a plausible picture
    BLACK = "black"
    COPY = "copy"  # the photo itself
    PREVIEW = "preview"  # paint, with a preview of each picture at every step but the last
    REFUSE = "refuse"  # an error for each job
    DECLINE = "decline"  # a style that it does not do, for each job
    NO_ROOM = "no_room"  # out of memory, for each job
    DIE = "die"  # LostError for each job, and the next run works again
    LATE = "late"  # the same with DeadlineError
    LOSE = "lose"  # LostError for the whole run
    CRASH = "crash"  # what no runner should raise
    STALL = "stall"  # wait at the gate after the first step, then paint
    SLOW = "slow"  # wait at the gate after every step, then paint
    HANG = "hang"  # take no step, wait at the gate, then paint after all


class FakeRunner:
    """A deterministic Runner. Each run does the next act of its script, and paints when the script is at its end.

    Attributes
    ----------
    gate
        Each release of it lets one run that waits go on.
    runs
        The ids of the jobs of every run.
    steps
        Every step after which a run was let go on.
    threads
        Every thread that called load, run or close.
    """

    def __init__(
        self,
        *script: Act,
        batch: int = 1,
        key: Callable[[Job], Hashable] = lambda job: job.pixels.shape,
        load: Callable[[], None] = lambda: None,
        name: str = "fake",
        medium: Medium = Medium.FILTER,
    ) -> None:
        self._script = list(script)
        self._batch = batch
        self._key = key
        self._load = load
        self._name = name
        self._medium = medium
        self.gate = threading.Semaphore(0)
        self.runs: list[list[str]] = []
        self.steps: list[int] = []
        self.threads: set[int] = set()
        self.closed = False

    @property
    def name(self) -> str:
        return self._name

    @property
    def batch(self) -> int:
        return self._batch

    def key(self, job: Job) -> Hashable:
        return self._key(job)

    def load(self) -> None:
        self.threads.add(threading.get_ident())
        self._load()

    def run(self, jobs: Sequence[Job], on_step: OnStep) -> Sequence[Picture | EngineError]:
        self.threads.add(threading.get_ident())
        self.runs.append([job.id for job in jobs])
        act = self._script.pop(0) if self._script else Act.PAINT
        if act is Act.HANG:
            self.gate.acquire()
            return [self._result(act, job) for job in jobs]
        for step in range(1, STEPS + 1):
            seen = act is Act.PREVIEW and step < STEPS
            on_step(step, STEPS, [job.pixels[::8, ::8].copy() for job in jobs] if seen else ())
            self.steps.append(step)
            if act is Act.SLOW or (act is Act.STALL and step == 1):
                self.gate.acquire()
            if act is Act.LOSE:
                raise LostError("the fake was told to be lost")
            if act is Act.CRASH:
                raise ZeroDivisionError
        return [self._result(act, job) for job in jobs]

    def close(self) -> None:
        self.threads.add(threading.get_ident())
        self.closed = True

    def _result(self, act: Act, job: Job) -> Picture | EngineError:
        match act:
            case Act.REFUSE:
                return UnfitError("refused")
            case Act.DECLINE:
                return DeclinedError("the fake does not do this")
            case Act.NO_ROOM:
                return BusyError("the fake has no room")
            case Act.DIE:
                return LostError("the fake died")
            case Act.LATE:
                return DeadlineError("the fake was late")
            case Act.BLACK:
                pixels = np.zeros_like(job.pixels)
            case Act.COPY:
                pixels = job.pixels.copy()
            case _:
                pixels = posterised(job.pixels, job.seed)
        return Picture(pixels=pixels, engine=self.name, medium=self._medium, seed=job.seed, seconds=0.25)


class Signals:
    """An observer that tests wait on instead of sleeping. Make it on the event loop; call it from any thread."""

    def __init__(self) -> None:
        self.heard: list[tuple[StrEnum, object]] = []
        self._loop = asyncio.get_running_loop()
        self._more = asyncio.Event()

    def __call__(self, moment: StrEnum, subject: object) -> None:
        self.heard.append((moment, subject))
        self._loop.call_soon_threadsafe(self._more.set)

    async def until(self, moment: StrEnum, subject: object = None, *, times: int = 1) -> None:
        """Wait until the moment (of this subject, if one is given) was heard so many times."""
        async with asyncio.timeout(10):
            while len([one for one in self.of(moment) if subject is None or one == subject]) < times:
                self._more.clear()
                await self._more.wait()
        await asyncio.sleep(0)  # what was asked of the loop before the moment is done by now

    def of(self, moment: StrEnum) -> list[object]:
        """The subjects of every such moment, in order."""
        return [subject for heard, subject in self.heard if heard is moment]


@dataclass(slots=True, eq=False)
class _Alarm:
    due: float
    callback: Callable[[], None]
    timer: "FakeTimer"

    def cancel(self) -> None:
        self.timer.alarms.discard(self)


class FakeTimer:
    """Time that passes when a test says so, for deadlines. To be told on the event loop."""

    def __init__(self) -> None:
        self._now = 0.0
        self.alarms: set[_Alarm] = set()
        self.set = 0

    def time(self) -> float:
        return self._now

    def call_later(self, delay: float, callback: Callable[[], None], /) -> _Alarm:
        alarm = _Alarm(self._now + delay, callback, self)
        self.alarms.add(alarm)
        self.set += 1
        return alarm

    def advance(self, seconds: float) -> None:
        """Let time pass, and every alarm ring at its moment."""
        end = self._now + seconds
        while due := sorted((alarm for alarm in self.alarms if alarm.due <= end), key=lambda alarm: alarm.due):
            self.alarms.remove(due[0])
            self._now = due[0].due
            due[0].callback()
        self._now = end


def photo(height: int = 96, width: int = 128) -> Pixels:
    """A scene of a few shapes on a gradient: edges, tones and some grain."""
    y, x = np.mgrid[0:height, 0:width]
    scene = np.stack([90 + 120 * x / width, 60 + 140 * y / height, 160 - 90 * x / width], axis=-1)
    scene[(x - 0.3 * width) ** 2 + (y - 0.4 * height) ** 2 < (0.2 * height) ** 2] = (220, 190, 150)
    scene[(abs(x - 0.7 * width) < 0.12 * width) & (y > 0.35 * height)] = (40, 60, 90)
    scene[(x + y) % 40 < 6] *= 0.6
    return (scene + np.random.default_rng(0).normal(0, 3, scene.shape)).clip(0, 255).astype(np.uint8)


def posterised(pixels: Pixels, seed: int) -> Pixels:
    """A picture that passes for a drawing of the photo: few tones, and a tint by the seed."""
    tones = pixels.astype(np.int16) // 48 * 48 + 40
    return (tones + np.random.default_rng(seed).integers(-12, 12, 3)).clip(0, 255).astype(np.uint8)


@cache
def catalogue() -> styles.Catalogue:
    """The styles that come with the bot."""
    return styles.load()


def job(name: str = "job", *, seed: int = 7, pixels: Pixels | None = None) -> Job:
    """A job for any engine."""
    return Job(
        id=name, pixels=photo() if pixels is None else pixels, style=catalogue()["ghibli"], strength=0.5, seed=seed
    )


class FakeChecker:
    """A SafetyChecker that says what its script says, one verdict a check, and SAFE when that is at its end.

    Attributes
    ----------
    gate
        While it is cleared checks wait, as behind a slow classifier.
    checked
        Height and width of every picture that it was asked about.
    """

    def __init__(self, *script: Verdict, name: str = "fake checker") -> None:
        self._script = list(script)
        self._name = name
        self.gate = asyncio.Event()
        self.gate.set()
        self.checked: list[tuple[int, ...]] = []
        self.closed = False

    @property
    def name(self) -> str:
        return self._name

    async def check(self, pixels: Pixels) -> Verdict:
        self.checked.append(pixels.shape[:2])
        if self.closed:
            return NOT_JUDGED
        verdict = self._script.pop(0) if self._script else SAFE
        await self.gate.wait()
        return verdict

    async def close(self) -> None:
        self.closed = True
        self.gate.set()
