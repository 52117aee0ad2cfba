"""What each style does to people's skin, by how light it is and by how light the photo is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus import PEERS, samples
from benchmarks.figures import Effort, Figure, Section, Target
from engine import cv
from engine.contract import Pixels
from engine.measures import luma
from engine.oklab import to_oklab
from engine.painter.paint import paint
from engine.painter.planes import shrink, to_planes
from styles import Style, load

SIDE = 768
_SEEN_FROM_AFAR = 128  # pixels a side; from there a dotted screen is a grey
_DETECTOR = PEERS / "face_detection_yunet_2026may.onnx"
_ALLOWED = {"ghibli": Target(0.08)}


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A photo with its faces: their area, seen from afar, the median lightness in it, and the photo's mean luma."""

    pixels: Pixels
    area: NDArray[np.bool_]
    skin: float
    exposure: float


GROUPS: dict[str, Callable[[Portrait], bool]] = {
    "dark skin": lambda each: each.skin < 0.56,
    "medium skin": lambda each: 0.56 <= each.skin < 0.72,
    "light skin": lambda each: each.skin >= 0.72,
    "low-key photo": lambda each: each.exposure < 0.35,
    "high-key photo": lambda each: each.exposure >= 0.55,
}
"""By lightness in OKLab's L, and by mean luma."""


def _lightness(pixels: Pixels) -> cv.Plane:
    lightness: cv.Plane = to_oklab(shrink(to_planes(pixels), _SEEN_FROM_AFAR))[0]
    return lightness


def _portraits(most: int | None) -> list[Portrait]:
    """Photos in which an independent detector is sure of a face."""
    if not _DETECTOR.exists():
        return []
    detector, found = cv.FaceDetector(_DETECTOR, 0.85), []
    for sample in samples(SIDE, most):
        boxes = [box for box, _ in detector.detect(sample.pixels)]
        if boxes:
            lightness = _lightness(sample.pixels)
            area = np.logical_or.reduce(
                [_oval(lightness, box * lightness.shape[1] / sample.pixels.shape[1]) for box in boxes]
            )
            if area.sum() > 12:
                exposure = float(luma(sample.pixels).mean())
                found.append(Portrait(sample.pixels, area, float(np.median(lightness[area])), exposure))
    return found


def _oval(plane: cv.Plane, box: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return the inner face: no hair, no background."""
    y, x = np.mgrid[: plane.shape[0], : plane.shape[1]]
    left, top, width, height = box
    inside: NDArray[np.bool_] = ((x - left - width / 2) / (0.36 * width)) ** 2 + (
        (y - top - height / 2) / (0.40 * height)
    ) ** 2 < 1
    return inside


def _shift(portrait: Portrait, style: Style) -> float:
    picture = paint(portrait.pixels, style.painter, 0.5, 1, lambda *_: None)
    return float(np.median(_lightness(picture)[portrait.area])) - portrait.skin


def measure(effort: Effort) -> Section:
    """Paint every portrait in every style."""
    portraits = _portraits(effort.of(1000, 12, 1))
    figures = []
    for style in load().values():
        shifts = [_shift(portrait, style) for portrait in portraits]
        for group, belongs in {"all": lambda _: True, **GROUPS}.items():
            own = [shift for portrait, shift in zip(portraits, shifts, strict=True) if belongs(portrait)]
            value = float(np.median(np.abs(own))) if own else None
            figures.append(Figure(f"{style.id}, {group}", value, "L", _ALLOWED.get(style.id, Target(0.12))))
        worst = max(map(abs, shifts), default=None)
        figures.append(Figure(f"{style.id}, the farthest of all", worst, "L"))
    counts = ", ".join(f"{sum(map(belongs, portraits))} {group}" for group, belongs in GROUPS.items())
    return Section(
        title="Skin keeps its lightness",
        how=(
            f"{len(portraits)} photos in which YuNet is sure of a face ({counts}), at {SIDE} px and the middle"
            " strength: how far the median lightness of the inner face moved, either way, in OKLab's L; the median over"
            " the photos."
        ),
        figures=tuple(figures),
    )
