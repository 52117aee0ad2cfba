"""How often the checks are right: pictures that are fit, and pictures that are not."""

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from benchmarks.corpus import Sample, samples
from benchmarks.figures import Effort, Figure, Section, Target
from engine.checks import SIDE, Verdict, examine
from engine.contract import Pixels
from engine.painter.paint import paint
from styles import Style, load

Wrong = Callable[[Pixels, Pixels, Pixels], Pixels]
"""From a photo, its picture and another photo's picture: one that must be refused."""


def _resized(picture: Pixels, like: Pixels) -> Pixels:
    return np.asarray(cv2.resize(picture, like.shape[1::-1], interpolation=cv2.INTER_AREA), np.uint8)


def _warped(picture: Pixels, pixels: float) -> Pixels:
    """Move everything by up to so many pixels, neighbours alike: a picture whose faces are no longer theirs."""
    height, width = picture.shape[:2]
    random = np.random.default_rng(0)
    straight = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    rough = random.uniform(-pixels, pixels, (2, 7, 7)).astype(np.float32)
    x, y = (
        axis + cv2.resize(each, (width, height), interpolation=cv2.INTER_CUBIC)
        for axis, each in zip(straight, rough, strict=True)
    )
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.uint8)


def _compressed(photo: Pixels) -> Pixels:
    _, data = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, 40])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


WRONG: Mapping[str, Wrong] = {
    "another photo's": lambda photo, _, other: _resized(other, photo),
    "black": lambda photo, _picture, _other: np.zeros_like(photo),
    "noise": lambda photo, _picture, _other: np.random.default_rng(0).integers(0, 256, photo.shape, dtype=np.uint8),
    "blurred": lambda _photo, picture, _other: np.asarray(cv2.GaussianBlur(picture, (0, 0), 12), np.uint8),
    "warped by 32 px": lambda _photo, picture, _other: _warped(picture, 32),
    "photo, compressed": lambda photo, _picture, _other: _compressed(photo),
    "photo, denoised": lambda photo, _picture, _other: np.asarray(cv2.bilateralFilter(photo, 7, 25, 5), np.uint8),
}


def _painted(style: Style, photos: list[Sample], strength: float) -> list[Pixels]:
    return [paint(photo.pixels, style.painter, strength, 1, lambda *_: None) for photo in photos]


def _fit(style: Style, photos: list[Sample], pictures: list[Pixels]) -> list[bool]:
    """Whether each picture was called fit."""
    pairs = zip(photos, pictures, strict=True)
    return [examine(photo.pixels, picture, style.checks) is Verdict.FIT for photo, picture in pairs]


def _refused(style: Style, photos: list[Sample], pictures: list[Pixels]) -> dict[str, list[bool]]:
    """Whether each picture that was made wrong was refused."""
    refused: dict[str, list[bool]] = {name: [] for name in WRONG}
    for number, (photo, picture) in enumerate(zip(photos, pictures, strict=True)):
        for name, wrong in WRONG.items():
            bad = wrong(photo.pixels, picture, pictures[number - 1])
            refused[name].append(examine(photo.pixels, bad, style.checks) is not Verdict.FIT)
    return refused


def measure(effort: Effort) -> Section:
    """Examine what every style paints, and what went wrong on purpose."""
    photos = samples(effort.of(SIDE, SIDE, 96), effort.of(1000, 12, 2))
    figures = []
    for style in load().values():
        pictures = _painted(style, photos, 0.5)
        fit, refused = _fit(style, photos, pictures), _refused(style, photos, pictures)
        ends = [each for strength in (0, 1) for each in _fit(style, photos, _painted(style, photos, strength))]
        figures.append(Figure(f"{style.id}: called fit", 100 * float(np.mean(fit)), "%", Target(99, at_least=True)))
        figures.append(Figure(f"{style.id}: called fit, strength 0 and 1", 100 * float(np.mean(ends)), "%"))
        figures += [
            Figure(f"{style.id}: refused, {name}", 100 * float(np.mean(each)), "%") for name, each in refused.items()
        ]
    return Section(
        title="Verdicts of the checks",
        how=(
            f"{len(photos)} photos at {SIDE} px in every style: the pictures themselves, which are fit, and others that"
            " were made wrong on purpose."
        ),
        figures=tuple(figures),
    )
