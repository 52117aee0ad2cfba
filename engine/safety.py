"""Whether a picture is safe to be shown, asked of a classifier in a thread of its own; whatever fails is unsafe."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from threading import Condition, Thread
from typing import Final, Protocol

from engine.contract import Pixels
from engine.errors import EngineError
from engine.local import LOOP, Timer

THRESHOLD: Final = 0.5
"""From this score on a picture is unsafe: what a classifier was trained to, so that its most likely label decides."""

DEADLINE: Final = 30.0
"""Seconds that a check takes at most. Loading takes some ten after a start, looking at a picture well under one."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a checker says of a picture.

    Attributes
    ----------
    unsafe
        It must not be shown.
    score
        How likely it is to be unsafe, 0..1; None where that is not known, and then it counts as unsafe.
    """

    unsafe: bool
    score: float | None

    @property
    def judged(self) -> bool:
        """Whether it was looked at: False where the checker failed or was late."""
        return self.score is not None

    @classmethod
    def of(cls, score: float, threshold: float = THRESHOLD) -> "Verdict":
        """What a score means."""
        return cls(unsafe=score >= threshold, score=score)


NOT_JUDGED: Final = Verdict(unsafe=True, score=None)
"""Of a picture that no classifier has looked at though there is one."""


class SafetyChecker(Protocol):
    """Something that looks at photos before they are painted, and at pictures before they are shown."""

    @property
    def name(self) -> str:
        """The checker's name, as operators read it."""

    async def check(self, pixels: Pixels) -> Verdict:
        """Look at one picture, of any size. Raises nothing but CancelledError: what fails is unsafe and not judged."""

    async def close(self) -> None:
        """End the thread and give the memory back; pictures that wait are not judged."""


Score = Callable[[Pixels], float]
"""Looks at one picture, and says how likely it is to be unsafe, 0..1. Called in one thread."""


