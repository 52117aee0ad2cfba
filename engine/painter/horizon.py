"""Where a photo shows the sky, without a model: a smooth, bright area that hangs from the top edge."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import cv
from engine.cv import Bytes, Interpolation, Plane, Planes
from engine.oklab import to_oklab
from engine.painter.photo import Photo
from engine.painter.planes import ramp, resize, shrink, smoothstep
from engine.painter.smoothing import blur, guided_upsampling

_DECIDING_SIDE = 256  # pixels; sky or not is decided on a copy of this size
_SQUARE = np.ones((3, 3), np.uint8)
_SMALLEST = 0.08  # share of the picture; a smaller sky is not worth painting
_LEAST_CONFIDENCE = 0.05  # below it nobody would see the paint
_BLUE = 0.35  # share of blue from which a sky counts as blue
_ROUGH = 0.045  # range of lightness around a pixel, from which it is no sky
_SURROUNDED = 0.75  # share of a cloud's outline that is sky
_SOFT = 0.012  # change of lightness from pixel to pixel below which an edge is none
_WARM = 0.045  # OKLab's b from which light is warm; cream is not yet
_NIGHT = (0.36, 0.48)  # mean lightness of a photo, from night to day
_SUNSET = (0.06, 0.28)  # glow, from a day's to an evening's
_ENDLESS = (0.88, 0.96)  # share of the height at which a sky ends, from a low horizon to a table seen from above
_ENDS_NOWHERE = (0.25, 0.5)  # share of soft edge, from a sky to a gradient
_CLOUDY = (0.012, 0.03)  # unevenness, from a plain sky or wall to clouds
_COLOUR_WEIGHTS = np.array([0.8, 2, 2], np.float32)[:, None, None]  # hue tells sky from cloud-white walls


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
        The lowest row of which a quarter is sky.
    confidence
        How likely it is the sky of a day, and no wall, no fog, no evening, 0..1.
    cloudiness
        How much clouds belong into it, 0..1: all of a blue sky, an overcast one as far as it shows any.
    """

    cover: Plane
    horizon: int
    confidence: float
    cloudiness: float


@dataclass(frozen=True, slots=True, eq=False)
class _Region:
    """A coarse sky: its pixels, its reach into gaps, the colours of its rows (3, height, 1).

    `blueness` is the share of blue pixels, `glow` that of warm ones among the brightest.
    """

    certain: Plane
    reached: Plane
    rows: Planes
    blueness: float
    glow: float


def find_sky(photo: Photo) -> Sky | None:
    """Find a smooth, bright area that hangs from the top edge, and follow its colours into the gaps of branches."""
    lab = to_oklab(shrink(photo.colour, _DECIDING_SIDE))
    region = _region(lab)
    if region is None:
        return None
    daylight = ramp(*_NIGHT, float(photo.original[0].mean()))
    confidence = daylight * _confidence(region, lab[0], float(photo.skin.mean()))
    cover = smoothstep(0.15, 0.75, _refined(photo.grey, photo.colour, region))
    rows = _rows_with(cover, 0.25)
    if confidence <= _LEAST_CONFIDENCE or not rows.size:
        return None
    cloudiness = 1.0 if region.blueness >= _BLUE else ramp(*_CLOUDY, _unevenness(region.certain > 0, lab[0]))
    return Sky(cover, int(rows[-1]), confidence, cloudiness)


def _region(lab: Planes) -> _Region | None:
    candidates, coloured, blue = _candidates(lab)
    certain = _with_its_clouds(_hanging(candidates), coloured)
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
        glow=_glow(lab, certain),
    )


def _glow(lab: Planes, certain: Bytes) -> float:
    """Return how much of the brightest light in a sky's lower half is warm: the mark of a sunset."""
    rows = _rows_with(certain, 0.2)
    middle = int(rows.mean()) if rows.size else 0
    lightness, _, b = lab[:, middle:][:, certain[middle:] > 0]
    if not lightness.size:
        return 0.0
    bright = lightness > max(0.62, float(np.quantile(lightness, 0.6)))
    return float(((b > _WARM) & bright).sum() / max(1, bright.sum()))


def _rows_with(cover: Plane | Bytes, share: float) -> NDArray[np.intp]:
    return np.flatnonzero(cover.mean(1) > share)


