"""Pictures for the painter: drawn here, or photos that come with scikit-image (public domain and CC0)."""

from functools import cache

import cv2
import numpy as np
import skimage.data
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

EXPOSURES = {"low-key": 1.6, "even": 1.0, "high-key": 0.7}
"""Exponents on sRGB values: how the same face looks in little and in much light."""


@cache
def photos(side: int = 384) -> tuple[Pixels, ...]:
    """A portrait, a cat, a cup on a table and a rocket at dusk."""
    taken = (skimage.data.astronaut(), skimage.data.chelsea(), skimage.data.coffee(), skimage.data.rocket())
    return tuple(_shrunk(np.asarray(photo), side) for photo in taken)


@cache
def more_photos(side: int = 384) -> tuple[Pixels, ...]:
    """The same and six more, against chance in a mean: a cameraman, a motorcycle, coins, stars, a clock, cells."""
    taken = (
        skimage.data.camera(),
        skimage.data.stereo_motorcycle()[0],
        skimage.data.coins(),
        skimage.data.hubble_deep_field(),
        skimage.data.clock(),
        skimage.data.immunohistochemistry(),
    )
    return photos(side) + tuple(_shrunk(np.asarray(photo), side) for photo in taken)


def _shrunk(photo: Pixels, side: int) -> Pixels:
    height, width = (round(each * side / max(photo.shape)) for each in photo.shape[:2])
    shrunk = cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(shrunk if shrunk.ndim == 3 else cv2.cvtColor(shrunk, cv2.COLOR_GRAY2RGB), np.uint8)


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


