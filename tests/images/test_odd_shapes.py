"""Strips, towers and thumbnails of an honest photo are painted in every style, and pass the checks."""

import io

import pytest
import skimage.data
from PIL import Image

import styles
from bot import engines
from bot.settings import EngineChoice
from engine.studio import Look

Box = tuple[int, int, int, int]
Size = tuple[int, int]


def part_of_a_portrait(box: Box, size: Size) -> bytes:
    file = io.BytesIO()
    Image.fromarray(skimage.data.astronaut()).crop(box).resize(size).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("box", "size", "painted"),
    [
        pytest.param((0, 60, 512, 145), (1600, 266), (1600, 266), id="6:1"),
        pytest.param((200, 0, 264, 512), (64, 512), (64, 512), id="1:8"),
        pytest.param((150, 30, 310, 190), (64, 64), (512, 512), id="64 px"),
    ],
)
async def test_an_odd_shape_is_painted_whole_in_every_style(box: Box, size: Size, painted: Size) -> None:
    async with engines.studio(EngineChoice.PAINTER, workers=1, checks=True) as studio:
        photo = await studio.prepare(part_of_a_portrait(box, size))
        for style in styles.load().values():
            picture = await studio.paint(style.id, photo, Look(style=style, strength=0.5, seed=1), lambda _: None)
            height, width, _ = picture.pixels.shape
            assert (width, height) == painted
