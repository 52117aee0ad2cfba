"""The painter as a Runner: it paints in a child process, one photo at a time."""

import time
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress

import numpy as np

from engine.contract import Job, Medium, Picture, Pixels
from engine.errors import EngineError, LostError
from engine.link import Header
from engine.painter import task
from engine.worker import Worker
from styles.recipe import Brush, Line, Recipe

_DEADLINE = 30.0  # seconds; the largest photo takes one or two, beside others on a busy core a few more
_CPU_SECONDS = 30  # a child whose parent was killed while it painted must not paint for ever
_WARM_UP = Recipe(
    brush=Brush(radius=2, stroke=2),
    line=Line(width=1, stroke=2, faint=0.01, full=0.02, shortest=0, amount=0),
)


class PainterRunner:
    """Paints by the recipes of the styles. A child that dies costs its job; the next job gets a new one."""

    def __init__(self) -> None:
        self._worker = Worker(task.run, name="painter", cpu_seconds=_CPU_SECONDS)

    @property
    def name(self) -> str:
        """The engine's name, as members read it."""
        return "painter"

    @property
    def batch(self) -> int:
        """One: a photo takes a whole core."""
        return 1

    def key(self, job: Job) -> Hashable:
        """Nothing is gained by sharing a run."""
        return job.id

    def load(self) -> None:
        """Start the child and let it paint a small square: its imports would otherwise delay the first photo.

        A child that does not start now may start for a photo, whose job says so where it does not.
        """
        with suppress(LostError):
            self._worker.start()
            self._paint(np.zeros((32, 32, 3), np.uint8), _WARM_UP, 0, 0, lambda *_: None)

    def run(self, jobs: Sequence[Job], on_step: Callable[[int, int], None]) -> Sequence[Picture | EngineError]:
        """Paint each job; LostError stands for one whose child died or took too long.

        Raises
        ------
        CancelledRunError
            `on_step` raised it. The child was ended; the next job gets a new one.
        """
        return [self._picture(job, on_step) for job in jobs]

    def close(self) -> None:
        """End the child."""
        self._worker.close()

    def _picture(self, job: Job, on_step: Callable[[int, int], None]) -> Picture | EngineError:
        started = time.monotonic()
        try:
            pixels = self._paint(job.pixels, job.style.painter, job.strength, job.seed, on_step)
        except LostError as error:
            return error
        return Picture(
            pixels=pixels,
            engine=self.name,
            medium=Medium.FILTER,
            seed=job.seed,
            seconds=time.monotonic() - started,
        )

    def _paint(
        self, pixels: Pixels, recipe: Recipe, strength: float, seed: int, on_step: Callable[[int, int], None]
    ) -> Pixels:
        def on_note(note: Header) -> None:
            on_step(note["step"], note["steps"])

        header, payload = task.call(pixels, recipe, strength, seed)
        _, painted = self._worker.call(header, payload, deadline=_DEADLINE, on_note=on_note)
        if len(painted) != pixels.size:
            raise LostError("painter: its answer is no picture of this size")
        return np.frombuffer(painted, np.uint8).reshape(pixels.shape)
