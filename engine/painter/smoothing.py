"""Blurs, and filters that smooth without crossing edges."""

import math

import numpy as np

from engine import cv
from engine.cv import Interpolation, Plane, Planes
from engine.painter.planes import each, resize

_LARGEST_SIGMA = 5  # pixels; beyond it a blur on a smaller copy shows no difference (error 0.003) and costs a hundredth
_SMALLEST_COPY = 32  # pixels; a smaller copy would show its grid


def blur(planes: Planes, sigma: float) -> Planes:
    """Blur one plane or several with a Gaussian of `sigma` pixels."""
    return each(lambda plane: _blur(plane, sigma), planes)


def _blur(plane: Plane, sigma: float) -> Plane:
    height, width = plane.shape
    factor = 1
    while sigma / factor > _LARGEST_SIGMA and min(height, width) / factor > _SMALLEST_COPY:
        factor *= 2
    if factor == 1:
        return cv.gaussian(plane, sigma)
    small = cv.resize(plane, max(1, width // factor), max(1, height // factor), Interpolation.AREA)
    done = factor**2 / 4  # the variance that shrinking and growing have blurred by already
    small = cv.gaussian(small, math.sqrt(max(0.25, (sigma**2 - done) / factor**2)))
    return cv.resize(small, width, height, Interpolation.LINEAR)


def guided_upsampling(guide: Plane, small: Planes, radius: int, epsilon: float) -> Planes:
    """Enlarge planes to the size of the guide, with the guide's edges (fast guided filter).

    He & Sun, "Fast Guided Filter" (2015): the local linear model of the small planes in the small guide is enlarged
    and applied to the full one.

    Parameters
    ----------
    radius
        Of the windows, in pixels of `small`.
    epsilon
        Variance of the guide below which a window counts as flat.
    """
    height, width = guide.shape
    small_height, small_width = small.shape[-2:]
    slope, offset = _linear_model(
        cv.resize(guide, small_width, small_height, Interpolation.AREA), small, radius, epsilon
    )
    enlarged = resize(slope, width, height)
    enlarged *= guide
    enlarged += resize(offset, width, height)
    return enlarged


def _linear_model(guide: Plane, planes: Planes, radius: int, epsilon: float) -> tuple[Planes, Planes]:
    mean = cv.box(guide, radius)
    inverse = np.reciprocal(cv.box(guide * guide, radius) - mean * mean + epsilon)
    plane_mean: Planes = each(lambda plane: cv.box(plane, radius), planes)
    slope: Planes = (each(lambda plane: cv.box(plane * guide, radius), planes) - mean * plane_mean) * inverse
    offset: Planes = plane_mean - slope * mean
    return each(lambda plane: cv.box(plane, radius), slope), each(lambda plane: cv.box(plane, radius), offset)


def even_out(plane: Plane, radius: float, epsilon: float) -> Plane:
    """Smooth a plane guided by itself: differences below sqrt(epsilon) go, edges stay."""
    height, width = plane.shape
    half = cv.resize(plane, max(2, width // 2), max(2, height // 2), Interpolation.AREA)
    return guided_upsampling(plane, half, max(1, round(radius / 2)), epsilon)
