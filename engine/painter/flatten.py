"""From gradients and grain to painted areas: brush patches, flat colour, cel steps."""

import math

import numpy as np
from numpy.typing import NDArray

from engine import cv
from engine.cv import Interpolation, Plane, Planes
from engine.painter.planes import each, luma, mix, shrink, smoothstep
from engine.painter.smoothing import blur
from styles.recipe import Cel, Flatten

_SECTORS = 8
_LAST_WEIGHT = 100  # beyond it the flattened picture changes no more
_SLOPE_SIDE = 256  # pixels of the copy that slopes are measured on
_SLOPES = 0.0012, 0.003  # lightness per unit: a long gradient's, and a cheek's
_GROWTH = 3.5  # of the weight from one pass to the next; 2.5 takes a third longer and gives the same to 43 dB


def kuwahara(planes: Planes, radius: float) -> Planes:
    """Replace every pixel by the calmest of its surroundings, softly (generalised Kuwahara filter, 8 sectors).

    Papari et al. (2007). Every sector is one Gaussian (sigma 0.23 r) at distance 0.48 r, so the blurred picture is
    made and weighed once and then shifted eight times.
    """
    sigma, distance = max(0.6, 0.23 * radius), 0.48 * radius
    mean = blur(planes, sigma)
    grey, mean_grey = (planes, mean) if planes.ndim == 2 else (luma(planes), luma(mean))  # noqa: PLR2004 - a plane has two axes
    variance = blur(grey * grey, sigma) - mean_grey * mean_grey
    weight = np.reciprocal(
        1 + (variance * (0.1 * 255**2)) ** 2
    )  # squared so that a calm sector outweighs all busy ones
    inverse = np.reciprocal(_sum_of_sectors(weight, distance))
    return each(lambda plane: _sum_of_sectors(plane * weight, distance) * inverse, mean)


def _sum_of_sectors(plane: Plane, distance: float) -> Plane:
    height, width = plane.shape
    margin = math.ceil(distance)
    padded = cv.pad(plane, margin)
    total = np.zeros_like(plane)
    for sector in range(_SECTORS):
        angle = 2 * math.pi * sector / _SECTORS
        top, left = margin + round(distance * math.sin(angle)), margin + round(distance * math.cos(angle))
        total += padded[top : top + height, left : left + width]
    return total


def flattened(colour: Planes, flatten: Flatten) -> Planes:
    """Flatten colours into areas of one colour each."""
    return mix(colour, _l0_smoothed(colour, flatten.smoothness), flatten.amount)


def _l0_smoothed(planes: Planes, smoothness: float) -> Planes:
    """Minimise the number of gradients (Xu et al., "Image Smoothing via L0 Gradient Minimization", 2011).

    Alternates between dropping small gradients and solving for the picture that has the remaining ones, which is a
    division in the Fourier domain. The picture wraps around at its edges.
    """
    laplacian = _packed_laplacian(*planes.shape[1:])
    result, weight = planes, 2 * smoothness
    while weight < _LAST_WEIGHT:
        right, down = _steps_right(result), _steps_down(result)
        strength = np.square(right).sum(0)
        strength += np.square(down).sum(0)
        kept = (strength >= smoothness / weight) * np.float32(weight)
        right *= kept
        down *= kept
        inverse = np.reciprocal(1 + weight * laplacian)
        target = _plus_divergence(planes, right, down)
        result = np.stack([cv.from_spectrum(cv.spectrum(plane) * inverse) for plane in target])
        weight *= _GROWTH
    return np.clip(result, 0, 1)


def _steps_right(planes: Planes) -> Planes:
    steps = np.empty_like(planes)
    np.subtract(planes[:, :, 1:], planes[:, :, :-1], out=steps[:, :, :-1])
    np.subtract(planes[:, :, 0], planes[:, :, -1], out=steps[:, :, -1])
    return steps


def _steps_down(planes: Planes) -> Planes:
    steps = np.empty_like(planes)
    np.subtract(planes[:, 1:], planes[:, :-1], out=steps[:, :-1])
    np.subtract(planes[:, 0], planes[:, -1], out=steps[:, -1])
    return steps


def _plus_divergence(planes: Planes, right: Planes, down: Planes) -> Planes:
    target = planes - right
    target -= down
    target[:, :, 1:] += right[:, :, :-1]
    target[:, :, 0] += right[:, :, -1]
    target[:, 1:] += down[:, :-1]
    target[:, 0] += down[:, -1]
    return target


def _packed_laplacian(height: int, width: int) -> Plane:
    """Return the (negative) Laplacian's eigenvalues, laid out as `cv.spectrum` packs a real spectrum."""

    def eigenvalues(frequencies: NDArray[np.intp], size: int) -> Plane:
        return np.asarray(4 * np.sin(np.pi * frequencies / size) ** 2, np.float32)

    rows, columns = np.arange(height), np.arange(width)
    packed_columns = eigenvalues((columns + 1) // 2, width)
    packed = eigenvalues(rows, height)[:, None] + packed_columns
    packed_rows = eigenvalues((rows + 1) // 2, height)
    packed[:, 0] = packed_rows + packed_columns[0]
    if width % 2 == 0:
        packed[:, -1] = packed_rows + packed_columns[-1]
    return packed


def stepped(lightness: Plane, cel: Cel, skin: Plane, unit: float) -> Plane:
    """Quantise lightness into soft steps: fewer and softer ones on skin, after blurring away its texture.

    A long gradient, such as a wall's or a dim sky's, keeps its smooth lightness: it has no side in the shade.
    """
    steps = _steps(lightness, cel.levels, cel.softness, 0.2)
    skin_steps = _steps(blur(lightness, 2.5 * unit), cel.skin_levels, 1.3 * cel.softness, 0.35)
    cels = blur(mix(steps, skin_steps, smoothstep(0.2, 0.6, skin)), 0.7 * unit)
    return mix(lightness, cels, cel.amount * _shaped(lightness, unit))


def _shaped(lightness: Plane, unit: float) -> Plane:
    """How far lightness falls as on a thing with sides, 0..1, and not in one long gradient."""
    small = shrink(lightness, _SLOPE_SIDE)
    unit *= len(small) / len(lightness)
    slope: Plane = np.hypot(*cv.gradient(blur(small, 4 * unit))) * np.float32(unit)
    shaped = blur(smoothstep(*_SLOPES, slope), 12 * unit)
    height, width = lightness.shape
    return cv.resize(shaped, width, height, Interpolation.LINEAR)


def _steps(lightness: Plane, levels: int, softness: float, phase: float) -> Plane:
    """Quantise softly; the phase keeps the middle of a step, not an edge, at the lightness of most skin and sky."""
    position: Plane = lightness * levels + phase
    level = np.floor(position)
    level += smoothstep(0.5 - softness, 0.5 + softness, position - level)
    level -= phase
    level *= 1 / levels
    return level
