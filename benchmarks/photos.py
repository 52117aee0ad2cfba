"""The photos that are measured with: the same bytes in every run."""

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


def photo(effort: Effort) -> bytes:
    """A JPEG of 12 MP and 4 MB, as phones make them; a small one for tiny efforts."""
    return _jpeg(_TINY if effort is Effort.TINY else _PHONE)


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


def _astronaut(size: tuple[int, int]) -> Image.Image:
    """NASA's photo of Eileen Collins (public domain), its top 4:3 scaled to `size`."""
    square = np.asarray(data.astronaut())
    landscape = Image.fromarray(square[: square.shape[1] * 3 // 4])
    return landscape.resize(size, Image.Resampling.LANCZOS)
