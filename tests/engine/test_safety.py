"""SafetyCheckers: what each promises, and that a classifier which fails, hangs or is not there yet shows nothing."""

import asyncio
import gc
import logging
import threading
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import numpy as np
import pytest

from engine.contract import Pixels
from engine.errors import LostError
from engine.safety import NOT_JUDGED, LocalChecker, SafetyChecker, State, Verdict
from tests.engine.fakes import SAFE, UNSAFE, FakeChecker, FakeTimer, photo


class Classifier:
    """Gives its scores one after the other; None waits at the gate, and an error is raised."""

    def __init__(self, *script: object) -> None:
        self._script = list(script)
        self.entered = threading.Semaphore(0)
        self.gate = threading.Event()
        self.threads: list[int] = []

    def load(self) -> "Classifier":
        return self

    def __call__(self, _pixels: Pixels) -> float:
        self.threads.append(threading.get_ident())
        self.entered.release()
        act = self._script.pop(0)
        if act is None:
            assert self.gate.wait(10)
            act = 0.25
        if isinstance(act, Exception):
            raise act
        return act  # type: ignore[return-value]  # what else a classifier might give is tried too

    async def until_entered(self) -> None:
        assert await asyncio.to_thread(self.entered.acquire, timeout=10)


def checker_of(classifier: Classifier, timer: FakeTimer | None = None) -> LocalChecker:
    return LocalChecker("tiny", classifier.load, deadline=10, timer=timer or FakeTimer())


async def turns() -> None:
    """Let tasks that were just made reach their first wait."""
    for _ in range(3):
        await asyncio.sleep(0)


CHECKERS: dict[str, Callable[[], SafetyChecker]] = {
    "local": lambda: LocalChecker("tiny", Classifier(0.01, 0.99).load),
    "fake": lambda: FakeChecker(SAFE, UNSAFE),
}


@pytest.fixture(params=CHECKERS)
async def checker(request: pytest.FixtureRequest) -> AsyncIterator[SafetyChecker]:
    made = CHECKERS[request.param]()
    yield made
    await made.close()


async def test_it_has_a_name_and_says_of_one_picture_after_the_other_what_it_is(checker: SafetyChecker) -> None:
    assert checker.name
    pixels = photo()
    before = pixels.copy()
    assert [await checker.check(pixels) for _ in range(2)] == [SAFE, UNSAFE]
    assert np.array_equal(pixels, before)


async def test_closed_it_judges_nothing_and_everything_is_unsafe(checker: SafetyChecker) -> None:
    await checker.close()
    assert await checker.check(photo()) == NOT_JUDGED
    await checker.close()


async def test_a_check_can_be_cancelled_and_the_next_one_is_as_ever(checker: SafetyChecker) -> None:
    task = asyncio.create_task(checker.check(photo()))
    await turns()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert await checker.check(photo()) in {SAFE, UNSAFE}


@pytest.mark.parametrize(("score", "unsafe"), [(0.0, False), (0.499, False), (0.5, True), (1.0, True)])
def test_the_threshold_parts_safe_from_unsafe(score: float, unsafe: bool) -> None:
    verdict = Verdict.of(score)
    assert (verdict.unsafe, verdict.score, verdict.judged) == (unsafe, score, True)
    assert (NOT_JUDGED.unsafe, NOT_JUDGED.judged) == (True, False)


