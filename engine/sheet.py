"""Contact sheets: a labelled grid of pictures, a row a photo."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.contract import Pixels

_GAP = 8
_HEAD = 32
_PAPER = (250, 248, 244)
_INK = (60, 56, 50)


def contact_sheet(rows: Sequence[Sequence[Pixels]], titles: Sequence[str], *, tile: int = 384) -> Pixels:
    """One picture with every row's pictures side by side, each scaled into a square of `tile` pixels.

    Parameters
    ----------
    rows
        Pictures of (height, width, 3) uint8; every row as long as `titles`.
    titles
        A heading for each column.
    """
    step = tile + _GAP
    sheet = Image.new("RGB", (_GAP + step * len(titles), _HEAD + step * len(rows)), _PAPER)
    pen = ImageDraw.Draw(sheet)
    for column, title in enumerate(titles):
        middle = _GAP + column * step + tile // 2
        pen.text((middle, _HEAD // 2), title, fill=_INK, font=ImageFont.load_default(18), anchor="mm")
    for row, pictures in enumerate(rows):
        for column, pixels in enumerate(pictures):
            picture = Image.fromarray(pixels)
            picture.thumbnail((tile, tile), Image.Resampling.LANCZOS)
            left = _GAP + column * step + (tile - picture.width) // 2
            top = _HEAD + row * step + (tile - picture.height) // 2
            sheet.paste(picture, (left, top))
    return np.asarray(sheet)
