"""A scene to show a style on where there is no photo: sky, hills, a tree, a house, and a cat on a wall."""

from collections.abc import Iterator
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from engine.contract import Pixels

SIDE = 384
"""Pixels of each side."""

_FINE = 3  # drawn so many times larger, for smooth edges
_Colour = tuple[int, int, int]
_SKY: tuple[_Colour, _Colour] = (78, 146, 216), (250, 222, 188)
_HORIZON = 0.66
_HILLS: tuple[tuple[_Colour, float, float, float], ...] = (
    ((138, 168, 186), 0.50, 0.050, 0.6),
    ((104, 150, 128), 0.57, 0.045, 2.9),
    ((92, 148, 74), 0.65, 0.030, 4.6),
)
"""From the farthest to the nearest: the colour, how far down the crest runs, its height, and where it begins."""

_CLOUDS = ((0.22, 0.17, 0.05), (0.29, 0.14, 0.065), (0.37, 0.17, 0.045), (0.74, 0.29, 0.035), (0.80, 0.275, 0.045))
_LEAVES = ((0.15, 0.47, 0.10), (0.24, 0.43, 0.11), (0.20, 0.35, 0.10), (0.30, 0.51, 0.075), (0.10, 0.55, 0.065))
_WOOD: _Colour = (110, 78, 60)
_FUR: _Colour = (222, 140, 66)
_STRIPE: _Colour = (176, 96, 38)
_CREAM: _Colour = (248, 228, 198)


@cache
def specimen() -> Pixels:
    """The scene: (`SIDE`, `SIDE`, 3) uint8, in sRGB, the same at every call."""
    scene = _Scene(_sky())
    scene.weather()
    for hill in _HILLS:
        scene.hill(*hill)
    scene.house()
    scene.tree()
    scene.wall()
    scene.cat()
    small = scene.image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return _grainy(np.asarray(small))


def _sky() -> Image.Image:
    """Blue above, and warm where it meets the land."""
    down = np.linspace(0, 1, SIDE * _FINE)[:, None] / _HORIZON
    above, below = (np.array(colour, np.float64) for colour in _SKY)
    column = above + (below - above) * np.clip(down, 0, 1) ** 1.6
    return Image.fromarray(np.repeat(column[:, None], SIDE * _FINE, axis=1).astype(np.uint8))


def _grainy(pixels: Pixels) -> Pixels:
    """A little unevenness, as photos have it: flat colour gives brushes nothing to follow."""
    random = np.random.default_rng(7)
    patches = Image.fromarray(random.integers(96, 160, (48, 48), dtype=np.uint8)).resize((SIDE, SIDE))
    uneven = (np.asarray(patches, np.float64) - 128) * 0.16 + random.normal(0, 2.0, (SIDE, SIDE))
    return np.clip(pixels + uneven[..., None], 0, 255).astype(np.uint8)


