"""Contact sheets: pictures side by side, each under its name."""

from collections.abc import Mapping, Sequence

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
        Pictures of (height, width, 3) uint8; no row is longer than `titles`.
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


def gallery(pictures: Mapping[str, Pixels], *, columns: int, tile: int = 384) -> Pixels:
    """One picture with all of them, each under its own name, `columns` in a row.

    Parameters
    ----------
    pictures
        By name; (height, width, 3) uint8.
    """
    names = list(pictures)
    chunks = [names[start : start + columns] for start in range(0, len(names), columns)]
    sheets = [
        contact_sheet([[pictures[name] for name in chunk]], chunk + [""] * (columns - len(chunk)), tile=tile)
        for chunk in chunks
    ]
    return np.concatenate(sheets)
