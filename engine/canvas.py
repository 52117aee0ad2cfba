"""A photo on a canvas of another size, and back: scaled to fit inside, mirrored around, never cropped or distorted."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from engine.contract import Pixels

Size = tuple[int, int]
"""Width and height in pixels."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a photo lies on its canvas.

    Attributes
    ----------
    canvas
        The canvas's size.
    box
        The photo's left, top, right and bottom edge on it.
    size
        The photo's own size.
    """

    canvas: Size
    box: tuple[int, int, int, int]
    size: Size


def used(size: Size, canvas: Size) -> float:
    """How much of a canvas a photo of this size would cover, as a share."""
    scale = min(canvas[0] / size[0], canvas[1] / size[1])
    return size[0] * size[1] * scale**2 / (canvas[0] * canvas[1])


def fit(pixels: Pixels, canvas: Size) -> tuple[Pixels, Fit]:
    """Scale the photo to fit inside the canvas, in its middle, and mirror its edges into the rest."""
    height, width = pixels.shape[:2]
    scale = min(canvas[0] / width, canvas[1] / height)
    inner = (_scaled(width, scale, canvas[0]), _scaled(height, scale, canvas[1]))
    left, top = (canvas[0] - inner[0]) // 2, (canvas[1] - inner[1]) // 2
    right, bottom = left + inner[0], top + inner[1]
    around = ((top, canvas[1] - bottom), (left, canvas[0] - right), (0, 0))
    filled = np.pad(resized(pixels, inner), around, mode="symmetric")
    return filled, Fit(canvas, (left, top, right, bottom), (width, height))


def unfit(pixels: Pixels, where: Fit) -> Pixels:
    """Give the photo's part of a finished canvas, in the photo's own size."""
    return resized(cropped(pixels, where), where.size)


def cropped(pixels: Pixels, where: Fit) -> Pixels:
    """Give the photo's part of the canvas, or of a smaller or larger copy of it."""
    height, width = pixels.shape[:2]
    x, y = width / where.canvas[0], height / where.canvas[1]
    left, top, right, bottom = where.box
    return pixels[round(top * y) : max(1, round(bottom * y)), round(left * x) : max(1, round(right * x))]


def resized(pixels: Pixels, size: Size) -> Pixels:
    """Resample to this size; nothing is done to what has it already."""
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return pixels
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))


def _scaled(side: int, scale: float, most: int) -> int:
    return min(most, max(1, round(side * scale)))
