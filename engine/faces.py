"""Which faces of a photo are still faces in its picture, where a detector is installed."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import cv
from engine.contract import Pixels

_CERTAIN = 0.85  # score of a face that a picture is held to; below it the detector sees faces in clouds
_LARGE = 40  # pixels of width of such a face
_LIKELY = 0.6  # score of what counts as a face in a picture: drawn ones look less like photos
_STEP_BACK = 1.5  # pixels of blur, in which the dots of a print melt into greys as they do for a reader
_SAME = 0.4  # intersection over union from which two boxes are the same face


class FaceDetector:
    """YuNet (Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face Detector", 2023), from an ONNX file.

    Raises
    ------
    ValueError
        The file is no model that OpenCV can load.
    """

    def __init__(self, model: Path) -> None:
        self._detector = cv.FaceDetector(model, _LIKELY)

    def kept(self, photo: Pixels, picture: Pixels) -> float | None:
        """The share of the photo's faces that are where they were in the picture; None where it has none."""
        faces = [box for box, score in self._detector.detect(photo) if score >= _CERTAIN and box[2] >= _LARGE]
        if not faces:
            return None
        drawn = [box for box, _ in self._detector.detect(cv.gaussian(picture, _STEP_BACK))]
        return float(np.mean([any(_overlap(face, other) > _SAME for other in drawn) for face in faces]))


def _overlap(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return the intersection over union of two boxes (x, y, width, height)."""
    start, end = np.maximum(one[:2], other[:2]), np.minimum(one[:2] + one[2:], other[:2] + other[2:])
    shared = float(np.prod(np.maximum(end - start, 0)))
    return shared / (float(np.prod(one[2:]) + np.prod(other[2:])) - shared)