class State(StrEnum):
    """A LocalChecker's states: loading, then ready or failed; and closed from each."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"  # it could not be loaded, and is not tried again
    CLOSED = "closed"


_TAKING: Final = frozenset({State.LOADING, State.READY})


@dataclass(slots=True, eq=False)
class _Errand:
    """A picture to be looked at, and where the verdict goes."""

    pixels: Pixels = field(repr=False)
    verdict: "asyncio.Future[Verdict]"


class LocalChecker:
    """A SafetyChecker around a classifier of this machine. Belongs to one event loop.

    One thread loads the classifier and looks at one picture after the other. A call that takes longer than the deadline
    can't be ended, and no second one is made beside it: a model serves one thread. So pictures behind it wait, each up
    to its own deadline. They are not refused at once, since nobody can tell a call that hangs from one that is slow,
    and behind a slow one they are judged after all.

    Parameters
    ----------
    load
        Gives the classifier. Called once, in the thread; may take seconds. Of an EngineError that it raises the text is
        logged, of other errors only the type.
    threshold
        From this score on a picture is unsafe, 0..1.
    deadline
        Seconds from `check` to the verdict, with loading and waiting.
    timer
        Measures the deadline.
    """

    def __init__(
        self,
        name: str,
        load: Callable[[], Score],
        *,
        threshold: float = THRESHOLD,
        deadline: float = DEADLINE,
        timer: Timer = LOOP,
    ) -> None:
        self._name = name
        self._load = load
        self._threshold = threshold
        self._deadline = deadline
        self._timer = timer
        self._state = State.LOADING
        self._inbox: deque[_Errand] = deque()
        self._under_way: _Errand | None = None
        self._changed = Condition()  # guards the state, the inbox and what is under way
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()

    @property
    def name(self) -> str:
        """The classifier's."""
        return self._name

    @property
    def state(self) -> State:
        """How far it has come."""
        return self._state

    def start(self) -> None:
        """Load the classifier now, instead of at the first check. Needs the running event loop."""
        if self._thread is not None or self._state is State.CLOSED:
            return
        self._loop = asyncio.get_running_loop()
        # a daemon: an interpreter that must end does not wait for a classifier that never returns
        self._thread = Thread(target=self._live, name=f"safety-{self._name}", daemon=True)
        self._thread.start()

    async def check(self, pixels: Pixels) -> Verdict:
        """Look at one picture, once the classifier is loaded and has looked at those before it.

        Parameters
        ----------
        pixels
            As in `engine.contract.Pixels`; left as they are.
        """
        self.start()
        errand = _Errand(pixels, asyncio.get_running_loop().create_future())
        with self._changed:
            if self._state not in _TAKING:
                return self._not_judged(f"the checker has {self._state}")
            self._inbox.append(errand)
            self._changed.notify()
        alarm = self._timer.call_later(self._deadline, partial(self._late, errand))
        try:
            return await errand.verdict
        finally:
            alarm.cancel()
            with self._changed, suppress(ValueError):
                self._inbox.remove(errand)

    async def close(self) -> None:
        """End the thread, after the call that is under way: whoever can't wait for that puts a timeout around it."""
        with self._changed:
            self._state = State.CLOSED
            for errand in (*self._inbox, *([self._under_way] if self._under_way else [])):
                _settle(errand, self._not_judged("the checker was closed"))
            self._inbox.clear()
            self._changed.notify()
        if self._thread is not None:
            await self._ended.wait()
            self._thread.join()  # takes no time: telling of the end was the last thing that it did

    def _late(self, errand: _Errand) -> None:
        if not errand.verdict.done():
            _settle(errand, self._not_judged(f"no verdict in {self._deadline:.0f} s"))

    def _not_judged(self, why: str) -> Verdict:
        _log.warning("%s: a picture counts as unsafe: %s", self._name, why)
        return NOT_JUDGED

    def _call(self, callback: Callable[..., None], *args: object) -> None:
        """Call on the event loop, which may be closed by now: then nobody listens any more."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(callback, *args)

    def _live(self) -> None:
        """The thread, from load to close."""
        try:
            score = self._load()
        except Exception as error:  # noqa: BLE001 - the boundary to foreign code: whatever it raises, nothing is judged
            _log.error("%s: every picture counts as unsafe until a restart: %s", self._name, _without_picture(error))
            self._become(State.FAILED)
        else:
            self._become(State.READY)
            while self._work(score):
                pass
            del score
        self._call(self._ended.set)

    def _become(self, state: State) -> None:
        with self._changed:
            if self._state is State.LOADING:
                self._state = state
            if state is State.FAILED:
                for errand in self._inbox:
                    self._call(_settle, errand, self._not_judged("the checker has failed"))
                self._inbox.clear()

    def _work(self, score: Score) -> bool:
        """Wait for a picture and look at it; False when there is nothing left to do.

        A function of its own, so that no variable holds a picture while the thread waits for the next.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._inbox or self._state is State.CLOSED)
            if self._state is State.CLOSED:
                return False
            self._under_way = errand = self._inbox.popleft()
        verdict = self._judge(score, errand.pixels)
        del errand.pixels  # now: whoever hears the verdict may rely on it that nothing here holds the picture
        with self._changed:
            self._under_way = None
        self._call(_settle, errand, verdict)
        return True

    def _judge(self, score: Score, pixels: Pixels) -> Verdict:
        try:
            found = float(score(pixels))
        except Exception as error:  # noqa: BLE001 - the same boundary; the next picture may do better
            return self._not_judged(_without_picture(error))
        if not 0 <= found <= 1:  # which NaN is not either
            return self._not_judged(f"the score is {found}")
        return Verdict.of(found, self._threshold)


def _settle(errand: _Errand, verdict: Verdict) -> None:
    """On the event loop: the first verdict counts, and one that nobody waits for any more is dropped."""
    if not errand.verdict.done():
        errand.verdict.set_result(verdict)


def _without_picture(error: Exception) -> str:
    """An error in words: of a foreign one only the type, since its own words may quote pixels."""
    return str(error) if isinstance(error, EngineError) else type(error).__name__
