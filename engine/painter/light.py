"""Light that is painted over a picture: a sun beside it, bright areas that spill over, edges that shine.

All of it is smooth, so it is made at a quarter of the size; it adds as light does, never beyond white.
"""

import math
from collections.abc import Sequence

import numpy as np

from engine.cv import Interpolation, Plane, Planes
from engine.painter.flow import Flow
from engine.painter.lines import uncrowded
from engine.painter.noise import Random
from engine.painter.planes import grid, luma, resize, screened, smoothstep, vector
from engine.painter.smoothing import blur
from styles.recipe import Bloom, Glow, Neon

_SPILL = ((0.5, 0.5), (1.2, 0.3), (3.0, 0.2))  # (factor on the radius, share): light falls off faster than a Gaussian
_MOST_NEON = 0.12  # of any area, that shines
_RAYS = 721  # directions that a sun's rays are drawn in
_RAY_WIDTH = 3  # of them, over which a ray is blurred


def lit(planes: Planes, glows: Sequence[Glow], bloom: Bloom | None, unit: float, random: Random) -> Planes:
    """Add what glows, and then let what is bright spill over."""
    height, width = planes.shape[1:]
    small = resize(np.clip(planes, 0, 1), max(4, width // 4), max(4, height // 4), Interpolation.AREA)
    light = np.zeros_like(small)
    for glow in glows:
        light = screened(light, _glowing(small.shape[1], small.shape[2], glow, random))
    if bloom:
        light = screened(light, _spilt(screened(small, light), bloom, unit / 4))
    return screened(np.clip(planes, 0, 1), resize(light, width, height))


def _glowing(height: int, width: int, glow: Glow, random: Random) -> Planes:
    x, y = grid((height, width))
    longer = max(height, width)
    x = (x - glow.place[0] * width) * (1 / longer)
    y = (y - glow.place[1] * height) * (1 / longer)
    distance = np.hypot(x, y)
    light = np.exp(-np.square(distance * (1 / glow.radius)))
    light *= glow.amount
    if glow.rays:
        beams = blur(random.random((3, _RAYS), dtype=np.float32), _RAY_WIDTH)[1]
        beams = smoothstep(float(np.median(beams)), float(beams.max()), beams)
        direction = np.arctan2(y, x) * (1 / (2 * math.pi)) + 0.5
        rays: Plane = np.take(beams, (direction * (_RAYS - 1)).astype(np.intp))
        rays *= np.exp(-distance * (0.8 / glow.radius)) * glow.rays
        light = screened(light, rays)
    return light * vector(glow.tint)


def _spilt(small: Planes, bloom: Bloom, unit: float) -> Planes:
    bright = small * smoothstep(bloom.threshold, 1, luma(small))
    light = np.zeros_like(bright)
    for factor, share in _SPILL:
        light += blur(bright, max(0.5, bloom.radius * unit * factor)) * share
    light *= vector(bloom.tint) * bloom.amount
    return np.minimum(light, 1)


def shining(planes: Planes, edges: Plane, flow: Flow, neon: Neon, unit: float) -> Planes:
    """Let the bright side of edges shine, in a colour that follows their direction."""
    tubes = uncrowded(-edges, (neon.faint, neon.full), _MOST_NEON, unit) * neon.amount
    upright = flow.y * flow.y
    tubes = tubes * (vector(neon.level) + (vector(neon.upright) - vector(neon.level)) * upright)
    height, width = planes.shape[1:]
    small = resize(tubes, max(4, width // 4), max(4, height // 4), Interpolation.AREA)
    reach = neon.radius * unit / 4
    halo = resize(np.clip(blur(small, reach) + 0.6 * blur(small, 2.6 * reach), 0, 1), width, height)
    return screened(screened(np.clip(planes, 0, 1), tubes), halo)