def street(height: int = 240, width: int = 320) -> Pixels:
    """Houses, windows, a road, a tree and a person before a pale sky: something at every scale."""
    rng = np.random.default_rng(7)
    scene = np.full((height, width, 3), (205, 220, 235), np.uint8)
    left = 0
    while left < width:
        wide, top = int(rng.integers(width // 8, width // 4)), int(rng.integers(height // 8, height // 2))
        colour = tuple(int(value) for value in rng.integers(70, 200, 3))
        cv2.rectangle(scene, (left, top), (left + wide, height * 3 // 4), colour, -1)
        for y in range(top + 8, height * 3 // 4 - 10, 18):
            for x in range(left + 6, left + wide - 8, 14):
                cv2.rectangle(scene, (x, y), (x + 7, y + 10), (50, 60, 80), -1)
        left += wide
    scene[height * 3 // 4 :] = (95, 92, 90)
    cv2.circle(scene, (width // 5, height * 3 // 5), height // 6, (60, 110, 50), -1)
    cv2.ellipse(scene, (width * 2 // 3, height * 3 // 5), (height // 12, height // 8), 0, 0, 360, (190, 140, 110), -1)
    grained = scene.astype(np.int16) + rng.integers(-9, 10, scene.shape, dtype=np.int16)
    return np.asarray(cv2.GaussianBlur(np.clip(grained, 0, 255).astype(np.uint8), (0, 0), 0.7), np.uint8)


def city(side: int = 384) -> Pixels:
    """A dense city from above: nothing but small roofs and windows."""
    rng = np.random.default_rng(3)
    roofs = rng.integers(60, 210, (side // 6, side // 6, 3), dtype=np.uint8)
    return np.ascontiguousarray(np.kron(roofs, np.ones((6, 6, 1), np.uint8)))


def sunset(height: int = 200, width: int = 300) -> Pixels:
    """A sky from teal to orange, with the sun, over a dark field."""
    down = np.linspace(0, 1, height * 3 // 5)[:, None, None]
    sky = np.array((90, 150, 170)) * (1 - down) + np.array((255, 190, 110)) * down
    scene = np.full((height, width, 3), (70, 55, 40), np.uint8)
    scene[: len(sky)] = np.broadcast_to(sky, (len(sky), width, 3)).astype(np.uint8)
    cv2.circle(scene, (width * 2 // 3, len(sky) - 20), 12, (255, 240, 200), -1)
    return scene


def dog_before_a_wall(side: int = 240) -> Pixels:
    """A dark animal on a sofa before a plain grey wall that is a little brighter on one side."""
    light = np.linspace(168, 196, side)[None, :, None]
    scene = np.broadcast_to(light, (side, side, 3)).astype(np.uint8).copy()
    scene[side * 3 // 4 :] = (60, 55, 60)
    cv2.ellipse(scene, (side // 2, side * 2 // 3), (side // 5, side // 4), 0, 0, 360, (52, 46, 44), -1)
    cv2.circle(scene, (side // 2, side * 2 // 5), side // 9, (58, 50, 46), -1)
    return scene


def branches(height: int = 320, width: int = 400) -> tuple[Pixels, NDArray[np.float32]]:
    """Twigs and leaves before a blue sky, with how much of every pixel is sky, 0..1."""
    rng = np.random.default_rng(2)
    scale = 4
    drawn = np.full((height * scale, width * scale), 255, np.uint8)
    for _ in range(40):
        start = rng.integers((0, height * scale // 8), (width * scale, height * scale))
        turn, reach = rng.uniform(0, 2 * np.pi), rng.integers(40, 160) * scale
        end = start + (reach * np.array((np.cos(turn), np.sin(turn)))).astype(int)
        cv2.line(drawn, start.tolist(), end.tolist(), 0, int(rng.integers(1, 4)) * scale, cv2.LINE_AA)
        for _ in range(12):
            leaf = start + ((end - start) * rng.random()).astype(int) + rng.integers(-6, 7, 2) * scale
            angle = int(rng.integers(0, 180))
            cv2.ellipse(drawn, leaf.tolist(), (3 * scale, scale), angle, 0, 360, 0, -1, cv2.LINE_AA)
    drawn[height * scale * 4 // 5 :] = 0
    sky = np.asarray(cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)
    scene = np.array((120, 172, 228)) * sky[..., None] + np.array((52, 60, 38)) * (1 - sky[..., None])
    return scene.astype(np.uint8), sky


def planks(side: int = 240) -> Pixels:
    """A table of warm wood, all over the picture: lines of grain and joints."""
    rng = np.random.default_rng(5)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (side, side)).astype(np.float32), (0, 0), sigmaX=14, sigmaY=0.8)
    shade = 1 + 0.9 * grain[..., None] / float(grain.std()) * 0.12
    scene: Pixels = np.clip(np.array((176, 120, 78)) * shade, 0, 255).astype(np.uint8)
    scene[:: side // 5] = (80, 50, 34)
    return scene


def ginger_cat(side: int = 240) -> Pixels:
    """Ginger fur with stripes, from edge to edge."""
    y, x = np.mgrid[:side, :side].astype(np.float32)
    stripes = 0.5 + 0.5 * np.sin(y / 9 + 1.5 * np.sin(x / 23))
    fur = np.random.default_rng(6).normal(0, 6, (side, side, 1))
    scene = np.array((214, 158, 112)) * (1 - 0.35 * stripes[..., None]) + fur
    cat: Pixels = np.clip(scene, 0, 255).astype(np.uint8)
    return cat


def face(tone: tuple[int, int, int], side: int = 200, exposure: float = 1.0) -> Pixels:
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
    return (255 * (scene / 255) ** exposure).astype(np.uint8)


def face_area(side: int = 200) -> NDArray[np.bool_]:
    """The oval of the face that `face` draws."""
    y, x = np.mgrid[:side, :side] / side - 0.5
    inside: NDArray[np.bool_] = (x / 0.28) ** 2 + (y / 0.34) ** 2 < 1
    return inside


def crowd(tile: int = 40, across: int = 8) -> Pixels:
    """Faces too small for the brush, in rows."""
    tones = list(SKIN_TONES.values())
    rows = [
        np.hstack([face(tones[(row * 3 + column) % len(tones)], tile) for column in range(across)])
        for row in range(across)
    ]
    return np.vstack(rows)


def ignore(step: int, steps: int) -> None:
    """Watch nothing."""
