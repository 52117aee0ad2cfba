"""Contact sheets: where each picture lies."""

import numpy as np

from engine.contract import Pixels
from engine.sheet import contact_sheet, gallery

RED, GREEN, BLUE = (200, 0, 0), (0, 200, 0), (0, 0, 200)


def plain(colour: tuple[int, int, int], height: int = 20, width: int = 20) -> Pixels:
    return np.full((height, width, 3), colour, np.uint8)


def at(sheet: Pixels, row: int, column: int, tile: int = 40) -> tuple[int, ...]:
    """The colour in the middle of a tile."""
    y, x = 32 + row * (tile + 8) + tile // 2, 8 + column * (tile + 8) + tile // 2
    return tuple(int(value) for value in sheet[y, x])


def test_rows_are_photos_and_columns_are_titles() -> None:
    sheet = contact_sheet([[plain(RED), plain(GREEN)], [plain(BLUE), plain(RED)]], ["one", "two"], tile=40)
    assert sheet.shape == (32 + 2 * 48, 8 + 2 * 48, 3)
    assert [at(sheet, row, column) for row in (0, 1) for column in (0, 1)] == [RED, GREEN, BLUE, RED]
    assert sheet[:32, : 8 + 48].min() < 128  # the title


def test_a_large_picture_is_scaled_in_its_own_shape() -> None:
    sheet = contact_sheet([[plain(RED, 100, 400)]], ["wide"], tile=40)
    red = np.argwhere((sheet == RED).all(axis=2))
    assert tuple(np.ptp(red, axis=0) + 1) == (10, 40)


def test_a_gallery_goes_on_in_the_next_row_under_titles_of_its_own() -> None:
    pictures = {"one": plain(RED), "two": plain(GREEN), "three": plain(BLUE)}
    sheet = gallery(pictures, columns=2, tile=40)
    first, second = np.split(sheet, 2)
    assert [at(first, 0, 0), at(first, 0, 1), at(second, 0, 0)] == [RED, GREEN, BLUE]
    assert second[:32].min() < 128
    assert at(second, 0, 1) == (250, 248, 244)