class _Scene:
    """The picture and its pen; positions and sizes are shares of the side."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self._pen = ImageDraw.Draw(image)

    def weather(self) -> None:
        """A sun with its glow, and two clouds."""
        glow = Image.new("L", self.image.size, 0)
        ImageDraw.Draw(glow).ellipse(_box(0.62, 0.20, 0.13), fill=150)
        self._over((255, 240, 200), glow.filter(ImageFilter.GaussianBlur(0.05 * self.image.width)))
        self._disc(0.62, 0.20, 0.055, (255, 246, 214))
        cloud = Image.new("L", self.image.size, 0)
        for x, y, radius in _CLOUDS:
            ImageDraw.Draw(cloud).ellipse(_box(x, y, radius), fill=235)
        self._over((255, 252, 246), cloud.filter(ImageFilter.GaussianBlur(0.008 * self.image.width)))

    def hill(self, colour: _Colour, crest: float, height: float, begin: float) -> None:
        """Land from a crest down to the bottom, darker towards us."""
        across = np.linspace(0, 1, 60)
        ridge = crest + height * np.sin(begin + across * 5.2) * np.cos(begin + across * 2.1)
        self._shape([*zip(across, ridge, strict=True), (1, 1), (0, 1)], colour)

    def house(self) -> None:
        """White walls with a shaded side, a red roof, windows with light in them and a door."""
        self._shape([(0.60, 0.56), (0.78, 0.56), (0.78, 0.76), (0.60, 0.76)], (244, 234, 214))
        self._shape([(0.78, 0.56), (0.90, 0.54), (0.90, 0.74), (0.78, 0.76)], (198, 184, 170))
        self._shape([(0.57, 0.57), (0.69, 0.41), (0.81, 0.57)], (196, 74, 58))
        self._shape([(0.69, 0.41), (0.84, 0.40), (0.93, 0.55), (0.81, 0.57)], (158, 54, 46))
        self._shape([(0.82, 0.38), (0.86, 0.38), (0.86, 0.46), (0.82, 0.44)], (134, 84, 72))
        for left, top in ((0.625, 0.60), (0.72, 0.60)):
            self._pane(left, top, 0.045, 0.06, (255, 222, 140))
        self._shape([(0.825, 0.60), (0.865, 0.595), (0.865, 0.645), (0.825, 0.65)], (120, 150, 176))
        self._shape([(0.675, 0.67), (0.72, 0.67), (0.72, 0.76), (0.675, 0.76)], (98, 66, 50))

    def tree(self) -> None:
        """A trunk that forks, and leaves, lit from above."""
        self._shape([(0.18, 0.78), (0.195, 0.55), (0.225, 0.55), (0.245, 0.78)], (98, 68, 46))
        for x, y, radius in _LEAVES:
            self._disc(x, y, radius, (54, 106, 58))
        for x, y, radius in _LEAVES:
            self._disc(x + 0.015, y - 0.02, radius * 0.72, (92, 148, 72))
        for x, y in _dapples():
            self._disc(x, y, 0.014, (142, 188, 92))

    def wall(self) -> None:
        """Stones across the foreground, with grass before them."""
        self._shape([(0, 0.80), (1, 0.80), (1, 0.94), (0, 0.94)], (118, 108, 104))
        for x, y, shade in _stones():
            tone = (150 + shade, 140 + shade, 134 + shade)
            self._pen.rounded_rectangle(
                _corners(x + 0.004, y + 0.004, x + 0.116, y + 0.066), 0.012 * self.image.width, tone
            )
        self._shape([(0, 0.93), (1, 0.93), (1, 1), (0, 1)], (74, 124, 62))
        for blade in np.linspace(0.005, 0.995, 70):
            lean = 0.01 * np.sin(blade * 57)
            self._shape([(blade - 0.008, 0.96), (blade + lean, 0.90), (blade + 0.008, 0.96)], (86, 142, 68))

    def cat(self) -> None:
        """It sits and looks at us."""
        self._pen.arc(_corners(0.47, 0.66, 0.63, 0.86), 250, 80, _FUR, round(0.028 * self.image.width))
        self._pen.ellipse(_corners(0.36, 0.58, 0.54, 0.83), _FUR)
        self._pen.ellipse(_corners(0.405, 0.66, 0.495, 0.82), _CREAM)
        for x in (0.385, 0.455):
            self._pen.ellipse(_corners(x, 0.785, x + 0.06, 0.825), _CREAM)
        for tip, outer, inner in ((0.365, 0.368, 0.43), (0.535, 0.532, 0.47)):
            self._shape([(tip, 0.385), (outer, 0.49), (inner, 0.44)], _FUR)
            self._shape([(tip * 0.9 + 0.045, 0.415), (outer * 0.9 + 0.045, 0.475), (inner, 0.45)], (238, 170, 150))
        self._pen.ellipse(_corners(0.355, 0.42, 0.545, 0.60), _FUR)
        self._stripes()
        self._face()

    def _stripes(self) -> None:
        for x in (0.42, 0.45, 0.48):
            self._shape([(x - 0.008, 0.425), (x + 0.008, 0.425), (x, 0.468)], _STRIPE)
        for y in (0.65, 0.69, 0.73):
            self._shape([(0.362, y), (0.395, y + 0.012), (0.362, y + 0.02)], _STRIPE)
            self._shape([(0.538, y), (0.505, y + 0.012), (0.538, y + 0.02)], _STRIPE)

    def _face(self) -> None:
        self._pen.ellipse(_corners(0.40, 0.52, 0.50, 0.595), _CREAM)
        for x in (0.408, 0.492):
            self._pen.ellipse(_corners(x - 0.023, 0.487, x + 0.023, 0.537), (124, 172, 88))
            self._pen.ellipse(_corners(x - 0.010, 0.489, x + 0.010, 0.535), (24, 26, 24))
            self._disc(x + 0.006, 0.502, 0.005, (255, 255, 255))
        self._shape([(0.438, 0.540), (0.462, 0.540), (0.45, 0.555)], (208, 112, 112))
        for sign in (-1, 1):
            cheek = 0.45 + sign * 0.012
            self._pen.arc(_box(cheek, 0.560, 0.012), 10, 170, (120, 72, 52), round(0.004 * self.image.width))
            for spread in (-0.012, 0.008):
                self._line([(0.45 + sign * 0.04, 0.562), (0.45 + sign * 0.125, 0.562 + spread)], (250, 244, 236), 0.003)

    def _over(self, colour: _Colour, mask: Image.Image) -> None:
        self.image.paste(colour, (0, 0), mask)

    def _pane(self, left: float, top: float, width: float, height: float, light: _Colour) -> None:
        """A lit window with its cross."""
        right, bottom, rim = left + width, top + height, 0.005
        self._pen.rectangle(_corners(left - rim, top - rim, right + rim, bottom + rim), _WOOD)
        self._pen.rectangle(_corners(left, top, right, bottom), light)
        self._line([(left + width / 2, top), (left + width / 2, bottom)], _WOOD, 0.004)
        self._line([(left, top + height / 2), (right, top + height / 2)], _WOOD, 0.004)

    def _disc(self, x: float, y: float, radius: float, colour: _Colour) -> None:
        self._pen.ellipse(_box(x, y, radius), colour)

    def _line(self, points: list[tuple[float, float]], colour: _Colour, width: float) -> None:
        self._pen.line([_at(x, y) for x, y in points], colour, max(1, round(width * self.image.width)))

    def _shape(self, points: list[tuple[float, float]], colour: _Colour) -> None:
        self._pen.polygon([_at(x, y) for x, y in points], colour)


def _stones() -> Iterator[tuple[float, float, int]]:
    """Left, top and shade of each stone, in two courses that bind."""
    random = np.random.default_rng(3)
    for course, top in enumerate((0.80, 0.87)):
        for left in np.arange(-0.06 * course, 1, 0.12):
            yield left, top, int(random.integers(-22, 22))


def _dapples() -> Iterator[tuple[float, float]]:
    """Where the sun falls through: on the side that it comes from."""
    random = np.random.default_rng(5)
    for x, y, radius in _LEAVES:
        for angle, far in zip(random.uniform(-1.9, 0.3, 7), random.uniform(0.2, 0.75, 7), strict=True):
            yield x + far * radius * np.cos(angle), y + far * radius * np.sin(angle)


def _at(x: float, y: float) -> tuple[float, float]:
    return x * SIDE * _FINE, y * SIDE * _FINE


def _corners(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    return *_at(left, top), *_at(right, bottom)


def _box(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return _corners(x - radius, y - radius, x + radius, y + radius)
