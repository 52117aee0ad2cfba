"""A painted sky: a gradient with the light of the photo's own, and cumulus clouds."""

import numpy as np

from engine import cv
from engine.cv import Interpolation, Plane, Planes
from engine.painter.colour import to_oklab
from engine.painter.masks import Sky
from engine.painter.noise import Random, fractal
from engine.painter.planes import Shape, grid, luma, mix, ramp, shrink, smoothstep, vector
from engine.painter.smoothing import blur
from styles import recipe

_GLOW = 0.045  # OKLab's b from which light is warm; cream is not yet
_NOTHING = 1e-3  # cover that cannot be seen


def with_painted_sky(planes: Planes, photo: Planes, sky: Sky, look: recipe.Sky, random: Random) -> Planes:
    """Paint the sky anew as far as it is one; a sunset mostly keeps its own."""
    amount = look.amount * sky.confidence * (1 - 0.92 * ramp(0.18, 0.45, _glow(photo, sky.horizon)))
    end = int(np.flatnonzero(sky.cover.max(1) > _NOTHING)[-1]) + 1  # there is nothing to paint below
    cover = sky.cover[:end]
    painted = _gradient(planes[:, :end], cover, sky.horizon, look)
    if look.clouds:
        opacity, light = clouds(sky.cover.shape, look.clouds.cover, random)
        shaded, lit = vector(look.clouds.shaded), vector(look.clouds.lit)
        painted = mix(painted, mix(shaded, lit, light[:end]), opacity[:end])
    result = planes.copy()
    result[:, :end] = mix(planes[:, :end], painted, cover * amount)
    return result


def _glow(photo: Planes, horizon: int) -> float:
    """Return how much of the light above the horizon is warm: the mark of a sunset."""
    rows = slice(horizon // 2, min(photo.shape[1], int(1.04 * horizon) + 1))
    lightness, _, b = to_oklab(shrink(np.ascontiguousarray(photo[:, rows]), 256, least=2))
    bright = lightness > max(0.62, float(np.quantile(lightness, 0.6)))
    return float(((b > _GLOW) & bright).sum() / max(1, bright.sum()))


def _gradient(planes: Planes, cover: Plane, horizon: int, look: recipe.Sky) -> Planes:
    height = cover.shape[0]
    down = np.clip(np.arange(height, dtype=np.float32) * (1 / max(1, horizon)), 0, 1)[:, None] ** 0.8
    gradient = mix(vector(look.zenith), vector(look.horizon), down)
    grey = luma(planes)
    mean = float((grey * cover).sum() / (cover.sum() + 1e-6))
    light: Plane = np.clip(0.55 + grey * (0.55 / max(0.2, mean)), 0.6, 1.25)
    return np.multiply(gradient, light)


def clouds(shape: Shape, cover: float, random: Random) -> tuple[Plane, Plane]:
    """Return opacity and light of cumulus clouds over `cover` of the area: warped noise, lit from the upper left."""
    rows, columns = small = max(8, shape[0] // 4), max(8, shape[1] // 4)
    size = max(small)
    x, y = grid(small)
    x += (fractal(small, size / 6, 4, random) - 0.5) * (size / 7)
    y += (fractal(small, size / 6, 4, random) - 0.5) * (size / 9)
    shapes = cv.remap(fractal(small, size / 4, 6, random, persistence=0.55), x, y)
    shapes *= 0.72
    shapes += 0.28 * (1 - np.abs(2 * fractal(small, size / 10, 5, random, persistence=0.55) - 1))
    shapes -= shapes.min()
    shapes *= 1 / (float(shapes.max()) + 1e-6)
    edge = float(np.quantile(shapes[::2, ::2], 1 - cover))
    opacity = np.clip(1.25 * smoothstep(edge - 0.03, edge + 0.08, shapes), 0, 1)
    slope = blur(shapes - np.roll(shapes, (-max(1, rows // 60), -max(1, columns // 90)), (0, 1)), 1.2)
    light = 0.5 + 0.9 * slope / (float(np.abs(slope).max()) + 1e-6)
    return _enlarged(opacity, shape), _enlarged(light, shape)


def _enlarged(plane: Plane, shape: Shape) -> Plane:
    height, width = shape
    return np.clip(cv.resize(plane, width, height, Interpolation.CUBIC), 0, 1)
