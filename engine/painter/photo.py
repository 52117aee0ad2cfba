"""What the painter finds out about a photo before it paints."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import cv
from engine.contract import Pixels
from engine.cv import Plane, Planes
from engine.painter.masks import skin_likeness
from engine.painter.planes import luma, to_planes

_MIDDLE = 0.52  # luma that the median is brought towards
_AMOUNT = 0.7  # of the way there


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photo as the painter works with it.

    Attributes
    ----------
    original
        As it came.
    exposed
        Its exposure corrected, within bounds.
    calm
        Exposed, and without noise.
    skin
        How much every pixel looks like skin.
    unit
        The pixels of one unit of the recipe's lengths.
    """

    original: Planes
    exposed: Planes
    calm: Planes
    skin: Plane
    unit: float

    @classmethod
    def of(cls, pixels: Pixels) -> "Photo":
        """Examine the pixels."""
        unit = max(0.35, min(pixels.shape[:2]) / 768)
        exposed = cv.look_up(pixels, _exposure(pixels))
        original = to_planes(pixels)
        return cls(
            original=original,
            exposed=cv.split(exposed),
            calm=cv.split(cv.bilateral(exposed, 5, 0.06, 2.2 * unit)),
            skin=skin_likeness(original, unit),
            unit=unit,
        )


def _exposure(pixels: Pixels) -> NDArray[np.float32]:
    """Return the curve that stretches the contrast and lifts or lowers the median, as one entry per 8-bit value."""
    sample = luma(to_planes(np.ascontiguousarray(pixels[::4, ::4])))
    low, high = (float(value) for value in np.percentile(sample, [0.8, 99.2]))
    black, white = _AMOUNT * low, 1 - _AMOUNT * (1 - high)

    def stretched(values: NDArray[np.float32]) -> NDArray[np.float32]:
        contrast: NDArray[np.float32] = np.clip((values - black) * (1 / max(0.2, white - black)), 0, 1)
        return contrast

    median = float(np.median(stretched(sample)))
    gamma = min(1.5, max(0.6, math.log(_MIDDLE) / math.log(min(0.95, max(0.04, median)))))
    return np.power(stretched(np.linspace(0, 1, 256, dtype=np.float32)), 1 + (gamma - 1) * _AMOUNT * 0.7)
