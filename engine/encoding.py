"""Pixels to a file for the world: small enough, without a trace of the source, and marked as made by a machine."""

import html
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import Final

import numpy as np
from PIL import ExifTags, Image, PngImagePlugin

from engine.contract import Medium, Pixels
from engine.errors import EncodeError


class Format(StrEnum):
    """What a picture is saved as; the value is the usual ending of the file's name."""

    JPEG = "jpg"
    PNG = "png"
    WEBP = "webp"

    @property
    def content_type(self) -> str:
        """The media type, as HTTP spells it."""
        return f"image/{self.name.lower()}"


@dataclass(frozen=True, slots=True)
class Encoded:
    """A finished file.

    Attributes
    ----------
    filename
        Our own, never the source's.
    size
        Width and height in pixels; smaller than the picture's where only that fitted the limit.
    """

    data: bytes = field(repr=False)
    filename: str
    content_type: str
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """The metadata that says who made a picture: EXIF for people, XMP for platforms."""

    exif: bytes
    xmp: bytes


PHOTO: Final = "before.jpg"
"""What the file of a photo is called that is shown beside its picture."""

_UNMARKED: Final = Mark(b"", b"")
_SCALES: Final = (1.0, 0.75, 0.5, 0.35)
_QUALITIES: Final = (92, 85, 75)  # below that, lines ring; a smaller picture looks better
_COARSE_CHROMA: Final = 75  # from here down; above, red lines on white would fray
_PNG_LEVEL: Final = 1  # level 6 takes four times as long for 2 % fewer bytes
_WEBP_METHOD: Final = 1  # the default of 4 takes more than twice as long for 4 % fewer bytes
_DIVIDER: Final = 8  # pixels

_XMP: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmp:CreatorTool="{tool}"
 Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/{medium}"/>
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def encode(
    pixels: Pixels, *, limit: int, medium: Medium, engine: str, style: str, image_format: Format = Format.JPEG
) -> Encoded:
    """Encode a picture in the best quality that fits.

    Parameters
    ----------
    limit
        The most bytes that the file may have.
    medium, engine, style
        What the file says about how it was made.

    Raises
    ------
    EncodeError
        Even small and coarse it is larger than `limit`, or than the format can be.
    """
    return _best(pixels, f"animify-{style}", image_format, mark_of(medium, engine, style), limit)


def encode_photo(photo: Pixels, *, size: tuple[int, int], limit: int) -> Encoded:
    """Encode a photo to be shown beside the picture of it, as a JPEG that says nothing of where it came from.

    Parameters
    ----------
    size
        Width and height of the picture, in pixels.
    limit
        The most bytes that the file may have.

    Raises
    ------
    EncodeError
        Even small and coarse it is larger than `limit`.
    """
    fitted = np.asarray(Image.fromarray(photo).resize(size, Image.Resampling.HAMMING))
    return _best(fitted, PurePath(PHOTO).stem, Format.JPEG, _UNMARKED, limit)


def thumbnail(pixels: Pixels, side: int) -> bytes:
    """A small, coarse JPEG of a picture that is not finished; its longer side has at most `side` pixels."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((side, side), Image.Resampling.BILINEAR)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=70)
    return file.getvalue()


def compare(photo: Pixels, picture: Pixels) -> Pixels:
    """Put a photo and the picture of it side by side, with a white divider between them.

    A picture that was made smaller to fit a limit gets the photo's size again.
    """
    height, width, _ = photo.shape
    if picture.shape != photo.shape:
        picture = np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BICUBIC))
    return np.hstack([photo, np.full((height, _DIVIDER, 3), 255, np.uint8), picture])


def _best(pixels: Pixels, name: str, image_format: Format, mark: Mark, limit: int) -> Encoded:
    for picture, quality in _attempts(pixels, image_format):
        try:
            data = _SAVERS[image_format](picture, quality, mark)
        except (OSError, ValueError):  # what Pillow raises for more pixels a side than a format has room for
            continue
        if len(data) <= limit:
            return Encoded(data, f"{name}.{image_format}", image_format.content_type, picture.size)
    raise EncodeError(f"no quality fits {limit} bytes")


def _attempts(pixels: Pixels, image_format: Format) -> Iterator[tuple[Image.Image, int]]:
    """Give picture and quality, best first."""
    full = Image.fromarray(pixels)
    qualities = _QUALITIES[:1] if image_format is Format.PNG else _QUALITIES
    for scale in _SCALES:
        size = max(1, round(full.width * scale)), max(1, round(full.height * scale))
        picture = full if size == full.size else full.resize(size, Image.Resampling.HAMMING)
        for quality in qualities:
            yield picture, quality


def mark_of(medium: Medium, engine: str, style: str) -> Mark:
    """What a file says that such an engine made in this style."""
    tool = f"Animify ({engine}, {style})"
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = tool
    exif[ExifTags.Base.ImageDescription] = f"A picture made from a photo by {tool}"
    return Mark(exif.tobytes(), _XMP.format(tool=html.escape(tool), medium=medium).encode())


def _jpeg(picture: Image.Image, quality: int, mark: Mark) -> bytes:
    file = io.BytesIO()
    # Neither optimised nor progressive: 2-7 % fewer bytes would take two to five times as long.
    chroma = "4:2:0" if quality <= _COARSE_CHROMA else "4:4:4"
    picture.save(file, "JPEG", quality=quality, subsampling=chroma, exif=mark.exif, xmp=mark.xmp)
    return file.getvalue()


def _png(picture: Image.Image, _quality: int, mark: Mark) -> bytes:
    file = io.BytesIO()
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", mark.xmp.decode())
    picture.save(file, "PNG", compress_level=_PNG_LEVEL, exif=mark.exif, pnginfo=info)
    return file.getvalue()


def _webp(picture: Image.Image, quality: int, mark: Mark) -> bytes:
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=quality, method=_WEBP_METHOD, exif=mark.exif, xmp=mark.xmp)
    return file.getvalue()


_SAVERS: Final[dict[Format, Callable[[Image.Image, int, Mark], bytes]]] = {
    Format.JPEG: _jpeg,
    Format.PNG: _png,
    Format.WEBP: _webp,
}
