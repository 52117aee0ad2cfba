"""Where skin and sky are, without a model: soft masks from colour, smoothness and place."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import cv
from engine.cv import Bytes, Interpolation, Plane, Planes
from engine.painter.colour import to_oklab
from engine.painter.planes import luma, ramp, resize, shrink, smoothstep
from engine.painter.smoothing import blur, guided_upsampling

_DECIDING_SIDE = 256  # pixels; sky or not is decided on a copy of this size
_REFINING_SIDE = 640  # pixels; its edge is found on this one
_SQUARE = np.ones((3, 3), np.uint8)
_CERTAIN = 0.55  # likeness from which a pixel is taken for skin
_SMALLEST = 0.08  # share of the picture; a smaller sky is not worth painting
_LEAST_CONFIDENCE = 0.05  # below it nobody would see the paint
_BLUE = 0.35  # share of blue from which a sky counts as blue
_ROUGH = 0.06  # range of luma around a pixel, from which it is no sky
_COLOUR_WEIGHTS = np.array([0.8, 2, 2], np.float32)[:, None, None]  # hue tells sky from cloud-white walls


def skin_likeness(planes: Planes, unit: float) -> Plane:
    """Return how much every pixel looks like skin, 0..1, with soft edges.

    Skin of every tone has a hue between red and yellow and a chroma in proportion to its lightness (an absolute chroma,
    as in YCbCr masks, misses dark skin), and it is smoother than hair. Wood, sand and ginger cats look like skin too.
    """
    height, width = planes.shape[1:]
    lightness, a, b = to_oklab(resize(planes, max(2, width // 2), max(2, height // 2), Interpolation.AREA))
    chroma, hue = cv.polar(a, b)
    saturation = np.divide(chroma, lightness + 1e-3)
    likeness = smoothstep(34, 22, np.abs(hue - 54))
    likeness *= smoothstep(0.04, 0.07, saturation)
    likeness *= smoothstep(0.31, 0.24, saturation)
    likeness *= smoothstep(0.12, 0.22, lightness)
    likeness *= smoothstep(0.06, 0.03, _roughness(lightness, unit))
    return cv.resize(blur(likeness, 2 * unit), width, height, Interpolation.LINEAR)


def certain_skin(skin: Plane) -> tuple[NDArray[np.bool_], float]:
    """Return the pixels that are taken for skin, and how much they matter to the picture, 0..1.

    What is done for the sake of skin comes in over its share of the picture: a cliff would flip whole pictures.
    """
    certain = skin > _CERTAIN
    return certain, ramp(0.01, 0.04, float(certain.mean()))


def _roughness(lightness: Plane, unit: float) -> Plane:
    """Return the standard deviation of fine detail, relative to the lightness around."""
    detail = lightness - blur(lightness, 2 * unit)
    deviation = np.sqrt(blur(detail * detail, 3 * unit))
    deviation /= lightness + 0.1
    return deviation


@dataclass(frozen=True, slots=True)
class _SkyColour:
    """A colour that skies have: hue within a spread (degrees), chroma within bounds, a least lightness (OKLab)."""

    hue: float
    spread: float
    chroma: tuple[float, float]
    lightness: float


_BLUE_SKY = _SkyColour(hue=245, spread=50, chroma=(0.025, 1), lightness=0.3)
_OTHER_SKIES = (
    _SkyColour(hue=180, spread=180, chroma=(-1, 0.07), lightness=0.72),  # pale
    _SkyColour(hue=180, spread=180, chroma=(-1, 0.045), lightness=0.42),  # overcast
    _SkyColour(hue=60, spread=60, chroma=(-1, 0.16), lightness=0.6),  # glowing
)


@dataclass(frozen=True, slots=True, eq=False)
class Sky:
    """The sky of a photo.

    Attributes
    ----------
    cover
        How much of every pixel is sky, 0..1.
    horizon
        The lowest row that is mostly sky.
    confidence
        How likely it is the sky and no wall, 0..1.
    """

    cover: Plane
    horizon: int
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class _Region:
    """A coarse sky: its pixels, its reach into gaps, the colours of its rows (3, height, 1).

    `blueness` is the share of blue pixels, `warmth` the mean of OKLab's b (blue to yellow).
    """

    certain: Plane
    reached: Plane
    rows: Planes
    blueness: float
    warmth: float


def find_sky(planes: Planes, skin: Plane) -> Sky | None:
    """Find a smooth, bright area that hangs from the top edge, and follow its colours into the gaps of branches."""
    region = _region(shrink(planes, _DECIDING_SIDE))
    if region is None:
        return None
    confidence = _confidence(region, float(skin.mean()))
    cover = smoothstep(0.15, 0.75, _refined(planes, region))
    mostly = _rows_with(cover, 0.25)
    if confidence <= _LEAST_CONFIDENCE or not mostly.size:
        return None
    return Sky(cover, int(mostly[-1]), confidence)


def _region(small: Planes) -> _Region | None:
    lab = to_oklab(small)
    candidates, blue = _candidates(small, lab)
    certain = _hanging(candidates)
    if certain.mean() < _SMALLEST:
        return None
    rows, near = _row_colours(lab, certain)
    reach = cv.dilate(certain, cv.ellipse(51))
    lowest = int(_rows_with(certain, 0.2).max(initial=0)) + 6
    reach[lowest:] = certain[lowest:]
    sure = certain.astype(np.float32)
    return _Region(
        certain=sure,
        reached=np.maximum(sure, near * reach),
        rows=rows,
        blueness=float(np.average(blue, weights=sure)),
        warmth=float(np.average(lab[2], weights=sure)),
    )


def _rows_with(cover: Plane | Bytes, share: float) -> NDArray[np.intp]:
    return np.flatnonzero(cover.mean(1) > share)


def _candidates(small: Planes, lab: Planes) -> tuple[Bytes, NDArray[np.bool_]]:
    """Return the pixels that have a colour and a smoothness of the sky, and those of a blue."""
    grey = luma(small)
    rough = blur(cv.dilate(grey, _SQUARE) - cv.erode(grey, _SQUARE), 1.2)
    blue = _of_colour(lab, _BLUE_SKY)
    coloured = np.logical_or.reduce([blue, *(_of_colour(lab, colour) for colour in _OTHER_SKIES)])
    mask = (coloured & (rough < _ROUGH)).astype(np.uint8)
    return cv.dilate(cv.erode(mask, _SQUARE), _SQUARE), blue


def _of_colour(lab: Planes, colour: _SkyColour) -> NDArray[np.bool_]:
    chroma, hue = cv.polar(lab[1], lab[2])
    least, most = colour.chroma
    near: NDArray[np.bool_] = np.abs(hue - colour.hue) <= colour.spread
    near &= (chroma > least) & (chroma < most) & (lab[0] > colour.lightness)
    return near


def _hanging(candidates: Bytes) -> Bytes:
    """Keep the areas that are large and touch the top edge over a quarter of its width."""
    labels, stats = cv.components(candidates, connectivity=4)
    width = candidates.shape[1]
    top = np.bincount(labels[:2].ravel(), minlength=len(stats))
    kept = (stats[:, 4] > 0.03 * candidates.size) & (top > width / 4)
    kept[0] = False
    return np.take(kept, labels).astype(np.uint8)


def _row_colours(lab: Planes, certain: Bytes) -> tuple[Planes, Plane]:
    """Return the sky's mean colour at every row, and how near every pixel is to it."""
    margin = max(3, lab.shape[1] // 12)
    count = _over_rows(certain.sum(1, dtype=np.float32), margin)
    sums = np.stack([_over_rows((plane * certain).sum(1, dtype=np.float32), margin) for plane in lab])
    sums /= np.maximum(count, 1e-3)
    rows = sums[:, :, None]
    near = np.exp(_distance(lab, rows) * -167)
    near *= (count > 1)[:, None]
    return rows, near


def _over_rows(values: Plane, margin: int) -> Plane:
    """Average over neighbouring rows."""
    return cv.box(np.repeat(values[:, None], 3, 1), margin)[:, 1]


def _distance(lab: Planes, rows: Planes) -> Plane:
    difference = (lab - rows) * _COLOUR_WEIGHTS
    squares: Plane = (difference * difference).sum(0)
    return squares


def _confidence(region: _Region, skin: float) -> float:
    share = float(region.certain.mean())
    top = region.certain[: max(1, region.certain.shape[0] // 12)]
    confidence = min(1.0, share / 0.15) * ramp(0.5, 0.8, float(top.mean()))
    if region.blueness < _BLUE:  # a grey one may be a wall, behind people it mostly is; a warm one is evening haze
        confidence *= 0.5 * (1 - ramp(0.04, 0.09, skin)) * (1 - ramp(0.014, 0.026, region.warmth))
    return confidence


def _refined(planes: Planes, region: _Region) -> Plane:
    """Sharpen the coarse region along the edges of the photo and enlarge it to its size."""
    middle = shrink(planes, _REFINING_SIDE)
    height, width = middle.shape[1:]
    reached = np.clip(cv.resize(region.reached, width, height, Interpolation.CUBIC), 0, 1)
    fine = np.exp(_distance(to_oklab(middle), resize(region.rows, 1, height)) * -100)
    core = cv.erode(cv.resize(region.certain, width, height, Interpolation.LINEAR), _SQUARE)
    cover = np.maximum(core * smoothstep(0.3, 0.9, reached), np.clip(reached * 1.3, 0, 1) * fine)
    return guided_upsampling(luma(planes), np.clip(cover, 0, 1), max(2, math.ceil(max(height, width) / 300)), 1e-4)
