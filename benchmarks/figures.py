"""What a benchmark is asked for and what it gives back: an Effort in, a Section of figures and steps out."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np


class Effort(StrEnum):
    """How much work a benchmark may do."""

    FULL = "full"  # what the page shows
    QUICK = "quick"  # a look, in about a minute
    TINY = "tiny"  # small enough for a test: proves that it runs, and its figures mean nothing

    def of(self, full: int, quick: int, tiny: int = 1) -> int:
        """The count, or size, that goes with this effort."""
        return {Effort.FULL: full, Effort.QUICK: quick, Effort.TINY: tiny}[self]


@dataclass(frozen=True, slots=True)
class Target:
    """The bound that a figure is to stay below, or with `at_least` above."""

    bound: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        """Whether a value keeps to it."""
        return value >= self.bound if self.at_least else value < self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    """One number; `value` is None where this system can't tell it."""

    name: str
    value: float | None
    unit: str
    target: Target | None = None

    @property
    def missed(self) -> bool:
        """Whether there is a target and it was not met; what could not be measured misses nothing."""
        return self.target is not None and self.value is not None and not self.target.met(self.value)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a journey, in seconds. What follows the `finish` is drawn, but is no part of the total."""

    name: str
    seconds: float
    finish: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """The figures of one benchmark, with how they were measured."""

    title: str
    how: str
    figures: tuple[Figure, ...]
    steps: tuple[Step, ...] = ()


def percentile(samples: Sequence[float], percent: float) -> float:
    """Linear between the two nearest samples."""
    return float(np.percentile(samples, percent))


def median(samples: Sequence[float]) -> float:
    """The 50th percentile."""
    return percentile(samples, 50)
