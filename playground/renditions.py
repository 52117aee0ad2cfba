"""Avatars in the format and the size in which they are asked for, as the content network renders them."""

import io

from PIL import Image

from playground.errors import Json

ANIMATED = "a_"
"""How the hash of a picture begins that moves."""

FORMATS = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP", "gif": "GIF"}
SIZES = frozenset(str(2**power) for power in range(4, 13))
"""From 16 to 4096 pixels."""


def is_animated(data: bytes) -> bool:
    """Whether this is a GIF of several pictures."""
    try:
        with Image.open(io.BytesIO(data), formats=["GIF"]) as picture:
            return getattr(picture, "n_frames", 1) > 1
    except OSError:
        return False


def rendered(data: bytes, ending: str, size: int | None) -> bytes:
    """The picture in this format, no larger than `size` pixels a side; what is no picture stays as it is."""
    if ending == "gif":
        return data
    try:
        with Image.open(io.BytesIO(data)) as picture:
            still = picture.convert("RGB" if FORMATS[ending] == "JPEG" else "RGBA")
    except OSError:
        return data
    if size:
        still.thumbnail((size, size))
    file = io.BytesIO()
    lossless: Json = {"lossless": True} if FORMATS[ending] == "WEBP" else {}
    still.save(file, FORMATS[ending], **lossless)
    return file.getvalue()
