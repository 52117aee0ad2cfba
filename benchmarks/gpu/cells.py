"""One size and count of photos with a loaded model: timed in turns with the bare call, and compared with it."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch

from benchmarks.bare import Painter, in_turns, jobs
from benchmarks.figures import median
from benchmarks.gpu.setups import Setup
from engine.contract import Job, Pixels
from engine.diffusion.traits import Offload

_MOST = 20  # rounds
_WORDS = 160  # characters of an error


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What came of it; None where it failed, or there is no such thing.

    Attributes
    ----------
    ours
        Seconds of our run.
    bare
        Seconds of the bare call, which takes one photo.
    peak
        The most bytes that torch had on the device, weights and all.
    from_bare
        How far any value of a picture is from that of the bare call, of 255.
    from_alone
        How far any value of a picture is from that of a run of its own.
    note
        What failed, or was logged.
    """

    setup: Setup
    side: int
    count: int
    ours: float | None = None
    bare: float | None = None
    peak: int | None = None
    from_bare: int | None = None
    from_alone: int | None = None
    note: str = ""


def tried(painter: Painter, setup: Setup, side: int, count: int, *, patience: float) -> Cell:
    """Time it for about so many seconds of patience; what fails stands in the note."""
    try:
        return _timed(painter, setup, side, count, patience)
    except Exception as error:  # noqa: BLE001 - whatever one cell raises, the others are tried
        note = told(error)
    return Cell(setup=setup, side=side, count=count, note=note)


def told(error: Exception) -> str:
    """Its kind and its first line."""
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"[:_WORDS]


def _timed(painter: Painter, setup: Setup, side: int, count: int, patience: float) -> Cell:
    some = jobs(setup.family, side, count)
    with _heard() as notes:
        peak, together = _weighed(painter, some)
        alone = [painter.ours([job])[0] for job in some] if count > 1 else together
        if setup.offload is not Offload.NONE:  # its hooks belong to the pipeline that was loaded
            (ours,) = _medians(patience, lambda: painter.ours(some))
            return Cell(setup=setup, side=side, count=count, ours=ours, peak=peak, note="; ".join(notes))
        call = painter.bare(some[0])
        plain = call()
        ours, bare = _medians(patience, lambda: painter.ours(some), call)
    return Cell(
        setup=setup,
        side=side,
        count=count,
        ours=ours,
        bare=bare,
        peak=peak,
        from_bare=_apart(plain, alone[0]),
        from_alone=max(map(_apart, together, alone)) if count > 1 else None,
        note="; ".join(notes),
    )


def _weighed(painter: Painter, some: Sequence[Job]) -> tuple[int | None, list[Pixels]]:
    """The first run allocates and compiles; the second is weighed."""
    painter.ours(some)
    if not torch.cuda.is_available():
        return None, painter.ours(some)
    torch.cuda.reset_peak_memory_stats()
    pictures = painter.ours(some)
    return torch.cuda.max_memory_allocated(), pictures


def _medians(patience: float, *calls: Callable[[], object]) -> list[float]:
    (once,) = in_turns(1, *calls)
    rounds = max(1, min(_MOST, round(patience / sum(once))))
    return [median(seconds) for seconds in zip(*in_turns(rounds, *calls), strict=True)]


def _apart(one: Pixels, other: Pixels) -> int:
    return int(np.abs(one.astype(np.int16) - other).max())


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What the engine warns of: a batch that was halved is no cell of so many photos."""
    notes: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            notes.append(record.getMessage())

    listener, log = Listener(logging.WARNING), logging.getLogger("engine.diffusion")
    log.addHandler(listener)
    try:
        yield notes
    finally:
        log.removeHandler(listener)
