"""Cumulus clouds as animators paint them: heaps of round puffs on a flat base, lit from the upper left."""

from dataclasses import dataclass

import numpy as np

from engine import cv
from engine.cv import Interpolation, Plane
from engine.painter.noise import Random, fractal
from engine.painter.planes import Shape, grid, smoothstep

_SCALE = 4  # clouds are painted at a quarter of the size, then enlarged
_PUFFS = 26  # a cloud
_ROUGH = 0.8  # how far noise moves a puff's rim, as a share of its radius
_FLAT = 3.0  # how much closer a puff's rim is below the base than above it
_REACH = 1.4  # radii from a puff's middle to its farthest wisp
_LIGHT = (-0.45, -0.89)  # where the light comes from


@dataclass(frozen=True, slots=True)
class _Puff:
    """A ball of cloud: its middle, radius and base, in pixels."""

    x: float
    y: float
    radius: float
    base: float


def clouds(shape: Shape, horizon: int, cover: float, random: Random) -> tuple[Plane, Plane]:
    """Paint clouds over about `cover` of the sky above the horizon.

    Returns
    -------
    tuple[Plane, Plane]
        Opacity and light of every pixel, 0..1.
    """
    height, width = small = max(8, shape[0] // _SCALE), max(8, shape[1] // _SCALE)
    sky = max(4.0, horizon / _SCALE)
    rough = fractal(small, max(height, width) / 18, 4, random, persistence=0.7) - 0.5
    opacity, light = np.zeros(small, np.float32), np.zeros(small, np.float32)
    covered, wanted = 0.0, cover * sky * width
    for depth in np.linspace(0, 1, _count(cover)):  # from the far ones at the horizon to the near ones above
        if covered > wanted:
            break
        covered += _heap(opacity, light, rough, _puffs(sky, width, float(depth), random))
    return _enlarged(opacity, shape), _enlarged(light, shape)


def _count(cover: float) -> int:
    return max(4, round(50 * cover))


def _puffs(sky: float, width: int, depth: float, random: Random) -> list[_Puff]:
    """Heap puffs up: the higher in the sky, the nearer and larger, and the rounder."""
    longer = max(sky, width)
    base = sky * (0.97 - 0.75 * depth + random.uniform(-0.06, 0.06))
    spread = longer * (0.10 + 0.16 * depth) * random.uniform(0.7, 1.3)
    middle = random.uniform(-0.05, 1.05) * width
    puffs = []
    for _ in range(_PUFFS):
        across = random.uniform(-1, 1)
        tall = (1 - across * across) * random.uniform(0.1, 1)
        radius = spread * (0.10 + 0.20 * (1 - abs(across)) * (1 - 0.5 * tall)) * random.uniform(0.6, 1.2)
        puffs.append(_Puff(middle + across * spread, base - tall * spread * (0.30 + 0.35 * depth), radius, base))
    return sorted(puffs, key=lambda puff: puff.y)


def _heap(opacity: Plane, light: Plane, rough: Plane, puffs: list[_Puff]) -> float:
    """Lay one cloud over those behind it; gives the area that it covers."""
    height, width = opacity.shape
    left, right = _span([(puff.x, puff.radius) for puff in puffs], width)
    top, bottom = _span([(puff.y, puff.radius) for puff in puffs], height)
    if left >= right or top >= bottom:
        return 0.0
    patch = np.s_[top:bottom, left:right]
    x, y = grid((bottom - top, right - left))
    depth, shade = np.full(x.shape, -1, np.float32), np.zeros_like(x)
    for puff in puffs:
        near = _around(puff, left, top, x.shape)
        across, down = (x[near] + (left - puff.x)) / puff.radius, (y[near] + (top - puff.y)) / puff.radius
        sunk = np.maximum(0, y[near] + (top - puff.base)) * (_FLAT / puff.radius)
        inside = 1 - np.hypot(across, down) - sunk
        nearer = inside > depth[near]
        np.copyto(depth[near], inside, where=nearer)
        np.copyto(shade[near], across * _LIGHT[0] + down * _LIGHT[1], where=nearer)
    base, peak = puffs[0].base, puffs[0].y - puffs[0].radius
    rise = np.clip((base - top - y) * (1 / (base - peak)), 0, 1)
    own = smoothstep(0.0, 0.2, depth + _ROUGH * rough[patch]) * smoothstep(-0.02, 0.25, rise)
    opacity[patch] += (1 - opacity[patch]) * own
    shade = np.clip(0.12 + 0.75 * rise**0.7 + 0.32 * shade + 0.7 * rough[patch], 0, 1)
    light[patch] += (shade - light[patch]) * own
    return float(own.sum())


def _span(places: list[tuple[float, float]], side: int) -> tuple[int, int]:
    """Return the pixels from the first to the last that any of the (middle, radius) reaches, within the side."""
    ends = min(at - _REACH * radius for at, radius in places), max(at + _REACH * radius for at, radius in places)
    start, stop = (min(side, max(0, round(end))) for end in ends)
    return start, stop


def _around(puff: _Puff, left: int, top: int, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return the part of a patch, which begins at (left, top), that a puff reaches."""
    rows = _span([(puff.y - top, puff.radius)], shape[0])
    columns = _span([(puff.x - left, puff.radius)], shape[1])
    return slice(*rows), slice(*columns)


def _enlarged(plane: Plane, shape: Shape) -> Plane:
    height, width = shape
    return np.clip(cv.resize(plane, width, height, Interpolation.CUBIC), 0, 1)
