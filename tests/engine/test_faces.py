"""Which faces count as kept."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from engine import cv
from engine.contract import Pixels
from engine.faces import FaceDetector

Found = list[tuple[tuple[int, int, int, int], float]]

PHOTO, PICTURE = (np.full((200, 200, 3), value, np.uint8) for value in (0, 255))


class Eyes:
    """Sees in photo and picture what it is told to; has the real detector's interface."""

    photo: ClassVar[Found] = []
    picture: ClassVar[Found] = []

    def __init__(self, model: Path, least_score: float) -> None:
        pass

    def detect(self, image: Pixels) -> list[tuple[NDArray[np.float32], float]]:
        found = self.picture if image.any() else self.photo
        return [(np.array(box, np.float32), score) for box, score in found]


@pytest.mark.parametrize(
    ("photo", "picture", "kept"),
    [
        ([], [((10, 10, 60, 60), 0.9)], None),
        ([((10, 10, 60, 60), 0.7)], [], None),  # not certain enough to be held to
        ([((10, 10, 20, 20), 0.9)], [], None),  # nor large enough
        ([((10, 10, 60, 60), 0.9)], [], 0.0),
        ([((10, 10, 60, 60), 0.9)], [((14, 12, 60, 60), 0.61)], 1.0),
        ([((10, 10, 60, 60), 0.9)], [((60, 60, 60, 60), 0.9)], 0.0),  # a face, but elsewhere
        ([((10, 10, 60, 60), 0.9), ((90, 90, 80, 80), 0.9)], [((92, 90, 80, 80), 0.9)], 0.5),
    ],
)
def test_a_face_is_kept_that_is_found_where_it_was(
    photo: Found, picture: Found, kept: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cv, "FaceDetector", Eyes)
    monkeypatch.setattr(Eyes, "photo", photo)
    monkeypatch.setattr(Eyes, "picture", picture)
    assert FaceDetector(Path("model.onnx")).kept(PHOTO, PICTURE) == kept
