"""A small corpus that the tests make themselves: honest pictures in every format and mode, and broken ones."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

WIDTH, HEIGHT = 96, 64

pillow_heif.register_heif_opener()

FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF"]


def scene() -> NDArray[np.uint8]:
    """A picture that no turn and no flip maps onto itself: smooth, so that lossy formats keep it, and colourful."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    red, green, blue = 40 + x * 2, 220 - y * 3, 60 + (x + y)
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


def save(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def photo(kind: str, **options: Any) -> bytes:
    """The scene in a format, in good quality."""
    quality = {"quality": 95} if kind in {"JPEG", "WEBP", "AVIF", "HEIF"} else {}
    return save(Image.fromarray(scene()), kind, **quality, **options)


def exif(orientation: int = 1, **texts: str) -> bytes:
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = orientation
    for name, text in texts.items():
        tags[ExifTags.Base[name]] = text
    return tags.tobytes()


def with_chunk(png: bytes, name: bytes, body: bytes) -> bytes:
    """A PNG with one more chunk right after its header."""
    end = png.index(b"IHDR") + 4 + 13 + 4
    chunk = struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return png[:end] + chunk + png[end:]


def animated(kind: str, frames: int = 3) -> bytes:
    """The scene first, then darker and darker ones."""
    images = [Image.fromarray(scene() // number) for number in range(1, frames + 1)]
    lossless = {"lossless": True} if kind == "WEBP" else {}
    return save(images[0], kind, save_all=True, append_images=images[1:], **lossless)


def apng_that_declares(frames: int) -> bytes:
    """Two pictures, and a header that speaks of many more."""
    data = animated("PNG", 2)
    start = data.index(b"acTL")
    body = b"acTL" + struct.pack(">II", frames, 0)
    return data[:start] + body + struct.pack(">I", zlib.crc32(body)) + data[start + 16 :]


def png_that_declares(width: int, height: int) -> bytes:
    """A header with a size, and nothing behind it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")


def black_png(width: int, height: int) -> bytes:
    """Large when it is decoded, tiny before."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compressobj(1)
    body = b"".join(rows.compress(bytes(1 + 3 * width)) for _ in range(height)) + rows.flush()
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def swapping_profile() -> bytes:
    """An ICC profile in which red is blue: sRGB with the names of two primaries exchanged, under another name."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for old, new in ((b"rXYZ", b"????"), (b"bXYZ", b"rXYZ"), (b"????", b"bXYZ")):
        profile = profile.replace(old, new, 1)
    return profile.replace("sRGB".encode("utf-16-be"), "tRGB".encode("utf-16-be"))


def private_jpeg() -> bytes:
    """A photo that carries where and by whom it was taken, in every place where metadata can hide."""
    tags = Image.Exif()
    tags[ExifTags.Base.Artist] = "PRIVATE artist"
    tags[ExifTags.Base.ImageDescription] = "PRIVATE description"
    tags.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSProcessingMethod] = b"PRIVATE place"
    profile = swapping_profile()
    return photo(
        "JPEG", exif=tags.tobytes(), xmp=b"<x>PRIVATE packet</x>", comment=b"PRIVATE words", icc_profile=profile
    )


def private_png() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "PRIVATE artist")
    texts.add_itxt("XML:com.adobe.xmp", "<x>PRIVATE packet</x>")
    return photo("PNG", pnginfo=texts, exif=exif(Artist="PRIVATE artist"))


STRANGERS: dict[str, bytes] = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/></svg>',
    "pdf": b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
    "text": "a picture says more than à thousand words".encode(),
    "html": b"<!doctype html><title>404</title>",
    "zip": b"PK\x03\x04" + bytes(60),
    "mp4": b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41" + bytes(60),
    "elf": b"\x7fELF" + bytes(60),
    "one byte": b"\xff",
    "zeros": bytes(1000),
    "bmp": save(Image.fromarray(scene()), "BMP"),
    "tiff": save(Image.fromarray(scene()), "TIFF"),
    "ico": save(Image.fromarray(scene()), "ICO"),
    "jpeg 2000": save(Image.fromarray(scene()), "JPEG2000"),
}
"""What is no picture of ours, whatever its name says."""
