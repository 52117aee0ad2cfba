"""What the painter takes for a photo: seconds on one core, by size and style, and the memory of its process."""

import re
import sys
import time
from pathlib import Path

from benchmarks import photos
from benchmarks.figures import Effort, Figure, Section, median
from engine.painter import task
from engine.worker import Worker
from styles import Style, load

SIDES = (512, 1024, 1600)
_DEADLINE = 60.0
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


def _seconds(worker: Worker, style: Style, side: int, rounds: int) -> float:
    """The median, with the way to the child and back."""
    times = []
    for seed in range(rounds):
        header, payload = task.call(photos.pixels(side), style.painter, 0.5, seed)
        begin = time.perf_counter()
        worker.call(header, payload, deadline=_DEADLINE)
        times.append(time.perf_counter() - begin)
    return median(times)


def _peak(pid: int | None) -> float | None:
    """The most MB (of 10^6 bytes) that a process ever held; Linux only."""
    if sys.platform != "linux":
        return None
    peak = _PEAK.search(Path(f"/proc/{pid}/status").read_text())
    assert peak is not None
    return int(peak[1]) * 1024 / 1e6


def measure(effort: Effort) -> Section:
    """Paint every size in every style."""
    rounds = effort.of(7, 3)
    sides = SIDES[: effort.of(3, 3)]
    worker = Worker(task.run, name="painter")
    try:
        _seconds(worker, load()["ghibli"], SIDES[0], 1)
        figures = [
            Figure(f"{style.id}, {side} px", _seconds(worker, style, side, rounds), "s")
            for style in load().values()
            for side in sides
        ]
        peak = Figure("peak memory of the painting process", _peak(worker.pid), "MB")
    finally:
        worker.close()
    return Section(
        title="The painter, on one core",
        how=f"Medians of {rounds} photos of 4:3 in one painting process; the size is the longer side.",
        figures=(*figures, peak),
    )
