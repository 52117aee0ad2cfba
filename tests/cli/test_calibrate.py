"""`animify styles calibrate`: what it measures is told, what it finds is kept, and nothing else is touched."""

import re
import tomllib
from datetime import datetime
from pathlib import Path

import pytest
import skimage.data
from PIL import Image

import styles
from tests.cli.terminal import animify, opened

MANGA = Path(styles.__file__).parent / "manga.toml"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def an_operators_style(an_empty_place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = an_empty_place / "styles"
    folder.mkdir()
    style = folder / "mine.toml"
    text = re.sub(r"calibrated = \{.*\}", "calibrated = false", MANGA.read_text(encoding="utf-8"))
    style.write_text("# mine\n" + text, encoding="utf-8")
    monkeypatch.setenv("ANIMIFY_STYLES", str(folder))
    return style


@pytest.fixture
def photos(an_empty_place: Path) -> Path:
    folder = an_empty_place / "photos"
    for kind, pixels in (("Portraits", skimage.data.astronaut()), ("low-light", skimage.data.rocket())):
        (folder / kind).mkdir(parents=True)
        Image.fromarray(pixels).resize((320, 240)).save(folder / kind / "one.png")
        (folder / kind / "notes.txt").write_text("no photo")
    return folder


def test_what_is_found_is_written_into_the_style_with_engine_revision_and_date(
    photos: Path, an_operators_style: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert animify(monkeypatch, "styles", "calibrate", photos, "--style", "mine", "--sheets", "sheets") == 0
    report = capsys.readouterr().out
    rows = [line.split() for line in report.splitlines() if line.strip()[:1].isdigit()]
    assert [float(row[0]) for row in rows][:2] == [0.1, 0.15]
    assert {row[3] for row in rows} <= {"portrait", "low"}  # the kind that keeps the fewest edges
    text = an_operators_style.read_text(encoding="utf-8")
    strength = tomllib.loads(text)["painter"]["strength"]
    (proposal,) = [line for line in report.splitlines() if line.startswith("from ")]
    assert proposal.startswith(f"from {strength['subtle']:g} ")
    assert f"to {strength['bold']:g}" in proposal
    assert strength["calibrated"] == {
        "engine": "painter",
        "revision": styles.load(an_operators_style.parent)["mine"].painter.revision,
        "date": datetime.now().astimezone().date(),
    }
    assert text.startswith("# mine\n")
    kind, (width, height) = opened("sheets/mine-painter.jpg")
    assert kind == "JPEG"
    assert width > 6 * 200
    assert height > 2 * 150


def test_a_dry_run_proposes_and_writes_nothing(
    photos: Path, an_operators_style: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = an_operators_style.read_bytes()
    photo = photos / "Portraits" / "one.png"
    assert animify(monkeypatch, "styles", "calibrate", photo, "--style", "mine", "--dry-run") == 0
    assert "from 0.1 (the least that was tried) to" in capsys.readouterr().out
    assert an_operators_style.read_bytes() == before


def test_sheets_that_cannot_be_written_cost_nothing_that_was_found(
    photos: Path, an_operators_style: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("sheets").write_text("a file, no folder")
    photo = photos / "Portraits" / "one.png"
    assert animify(monkeypatch, "styles", "calibrate", photo, "--style", "mine", "--sheets", "sheets") == 1
    assert "sheets" in capsys.readouterr().err
    assert styles.load(an_operators_style.parent)["mine"].painter.strength.calibrated


def test_where_no_value_is_right_the_style_stays_and_the_reason_is_told(
    an_operators_style: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = an_operators_style.read_bytes()
    Image.new("RGB", (320, 240), (120, 120, 120)).save("wall.png")
    assert animify(monkeypatch, "styles", "calibrate", "wall.png", "--style", "mine") == 0
    assert "as it is, it changes too little" in capsys.readouterr().out
    assert an_operators_style.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["wall.png", "--style", "cubism"], "no such style"),
        (["wall.png", "--model", "edit"], "no engine for it"),
        (["empty"], "there is no photo in it"),
        (["gone.jpg"], "gone.jpg"),
        (["broken.jpg", "--style", "mine"], "broken.jpg"),
        (["wall.png", "--faces", "broken.jpg"], "broken.jpg"),
        (["wall.png", "--faces", "gone.onnx"], "gone.onnx"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (320, 240)).save("wall.png")
    Path("broken.jpg").write_bytes(b"neither a photo nor a model")
    Path("empty").mkdir()
    assert animify(monkeypatch, "styles", "calibrate", *arguments) == 1
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("animify: ")]
    assert words in line
