"""The sizes that attachments declare, against those that Pillow reads."""

import io

import pytest
from PIL import Image

from playground.imagesize import image_size

MOVING = {"save_all": True, "append_images": [Image.new("RGB", (301, 47), "red")]}
KINDS = [("PNG", {}), ("JPEG", {}), ("GIF", {}), ("WEBP", {}), ("WEBP", {"lossless": True}), ("WEBP", MOVING)]


@pytest.mark.parametrize(("kind", "options"), KINDS, ids=str)
def test_a_picture_declares_its_size(kind: str, options: dict[str, object]) -> None:
    file = io.BytesIO()
    Image.new("RGB", (301, 47), "navy").save(file, kind, **options)
    assert image_size(file.getvalue()) == (301, 47)


@pytest.mark.parametrize(
    "data", [b"", b"two aubergines", b"RIFF\0\0\0\0WEBP", b"RIFF\0\0\0\0WEBPVP8 ", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_picture_has_none(data: bytes) -> None:
    assert image_size(data) is None
