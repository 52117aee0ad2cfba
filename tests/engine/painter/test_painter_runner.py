"""The painter in its child process."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

import styles
from engine.contract import CancelledRunError, Job, Medium, Picture, Pixels
from engine.errors import LostError
from engine.painter.paint import STEPS, paint
from engine.painter.runner import PainterRunner
from tests.engine.painter.scenes import ignore, meadow

STYLES = styles.load()


@pytest.fixture(scope="module")
def runner() -> Iterator[PainterRunner]:
    runner = PainterRunner()
    runner.load()
    yield runner
    runner.close()


def job(pixels: Pixels | None = None, *, style: str = "ghibli", seed: int = 5) -> Job:
    return Job(
        id=f"job {seed}", pixels=meadow() if pixels is None else pixels, style=STYLES[style], strength=0.5, seed=seed
    )


def the_picture(runner: PainterRunner, painted: Job) -> Picture:
    (result,) = runner.run([painted], ignore)
    assert isinstance(result, Picture)
    return result


@pytest.mark.parametrize("style", STYLES)
def test_the_child_paints_what_the_painter_paints(runner: PainterRunner, style: str) -> None:
    picture = the_picture(runner, job(style=style))
    assert picture.pixels.tobytes() == paint(meadow(), STYLES[style].painter, 0.5, 5, ignore).tobytes()
    assert (picture.engine, picture.medium, picture.seed) == ("painter", Medium.FILTER, 5)
    assert picture.seconds > 0


def test_progress_arrives_in_order(runner: PainterRunner) -> None:
    seen: list[tuple[int, int]] = []
    runner.run([job()], lambda step, steps: seen.append((step, steps)))
    assert seen == [(step, STEPS) for step in range(1, STEPS + 1)]


def test_each_job_has_its_own_result_in_their_order(runner: PainterRunner) -> None:
    results = runner.run([job(meadow(64, 80), seed=1), job(meadow(80, 64), seed=2)], ignore)
    assert [(result.seed, result.pixels.shape) for result in results if isinstance(result, Picture)] == [
        (1, (64, 80, 3)),
        (2, (80, 64, 3)),
    ]


def test_a_cancelled_run_leaves_it_usable(runner: PainterRunner) -> None:
    def cancel(step: int, steps: int) -> None:
        raise CancelledRunError(step, steps)

    with pytest.raises(CancelledRunError):
        runner.run([job()], cancel)
    assert the_picture(runner, job()).pixels.shape == meadow().shape


def test_a_child_that_dies_costs_its_job_and_not_the_runner(runner: PainterRunner) -> None:
    def kill(step: int, steps: int) -> None:
        assert step <= steps
        child = runner._worker.pid
        assert child is not None
        os.kill(child, signal.SIGKILL)

    (result,) = runner.run([job()], kill)
    assert type(result) is LostError
    assert the_picture(runner, job()).pixels.shape == meadow().shape


def test_a_photo_that_the_painter_cannot_paint_costs_its_job_alone(runner: PainterRunner) -> None:
    broken, good = runner.run([job(np.zeros((40, 40), np.uint8)), job()], ignore)
    assert isinstance(broken, LostError)
    assert isinstance(good, Picture)


def test_a_closed_runner_loses_its_jobs() -> None:
    closed = PainterRunner()
    closed.close()
    (result,) = closed.run([job()], ignore)
    assert isinstance(result, LostError)


def test_the_parent_does_not_load_opencv() -> None:
    code = "import sys, engine.painter.runner; sys.exit('cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
