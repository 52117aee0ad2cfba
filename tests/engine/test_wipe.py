"""The wipe shows the photo, then the picture, then the photo again, fits, and says what made it and nothing else."""

import io
import re

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageSequence

from engine.contract import Medium, Pixels
from engine.encoding import Encoded, encode_photo
from engine.errors import EncodeError
from engine.wipe import wipe
from tests.images import samples

PLENTY = 10 << 20


def scene(width: int, height: int) -> Pixels:
    """Something smooth with an edge in it, so that a codec's loss is small."""
    return np.asarray(Image.fromarray(samples.scene()).resize((width, height), Image.Resampling.BICUBIC))


def made(photo: Pixels, picture: Pixels, *, limit: int = PLENTY) -> Encoded:
    return wipe(photo, picture, limit=limit, medium=Medium.MODEL, engine="klein", style="ghibli")


def shown(encoded: Encoded) -> list[Pixels]:
    with Image.open(io.BytesIO(encoded.data)) as image:
        return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]


def apart(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def noise(side: int, seed: int) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)


def test_it_goes_from_the_photo_to_the_picture_and_back_for_ever() -> None:
    photo, picture = scene(240, 160), 255 - scene(240, 160)
    encoded = made(photo, picture)
    frames = shown(encoded)
    halfway = frames[len(frames) // 2]
    assert apart(frames[0], photo) < 4
    assert apart(halfway, picture) < 4
    assert 24 <= len(frames) <= 30
    with Image.open(io.BytesIO(encoded.data)) as image:
        assert image.info["loop"] == 0
        assert (image.format, image.size) == ("WEBP", encoded.size)


def test_the_line_comes_from_the_left_slowly_at_first() -> None:
    photo, picture = np.zeros((80, 320, 3), np.uint8), np.full((80, 320, 3), (200, 0, 0), np.uint8)
    frames = shown(made(photo, picture))[: 26 // 2 + 1]
    swept = [float((frame[:, :, 0] > 100).mean()) for frame in frames]
    steps = np.diff(swept[1:])
    assert swept == sorted(swept)
    assert min(steps[:2].mean(), steps[-2:].mean()) < steps[5] / 2


def test_where_the_line_is_one_side_is_the_picture_and_the_other_the_photo() -> None:
    photo, picture = scene(320, 200), 255 - scene(320, 200)
    crossing = shown(made(photo, picture))[6]
    assert apart(crossing[:, :100], picture[:, :100]) < 5
    assert apart(crossing[:, -100:], photo[:, -100:]) < 5


def test_a_photo_of_another_size_is_sized_as_the_picture_and_neither_is_enlarged() -> None:
    encoded = made(scene(400, 200), scene(300, 150))
    assert encoded.size == (300, 150)
    assert made(scene(1600, 1000), scene(1600, 1000)).size == (720, 450)


def test_one_that_does_not_fit_is_made_coarser_and_then_smaller() -> None:
    photo, picture = noise(400, 1), noise(400, 2)
    best = made(photo, picture)
    coarser = made(photo, picture, limit=len(best.data) - 1)
    smaller = made(photo, picture, limit=len(best.data) // 6)
    assert (len(coarser.data) < len(best.data), coarser.size) == (True, best.size)
    assert len(smaller.data) <= len(best.data) // 6
    assert smaller.size[0] < 400


def test_one_that_fits_in_no_size_is_an_error() -> None:
    with pytest.raises(EncodeError):
        made(noise(400, 1), noise(400, 2), limit=1000)


def test_the_same_photo_and_picture_give_the_same_bytes() -> None:
    assert made(scene(96, 64), 255 - scene(96, 64)).data == made(scene(96, 64), 255 - scene(96, 64)).data


def test_it_says_what_made_it_and_nothing_else() -> None:
    with Image.open(io.BytesIO(made(scene(96, 64), 255 - scene(96, 64)).data)) as image:
        exif, packet = image.getexif(), image.info["xmp"].decode()
    assert set(exif) == {ExifTags.Base.Software, ExifTags.Base.ImageDescription}
    assert exif[ExifTags.Base.Software] == "Animify (klein, ghibli)"
    found = re.search(r'DigitalSourceType="([^"]*)"', packet)
    assert found is not None
    assert found[1].endswith(f"/{Medium.MODEL}")


def test_a_strip_of_a_picture_can_be_wiped() -> None:
    assert made(scene(9, 900), scene(9, 900)).size == (7, 720)


def test_the_photo_beside_a_picture_has_its_size_and_says_nothing() -> None:
    encoded = encode_photo(scene(400, 200), size=(300, 150), limit=PLENTY)
    with Image.open(io.BytesIO(encoded.data)) as image:
        assert (image.format, image.size, len(image.getexif())) == ("JPEG", (300, 150), 0)
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert apart(np.asarray(image), np.asarray(Image.fromarray(scene(400, 200)).resize((300, 150)))) < 4
    assert encoded.filename == "before.jpg"
    assert len(encode_photo(noise(256, 1), size=(256, 256), limit=20_000).data) <= 20_000
