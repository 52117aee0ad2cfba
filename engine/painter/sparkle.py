"""Discs of light out of focus, and four-pointed stars, scattered where no skin is."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.cv import Plane, Planes
from engine.painter.noise import Random
from engine.painter.planes import screened, smoothstep, vector
from styles.recipe import Sparkles

_SKIN = 0.15  # likeness from which a place is left alone
_DISC = (8, 52)  # units of radius, from the smallest to the largest
_STAR = (8, 44)  # units of reach, likewise
_BLUR = 1.5  # units over which the rim of a disc fades
_THIN = 1.1  # units of thickness of a star's rays


@dataclass(frozen=True, slots=True)
class _Figure:
    """Something that shines: how far it reaches, in pixels, and its light at offsets (x, y) from its middle."""

    reach: float
    light: Callable[[Plane, Plane], Plane]


def sparkling(planes: Planes, sparkles: Sparkles, skin: Plane, unit: float, random: Random) -> Planes:
    """Scatter discs and stars over a picture."""
    picture = np.clip(planes, 0, 1)
    for _ in range(sparkles.discs):
        radius = unit * random.uniform(*_DISC)
        tint = vector(sparkles.tints[random.integers(len(sparkles.tints))])
        light = tint * (sparkles.amount * random.uniform(0.2, 0.6))
        _place(picture, _disc(radius, unit), light, skin, random)
    white = vector((1, 1, 1)) * min(1.0, 2 * sparkles.amount)
    for _ in range(sparkles.stars):
        _place(picture, _star(unit * random.uniform(*_STAR), unit), white, skin, random)
    return picture


def _disc(radius: float, unit: float) -> _Figure:
    soft = _BLUR * unit

    def light(x: Plane, y: Plane) -> Plane:
        inside = np.hypot(x, y)
        inside -= radius
        return smoothstep(1.7 * soft, -1.7 * soft, inside) * (0.6 + 0.4 * smoothstep(-0.3 * radius, 0, inside))

    return _Figure(radius + 3 * soft, light)


def _star(reach: float, unit: float) -> _Figure:
    along, across = -1 / (0.45 * reach), -1 / (_THIN * unit)

    def light(x: Plane, y: Plane) -> Plane:
        x, y = np.abs(x), np.abs(y)
        rays: Plane = np.exp(x * along) * np.exp(y * across) + np.exp(y * along) * np.exp(x * across)
        rays += np.exp(-np.hypot(x, y) * (5 / reach))
        return np.minimum(rays, 1)

    return _Figure(3 * reach, light)


def _place(picture: Planes, figure: _Figure, light: Planes, skin: Plane, random: Random) -> None:
    """Add one figure at a random place, in the patch that it reaches alone; none where the place is on skin."""
    height, width = skin.shape
    x, y = random.random() * width, random.random() * height
    if skin[int(y), int(x)] > _SKIN:
        return
    rows = slice(max(0, math.floor(y - figure.reach)), min(height, math.ceil(y + figure.reach)))
    columns = slice(max(0, math.floor(x - figure.reach)), min(width, math.ceil(x + figure.reach)))
    across = np.arange(columns.start, columns.stop, dtype=np.float32)[None] - np.float32(x)
    down = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] - np.float32(y)
    patch = picture[:, rows, columns]
    patch[:] = screened(patch, figure.light(across, down) * light * (1 - 0.85 * skin[rows, columns]))
