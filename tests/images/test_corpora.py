"""Real files, kind and unkind, through the real child: each ends as a photo or as one PhotoError."""

import asyncio
import csv
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from engine.errors import PhotoError, PhotoFault
from engine.images import Decoder

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
UNKIND, KIND = SHARED / "badimages", SHARED / "photos"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the corpora are not beside the checkout")

Ends = dict[str, PhotoFault | None]
"""By file name: the fault, or None for a photo."""


async def ends(paths: list[Path]) -> Ends:
    """Decode file after file with one decoder; anything but a photo or a PhotoError breaks the test."""
    result: Ends = {}
    with closing(Decoder()) as decoder:
        for path in paths:
            try:
                photo = await decoder.decode(path.read_bytes())
            except PhotoError as error:
                result[path.name] = error.fault
            else:
                assert max(photo.pixels.shape) <= 1600, path.name
                result[path.name] = None
    return result


@pytest.fixture(scope="module")
def unkind() -> Ends:
    return asyncio.run(ends(sorted(UNKIND.iterdir())))


def test_every_unkind_file_ends_as_a_photo_or_as_one_fault(unkind: Ends) -> None:
    # Too costly is none of them: what the limits let through is cheap to decode.
    assert set(unkind.values()) == {
        None,
        PhotoFault.EMPTY,
        PhotoFault.NOT_A_PICTURE,
        PhotoFault.TOO_MANY_PIXELS,
        PhotoFault.TOO_SMALL,
        PhotoFault.TOO_NARROW,
        PhotoFault.DAMAGED,
    }


def test_every_harmless_file_of_our_formats_is_a_photo(unkind: Ends) -> None:
    harmless = ("benign", "exif-orientation-landscape", "mpo-hdr")
    assert {unkind[name] for name in unkind if name.startswith(harmless)} == {None}


def test_no_file_that_plain_pillow_reads_is_called_damaged(unkind: Ends) -> None:
    with (UNKIND / "MANIFEST.csv").open() as file:
        readable = {row["file"] for row in csv.DictReader(file) if row["plain_pillow"] == "decodes"}
    assert not {name for name in readable if unkind[name] is PhotoFault.DAMAGED}


async def test_the_eight_orientations_of_one_landscape_show_the_same_picture() -> None:
    with closing(Decoder(max_side=450)) as decoder:
        photos = [
            await decoder.decode((UNKIND / f"exif-orientation-landscape--Landscape_{number}.jpg").read_bytes())
            for number in range(1, 9)
        ]
    for photo in photos:
        assert photo.original == (1800, 1200)
        # The files carry their own number as a caption, so a few percent of the picture do differ.
        assert np.abs(photo.pixels.astype(int) - photos[0].pixels).mean() < 8


def test_every_kind_photo_is_read() -> None:
    photos = [path for path in sorted(KIND.iterdir()) if path.suffix != ".md"]
    assert set(asyncio.run(ends(photos)).values()) == {None}
