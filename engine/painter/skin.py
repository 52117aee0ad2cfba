"""Where a photo shows skin, without a model: by colour, by texture, and by how it lies in the frame."""

import numpy as np
from numpy.typing import NDArray

from engine import cv
from engine.cv import Plane, Planes
from engine.painter.planes import ramp, shrink, smoothstep
from engine.painter.smoothing import blur, guided_upsampling

_DECIDING_SIDE = 128  # pixels; how an area lies in the frame is judged on a copy of this size
_LIKELY = 0.5
_WIDE = 28  # units; half the width of a face that is large enough for the brush
_NARROW = 3  # units; half the width of what is too small to be a face
_AROUND = 9  # units around a small face that belong to it: hair, a hat, glasses
_COOL_LIGHT = 35  # degrees of hue, that the shine of a window or the sky may turn skin by
_PATCH = 24  # units within which a likeness is evened out
_SAME_LIGHTNESS = 0.003  # variance of lightness, below which two things count as equally light
_CLEAR = 0.1, 0.9  # likeness, below and above which it is none and all: else hair beside a face would have some
_HOLE = 60  # units a side, of the largest hole in a face


def complexion(lab: Planes) -> Plane:
    """Return how much the colour of every pixel could be that of skin, 0..1.

    Skin of every tone has a hue between pink and yellow, and a chroma in proportion to its lightness, a larger one the
    darker it is; dark hair has less. Where it shines it is paler, and a cool light turns it towards violet. Wood, sand,
    bread and ginger cats are alike: this asks for colour alone.

    Parameters
    ----------
    lab
        OKLab planes, (3, height, width).
    """
    lightness, a, b = lab
    chroma, hue = cv.polar(a, b)
    hue = np.where(hue > 180, hue - 360, hue)  # noqa: PLR2004 - half a turn
    saturation = np.divide(chroma, lightness + 1e-3)
    likeness = smoothstep(-18, 4, hue + _COOL_LIGHT * smoothstep(0.07, 0.03, saturation))
    likeness *= smoothstep(90, 70, hue)
    likeness *= smoothstep(0.0, 0.016, saturation - 0.02 - 0.055 * smoothstep(0.5, 0.25, lightness))
    likeness *= smoothstep(0.28, 0.21, saturation)
    likeness *= smoothstep(0.10, 0.20, lightness)
    return likeness


def without_holes(likeness: Plane, unit: float) -> Plane:
    """Fill the holes that highlights, eyes and lips leave in a face, and take its rim in.

    A hole is enclosed by what is likely: gaps between strands of hair, with the wall behind, are none.
    """
    labels, stats = cv.components((likeness < _LIKELY).astype(np.uint8), connectivity=4)
    holes = stats[:, 4] < (_HOLE * unit) ** 2
    holes[0] = False
    filled = np.maximum(likeness, np.take(holes, labels).astype(np.float32))
    return cv.dilate(filled, np.ones((3, 3), np.uint8))


def without_patches(likeness: Plane, lightness: Plane, unit: float) -> Plane:
    """Even a likeness out among what is equally light nearby: hair that is likely here and there is so by half."""
    radius = max(1, round(_PATCH * unit))
    return smoothstep(*_CLEAR, guided_upsampling(lightness, likeness, radius, _SAME_LIGHTNESS))


def find_skin(lab: Planes, unit: float) -> Plane:
    """Return how much every pixel looks like skin, 0..1, with soft edges.

    It has the `complexion`, no deep colour and no fine texture, and it does not fill the frame from edge to edge:
    people stand in a picture, while fur, wood and sand are its background.

    Parameters
    ----------
    unit
        The pixels of one unit of the recipe's lengths.
    """
    lightness = lab[0]
    saturation = np.hypot(lab[1], lab[2]) / (lightness + 1e-3)
    likeness = complexion(lab)
    likeness *= smoothstep(0.24, 0.18, saturation)
    likeness *= smoothstep(0.055, 0.03, _texture(lightness, unit))
    likeness = blur(likeness, 4 * unit)
    return likeness * _in_the_frame(likeness)


def find_small_faces(likeness: Plane, unit: float) -> Plane:
    """Return how much every pixel belongs to what may be a face too small for the brush, 0..1, with soft edges.

    It is neither as wide as a large face nor as narrow as a twig, and does not go on all around, as wood and fur do.

    Parameters
    ----------
    likeness
        A `complexion`: the texture of a face that is a few pixels wide says nothing.
    """
    mask = (blur(likeness, unit) > _LIKELY).astype(np.uint8)
    inside = cv.distance(mask)
    wide = _within(inside > _WIDE * unit, 1.4 * _WIDE * unit)
    narrow = ~_within(inside > _NARROW * unit, 2 * _NARROW * unit)
    faces = _within((mask > 0) & ~wide & ~narrow, _AROUND * unit).astype(np.float32)
    faces *= smoothstep(0.60, 0.40, blur(likeness, 2 * _WIDE * unit))
    return blur(faces, 3 * unit)


def _within(mask: NDArray[np.bool_], reach: float) -> NDArray[np.bool_]:
    """Return the pixels that lie no farther than `reach` from a set one."""
    if not mask.any():
        return mask
    near: NDArray[np.bool_] = cv.distance((~mask).astype(np.uint8)) <= reach
    return near


def _texture(lightness: Plane, unit: float) -> Plane:
    """Return the standard deviation of the finest detail around, relative to the lightness."""
    detail = lightness - blur(lightness, 1)
    deviation = np.sqrt(blur(detail * detail, 8 * unit))
    deviation /= lightness + 0.1
    return deviation


def _in_the_frame(likeness: Plane) -> Plane:
    """Return 1 where an area touches little of the frame, falling to 0 where it, or all together, run along much."""
    height, width = likeness.shape
    small = shrink(likeness, _DECIDING_SIDE)
    labels, stats = cv.components((small > _LIKELY).astype(np.uint8), connectivity=4)
    frame = np.concatenate([labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]])
    contact: Plane = np.bincount(frame, minlength=len(stats)).astype(np.float32) * (1 / len(frame))
    belief = smoothstep(0.40, 0.18, contact)
    belief[0] = 1  # the background label: faint likeness around certain areas
    belief *= ramp(0.48, 0.36, float(contact[1:].sum()))
    return cv.resize(cv.erode(np.take(belief, labels), _SQUARE), width, height, cv.Interpolation.LINEAR)


_SQUARE = np.ones((5, 5), np.uint8)  # grown over the faint edges of an area that is not believed
