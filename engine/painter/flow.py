"""The flow of a picture: which way its edges run, and smoothing along that way."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine import cv
from engine.cv import Interpolation, Plane
from engine.painter.planes import grid
from engine.painter.smoothing import blur

_WIDER = 4  # times sigma: the neighbourhood that coherence is judged over

STRIP = 64
"""Rows that are traced together: their planes stay in the second-level cache, which halves the time."""


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """The edge tangents of a picture, smoothed (eigenvectors of the structure tensor).

    Attributes
    ----------
    x, y
        The unit tangent of every pixel; it has no sign.
    anisotropy
        0 where every direction is alike, 1 on a clean edge.
    coherence
        The same over a neighbourhood some times as wide: low in foliage, fur and rubble, high along an outline.
    """

    x: Plane
    y: Plane
    anisotropy: Plane
    coherence: Plane

    @classmethod
    def of(cls, grey: Plane, sigma: float) -> "Flow":
        """Find the flow of a picture; the tensor is smoothed by `sigma` pixels."""
        dx, dy = cv.gradient(grey)  # at full size: fine texture would lose its direction
        halves = [_half(product) for product in (dx * dx, dx * dy, dy * dy)]
        height, width = grey.shape
        xx, xy, yy = (cv.resize(_smoothed(half, sigma / 2), width, height, Interpolation.LINEAR) for half in halves)
        difference, twice = xx - yy, xy + xy
        length = np.sqrt(difference * difference + twice * twice)
        inverse = np.reciprocal(length + 1e-12)
        # the tangent's double angle has the cosine -difference / length; the half-angle formulas need no trigonometry
        cosine = difference * inverse * -0.5
        x = np.sqrt(np.maximum(0.5 + cosine, 0))
        y = np.copysign(np.sqrt(np.maximum(0.5 - cosine, 0)), -twice)
        wide = _anisotropy(*(_smoothed(half, _WIDER * sigma / 2) for half in halves))
        return cls(x, y, length / (xx + yy + 1e-8), cv.resize(wide, width, height, Interpolation.LINEAR))


def _half(product: Plane) -> Plane:
    """Halve the size of a tensor plane: smoothed, it loses nothing by it."""
    height, width = product.shape
    return cv.resize(product, max(4, width // 2), max(4, height // 2), Interpolation.AREA)


def _smoothed(half: Plane, sigma: float) -> Plane:
    return blur(half, math.sqrt(max(0.25, sigma**2 - 0.25)))  # halving has blurred it a little


def _anisotropy(xx: Plane, xy: Plane, yy: Plane) -> Plane:
    anisotropy: Plane = np.hypot(xx - yy, xy + xy)
    anisotropy /= xx + yy + 1e-8
    return anisotropy


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """What is to be smoothed along the flow, and by how many pixels (sigma)."""

    plane: Plane
    sigma: float


def smooth_along(flow: Flow, strokes: Sequence[Stroke], step: float) -> list[Plane]:
    """Smooth each with a Gaussian along traced stream lines (line integral convolution).

    Tracing costs more than smoothing, so all strokes share one. Samples are `step` pixels apart.
    """
    height = flow.x.shape[0]
    kernels = [_half_kernel(stroke.sigma, step) for stroke in strokes]
    reach = max(map(len, kernels))
    results = [np.empty_like(stroke.plane) for stroke in strokes]
    for top in range(0, height, STRIP):
        rows = slice(top, min(height, top + STRIP))
        for stroke, kernel, result in zip(strokes, kernels, results, strict=True):
            np.multiply(stroke.plane[rows], kernel[0], out=result[rows])
        for stride in (step, -step):
            for index, (x, y) in enumerate(_walk(flow, rows, stride, reach - 1), start=1):
                for stroke, kernel, result in zip(strokes, kernels, results, strict=True):
                    if index < len(kernel):
                        samples = cv.remap(stroke.plane, x, y)
                        samples *= kernel[index]
                        result[rows] += samples
    return results


def _half_kernel(sigma: float, step: float) -> list[float]:
    """Return the weights of the centre and of the samples on one side; both sides sum to 1."""
    weights = [math.exp(-((index * step) ** 2) / (2 * sigma**2)) for index in range(math.ceil(2 * sigma / step) + 1)]
    total = 2 * sum(weights) - weights[0]
    return [weight / total for weight in weights]


def _walk(flow: Flow, rows: slice, stride: float, steps: int) -> Iterator[tuple[Plane, Plane]]:
    """Follow the flow from every pixel of the rows and yield the positions after each step, in the same arrays."""
    dx, dy = flow.x[rows] * stride, flow.y[rows] * stride
    x, y = grid(flow.x.shape, rows)
    x += dx
    y += dy
    for _ in range(steps - 1):
        yield x, y
        tangent_x = cv.remap(flow.x, x, y, Interpolation.NEAREST)
        tangent_y = cv.remap(flow.y, x, y, Interpolation.NEAREST)
        # a tangent has no sign: take the one that does not turn back
        dx *= tangent_x
        dy *= tangent_y
        dx += dy
        signed = np.copysign(np.float32(stride), dx)
        dx, dy = np.multiply(tangent_x, signed, out=tangent_x), np.multiply(tangent_y, signed, out=tangent_y)
        x += dx
        y += dy
    yield x, y


def difference_across(grey: Plane, flow: Flow, sigma: float, spacing: float) -> Plane:
    """Return the difference of Gaussians (sigma and 1.6 sigma) across the flow: negative on the dark side of edges.

    Kang et al., "Coherent Line Drawing" (2007). An isotropic difference would break thin lines. `grey` is blurred
    already, so samples may be `spacing` pixels apart.
    """
    weights = _difference_weights(sigma, spacing)
    result = np.empty_like(grey)
    for top in range(0, grey.shape[0], STRIP):
        rows = slice(top, min(grey.shape[0], top + STRIP))
        x, y = grid(grey.shape, rows)
        np.multiply(grey[rows], weights[0], out=result[rows])
        for index, weight in enumerate(weights[1:], start=1):
            dx, dy = flow.y[rows] * (index * spacing), flow.x[rows] * (index * spacing)
            samples = cv.remap(grey, x - dx, y + dy)
            samples += cv.remap(grey, x + dx, y - dy)
            samples *= weight
            result[rows] += samples
    return result


def _difference_weights(sigma: float, spacing: float) -> list[float]:
    wide = 1.6 * sigma
    distances = [index * spacing for index in range(math.ceil(2 * wide / spacing) + 1)]
    inner = [math.exp(-(distance**2) / (2 * sigma**2)) for distance in distances]
    outer = [math.exp(-(distance**2) / (2 * wide**2)) for distance in distances]
    inner_total, outer_total = 2 * sum(inner) - 1, 2 * sum(outer) - 1
    return [a / inner_total - b / outer_total for a, b in zip(inner, outer, strict=True)]
