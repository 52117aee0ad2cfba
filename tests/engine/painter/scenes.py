"""Pictures that tests draw themselves: a meadow under a sky, and faces of several skin tones."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.contract import Pixels

SKIN_TONES = {
    "light": (234, 202, 176),
    "medium": (198, 150, 115),
    "tan": (160, 112, 78),
    "brown": (120, 78, 52),
    "dark": (82, 52, 36),
}
"""Colours of skin in even light, sRGB, from the lightest to the darkest."""


def meadow(height: int = 160, width: int = 200) -> Pixels:
    """A blue sky over grass with some noise, a tree and a red house."""
    rng = np.random.default_rng(4)
    scene = np.empty((height, width, 3), np.uint8)
    horizon = height // 2
    scene[:horizon] = (110, 165, 225)
    scene[horizon:] = rng.integers((60, 100, 30), (110, 160, 70), (height - horizon, width, 3))
    cv2.circle(scene, (width // 4, horizon), height // 6, (40, 90, 40), -1)
    cv2.rectangle(scene, (width // 2, horizon - height // 8), (width * 3 // 4, height * 3 // 4), (170, 50, 45), -1)
    return scene


def face(tone: tuple[int, int, int], side: int = 200) -> Pixels:
    """A face of one skin tone, lit from one side, with eyes, brows, a mouth and dark hair before a grey wall."""
    scene = np.full((side, side, 3), (150, 155, 160), np.uint8)
    middle = side // 2
    cv2.circle(scene, (middle, middle), int(side * 0.42), (32, 26, 24), -1)
    shade = np.linspace(0.85, 1.08, side)[None, :, None]
    skin = np.clip(np.array(tone) * shade * np.ones((side, 1, 1)), 0, 255).astype(np.uint8)
    oval = face_area(side)
    scene[oval] = skin[oval]
    for x in (middle - side // 9, middle + side // 9):
        cv2.ellipse(scene, (x, middle), (side // 20, side // 40), 0, 0, 360, (245, 245, 245), -1)
        cv2.circle(scene, (x, middle), side // 50, (25, 20, 20), -1)
    cv2.ellipse(scene, (middle, middle + side // 6), (side // 10, side // 50), 0, 0, 360, (150, 70, 70), -1)
    return scene


def face_area(side: int = 200) -> NDArray[np.bool_]:
    """The oval of the face that `face` draws."""
    y, x = np.mgrid[:side, :side] / side - 0.5
    inside: NDArray[np.bool_] = (x / 0.28) ** 2 + (y / 0.34) ** 2 < 1
    return inside


def ignore(step: int, steps: int) -> None:
    """Watch nothing."""
