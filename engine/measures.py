"""How two pictures differ, as numbers without any model: edges, structure, gradients, colours.

Planes are luma in 0..1 unless a docstring says otherwise.
"""

import numpy as np
from numpy.typing import NDArray

from engine import cv
from engine.contract import Pixels
from engine.oklab import to_oklab
from engine.painter.planes import to_planes

_FEW_EDGES = 20  # pixels
_EDGE_SHARE = 0.132  # of the pixels lie above the gradient that scales the thresholds of the edges
_FAINTEST_EDGE = 0.002  # luma per pixel: grain in fog or in a clear sky is no edge; things in photos have .003 and more
_GRADIENT_UNITS = 3200  # for 16-bit arithmetic
_STRUCTURE_STABILISER = 0.0009  # (0.03)^2, the textbook's C2; the thresholds were read with it
_DIRECTIONS = 24  # that colours are compared along
_COLOURS = 4000  # pixels that stand for a picture's colours


def luma(pixels: Pixels) -> cv.Plane:
    """Rec. 601 luma in 0..1."""
    return pixels.astype(np.float32) @ np.array([0.299 / 255, 0.587 / 255, 0.114 / 255], np.float32)


def edge_f1(photo: cv.Plane, picture: cv.Plane) -> float:
    """How well the edges agree to 3 pixels: the F1 score, in 0..1. The best single measure of keeping the photo.

    A photo without edges has none to keep, so it gives 1.
    """
    tolerance = np.ones((7, 7), np.uint8)
    before, after = _edges(photo), _edges(picture)
    if np.count_nonzero(before) < _FEW_EDGES:
        return 1.0
    if np.count_nonzero(after) < _FEW_EDGES:
        return 0.0
    precision = _share(after, cv.dilate(before, tolerance))
    recall = _share(before, cv.dilate(after, tolerance))
    return 2 * precision * recall / max(precision + recall, 1e-9)


def edge_share(photo: cv.Plane) -> float:
    """The share of its pixels that lie on edges."""
    return float(np.count_nonzero(_edges(photo)) / photo.size)


def structure(photo: cv.Plane, picture: cv.Plane) -> float:
    """The structure term of multi-scale SSIM, weighted by the photo's contrast: -1..1.

    It ignores tone and colour, which styles change freely; it is blind to flat pictures, which `edge_f1` sees.
    Wang, Simoncelli and Bovik, "Multi-scale Structural Similarity" (2003), on four scales.
    """
    terms = []
    for _ in range(4):
        terms.append(_structure_term(photo, picture))
        photo, picture = _halved(photo), _halved(picture)
    return float(np.mean(terms))


def gmsd(photo: cv.Plane, picture: cv.Plane) -> float:
    """Gradient magnitude similarity deviation: 0 for the same picture, about .3 for a different one.

    Xue, Zhang, Mou and Bovik, "Gradient Magnitude Similarity Deviation" (2014), at half size; the paper's stabiliser
    for its own gradient scale is .0026.
    """
    before, after = _gradient_length(_halved(photo)), _gradient_length(_halved(picture))
    stabiliser = 0.0026 / 4  # these gradients are half as long
    similarity = (2 * before * after + stabiliser) / (before**2 + after**2 + stabiliser)
    return float(similarity.std())


def palette_distance(photo: Pixels, picture: Pixels) -> float:
    """How far the colours are from one another, wherever they lie: 0 for the same, .05 to .15 for most styles.

    The sliced Wasserstein-1 distance between two clouds of OKLab colours: the mean over fixed directions.
    """
    directions = np.random.default_rng(0).standard_normal((3, _DIRECTIONS))
    directions /= np.linalg.norm(directions, axis=0)
    before, after = (np.sort(_colours(pixels) @ directions, axis=0) for pixels in (photo, picture))
    return float(np.abs(before - after).mean())


def _colours(pixels: Pixels) -> NDArray[np.float64]:
    """Return pixels at evenly spaced places: as many for every size, so that clouds can be compared."""
    colours = to_oklab(to_planes(pixels)).reshape(3, -1).T
    places = np.linspace(0, len(colours) - 1, _COLOURS).astype(np.intp)
    return colours[places].astype(np.float64)


def _halved(plane: cv.Plane) -> cv.Plane:
    height, width = plane.shape
    return cv.resize(plane, max(1, width // 2), max(1, height // 2), cv.Interpolation.AREA)


def _gradient_length(plane: cv.Plane) -> cv.Plane:
    return np.hypot(*cv.gradient(plane))


def _edges(luma: cv.Plane) -> cv.Bytes:
    """Edges at the scale of things, not of texture, by thresholds that follow the picture's own contrast."""
    dx, dy = cv.gradient(cv.gaussian(luma, 1.8))
    strong = max(float(np.quantile(np.hypot(dx, dy), 1 - _EDGE_SHARE)), _FAINTEST_EDGE) * _GRADIENT_UNITS
    return cv.edges(_units(dx), _units(dy), 0.6 * strong, 1.4 * strong)


def _units(derivative: cv.Plane) -> NDArray[np.int16]:
    return (derivative * _GRADIENT_UNITS).astype(np.int16)


def _share(edges: cv.Bytes, near: cv.Bytes) -> float:
    """The share of edge pixels that lie where `near` is set."""
    return float(np.count_nonzero(edges & near) / np.count_nonzero(edges))


def _structure_term(photo: cv.Plane, picture: cv.Plane) -> float:
    def window(plane: cv.Plane) -> cv.Plane:
        return cv.gaussian(plane, 1.5)

    mean_before, mean_after = window(photo), window(picture)
    variance = np.maximum(window(photo * photo) - mean_before**2, 0)
    variance_after = np.maximum(window(picture * picture) - mean_after**2, 0)
    covariance = window(photo * picture) - mean_before * mean_after
    weight = np.sqrt(variance) + 0.02  # flat areas count a little: something may have grown there
    term = (covariance + _STRUCTURE_STABILISER) / (np.sqrt(variance * variance_after) + _STRUCTURE_STABILISER)
    return float((weight * term).sum() / weight.sum())
