"""What the bot and an engine say to each other: a Job goes in, Progress and one Picture come out."""

from collections.abc import AsyncGenerator, Hashable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from styles import Style

Pixels = NDArray[np.uint8]
"""A picture as it travels: (height, width, 3), uint8, RGB in sRGB, upright."""


class Why(StrEnum):
    """Why the backup painted a picture, and not the engine that comes first."""

    NOT_READY = "not_ready"  # it is still loading, or waits for its weights
    BUSY = "busy"  # it had no room, in its queue or in memory
    DECLINED = "declined"  # it does not do this style
    UNFIT = "unfit"  # what it made was not fit to show
    LATE = "late"  # it took too long
    LOST = "lost"  # it broke down
    HURRY = "hurry"  # the member would not wait for it


class Medium(StrEnum):
    """How a picture was made, in the words of the IPTC digital source type vocabulary.

    Source: https://cv.iptc.org/newscodes/digitalsourcetype/
    """

    FILTER = "algorithmicallyEnhanced"  # the painter: an algorithm changed a photo, no model was trained
    MODEL = "compositeWithTrainedAlgorithmicMedia"  # a trained model edited a photo


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Job:
    """One photo to be painted. It exists only from fetch to encode: a photo lives in memory for seconds.

    Attributes
    ----------
    id
        The name of the job in logs; says nothing about the member.
    pixels
        The prepared photo.
    strength
        0 is the subtlest and 1 the boldest version of the style; every engine maps it to its own knob.
    seed
        0 <= seed < 2**32. The same job with the same seed gives the same picture from the same
        engine, as far as rounding goes where jobs share a run.
    """

    id: str
    pixels: Pixels = field(repr=False)
    style: Style
    strength: float
    seed: int


@dataclass(frozen=True, slots=True)
class Progress:
    """`step` of `steps` are done. After a second attempt it may start again from a lower step.

    Attributes
    ----------
    preview
        What the picture is going to be, small and rough; only of some steps, and only where there are many.
    """

    step: int
    steps: int
    preview: Pixels | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Detour:
    """The engine that comes first, and why it did not paint."""

    engine: str
    why: Why


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Picture:
    """What an engine made: pixels of the photo's shape, and who made them with which seed.

    Attributes
    ----------
    seconds
        Engine time, without waiting in a queue.
    detour
        Set where a backup painted it.
    """

    pixels: Pixels = field(repr=False)
    engine: str
    medium: Medium
    seed: int
    seconds: float
    detour: Detour | None = None


class Engine(Protocol):
    """Something that paints. Close the iterator to cancel; iterate inside `contextlib.aclosing`."""

    @property
    def name(self) -> str:
        """The engine's name, as members read it on the card."""

    @property
    def slots(self) -> int:
        """How many jobs it wants in flight now: the only back-pressure signal. 0 while it can take none."""

    @property
    def alive(self) -> bool:
        """Whether it may ever take jobs again; False once it is closed or lost."""

    def stylize(self, job: Job) -> AsyncGenerator[Progress | Picture, None]:
        """Yield any number of Progress, then exactly one Picture.

        Raises
        ------
        EngineError
            Any of the tree; nothing else leaves an engine.
        """

    async def close(self) -> None:
        """End threads and processes and give the memory back; jobs in flight end with LostError."""


class OnStep(Protocol):
    """Called from inside a run after each step; raises CancelledRunError to make the run stop."""

    def __call__(self, step: int, steps: int, previews: Sequence[Pixels] = (), /) -> None:
        """`step` of `steps` are done; `previews` are none, or one for each job of the run."""


class CancelledRunError(Exception):
    """Nobody wants the run any more. Raised by `on_step`; a Runner lets it pass through and stays usable."""


class Runner(Protocol):
    """The synchronous thing inside a LocalEngine: one device (or process), one thread, one batch at a time."""

    @property
    def name(self) -> str:
        """The engine's name, as members read it."""

    @property
    def batch(self) -> int:
        """The most jobs that one run takes now."""

    def key(self, job: Job) -> Hashable:
        """Jobs with equal keys may share a run."""

    def load(self) -> None:
        """Do what is slow and needed once; called in the runner's own thread before the first run."""

    def run(self, jobs: Sequence[Job], on_step: OnStep) -> Sequence[Picture | EngineError]:
        """Paint the jobs: one result each, in their order, so that one failure never touches its neighbours.

        Raises
        ------
        LostError
            The runner is gone for good (the whole run failed with it).
        CancelledRunError
            `on_step` raised it.
        """

    def close(self) -> None:
        """Give everything back; called in the runner's own thread after the last run."""
