"""OKLab, the colour space in which equal steps look equal.

Björn Ottosson, "A perceptual color space for image processing" (2020). Planes are L in 0..1 and a, b around 0.
"""

import numpy as np
from numpy.typing import NDArray

from engine import cv
from engine.cv import Plane, Planes

Table = NDArray[np.float32]
"""A function of 0..1 as evenly spaced samples."""

SAMPLES = 4096
_GREY = np.linspace(0, 1, SAMPLES)
_TOE, _LINEAR_TOE = 0.04045, 0.0031308  # where the straight part of sRGB's curve ends (IEC 61966-2-1)
_DECODE: Table = np.where(_GREY <= _TOE, _GREY / 12.92, ((_GREY + 0.055) / 1.055) ** 2.4).astype(np.float32)
_ENCODE: Table = np.where(_GREY <= _LINEAR_TOE, _GREY * 12.92, 1.055 * _GREY ** (1 / 2.4) - 0.055).astype(np.float32)

_GREY_OF_LIGHTNESS: Table = np.interp(_GREY, np.cbrt(_DECODE), _GREY).astype(np.float32)

# linear sRGB to cone responses, and their cube roots to OKLab
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
_FROM_CONES = np.linalg.inv(_TO_CONES).astype(np.float32)
_FROM_LAB = np.linalg.inv(_TO_LAB).astype(np.float32)


def to_oklab(planes: Planes) -> Planes:
    """Turn sRGB planes into OKLab planes."""
    cones = cv.transform(sample(_DECODE, cv.merge(planes)), _TO_CONES)
    return cv.split(cv.transform(np.cbrt(cones, out=cones), _TO_LAB))


def from_oklab(lab: Planes) -> Planes:
    """Turn OKLab planes into sRGB planes; colours outside the gamut are clipped."""
    roots = cv.transform(cv.merge(lab), _FROM_LAB)
    return cv.split(sample(_ENCODE, cv.transform(roots * roots * roots, _FROM_CONES)))


def grey_of(lightness: Plane) -> Plane:
    """Return the greys, in sRGB, that are as light as OKLab says."""
    return sample(_GREY_OF_LIGHTNESS, lightness)


def sample(table: Table, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Look values of 0..1 up in a table; those beyond are clipped."""
    index = values * (SAMPLES - 1)
    index += 0.5
    np.clip(index, 0, SAMPLES - 1, out=index)
    return np.take(table, index.astype(np.uint16), mode="clip")
