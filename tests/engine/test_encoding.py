"""A finished file fits, shows the picture, says who made it, and nothing else."""

import io
import re

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image

from engine.contract import Medium, Pixels
from engine.encoding import Encoded, Format, compare, encode
from engine.errors import EncodeError
from tests.images import samples

PLENTY = 10 << 20


def made(
    pixels: Pixels, image_format: Format = Format.JPEG, *, limit: int = PLENTY, engine: str = "Painter"
) -> Encoded:
    return encode(pixels, limit=limit, medium=Medium.FILTER, engine=engine, style="ghibli", image_format=image_format)


def opened(encoded: Encoded) -> Image.Image:
    image = Image.open(io.BytesIO(encoded.data))
    image.load()
    return image


def noise(side: int) -> NDArray[np.uint8]:
    """What compresses worst."""
    return np.random.default_rng(1).integers(0, 256, (side, side, 3), np.uint8)


@pytest.mark.parametrize("image_format", Format)
def test_the_file_shows_the_picture(image_format: Format) -> None:
    image = opened(made(samples.scene(), image_format))
    difference = np.asarray(image.convert("RGB")).astype(int) - samples.scene()
    assert np.abs(difference).mean() < 3


@pytest.mark.parametrize(
    ("image_format", "filename", "content_type"),
    [
        (Format.JPEG, "animify-ghibli.jpg", "image/jpeg"),
        (Format.PNG, "animify-ghibli.png", "image/png"),
        (Format.WEBP, "animify-ghibli.webp", "image/webp"),
    ],
)
def test_name_and_type_say_what_it_is(image_format: Format, filename: str, content_type: str) -> None:
    encoded = made(samples.scene(), image_format)
    assert (encoded.filename, encoded.content_type, encoded.size) == (filename, content_type, (96, 64))
    assert opened(encoded).get_format_mimetype() == content_type  # type: ignore[attr-defined] # an opened file has it


@pytest.mark.parametrize("image_format", Format)
def test_people_can_read_who_made_it(image_format: Format) -> None:
    exif = opened(made(samples.scene(), image_format)).getexif()
    assert exif[ExifTags.Base.Software] == "Animify (Painter, ghibli)"
    assert set(exif) == {ExifTags.Base.Software, ExifTags.Base.ImageDescription}


@pytest.mark.parametrize("image_format", Format)
@pytest.mark.parametrize("medium", Medium)
def test_platforms_can_read_how_it_was_made(image_format: Format, medium: Medium) -> None:
    encoded = encode(
        samples.scene(), limit=PLENTY, medium=medium, engine="klein", style="ghibli", image_format=image_format
    )
    packet = opened(encoded).info["xmp"].decode()
    found = re.search(r'Iptc4xmpExt:DigitalSourceType="([^"]*)"', packet)
    assert found is not None
    assert found[1] == f"http://cv.iptc.org/newscodes/digitalsourcetype/{medium}"
    assert 'xmp:CreatorTool="Animify (klein, ghibli)"' in packet


def test_an_engines_name_cannot_break_the_packet() -> None:
    packet = opened(made(samples.scene(), engine='<a "quick" & dirty one>')).info["xmp"].decode()
    assert 'xmp:CreatorTool="Animify (&lt;a &quot;quick&quot; &amp; dirty one&gt;, ghibli)"' in packet


def test_the_bytes_stay_out_of_the_repr() -> None:
    assert "data" not in repr(made(samples.scene()))


def test_the_best_quality_is_taken_that_fits() -> None:
    best = made(noise(256))
    tight = made(noise(256), limit=len(best.data))
    coarser = made(noise(256), limit=len(best.data) - 1)
    assert tight.data == best.data
    assert len(coarser.data) < len(best.data)
    assert coarser.size == best.size == (256, 256)


@pytest.mark.parametrize("image_format", Format)
def test_a_picture_that_fits_in_no_quality_is_made_smaller(image_format: Format) -> None:
    limit = len(made(noise(256), image_format).data) // 5
    encoded = made(noise(256), image_format, limit=limit)
    assert len(encoded.data) <= limit
    assert encoded.size[0] == encoded.size[1] < 256
    assert opened(encoded).size == encoded.size


@pytest.mark.parametrize("image_format", Format)
def test_a_picture_that_fits_in_no_size_is_an_error(image_format: Format) -> None:
    with pytest.raises(EncodeError):
        made(samples.scene(), image_format, limit=500)


def test_a_comparison_shows_the_photo_left_and_the_picture_right() -> None:
    photo = samples.scene()
    both = compare(photo, 255 - photo)
    np.testing.assert_array_equal(both[:, :96], photo)
    np.testing.assert_array_equal(both[:, -96:], 255 - photo)
    assert np.all(both[:, 96:-96] == 255)
    assert both.shape == (64, 200, 3)


def test_a_comparison_with_a_smaller_picture_has_the_photos_size() -> None:
    both = compare(samples.scene(), np.ascontiguousarray(samples.scene()[::2, ::2]))
    assert both.shape == (64, 200, 3)
    assert np.abs(both[:, :96].astype(int) - both[:, -96:]).mean() < 4
