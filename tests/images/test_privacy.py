"""Nothing that a photo's file knows reaches the file that everybody sees."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine.contract import Medium
from engine.encoding import Format, encode
from engine.images import Decoder
from tests.images import samples

PRIVATE = Path(__file__).resolve().parents[2] / ".." / "shared" / "badimages"


async def journey(data: bytes, image_format: Format) -> bytes:
    """A photo's way through the decoder and the encoder, without an engine between them."""
    with closing(Decoder()) as decoder:
        photo = await decoder.decode(data)
    encoded = encode(
        photo.pixels, limit=10 << 20, medium=Medium.FILTER, engine="Painter", style="manga", image_format=image_format
    )
    return encoded.data


@pytest.mark.parametrize("image_format", Format)
@pytest.mark.parametrize("make", [samples.private_jpeg, samples.private_png])
async def test_no_word_and_no_profile_of_the_source_is_in_the_result(
    make: Callable[[], bytes], image_format: Format
) -> None:
    source = make()
    assert source.count(b"PRIVATE") >= 2
    result = await journey(source, image_format)
    assert b"PRIVATE" not in result
    for marker in (b"ICC_PROFILE", b"iCCP", b"ICCP", b"acsp", b"GPS"):
        assert marker not in result


@pytest.mark.skipif(not PRIVATE.is_dir(), reason="the corpus of awkward images is not beside the checkout")
async def test_real_photos_lose_their_coordinates_and_cameras() -> None:
    checked = 0
    for path in sorted(PRIVATE.glob("exif-gps-private--*")):
        if path.name.endswith("app13.jpg"):  # too small for a photo
            continue
        result = await journey(path.read_bytes(), Format.JPEG)
        assert result.count(b"Exif\0\0") == 1
        for word in (b"NIKON", b"Canon", b"GPS", b"Photoshop", b"http://ns.adobe.com/exif", b"WGS-84"):
            assert word not in result, (path.name, word)
        checked += 1
    assert checked >= 5
