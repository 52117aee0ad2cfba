"""Randomness that comes from the job's seed alone: clouds, tremble, grain."""

import numpy as np

from engine import cv
from engine.cv import Interpolation, Plane
from engine.painter.planes import Shape, grid
from engine.painter.smoothing import blur

Random = np.random.Generator


def fractal(shape: Shape, size: float, octaves: int, random: Random, *, persistence: float = 0.5) -> Plane:
    """Return fractal value noise in 0..1: random grids of halving mesh `size` (pixels) and falling amplitude."""
    amplitudes = [persistence**octave for octave in range(octaves)]
    total = np.zeros(shape, np.float32)
    for octave, amplitude in enumerate(amplitudes):
        total += _lattice(shape, max(1.01, size / 2**octave), random) * amplitude
    return total * (1 / sum(amplitudes))


def _lattice(shape: Shape, mesh: float, random: Random) -> Plane:
    height, width = shape
    rows, columns = max(2, int(height / mesh) + 2), max(2, int(width / mesh) + 2)
    values = random.random((rows, columns), dtype=np.float32)
    smooth = cv.resize(
        values, max(width, int(columns * mesh) + 1), max(height, int(rows * mesh) + 1), Interpolation.CUBIC
    )
    return smooth[:height, :width]


def trembled(plane: Plane, amount: float, size: float, random: Random) -> Plane:
    """Move every pixel by up to about `amount` pixels, neighbours within `size` pixels alike."""
    x, y = grid(plane.shape)
    x += _offsets(plane.shape, size, random) * (2 * amount)
    y += _offsets(plane.shape, size, random) * (2 * amount)
    return cv.remap(plane, x, y)


def _offsets(shape: Shape, size: float, random: Random) -> Plane:
    height, width = shape
    small = fractal((max(2, height // 4), max(2, width // 4)), size / 4, 2, random)
    return cv.resize(small, width, height, Interpolation.LINEAR) - 0.5


def paper_relief(shape: Shape, unit: float, random: Random) -> Plane:
    """Return the light and shade of rough paper around 0, with a standard deviation of about 0.1."""
    fibres = fractal(shape, 6 * unit, 3, random) - 0.5
    fibres = blur(fibres, 0.5)
    tooth = blur(random.standard_normal(shape, dtype=np.float32), 0.7 * unit)
    tooth *= 0.02 / (float(tooth[::4, ::4].std()) + 1e-6)
    return fibres * 0.35 + (fibres - np.roll(fibres, (1, 1), (0, 1))) * 2.2 + tooth
