"""Where the painter's time goes, step by step."""

import time
from itertools import pairwise

import numpy as np

from benchmarks import photos
from benchmarks.figures import Effort, Figure, Section
from engine.contract import Pixels
from engine.painter.paint import paint
from styles import Style, load

STEPS = ("examine", "find the flow", "brush and lines", "colours and sky", "outlines, light, skin", "paper and film")
"""The painter's steps, in their order."""


def _milliseconds(style: Style, photo: Pixels) -> list[float]:
    moments = [time.perf_counter()]
    paint(photo, style.painter, 0.5, 1, lambda *_: moments.append(time.perf_counter()))
    return [(end - begin) * 1e3 for begin, end in pairwise(moments)]


def measure(effort: Effort) -> Section:
    """Time the steps of every style."""
    side = effort.of(1024, 1024, 96)
    figures = []
    for style in load().values():
        runs = [_milliseconds(style, photo) for _ in range(effort.of(5, 2)) for photo in photos.squares(side)]
        for step, times in zip(STEPS, np.array(runs).T, strict=True):
            figures.append(Figure(f"{style.id}: {step}", float(np.median(times)), "ms"))
    return Section(
        title="The painter's steps",
        how=f"Medians at {side} x {side} px in this process, on one core, over a portrait and a landscape.",
        figures=tuple(figures),
    )
