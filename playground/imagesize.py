"""Width and height from the first bytes of a picture, as Discord declares them, and a picture of one colour."""

import struct
import zlib

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8"
GIF = (b"GIF87a", b"GIF89a")
WEBP = b"WEBP"

PLAIN_COLOURS = tuple(map(bytes.fromhex, ("5865f2", "747f8d", "43b581", "faa61a", "f04747", "eb459f")))
"""What those wear who have no avatar, by its number."""

_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's start-of-frame markers, which carry the size."""


def image_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) in pixels of a PNG, JPEG, GIF or WebP by its header, None for anything else."""
    try:
        if data.startswith(PNG):
            width, height = struct.unpack_from(">II", data, 16)
        elif data.startswith(GIF):
            width, height = struct.unpack_from("<HH", data, 6)
        elif data.startswith(JPEG):
            return _jpeg_size(data)
        elif data[8:12] == WEBP:
            return _webp_size(data)
        else:
            return None
    except struct.error:
        return None
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    offset = len(JPEG)
    while True:
        mark, kind, length = struct.unpack_from(">BBH", data, offset)
        if mark != JPEG[0]:
            return None
        if kind in _SOF:
            height, width = struct.unpack_from(">HH", data, offset + 5)
            return width, height
        offset += 2 + length


def _webp_size(data: bytes) -> tuple[int, int] | None:
    """By the first chunk: lossy, lossless or extended."""
    match data[12:16]:
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", data, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", data, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            low_width, high_width, low_height, high_height = struct.unpack_from("<HBHB", data, 24)
            return low_width + (high_width << 16) + 1, low_height + (high_height << 16) + 1
    return None


def plain_picture(side: int = 256, colour: bytes = PLAIN_COLOURS[0]) -> bytes:
    """A PNG that shows nothing but a colour."""
    rows = (b"\0" + colour * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return PNG + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
