"""Photos on canvases: nothing is cropped or distorted, and everything comes back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canvas import cropped, fit, unfit, used
from engine.contract import Pixels
from tests.engine.fakes import photo

sides = st.integers(32, 300)


@given(width=sides, height=sides, across=st.integers(4, 16), down=st.integers(4, 16))
def test_a_photo_comes_back_in_its_own_shape(width: int, height: int, across: int, down: int) -> None:
    pixels = np.zeros((height, width, 3), np.uint8)
    filled, where = fit(pixels, (across * 16, down * 16))
    assert filled.shape == (down * 16, across * 16, 3)
    assert unfit(filled, where).shape == pixels.shape


def test_a_photo_of_the_canvass_size_comes_back_to_the_bit() -> None:
    pixels = photo(96, 128)
    filled, where = fit(pixels, (128, 96))
    assert np.array_equal(filled, pixels)
    assert np.array_equal(unfit(filled, where), pixels)


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (1600, 200), (333, 257)])
def test_nothing_is_distorted(size: tuple[int, int]) -> None:
    _, where = fit(np.zeros((size[1], size[0], 3), np.uint8), (256, 256))
    left, top, right, bottom = where.box
    across, down = (right - left) / size[0], (bottom - top) / size[1]
    assert abs(across * size[0] - down * size[0]) <= size[0] / min(size)  # half a pixel's rounding, scaled up
    assert max(right - left, bottom - top) == 256


def test_nothing_is_cropped_and_the_rest_mirrors_the_edges() -> None:
    pixels = photo(64, 128)
    filled, where = fit(pixels, (128, 128))
    left, top, right, bottom = where.box
    assert np.array_equal(filled[top:bottom, left:right], pixels)
    assert np.array_equal(filled[top - 5 : top], pixels[4::-1])
    assert np.array_equal(filled[bottom : bottom + 5], pixels[:-6:-1])


def test_a_photo_and_back_is_still_the_photo() -> None:
    pixels = smooth(400, 300)
    filled, where = fit(pixels, (256, 256))
    assert np.abs(unfit(filled, where).astype(int) - pixels).mean() < 1.5


def smooth(height: int, width: int) -> Pixels:
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x * 255 // width, y * 255 // height, (x + y) * 255 // (width + height)], -1).astype(np.uint8)


def test_a_small_copy_of_a_canvas_is_cropped_in_proportion() -> None:
    _, where = fit(photo(64, 128), (128, 128))
    assert cropped(np.zeros((32, 32, 3), np.uint8), where).shape == (16, 32, 3)


def test_what_a_photo_covers_is_a_share() -> None:
    assert used((100, 100), (50, 50)) == 1
    assert used((200, 100), (100, 100)) == 0.5
