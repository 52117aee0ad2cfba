"""Before and after as one animation: a line wipes from the photo to the picture and back, for ever."""

import io
from collections.abc import Iterator
from typing import Final

from PIL import Image, ImageDraw

from engine.contract import Medium, Pixels
from engine.encoding import Encoded, Mark, mark_of
from engine.errors import EncodeError

WIPE: Final = "wipe.webp"
"""What the file is called."""

_SIDES: Final = (720, 540, 360, 240)
_QUALITIES: Final = (85, 70, 50)
_STEPS: Final = 13  # frames in which the line crosses, once
_STEP: Final = 70  # milliseconds: 14 frames a second
_BEFORE, _AFTER = 900, 1500  # milliseconds for which photo and picture stand still
_METHOD: Final = 2  # of libwebp's 0..6: 0 takes as long for a third more bytes, 4 twice as long for 3 % fewer

_FINE: Final = 4  # the divider is drawn so many times larger, for smooth edges
_LINE: Final = 0.004  # widths as shares of the longer side
_SHADE: Final = 0.0015
_KNOB: Final = 0.022

_Colour = tuple[int, int, int, int]
_WHITE: Final[_Colour] = (255, 255, 255, 255)
_DARK: Final[_Colour] = (0, 0, 0, 110)
_CLEAR: Final[_Colour] = (0, 0, 0, 0)


def wipe(photo: Pixels, picture: Pixels, *, limit: int, medium: Medium, engine: str, style: str) -> Encoded:
    """Encode a looping WebP, at most 720 pixels a side, in the best quality that fits.

    It begins with the photo, and shows the picture halfway. Pillow lets other threads run meanwhile.

    Parameters
    ----------
    limit
        The most bytes that the file may have.
    medium, engine, style
        What the file says about how the picture was made.

    Raises
    ------
    EncodeError
        Even small and coarse it is larger than `limit`.
    """
    before, after, mark = Image.fromarray(photo), Image.fromarray(picture), mark_of(medium, engine, style)
    for size in dict.fromkeys(_within(after.size, side) for side in _SIDES):
        frames = list(_frames(_fitted(before, size), _fitted(after, size)))
        for quality in _QUALITIES:
            data = _webp(frames, quality, mark)
            if len(data) <= limit:
                return Encoded(data, WIPE, "image/webp", size)
    raise EncodeError(f"no quality fits {limit} bytes")


def _within(size: tuple[int, int], side: int) -> tuple[int, int]:
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _fitted(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.HAMMING)


def _frames(before: Image.Image, after: Image.Image) -> Iterator[Image.Image]:
    """The photo, the line on its way, the picture, and the line on its way back."""
    divider = _divider(before.size)
    there = [_frame(before, after, divider, round(before.width * _eased(step / _STEPS))) for step in range(1, _STEPS)]
    yield from (before, *there, after, *reversed(there))


def _frame(before: Image.Image, after: Image.Image, divider: Image.Image, at: int) -> Image.Image:
    frame = before.copy()
    frame.paste(after.crop((0, 0, at, after.height)))
    frame.paste(divider, (at - divider.width // 2, 0), divider)
    return frame


def _eased(part: float) -> float:
    """Slow at both ends."""
    return part * part * (3 - 2 * part)


def _divider(size: tuple[int, int]) -> Image.Image:
    """A white line with a knob on it, within a shade that sets them off from bright pictures."""
    longer, height = max(size) * _FINE, size[1] * _FINE
    line, shade, knob = (max(_FINE, round(longer * share)) for share in (_LINE, _SHADE, _KNOB))
    width = 2 * (knob + shade) // _FINE * _FINE
    drawn = Image.new("RGBA", (width, height), _CLEAR)
    pen, middle, half = ImageDraw.Draw(drawn), (width // 2, height // 2), line // 2
    for more, colour in ((shade, _DARK), (0, _WHITE)):
        pen.rectangle((middle[0] - half - more, 0, middle[0] + half + more, height), fill=colour)
        pen.circle(middle, knob + more - shade, fill=colour)
    return drawn.resize((width // _FINE, size[1]), Image.Resampling.BOX)


def _webp(frames: list[Image.Image], quality: int, mark: Mark) -> bytes:
    """A frame holds what has changed alone: without key frames in between, it takes half as long and half the bytes."""
    durations = [_STEP] * len(frames)
    durations[0], durations[_STEPS] = _BEFORE, _AFTER
    file = io.BytesIO()
    frames[0].save(
        file,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=0,
        quality=quality,
        method=_METHOD,
        kmin=0,
        kmax=0,
        exif=mark.exif,
        xmp=mark.xmp,
    )
    return file.getvalue()
