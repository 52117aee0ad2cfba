"""From gradients and grain to painted areas: brush patches, flat colour, cel steps."""

import math

import numpy as np
from numpy.typing import NDArray

from engine import cv
from engine.cv import Interpolation, Plane, Planes
from engine.painter.colour import to_oklab
from engine.painter.planes import luma, mix, resize, smoothstep
from engine.painter.smoothing import blur, guided_upsampling
from styles.recipe import Cel, Flatten

_FLATTEN_SIDE = 512  # pixels; flattening a larger copy takes up to five times longer and looks the same
_SECTORS = 8
_LAST_WEIGHT = 200  # beyond it the flattened picture changes no more


def kuwahara(planes: Planes, radius: float) -> Planes:
    """Replace every pixel by the calmest of its surroundings, softly (generalised Kuwahara filter, 8 sectors).

    Papari et al. (2007). Every sector is one Gaussian (sigma 0.23 r) at distance 0.48 r, so the blurred picture is
    made and weighed once and then shifted eight times.
    """
    sigma, distance = max(0.6, 0.23 * radius), 0.48 * radius
    mean = np.stack([cv.gaussian(plane, sigma) for plane in planes])
    grey, mean_grey = luma(planes), luma(mean)
    variance = cv.gaussian(grey * grey, sigma) - mean_grey * mean_grey
    weight = np.reciprocal(
        1 + (variance * (0.1 * 255**2)) ** 2
    )  # squared so that a calm sector outweighs all busy ones
    inverse = np.reciprocal(_sum_of_sectors(weight, distance))
    return np.stack([_sum_of_sectors(plane * weight, distance) * inverse for plane in mean])


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


def flattened(brushed: Planes, flatten: Flatten, unit: float) -> Planes:
    """Flatten a brushed picture into areas of one colour; returns OKLab planes."""
    height, width = brushed.shape[1:]
    scale = min(1.0, _FLATTEN_SIDE / max(height, width))
    small = resize(brushed, _fast_size(width * scale), _fast_size(height * scale), Interpolation.AREA)
    flat = to_oklab(mix(small, _l0_smoothed(small, flatten.smoothness), flatten.amount))
    radius = max(1, round(3 * unit * flat.shape[2] / width))
    return guided_upsampling(luma(brushed), flat, radius, 2e-4)


def _fast_size(side: float) -> int:
    return cv.fast_dft_size(max(2, int(side) - 1))


def _l0_smoothed(planes: Planes, smoothness: float) -> Planes:
    """Minimise the number of gradients (Xu et al., "Image Smoothing via L0 Gradient Minimization", 2011).

    Alternates between dropping small gradients and solving for the picture that has the remaining ones, which is a
    division in the Fourier domain.
    """
    laplacian = _packed_laplacian(*planes.shape[1:])
    result, weight = planes, 2 * smoothness
    while weight < _LAST_WEIGHT:
        right = np.roll(result, -1, 2) - result
        down = np.roll(result, -1, 1) - result
        kept = (right * right + down * down).sum(0) >= smoothness / weight
        right *= kept
        down *= kept
        divergence = np.roll(right, 1, 2) - right + np.roll(down, 1, 1) - down
        target, inverse = planes + divergence * weight, np.reciprocal(1 + weight * laplacian)
        result = np.stack([cv.from_spectrum(cv.spectrum(plane) * inverse) for plane in target])
        weight *= 2
    return np.clip(result, 0, 1)


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
    """Quantise lightness into soft steps: fewer and softer ones on skin, after blurring away its texture."""
    steps = _steps(lightness, cel.levels, cel.softness, 0.2)
    skin_steps = _steps(blur(lightness, 2.5 * unit), cel.skin_levels, 1.3 * cel.softness, 0.35)
    cels = blur(mix(steps, skin_steps, smoothstep(0.2, 0.6, skin)), 0.7 * unit)
    return mix(lightness, cels, cel.amount)


def _steps(lightness: Plane, levels: int, softness: float, phase: float) -> Plane:
    """Quantise softly; the phase keeps the middle of a step, not an edge, at the lightness of most skin and sky."""
    position: Plane = lightness * levels + phase
    level = np.floor(position)
    level += smoothstep(0.5 - softness, 0.5 + softness, position - level)
    level -= phase
    level *= 1 / levels
    return level
