"""Is this picture fit to be shown? Four verdicts from a few measures of photo and picture, without any model.

The thresholds were read from 61 photos, each in seven styles of a painterly filter and three learned ones, against the
failures that they must catch: black, noise, blur, another photo, and a picture in which nothing happened. They were
read from all the photos together, so how well they do on others has not been measured.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from engine import cv
from engine.contract import Pixels
from styles import Checks

SIDE = 512
"""Everything is measured at most this long a side: the thresholds hold at this size, and it takes some 20 ms."""

_FEW_EDGES = 20  # pixels
_EDGE_SHARE = 0.132  # of the pixels lie above the gradient that scales the thresholds of the edges
_FAINTEST_EDGE = 0.02 / 32  # luma per pixel: the grain of a clear sky is no edge
_GRADIENT_UNITS = 3200  # for 16-bit arithmetic
_STRUCTURE_STABILISER = 0.0009  # (0.03)^2, the textbook's


class Verdict(StrEnum):
    """What is said of a picture."""

    FIT = "fit"
    BROKEN = "broken"  # the wrong shape, blank, or nearly so
    TOO_FAR = "too_far"  # does not show what the photo shows
    UNCHANGED = "unchanged"  # is still the photo


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the verdicts turn, the same for every style; what a style may set is in `styles.Checks`.

    Attributes
    ----------
    min_std, min_mean, max_mean
        Of the luma, in 0..1.
    min_entropy
        Of the luma in 64 bins, in bits. The barest valid pictures, manga, had 2.3 at their 5th percentile.
    max_same_gmsd, max_same_difference
        Below both, nothing happened: JPEG at quality 40 has a GMSD of .02 (.03 at most) and a mean difference of .02,
        valid pictures a GMSD of at least .08.
    """

    min_std: float = 0.04
    min_entropy: float = 1.5
    min_mean: float = 0.06
    max_mean: float = 0.97
    max_same_gmsd: float = 0.055
    max_same_difference: float = 0.05


THRESHOLDS = Thresholds()


def examine(photo: Pixels, picture: Pixels, limits: Checks) -> Verdict:
    """Judge a picture of a photo, by the limits of its style."""
    if photo.shape != picture.shape:
        return Verdict.BROKEN
    photo, picture = _small(photo), _small(picture)
    before, after = _luma(photo), _luma(picture)
    if _is_broken(after):
        return Verdict.BROKEN
    if edge_f1(before, after) < limits.min_edge_f1 or structure(before, after) < limits.min_structure:
        return Verdict.TOO_FAR
    if _is_unchanged(photo, picture, before, after):
        return Verdict.UNCHANGED
    return Verdict.FIT


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


def _small(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    if scale >= 1:
        return pixels
    if scale <= 1 / 2:  # halving first is exact, and makes the whole twice as fast
        pixels = cv.resize(pixels, width // 2, height // 2, cv.Interpolation.AREA)
    return cv.resize(pixels, max(1, round(width * scale)), max(1, round(height * scale)), cv.Interpolation.AREA)


def _halved(plane: cv.Plane) -> cv.Plane:
    height, width = plane.shape
    return cv.resize(plane, max(1, width // 2), max(1, height // 2), cv.Interpolation.AREA)


def _luma(pixels: Pixels) -> cv.Plane:
    """Rec. 601 luma in 0..1."""
    return pixels.astype(np.float32) @ np.array([0.299 / 255, 0.587 / 255, 0.114 / 255], np.float32)


def _is_broken(luma: cv.Plane) -> bool:
    return bool(
        luma.std() < THRESHOLDS.min_std
        or not THRESHOLDS.min_mean <= luma.mean() <= THRESHOLDS.max_mean
        or _entropy(luma) < THRESHOLDS.min_entropy
    )


def _entropy(luma: cv.Plane) -> float:
    histogram = np.bincount((luma * 63.999).astype(np.uint8).ravel(), minlength=64) / luma.size
    filled = histogram[histogram > 0]
    return float(-(filled * np.log2(filled)).sum())


def _is_unchanged(photo: Pixels, picture: Pixels, before: cv.Plane, after: cv.Plane) -> bool:
    if gmsd(before, after) >= THRESHOLDS.max_same_gmsd:
        return False
    difference = np.abs(photo.astype(np.int16) - picture).mean() / 255
    return bool(difference < THRESHOLDS.max_same_difference)


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
