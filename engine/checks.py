"""Is this picture fit to be shown? Four verdicts from a few measures of photo and picture, without any model.

The thresholds were read from 61 photos, each in seven styles of a painterly filter that preceded this one and in three
learned ones, against the failures that they must catch: black, noise, blur, another photo, and a picture in which
nothing happened. `benchmarks/verdicts.py` measures how often they are right, and `docs/painter.md` says so for photos
that they were not read from. Where a photo shows nothing at all, an even wall or thick fog, they can't see that a
picture of it is wrong: there is nothing that it would have to keep.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from engine import cv
from engine.contract import Pixels
from engine.measures import edge_f1, edge_share, gmsd, luma, structure
from styles import Checks

SIDE = 512
"""Everything is measured at most this long a side: the thresholds hold at this size, and it takes some 20 ms."""


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
    few_edges
        The share of pixels below which a photo has few edges, and less agreement is asked for. Most have .025 to .06.
    max_same_gmsd, max_same_difference
        Below both, nothing happened: JPEG at quality 40 has a GMSD of .02 (.03 at most) and a mean difference of .02,
        valid pictures a GMSD of at least .08.
    """

    min_std: float = 0.04
    min_entropy: float = 1.5
    min_mean: float = 0.06
    max_mean: float = 0.97
    few_edges: float = 0.02
    max_same_gmsd: float = 0.055
    max_same_difference: float = 0.05


THRESHOLDS = Thresholds()


def examine(photo: Pixels, picture: Pixels, limits: Checks) -> Verdict:
    """Judge a picture of a photo, by the limits of its style."""
    if photo.shape != picture.shape:
        return Verdict.BROKEN
    photo, picture = small(photo), small(picture)
    before, after = luma(photo), luma(picture)
    if _is_broken(after):
        return Verdict.BROKEN
    if _is_too_far(before, after, limits):
        return Verdict.TOO_FAR
    if _is_unchanged(photo, picture, before, after):
        return Verdict.UNCHANGED
    return Verdict.FIT


def small(pixels: Pixels) -> Pixels:
    """Scale a picture down to what is measured: at most `SIDE` a side."""
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    if scale >= 1:
        return pixels
    if scale <= 1 / 2:  # halving first is exact, and makes the whole twice as fast
        pixels = cv.resize(pixels, width // 2, height // 2, cv.Interpolation.AREA)
    return cv.resize(pixels, max(1, round(width * scale)), max(1, round(height * scale)), cv.Interpolation.AREA)


def _is_broken(grey: cv.Plane) -> bool:
    return bool(
        grey.std() < THRESHOLDS.min_std
        or not THRESHOLDS.min_mean <= grey.mean() <= THRESHOLDS.max_mean
        or _entropy(grey) < THRESHOLDS.min_entropy
    )


def _entropy(grey: cv.Plane) -> float:
    histogram = np.bincount((grey * 63.999).astype(np.uint8).ravel(), minlength=64) / grey.size
    filled = histogram[histogram > 0]
    return float(-(filled * np.log2(filled)).sum())


def _is_too_far(before: cv.Plane, after: cv.Plane, limits: Checks) -> bool:
    kept = edge_f1(before, after)
    if kept < limits.min_edge_f1:
        # what a style adds, its frame and its sparkles, weighs the more, the fewer edges there are to be kept
        enough = min(1.0, edge_share(before) / THRESHOLDS.few_edges)
        if kept < enough * limits.min_edge_f1:
            return True
    return structure(before, after) < limits.min_structure


def _is_unchanged(photo: Pixels, picture: Pixels, before: cv.Plane, after: cv.Plane) -> bool:
    if gmsd(before, after) >= THRESHOLDS.max_same_gmsd:
        return False
    difference = np.abs(photo.astype(np.int16) - picture).mean() / 255
    return bool(difference < THRESHOLDS.max_same_difference)
