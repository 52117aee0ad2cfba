"""Pictures as planes of float32, and the arithmetic that every step shares."""

from collections.abc import Callable

import numpy as np

from engine import cv
from engine.contract import Pixels
from engine.cv import Interpolation, Plane, Planes
from styles.value import Colour

Shape = tuple[int, int]
"""Height and width of a plane, in pixels."""


def to_planes(pixels: Pixels) -> Planes:
    """Return the pixels as planes in 0..1."""
    return np.ascontiguousarray(np.moveaxis(pixels, -1, 0)).astype(np.float32) * np.float32(1 / 255)


def to_pixels(planes: Planes) -> Pixels:
    """Return planes as pixels; what lies outside 0..1 is clipped."""
    return cv.to_bytes(cv.merge(np.maximum(planes, 0)))


def vector(colour: Colour) -> Planes:
    """Return one colour as planes of one pixel, to be broadcast over a picture."""
    return np.array(colour, np.float32)[:, None, None]


def luma(planes: Planes) -> Plane:
    """Return the weighted mean of gamma-encoded R, G and B (Rec. 601), the grey that line and tone are judged by."""
    grey: Plane = planes[0] * 0.299
    grey += planes[1] * 0.587
    grey += planes[2] * 0.114
    return grey


def smoothstep(low: float, high: float, x: Plane) -> Plane:
    """Rise from 0 at `low` to 1 at `high` without corners; falls when low > high."""
    t = (x - low) * (1 / (high - low))
    np.clip(t, 0, 1, out=t)
    rise: Plane = t * t * (3 - 2 * t)
    return rise


def ramp(low: float, high: float, x: float) -> float:
    """Return `smoothstep` of one number."""
    t = min(1.0, max(0.0, (x - low) / (high - low)))
    return t * t * (3 - 2 * t)


def mix(start: Planes, end: Planes, share: Plane | float) -> Planes:
    """Return start where share is 0 and end where it is 1; a plane or planes, of colours too."""
    mixture: Planes = start + (end - start) * share
    return mixture


def screened(base: Planes, light: Planes) -> Planes:
    """Add light as two projectors do: never beyond white."""
    return 1 - (1 - base) * (1 - light)


def each(transform: Callable[[Plane], Plane], planes: Planes) -> Planes:
    """Apply a function of one plane to one plane, or to each of several."""
    return transform(planes) if planes.ndim == 2 else np.stack([transform(plane) for plane in planes])  # noqa: PLR2004 - a plane has two axes


def resize(planes: Planes, width: int, height: int, how: Interpolation = Interpolation.LINEAR) -> Planes:
    """Resample one plane or several."""
    return each(lambda plane: cv.resize(plane, width, height, how), planes)


def shrunk_size(shape: Shape, side: int, least: int = 8) -> Shape:
    """Return the shape in which the longer side is at most `side` pixels, and none below `least`."""
    scale = min(1.0, side / max(shape))
    height, width = (max(least, round(each * scale)) for each in shape)
    return height, width


def shrink(planes: Planes, side: int, least: int = 8) -> Planes:
    """Resample planes to their `shrunk_size`."""
    rows, columns = planes.shape[-2:]
    height, width = shrunk_size((rows, columns), side, least)
    return resize(planes, width, height, Interpolation.AREA)


def grid(shape: Shape, rows: slice = slice(None)) -> tuple[Plane, Plane]:
    """Return the x and the y of every pixel, or of the pixels of some rows."""
    height, width = shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[rows])
    return x, y
