"""OKLab, tone curves and colour grading.

OKLab: Björn Ottosson, "A perceptual color space for image processing" (2020). Planes are L in 0..1 and a, b around 0.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine import cv
from engine.cv import Plane, Planes
from engine.painter.planes import smoothstep
from styles.recipe import Mixer, Shift, SplitTone, Tone

Table = NDArray[np.float32]
"""A function of 0..1 as evenly spaced samples."""

_SAMPLES = 4096
_GREY = np.linspace(0, 1, _SAMPLES)
_TOE, _LINEAR_TOE = 0.04045, 0.0031308  # where the straight part of sRGB's curve ends (IEC 61966-2-1)
_DECODE: Table = np.where(_GREY <= _TOE, _GREY / 12.92, ((_GREY + 0.055) / 1.055) ** 2.4).astype(np.float32)
_ENCODE: Table = np.where(_GREY <= _LINEAR_TOE, _GREY * 12.92, 1.055 * _GREY ** (1 / 2.4) - 0.055).astype(np.float32)

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

_ANCHORS = {
    "red": 29,
    "orange": 52,
    "yellow": 105,
    "green": 140,
    "cyan": 200,
    "blue": 255,
    "violet": 300,
    "magenta": 345,
}
_GREYISH = (0.01, 0.06)  # chroma between which a colour begins to have a hue worth shifting
_VIVID = 0.2  # chroma above which a raised chroma is raised by half only, so that nothing leaves the gamut in lumps


def to_oklab(planes: Planes) -> Planes:
    """Turn sRGB planes into OKLab planes."""
    cones = cv.transform(_sample(_DECODE, cv.merge(planes)), _TO_CONES)
    return cv.split(cv.transform(np.cbrt(cones, out=cones), _TO_LAB))


def from_oklab(lab: Planes) -> Planes:
    """Turn OKLab planes into sRGB planes; colours outside the gamut are clipped."""
    roots = cv.transform(cv.merge(lab), _FROM_LAB)
    return cv.split(_sample(_ENCODE, cv.transform(roots * roots * roots, _FROM_CONES)))


def curved(plane: Plane, tone: Tone) -> Plane:
    """Send a plane through a tone curve."""
    x, y = zip(*tone.points, strict=True)
    return _sample(np.interp(_GREY, x, y).astype(np.float32), plane)


def mixed(lab: Planes, mixer: Mixer) -> Planes:
    """Shift hue, chroma and lightness of OKLab planes, each hue by its own amount."""
    lightness, a, b = lab
    chroma, hue = cv.polar(a, b)
    degree = hue.astype(np.uint16)
    shifts: list[Shift] = [getattr(mixer, name) for name in _ANCHORS]
    coloured = smoothstep(*_GREYISH, chroma)
    chroma *= np.take(_around([shift.chroma for shift in shifts]), degree, mode="clip")
    np.minimum(chroma, _VIVID / 2 + chroma / 2, out=chroma)
    hue += np.take(_around([shift.hue for shift in shifts]), degree, mode="clip") * coloured
    lifted = lightness + np.take(_around([shift.lightness for shift in shifts]), degree, mode="clip") * coloured
    return np.stack([lifted, *cv.cartesian(chroma, hue)])


def split_toned(lab: Planes, tones: SplitTone) -> Planes:
    """Tint shadows and highlights of OKLab planes; the tints meet around the middle."""
    bright = smoothstep(0.3, 0.8, lab[0])
    tints = [
        shadow + (highlight - shadow) * bright
        for shadow, highlight in zip(tones.shadows, tones.highlights, strict=True)
    ]
    return np.stack([lab[0], lab[1] + tints[0], lab[2] + tints[1]])


def _sample(table: Table, values: NDArray[np.float32]) -> NDArray[np.float32]:
    index = values * (_SAMPLES - 1)
    index += 0.5
    np.clip(index, 0, _SAMPLES - 1, out=index)
    return np.take(table, index.astype(np.uint16), mode="clip")


def _around(at_anchors: Sequence[float]) -> Table:
    """Interpolate values at the anchors over the hue circle: one sample a degree, 0..360."""
    return np.interp(np.arange(361), list(_ANCHORS.values()), at_anchors, period=360).astype(np.float32)
