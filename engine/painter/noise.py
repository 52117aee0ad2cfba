"""Randomness that comes from the job's seed alone: clouds, tremble, grain."""

import numpy as np

from engine import cv
from engine.cv import Interpolation, Plane
from engine.painter.planes import Shape, grid
from engine.painter.smoothing import blur

Random = np.random.Generator


def fractal(shape: Shape, size: float, octaves: int, random: Random, *, persistence: float = 0.5) -> Plane:
    """Return fractal value noise in about 0..1: random grids of halving mesh `size` (pixels) and falling amplitude."""
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


def grain(shape: Shape, size: float, random: Random) -> Plane:
    """Return fine noise around 0 with a standard deviation of 1, its specks about `size` pixels large."""
    noise = random.random(shape, dtype=np.float32)
    noise -= 0.5
    noise = blur(noise, size)
    return noise * (1 / (float(noise[::4, ::4].std()) + 1e-6))


def paper_relief(shape: Shape, unit: float, random: Random) -> Plane:
    """Return the light and shade of rough paper around 0, with a standard deviation of about 0.1."""
    fibres = blur(fractal(shape, 6 * unit, 3, random), 0.5)
    relief = fibres * 0.35
    relief -= 0.175
    relief[1:, 1:] += (fibres[1:, 1:] - fibres[:-1, :-1]) * 2.2
    relief += 0.02 * grain(shape, 0.7 * unit, random)
    return relief


def wood_grain(shape: Shape, unit: float, random: Random) -> Plane:
    """Return the grain of a plank that lies across the picture, around 0, within about 1."""
    height, width = shape
    rows = np.arange(height, dtype=np.float32)[:, None] * (1 / (5.5 * unit))
    bent = fractal((max(2, height // 4), max(2, width // 4)), 15 * unit, 2, random) * 9
    rings: Plane = np.sin(cv.resize(bent, width, height, Interpolation.LINEAR) + rows)
    fibres: Plane = random.random((height, max(2, int(width / (26 * unit)))), dtype=np.float32) - 0.5
    rings *= 0.4
    rings += 2 * blur(cv.resize(fibres, width, height, Interpolation.LINEAR), 0.6 * unit)
    return rings
