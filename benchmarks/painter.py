"""What the painter takes for a photo: seconds on one core, by size and style, and the memory of its process."""

import time
from collections.abc import Mapping
from contextlib import closing

import numpy as np

from benchmarks import photos
from benchmarks.figures import Effort, Figure, Section, Target, median
from benchmarks.memory_of import peak
from engine.contract import Pixels
from engine.painter import task
from engine.worker import Worker
from styles import Style, load

SIDES = (512, 1024, 1600)
_MEDIAN = {1024: Target(0.40)}
_SLOWEST = {1024: Target(0.50), 1600: Target(1.1)}
MEMORY = {1024: Target(300), 1600: Target(620)}
_DEADLINE = 60.0


def seconds(worker: Worker, style: Style, photo: Pixels, seed: int) -> float:
    """One picture, with the way to the child and back."""
    header, payload = task.call(photo, style.painter, 0.5, seed)
    begin = time.perf_counter()
    worker.call(header, payload, deadline=_DEADLINE)
    return time.perf_counter() - begin


def _times(worker: Worker, side: int, rounds: int) -> Mapping[str, float]:
    """What each style takes, style after style in every round: the fastest of each photo, and the mean of both."""
    catalogue, squares = load(), photos.squares(side)
    times: dict[str, list[list[float]]] = {style: [] for style in catalogue}
    for number in range(rounds):
        for style in catalogue.values():
            times[style.id].append([seconds(worker, style, photo, number) for photo in squares])
    return {style: float(np.min(each, axis=0).mean()) for style, each in times.items()}


def measure(effort: Effort) -> Section:
    """Paint every size in every style."""
    sides = (96,) if effort is Effort.TINY else SIDES
    figures: list[Figure] = []
    for side in sides:
        with closing(Worker(task.run, name="painter")) as worker:
            seconds(worker, load()["ghibli"], photos.squares(96)[0], 0)
            times = _times(worker, side, effort.of(7, 2))
            figures += [Figure(f"{style}, {side} px", each, "s") for style, each in times.items()]
            figures += [
                Figure(f"median style, {side} px", median(list(times.values())), "s", _MEDIAN.get(side)),
                Figure(f"slowest style, {side} px", max(times.values()), "s", _SLOWEST.get(side)),
                Figure(f"peak memory of the process, {side} px", peak(worker.pid), "MB", MEMORY.get(side)),
            ]
    return Section(
        title="The painter, on one core",
        how=(
            "Square photos of this many pixels a side, a portrait and a landscape with sky and grass, in a painting"
            " process of their own, with the way to the process and back. The fastest of the rounds, since what else"
            " runs can only add to it, and the mean of both photos."
        ),
        figures=tuple(figures),
    )
