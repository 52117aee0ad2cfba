"""Blurs, and filters that smooth without crossing edges."""

import math

import numpy as np

from engine import cv
from engine.cv import Interpolation, Plane, Planes
from engine.painter.planes import each, resize

_LARGEST_SIGMA = 2.4  # pixels; beyond it a blur at half size costs a quarter and differs by at most 0.009
_LARGEST_SMALL_SIGMA = 5  # pixels on a smaller copy; beyond it a still smaller one will do
_SMALLEST_COPY = 32  # pixels; a smaller copy would show its grid


def blur(planes: Planes, sigma: float) -> Planes:
    """Blur one plane or several with a Gaussian of `sigma` pixels."""
    return each(lambda plane: _blur(plane, sigma), planes)


def _blur(plane: Plane, sigma: float) -> Plane:
    height, width = plane.shape
    if sigma <= _LARGEST_SIGMA or min(height, width) <= _SMALLEST_COPY:
        return cv.gaussian(plane, sigma)
    factor = 2
    while sigma / factor > _LARGEST_SMALL_SIGMA and min(height, width) / factor > _SMALLEST_COPY:
        factor *= 2
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


def local_trend(guide: Plane, planes: Planes, weight: Plane, radius: int, epsilon: float) -> Planes:
    """Smooth planes where they are weighty, as straight functions of the guide within windows (weighted guided filter).

    Where two things meet, each keeps its own value, as far as the guide tells them apart.
    """
    share = np.reciprocal(cv.box(weight, radius) + 1e-4)

    def mean(plane: Plane) -> Plane:
        average = cv.box(plane * weight, radius)
        average *= share
        return average

    middle = mean(guide)
    inverse = np.reciprocal(mean(guide * guide) - middle * middle + epsilon)
    means: Planes = each(mean, planes)
    slopes: Planes = (each(lambda plane: mean(plane * guide), planes) - middle * means) * inverse
    offsets: Planes = means - slopes * middle
    trend: Planes = each(mean, slopes) * guide + each(mean, offsets)
    return trend


def even_out(plane: Plane, radius: float, epsilon: float) -> Plane:
    """Smooth a plane guided by itself: differences below sqrt(epsilon) go, edges stay."""
    height, width = plane.shape
    half = cv.resize(plane, max(2, width // 2), max(2, height // 2), Interpolation.AREA)
    return guided_upsampling(plane, half, max(1, round(radius / 2)), epsilon)