def _candidates(lab: Planes) -> tuple[Bytes, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the pixels that have a colour and a smoothness of the sky, those with the colour, and those of a blue."""
    lightness = lab[0]
    rough = blur(cv.dilate(lightness, _SQUARE) - cv.erode(lightness, _SQUARE), 1.2)
    blue = _of_colour(lab, _BLUE_SKY)
    coloured = np.logical_or.reduce([blue, *(_of_colour(lab, colour) for colour in _OTHER_SKIES)])
    mask = (coloured & (rough < _ROUGH)).astype(np.uint8)
    return cv.dilate(cv.erode(mask, _SQUARE), _SQUARE), coloured, blue


def _of_colour(lab: Planes, colour: _SkyColour) -> NDArray[np.bool_]:
    chroma, hue = cv.polar(lab[1], lab[2])
    least, most = colour.chroma
    near: NDArray[np.bool_] = np.abs(hue - colour.hue) <= colour.spread
    near &= (chroma > least) & (chroma < most) & (lab[0] > colour.lightness)
    return near


def _hanging(candidates: Bytes) -> Bytes:
    """Keep the areas that are large and touch a twelfth of the top edge or more: branches cut a sky into several."""
    labels, stats = cv.components(candidates, connectivity=4)
    width = candidates.shape[1]
    top = np.bincount(labels[:2].ravel(), minlength=len(stats))
    kept = (stats[:, 4] > 0.03 * candidates.size) & (top > width / 12)
    kept[0] = False
    return np.take(kept, labels).astype(np.uint8)


def _with_its_clouds(certain: Bytes, coloured: NDArray[np.bool_]) -> Bytes:
    """Add the rough areas of a sky's colour that the sky almost surrounds: its clouds, but no snow on a mountain."""
    rest = (coloured & (certain == 0)).astype(np.uint8)
    labels, stats = cv.components(rest, connectivity=4)
    rim = cv.dilate(certain, _SQUARE)
    padded = np.pad(labels, 1, mode="edge")
    shifted = (padded[1:-1, 2:], padded[1:-1, :-2], padded[2:, 1:-1], padded[:-2, 1:-1])
    outline = np.logical_or.reduce([labels != each for each in shifted]) & (labels > 0)
    length = np.bincount(labels[outline], minlength=len(stats))
    beside = np.bincount(labels[outline & (rim > 0)], minlength=len(stats))
    surrounded = beside > _SURROUNDED * np.maximum(length, 1)
    surrounded[0] = False
    return np.maximum(certain, np.take(surrounded, labels).astype(np.uint8))


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


def _confidence(region: _Region, lightness: Plane, skin: float) -> float:
    certain = region.certain
    top = certain[: max(1, len(certain) // 12)]
    confidence = min(1.0, float(certain.mean()) / 0.15) * ramp(0.5, 0.8, float(top.mean()))
    confidence *= 1 - 0.92 * ramp(*_SUNSET, region.glow)
    confidence *= 1 - ramp(*_ENDLESS, float(_rows_with(certain, 0.2).max(initial=0)) / len(certain))
    confidence *= 1 - ramp(*_ENDS_NOWHERE, _soft_edge(certain, lightness))
    if region.blueness < _BLUE:  # a grey one may be a wall: behind people it mostly is
        confidence *= 0.5 * (1 - ramp(0.04, 0.09, skin))
    return confidence


def _soft_edge(certain: Plane, lightness: Plane) -> float:
    """Return the share of an area's edge where nothing changes: it is a gradient, and was cut somewhere."""
    inside = np.pad(certain, 1, mode="edge")
    edge = (certain > 0) & (cv.erode(inside, _SQUARE)[1:-1, 1:-1] == 0)
    slope = cv.dilate(np.hypot(*cv.gradient(lightness)), np.ones((5, 5), np.uint8))
    return float((slope[edge] < _SOFT).mean()) if edge.any() else 1.0


def _unevenness(certain: NDArray[np.bool_], lightness: Plane) -> float:
    """Return the standard deviation of an area's lightness around its gradient: clouds have one, walls hardly."""
    y, x = np.nonzero(certain)
    terms = np.stack([np.ones(len(x)), x / certain.shape[1], y / certain.shape[0], (y / certain.shape[0]) ** 2], 1)
    values = lightness[certain]
    coefficients, *_ = np.linalg.lstsq(terms, values, rcond=None)
    return float((values - terms @ coefficients).std())


def _refined(grey: Plane, colour: Planes, region: _Region) -> Plane:
    """Sharpen the coarse region along the edges of the colours, and enlarge it along those of the grey."""
    height, width = colour.shape[1:]
    reached = np.clip(cv.resize(region.reached, width, height, Interpolation.CUBIC), 0, 1)
    fine = np.exp(_distance(to_oklab(colour), resize(region.rows, 1, height)) * -100)
    core = cv.erode(cv.resize(region.certain, width, height, Interpolation.LINEAR), _SQUARE)
    cover = np.maximum(core * smoothstep(0.3, 0.9, reached), np.clip(reached * 1.3, 0, 1) * fine)
    return guided_upsampling(grey, np.clip(cover, 0, 1), max(2, math.ceil(max(height, width) / 300)), 1e-4)
