"""The photos that are timed with: the same bytes in every run."""

import functools
import io

import numpy as np
from PIL import Image
from skimage import data

from benchmarks.figures import Effort
from engine.contract import Pixels

_GRAIN = 12  # levels up and down: what makes a phone's JPEG of 12 MP weigh 4 MB
_QUALITY = 90
_PHONE = (4000, 3000)
_TINY = (400, 300)
_HORIZON = 0.45  # of the height


def photo(effort: Effort) -> bytes:
    """A JPEG of 12 MP and 4 MB, as phones make them; a small one for tiny efforts."""
    return _jpeg(_TINY if effort is Effort.TINY else _PHONE)


def squares(side: int) -> tuple[Pixels, Pixels]:
    """A portrait and a landscape of (side, side, 3): what the painter does about skin, and about sky and foliage."""
    portrait = Image.fromarray(np.asarray(data.astronaut())).resize((side, side), Image.Resampling.LANCZOS)
    return np.asarray(portrait), _landscape(side)


def pixels(long_side: int) -> Pixels:
    """The same picture without the grain, as an engine gets it: (3/4 of `long_side`, `long_side`, 3)."""
    return np.asarray(_astronaut((long_side, long_side * 3 // 4)))


@functools.cache
def _jpeg(size: tuple[int, int]) -> bytes:
    width, height = size
    grain = np.random.default_rng(0).integers(-_GRAIN, _GRAIN + 1, (height, width, 1), dtype=np.int16)
    grainy = np.clip(np.asarray(_astronaut(size)) + grain, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(grainy).save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def _landscape(side: int) -> Pixels:
    """A blue sky over a meadow: a gradient, and scikit-image's photo of grass (CC0) coloured green."""
    down = np.linspace(0, 1, side)[:, None, None]
    sky = (np.array((86, 140, 214)) * (1 - down) + np.array((196, 220, 240)) * down) * np.ones((1, side, 1))
    grass = Image.fromarray(np.asarray(data.grass())).resize((side, side), Image.Resampling.LANCZOS)
    meadow = np.asarray(grass, np.float32)[..., None] / 255 * np.array((190, 230, 110))
    return np.where(down < _HORIZON, sky, meadow).astype(np.uint8)


def _astronaut(size: tuple[int, int]) -> Image.Image:
    """NASA's photo of Eileen Collins (public domain), its top 4:3 scaled to `size`."""
    square = np.asarray(data.astronaut())
    landscape = Image.fromarray(square[: square.shape[1] * 3 // 4])
    return landscape.resize(size, Image.Resampling.LANCZOS)
