"""Tone curves and colour grading, in OKLab."""

from collections.abc import Sequence

import numpy as np

from engine import cv
from engine.cv import Plane, Planes
from engine.oklab import SAMPLES, Table, sample
from engine.painter.planes import smoothstep
from engine.painter.smoothing import blur
from styles.recipe import Blush, Mixer, Shift, SplitTone, Tone

_ANCHORS = {
    "red": 29,
    "orange": 52,
    "yellow": 105,
    "green": 140,
    "cyan": 200,
    "blue": 255,
    "violet": 300,
    "magenta": 345,
}
_GREYISH = (0.01, 0.06)  # chroma between which a colour begins to have a hue worth shifting
_VIVID = 0.2  # chroma above which a raised chroma is raised by half only, so that nothing leaves the gamut in lumps


def curved(plane: Plane, tone: Tone) -> Plane:
    """Send a plane through a tone curve."""
    x, y = zip(*tone.points, strict=True)
    return sample(np.interp(np.linspace(0, 1, SAMPLES), x, y).astype(np.float32), plane)


def mixed(lab: Planes, mixer: Mixer) -> Planes:
    """Shift hue, chroma and lightness of OKLab planes, each hue by its own amount."""
    lightness, a, b = lab
    chroma, hue = cv.polar(a, b)
    degree = hue.astype(np.uint16)
    shifts: list[Shift] = [getattr(mixer, name) for name in _ANCHORS]
    coloured = smoothstep(*_GREYISH, chroma)
    chroma *= np.take(_around([shift.chroma for shift in shifts]), degree, mode="clip")
    np.minimum(chroma, _VIVID / 2 + chroma / 2, out=chroma)
    hue += np.take(_around([shift.hue for shift in shifts]), degree, mode="clip") * coloured
    lifted = lightness + np.take(_around([shift.lightness for shift in shifts]), degree, mode="clip") * coloured
    return np.stack([lifted, *cv.cartesian(chroma, hue)])


def split_toned(lab: Planes, tones: SplitTone) -> Planes:
    """Tint shadows and highlights of OKLab planes; the tints meet around the middle."""
    bright = smoothstep(0.3, 0.8, lab[0])
    tints = [
        shadow + (highlight - shadow) * bright
        for shadow, highlight in zip(tones.shadows, tones.highlights, strict=True)
    ]
    return np.stack([lab[0], lab[1] + tints[0], lab[2] + tints[1]])


def blushing(lab: Planes, skin: Plane, blush: Blush, unit: float) -> Planes:
    """Give brightly lit skin its blush, in OKLab planes."""
    cheeks = blur(skin * smoothstep(0.6, 0.85, lab[0]), 9 * unit)
    return np.stack([lab[0], *(axis + shift * cheeks for axis, shift in zip(lab[1:], blush.tint, strict=True))])


def _around(at_anchors: Sequence[float]) -> Table:
    """Interpolate values at the anchors over the hue circle: one sample a degree, 0..360."""
    return np.interp(np.arange(361), list(_ANCHORS.values()), at_anchors, period=360).astype(np.float32)
