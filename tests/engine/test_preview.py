"""Previews are small, and show what the painter paints today; and the scene that stands in for a photo."""

import io
from collections.abc import Callable, Sequence
from importlib import resources

import numpy as np
import pytest
from PIL import Image

import styles
from docs.previews import painted
from engine import preview
from engine.contract import Job, Picture
from engine.errors import EngineError, LostError
from engine.measures import palette_distance
from engine.painter.runner import PainterRunner
from engine.preview import MOST_BYTES, SIDE, previews, shrunk
from engine.specimen import specimen
from tests.engine.painter.scenes import photos

CATALOGUE = styles.load()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    assert picture.format == "WEBP"
    assert len(data) <= MOST_BYTES
    assert max(picture.size) <= SIDE
    return picture.convert("RGB")


def file(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def test_the_previews_that_come_with_the_styles_are_what_the_painter_paints_today() -> None:
    shipped = resources.files("styles") / "previews"
    assert {one.name for one in shipped.iterdir()} == {f"{style_id}.webp" for style_id in CATALOGUE}
    for style_id, data in painted().items():
        kept = opened((shipped / f"{style_id}.webp").read_bytes())
        difference = np.abs(np.asarray(kept, int) - np.asarray(opened(data), int)).mean()
        assert difference < 4, f"{style_id}: run `make pictures`"


def test_the_scene_is_the_same_every_time_and_every_style_paints_it_differently() -> None:
    assert np.array_equal(specimen(), specimen.__wrapped__())
    shown = [np.asarray(opened(data)) for data in previews(specimen(), list(CATALOGUE.values())).values()]
    assert len(shown) == len(CATALOGUE)
    distances = [palette_distance(one, other) for n, one in enumerate(shown) for other in shown[:n]]
    assert min(distances) > 0.01


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_operators_own_preview_is_made_as_small(kind: str) -> None:
    portrait = Image.fromarray(photos()[0])
    assert opened(shrunk(file(portrait.resize((1200, 900)), kind))).size == (320, 240)


def test_one_that_is_small_stays_as_it_is() -> None:
    small = file(Image.fromarray(photos()[0]).resize((200, 200)), "WEBP")
    assert shrunk(small) is small


@pytest.mark.parametrize("data", [b"", b"no picture", file(Image.new("RGB", (64, 64)), "PNG")[:60]])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no picture"):
        shrunk(data)


def test_a_style_whose_painting_fails_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(PainterRunner):
        def run(self, jobs: Sequence[Job], on_step: Callable[[int, int], None]) -> Sequence[Picture | EngineError]:
            return [LostError("ended"), *super().run(jobs[1:], on_step)]

    monkeypatch.setattr(preview, "PainterRunner", Failing)
    assert list(previews(specimen(), [CATALOGUE["ghibli"], CATALOGUE["manga"]])) == ["manga"]
