"""What came of a trial on a GPU, held against the goals and against the least time that the arithmetic takes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import torch

from benchmarks.figures import Figure, Target
from benchmarks.gpu.cells import Cell
from benchmarks.gpu.lane import Lane
from benchmarks.gpu.setups import PLAIN, Setup
from engine.diffusion.models import Family

_H200 = {
    Family.EDIT: {512: 0.094, 768: 0.211, 1024: 0.408},
    Family.SDXL: {1024: 0.054},
    Family.SD15: {512: 0.0087},
}
_RTX_4090 = {
    Family.EDIT: {512: 0.452, 768: 1.008, 1024: 1.953},
    Family.SDXL: {1024: 0.257},
    Family.SD15: {512: 0.042},
}
FLOORS = {"H200": _H200, "H100": _H200, "RTX 4090": _RTX_4090}
"""Seconds of a picture if nothing took time but its arithmetic, in bf16: computed. An H100 computes as an H200 does."""


@dataclass(slots=True, kw_only=True)
class Trial:
    """What was to be tried, and what came of it so far."""

    planned: Sequence[Setup]
    shrink: bool
    cells: list[Cell] = field(default_factory=list)
    lanes: dict[Setup, Lane | str] = field(default_factory=dict)

    def pace(self, setup: Setup) -> float:
        """Pictures in a second, as far as is known."""
        return next((cell.count / cell.ours for cell in self.cells if cell.setup == setup and cell.ours), 1.0)

    def untried(self) -> Iterator[str]:
        """What there was no time for."""
        done = {(cell.setup, cell.side, cell.count) for cell in self.cells}
        for setup in self.planned:
            for side, count in setup.cases:
                if (setup, side, count) not in done:
                    yield f"{setup.name}, {side} px, {count} a run: the time was up"
            if setup.backlog and setup not in self.lanes:
                yield f"{setup.name}, a crowd: the time was up"

    def of_plain(self, cell: Cell) -> float | None:
        """What a run takes, of what it takes with the model loaded the plain way."""
        alike = (cell.setup.family, cell.side, cell.count)
        for other in self.cells:
            if other.setup.how == PLAIN and (other.setup.family, other.side, other.count) == alike:
                return None if other is cell else share(cell.ours, other.ours)
        return None

    def goals(self) -> Iterator[Figure]:
        """The goals, with what was measured."""
        for setup in self.planned:
            if setup.how == PLAIN:
                yield from self._goals(setup)
        klein = [cell for cell in self.cells if (cell.setup.family, cell.side, cell.count) == (Family.EDIT, 1024, 1)]
        plain = _worst(of_floor(cell) for cell in klein if cell.setup.how == PLAIN)
        best = min(filter(None, map(of_floor, klein)), default=None)
        yield Figure("klein, plain, at 1024 px, of its floor", plain, "x", Target(1.5))
        yield Figure("klein, the best way, at 1024 px, of its floor: a stretch", best, "x", Target(1.25))

    def _goals(self, setup: Setup) -> Iterator[Figure]:
        cells = [cell for cell in self.cells if cell.setup == setup]
        lane = self.lanes.get(setup)
        busy = lane.computing * 100 if isinstance(lane, Lane) else None
        over = _worst(of_bare(cell) for cell in cells if cell.count == 1)
        yield Figure(f"{setup.name}: one photo, of the bare call, at worst", over, "x", Target(1.03))
        yield Figure(
            f"{setup.name}: time in which the GPU computes, under a crowd", busy, "%", Target(95, at_least=True)
        )
        for what, apart in (("bare call", [c.from_bare for c in cells]), ("run alone", [c.from_alone for c in cells])):
            yield Figure(f"{setup.name}: farthest from a {what}, of 255", _worst(apart), "", Target(2))


def of_bare(cell: Cell) -> float | None:
    """What a photo takes in our run, of what it takes in the bare call."""
    return share(cell.ours, cell.bare and cell.bare * cell.count)


def of_floor(cell: Cell) -> float | None:
    """What a photo takes in our run, of the least that its arithmetic takes; None where that is not known."""
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else ""
    floors = next((floors for name, floors in FLOORS.items() if name in gpu), {})
    floor = floors.get(cell.setup.family, {}).get(cell.side)
    return share(cell.ours, floor and floor * cell.count)


def share(part: float | None, whole: float | None) -> float | None:
    """One, of the other; None where either is not known."""
    return part / whole if part is not None and whole else None


def _worst(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
