"""What makes a picture look made of something: watery paint, paper, wood, film."""

import math

import numpy as np

from engine import cv
from engine.cv import Interpolation, Plane, Planes
from engine.painter.noise import Random, fractal, grain, paper_relief, wood_grain
from engine.painter.planes import Shape, grid, luma, resize, smoothstep, vector
from engine.painter.smoothing import blur
from styles.recipe import Film, Paper, Wash

_LINES = 4  # units from one line of a screen to the next


def washed(planes: Planes, wash: Wash, skin: Plane, unit: float, random: Random) -> Planes:
    """Let paint be denser in some places than in others, as it dries; less so on skin, where pools look like a rash.

    The colour of a layer of paint of density d is C - (C - C^2)(d - 1): Bousseau et al., "Interactive Watercolor
    Rendering with Temporal Coherence and Abstraction" (2006).
    """
    shape = _shape(planes)
    density = (_smooth_noise(shape, wash.size * unit, random) - 0.5) * (4 * wash.pools)
    if wash.grain:
        density -= wash.grain * paper_relief(shape, unit, random)
    density *= 1 - 0.6 * smoothstep(0.2, 0.6, skin)
    if wash.edges:
        grey = luma(planes)
        density -= wash.edges * np.clip(blur(grey, unit) - blur(grey, 3.5 * unit), -0.12, 0)
    thin: Planes = np.clip(planes, 0, 1)
    thin -= (thin - thin * thin) * density
    return thin


def _shape(planes: Planes) -> Shape:
    _, height, width = planes.shape
    return height, width


def _smooth_noise(shape: Shape, size: float, random: Random) -> Plane:
    height, width = shape
    small = fractal((max(2, height // 4), max(2, width // 4)), size / 4, 4, random)
    return cv.resize(small, width, height, Interpolation.LINEAR)


def on_paper(planes: Planes, paper: Paper, unit: float, random: Random) -> Planes:
    """Lay a picture on paper: its relief and the grain of a block show through, white takes the paper's tint."""
    shape = _shape(planes)
    relief = np.ones(shape, np.float32)
    if paper.grain:
        relief += paper.grain * paper_relief(shape, unit, random)
    if paper.wood:
        relief += paper.wood * wood_grain(shape, unit, random)
    return planes * (vector(paper.tint) * relief)


def filmed(planes: Planes, film: Film, unit: float, random: Random) -> Planes:
    """Add what a film, a tube and a lens add."""
    if film.fringe:
        planes = _fringed(planes, max(1, round(film.fringe * unit)))
    if film.grain:
        planes = planes + film.grain * grain(_shape(planes), 0.7 * unit, random)
    shade = np.ones((1, 1), np.float32)
    if film.lines:
        rows = np.arange(planes.shape[1], dtype=np.float32)[:, None]
        shade = 1 - film.lines * (0.5 + 0.5 * np.cos(rows * (2 * math.pi / max(3, _LINES * unit))))
    if film.vignette:
        shade = shade * (1 - film.vignette * _corners(_shape(planes)))
    return planes * shade


def _fringed(planes: Planes, shift: int) -> Planes:
    """Shift red to the right and blue to the left; the edge keeps its own."""
    shifted = planes.copy()
    shifted[0, :, shift:] = planes[0, :, :-shift]
    shifted[2, :, :-shift] = planes[2, :, shift:]
    return shifted


def _corners(shape: Shape) -> Plane:
    height, width = shape
    x, y = grid((max(2, height // 4), max(2, width // 4)))
    distance = np.hypot(x * (1 / x.shape[1]) - 0.5, y * (1 / x.shape[0]) - 0.5)
    corners: Plane = resize(smoothstep(0.42, 0.85, distance), width, height)
    return corners