async def test_another_threshold_may_be_set() -> None:
    checker = LocalChecker("tiny", Classifier(0.7, 0.9).load, threshold=0.8)
    assert [(await checker.check(photo())).unsafe for _ in range(2)] == [False, True]
    await checker.close()


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (ValueError("pixel 17 is (1, 2, 3)"), "ValueError"),
        (float("nan"), "the score is nan"),
        (float("inf"), "the score is inf"),
        (1.5, "the score is 1.5"),
        (-0.5, "the score is -0.5"),
        ("words", "ValueError"),
    ],
)
async def test_a_classifier_that_fails_makes_the_picture_unsafe_and_the_next_one_is_judged(
    act: object, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    checker = checker_of(Classifier(act, 0.25))
    assert await checker.check(photo()) == NOT_JUDGED
    assert f"tiny: a picture counts as unsafe: {why}" in caplog.text
    assert "pixel 17" not in caplog.text
    assert await checker.check(photo()) == Verdict.of(0.25)
    assert checker.state is State.READY
    await checker.close()


async def test_it_may_be_loaded_before_the_first_check_and_then_knows_that_it_is_ready() -> None:
    loaded = threading.Semaphore(0)

    def load() -> Classifier:
        loaded.release()
        return Classifier(0.25)

    checker = LocalChecker("tiny", load)
    states = [checker.state]
    checker.start()
    assert await asyncio.to_thread(loaded.acquire, timeout=10)
    await checker.check(photo())
    states.append(checker.state)
    await checker.close()
    assert [*states, checker.state] == [State.LOADING, State.READY, State.CLOSED]


async def test_while_it_loads_checks_wait_up_to_their_deadline() -> None:
    gate, timer = threading.Event(), FakeTimer()

    def load() -> Classifier:
        assert gate.wait(10)
        return Classifier(0.25)

    checker = LocalChecker("tiny", load, deadline=10, timer=timer)
    early = asyncio.create_task(checker.check(photo()))
    await turns()
    timer.advance(5)
    late = asyncio.create_task(checker.check(photo()))
    await turns()
    timer.advance(6)
    assert await early == NOT_JUDGED
    assert not late.done()
    gate.set()
    assert await late == Verdict.of(0.25)
    assert not timer.alarms
    await checker.close()


@pytest.mark.parametrize(
    ("error", "why"), [(LostError("tiny: its files are gone"), "tiny: its files are gone"), (KeyError(3), "KeyError")]
)
async def test_one_that_can_not_be_loaded_makes_everything_unsafe_and_says_so_once(
    error: Exception, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    def load() -> Classifier:
        raise error

    checker = LocalChecker("tiny", load)
    assert await checker.check(photo()) == NOT_JUDGED
    assert checker.state is State.FAILED
    assert await checker.check(photo()) == NOT_JUDGED
    (told,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert told == f"tiny: every picture counts as unsafe until a restart: {why}"
    await checker.close()


async def test_a_call_that_hangs_is_a_time_out_and_no_second_one_is_made_beside_it() -> None:
    classifier, timer = Classifier(None, 0.75), FakeTimer()
    checker = checker_of(classifier, timer)
    stuck = asyncio.create_task(checker.check(photo()))
    await classifier.until_entered()
    timer.advance(10)
    assert await stuck == NOT_JUDGED
    behind = asyncio.create_task(checker.check(photo()))
    await turns()
    timer.advance(10)
    assert await behind == NOT_JUDGED
    assert len(classifier.threads) == 1

    patient = asyncio.create_task(checker.check(photo()))
    await turns()
    classifier.gate.set()
    assert await patient == Verdict.of(0.75)
    assert len(classifier.threads) == 2  # and of the one that was given up nobody asked any more
    assert len({*classifier.threads, threading.get_ident()}) == 2
    await checker.close()


async def test_closing_it_waits_for_the_call_under_way_and_judges_nothing_more() -> None:
    classifier = Classifier(None)
    checker = checker_of(classifier)
    checks = [asyncio.create_task(checker.check(photo())) for _ in range(2)]
    await classifier.until_entered()
    await turns()
    closing = asyncio.create_task(checker.close())
    assert await asyncio.gather(*checks) == [NOT_JUDGED, NOT_JUDGED]
    assert not closing.done()
    classifier.gate.set()
    await closing
    assert len(classifier.threads) == 1
    assert checker.state is State.CLOSED


async def test_one_that_was_never_asked_has_no_thread_to_end() -> None:
    checker = checker_of(Classifier())
    await checker.close()
    checker.start()
    assert not [thread for thread in threading.enumerate() if thread.name == "safety-tiny"]


async def test_no_photo_is_kept_after_its_verdict() -> None:
    checker = checker_of(Classifier(0.25, ZeroDivisionError()))
    for _ in range(2):
        pixels = photo()
        kept = weakref.ref(pixels)
        await checker.check(pixels)
        del pixels
        gc.collect()
        assert kept() is None
    await checker.close()
