"""The sheet around a picture: an unpainted margin, a printer's seal."""

import numpy as np

from engine import cv
from engine.cv import Interpolation, Plane, Planes
from engine.painter.noise import Random, fractal
from engine.painter.planes import Shape, mix, smoothstep, vector
from styles.recipe import Margin, Seal

_GLYPH = ("11111", "10001", "11111", "10001", "10101")
"""What is carved into the seal: a window over a door. It says nothing in any script."""

_FROM_CORNER = 0.9  # of the seal's side, to the edges of the picture


def with_margin(planes: Planes, margin: Margin, random: Random) -> Planes:
    """Leave the edge of the sheet unpainted, as far as the brush strays; paint gathers where it ends."""
    height, width = planes.shape[1:]
    shorter = min(height, width)
    inside = _distance_to_edge((height, width)) * (1 / shorter)
    inside -= margin.width + margin.ragged * 2 * (_strays((height, width), random) - 0.5)
    soft = 3 / shorter
    painted = smoothstep(-soft, soft, inside)
    rim = smoothstep(5 * soft, soft, inside) * painted
    return mix(vector((1, 1, 1)), planes * (1 - 0.16 * margin.amount * rim), 1 - margin.amount * (1 - painted))


def _distance_to_edge(shape: Shape) -> Plane:
    down, across = (np.minimum(np.arange(side), np.arange(side)[::-1]).astype(np.float32) for side in shape)
    return np.minimum(down[:, None], across[None])


def _strays(shape: Shape, random: Random) -> Plane:
    """Return noise that is rough in the small and even in the large: the end of a brush stroke."""
    height, width = shape
    small = fractal((max(2, height // 2), max(2, width // 2)), min(shape) / 16, 4, random, persistence=0.6)
    return cv.resize(small, width, height, Interpolation.LINEAR)


def sealed(planes: Planes, seal: Seal, random: Random) -> Planes:
    """Press the printer's seal near the lower right corner, unevenly inked."""
    height, width = planes.shape[1:]
    side = max(7, round(seal.side * min(height, width)))
    glyph = np.pad(np.array([[int(cell) for cell in row] for row in _GLYPH], np.float32), 1)
    carved = cv.resize(glyph, side, side, Interpolation.CUBIC)
    bottom, right = height - round(_FROM_CORNER * side), width - round(_FROM_CORNER * side)
    ink = (1 - smoothstep(0.4, 0.6, carved)) * (0.55 + 0.45 * fractal((side, side), side / 5, 3, random))
    stamped = planes.copy()
    patch = stamped[:, max(0, bottom - side) : bottom, max(0, right - side) : right]
    ink = ink[: patch.shape[1], : patch.shape[2]]
    patch[:] = mix(patch, vector(seal.colour), np.clip(1.25 * ink, 0, 1))
    return stamped
