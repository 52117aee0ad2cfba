"""Where previews come from: beside the style, or painted when somebody looks for the first time."""

import asyncio
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from structlog.testing import capture_logs

import styles
from bot.commands import previews
from bot.commands.previews import Previews
from styles import Style
from tests.styles.many import many


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The styles that were painted, a list a time."""
    calls: list[list[str]] = []

    def paint(_photo: object, wanted: list[Style]) -> dict[str, bytes]:
        calls.append([style.id for style in wanted])
        return {style.id: style.id.encode() for style in wanted if style.id != "own_02"}

    monkeypatch.setattr(previews, "previews", paint)
    return calls


def picture(side: int = 600) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((side, side, 3), 90, np.uint8)).save(file, "PNG")
    return file.getvalue()


async def test_built_in_styles_have_theirs_and_nothing_is_painted(painted: list[list[str]]) -> None:
    found = await Previews().of(list(styles.load().values()))
    assert set(found) == set(styles.load())
    assert painted == []


async def test_a_picture_beside_an_operators_style_shows_it(tmp_path: Path, painted: list[list[str]]) -> None:
    catalogue = many(tmp_path, 2)
    (tmp_path / "own_00.png").write_bytes(picture())
    found = await Previews(tmp_path).of([catalogue["own_00"]])
    assert Image.open(io.BytesIO(found["own_00"])).size == (320, 320)
    assert painted == []


async def test_without_one_a_page_is_painted_at_the_first_look_and_kept(
    tmp_path: Path, painted: list[list[str]]
) -> None:
    catalogue = many(tmp_path, 2)
    shelf, page = Previews(tmp_path), [catalogue["ghibli"], catalogue["own_00"], catalogue["own_01"]]
    looks = await asyncio.gather(*(shelf.of(page) for _ in range(5)))
    assert {tuple(look) for look in looks} == {("ghibli", "own_00", "own_01")}
    assert painted == [["own_00", "own_01"]]


@pytest.mark.usefixtures("painted")
async def test_one_that_can_not_be_read_is_painted_and_the_log_says_so(tmp_path: Path) -> None:
    catalogue = many(tmp_path, 1)
    (tmp_path / "own_00.jpg").write_bytes(b"no picture")
    with capture_logs() as logs:
        found = await Previews(tmp_path).of([catalogue["own_00"]])
    assert found == {"own_00": b"own_00"}
    assert [entry["style"] for entry in logs] == ["own_00"]


async def test_one_that_can_not_be_painted_is_missing_and_not_tried_again(
    tmp_path: Path, painted: list[list[str]]
) -> None:
    catalogue = many(tmp_path, 3)
    shelf = Previews(tmp_path)
    for _ in range(2):
        assert set(await shelf.of([catalogue["own_01"], catalogue["own_02"]])) == {"own_01"}
    assert painted == [["own_01", "own_02"]]
