"""What the painter finds out about a photo before it paints."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import cv
from engine.contract import Pixels
from engine.cv import Interpolation, Plane, Planes
from engine.oklab import to_oklab
from engine.painter.planes import luma, shrunk_size, to_planes
from engine.painter.skin import complexion, find_skin, find_small_faces, without_holes, without_patches

COLOUR_SIDE = 512
"""Pixels of the longer side of the copy that colours are decided on: eyes see colour coarsely, and light finely."""

_MIDDLE = 0.52  # luma that the median is brought towards
_GENTLY = 0.7  # of the correction, that goes into the middle; all of it goes into black and white
_SMALLEST_UNIT = 0.35  # pixels; the brush of a shorter side under 269 pixels would be finer than they are


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photo as the painter works with it: its light at full size, its colours on a small copy.

    Attributes
    ----------
    grey
        Luma at full size, its exposure corrected within bounds, and without noise.
    colour
        The small copy in sRGB, exposed like the grey.
    original
        The small copy in OKLab, as it came.
    skin
        How much every pixel of the small copy looks like skin, 0..1.
    complexion
        How much its colour alone could be that of skin, 0..1, without holes and patches.
    small_faces
        How much every pixel of it belongs to a face too small for the brush, 0..1.
    unit
        The pixels, at full size, of one unit of the recipe's lengths.
    """

    grey: Plane
    colour: Planes
    original: Planes
    skin: Plane
    complexion: Plane
    small_faces: Plane
    unit: float

    @classmethod
    def of(cls, pixels: Pixels, exposure: float) -> "Photo":
        """Examine the pixels; `exposure` is how far their exposure is corrected, 0..1."""
        unit = max(_SMALLEST_UNIT, min(pixels.shape[:2]) / 768)
        height, width = (cv.fast_dft_size(side) for side in shrunk_size(pixels.shape[:2], COLOUR_SIDE))
        small_unit = unit * height / pixels.shape[0]
        small = cv.resize(pixels, width, height, Interpolation.AREA)
        curve = _exposure_curve(small, exposure)
        original = to_oklab(to_planes(small))
        likeness = complexion(original)
        return cls(
            grey=cv.bilateral(cv.grey(cv.look_up(pixels, curve)), 5, 0.06, 2.2 * unit),
            colour=cv.split(cv.look_up(small, curve)),
            original=original,
            skin=find_skin(original, small_unit),
            complexion=without_patches(without_holes(likeness, small_unit), original[0], small_unit),
            small_faces=find_small_faces(likeness, small_unit),
            unit=unit,
        )

    @property
    def small_unit(self) -> float:
        """The pixels of one unit on the small copy."""
        return self.unit * len(self.skin) / len(self.grey)

    def enlarged(self, small: Plane) -> Plane:
        """Bring a smooth plane of the small copy to full size."""
        height, width = self.grey.shape
        return cv.resize(small, width, height, Interpolation.LINEAR)


def _exposure_curve(pixels: Pixels, amount: float) -> NDArray[np.float32]:
    """Return the curve that stretches the contrast and lifts or lowers the median, as one entry per 8-bit value."""
    sample = luma(to_planes(pixels))
    low, high = (float(value) for value in np.percentile(sample, [0.8, 99.2]))
    black, white = amount * low, 1 - amount * (1 - high)

    def stretched(values: NDArray[np.float32]) -> NDArray[np.float32]:
        contrast: NDArray[np.float32] = np.clip((values - black) * (1 / max(0.2, white - black)), 0, 1)
        return contrast

    median = float(np.median(stretched(sample)))
    gamma = min(1.5, max(0.6, math.log(_MIDDLE) / math.log(min(0.95, max(0.04, median)))))
    return np.power(stretched(np.linspace(0, 1, 256, dtype=np.float32)), 1 + (gamma - 1) * amount * _GENTLY)
