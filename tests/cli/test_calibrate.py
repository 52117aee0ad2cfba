"""`animify styles calibrate`: what it measures is told, what it finds is kept, and nothing else is touched."""

import re
import tomllib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest
import skimage.data
from PIL import Image

import styles
from bot import engines
from engine.diffusion import weights
from engine.diffusion.models import Family
from engine.diffusion.plan import Plan
from engine.local import LocalEngine
from engine.painter.runner import PainterRunner
from styles import Calibration, Style
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
        (["wall.png", "--weights", "./mine"], "--weights: the painter has none"),
        (
            ["wall.png", "--model", "edit", "--style", "mine"],
            "`animify models fetch black-forest-labs/FLUX.2-klein-4B`",
        ),
        (["wall.png", "--model", "sd15", "--weights", "./gone", "--style", "mine"], "./gone: there is no such folder"),
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


@pytest.fixture
def model(checkpoints: Callable[[Family], Path], monkeypatch: pytest.MonkeyPatch) -> Callable[[Family], str]:
    monkeypatch.setenv("ANIMIFY_SIZE", "256")
    return lambda family: str(checkpoints(family))


@pytest.fixture
def a_bare_style(an_operators_style: Path) -> str:
    """A style that says nothing to any model."""
    text = re.sub(r"(?ms)^\[models\..*?(?=^\[painter)", "[models]\n\n", an_operators_style.read_text(encoding="utf-8"))
    an_operators_style.with_name("bare.toml").write_text(text, encoding="utf-8")
    return "bare"


def test_noise_of_random_weights_gives_no_ends_and_nothing_is_written(
    model: Callable[[Family], str],
    photos: Path,
    an_operators_style: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = an_operators_style.read_bytes()
    options = ("--model", "sd15", "--weights", model(Family.SD15), "--style", "mine", "--sheets", "sheets")
    assert animify(monkeypatch, "styles", "calibrate", photos / "Portraits" / "one.png", *options) == 0
    report = capsys.readouterr().out
    rows = [line.split() for line in report.splitlines() if line.strip()[:1].isdigit()]
    assert [float(row[0]) for row in rows] == [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert "no ends: " in report
    assert an_operators_style.read_bytes() == before
    assert opened("sheets/mine-sd15.jpg")[0] == "JPEG"
    assert b"compositeWithTrainedAlgorithmicMedia" in Path("sheets/mine-sd15.jpg").read_bytes()


@pytest.mark.usefixtures("a_bare_style")
def test_what_a_model_can_is_written_into_the_tuning_with_its_name_and_revision(
    model: Callable[[Family], str],
    photos: Path,
    an_operators_style: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The painter stands in for a model with weights that were learnt."""
    prepared: list[str] = []

    async def build(plans: Sequence[Plan], styles: Sequence[Style], **_: object) -> LocalEngine:
        prepared.extend([*(plan.weights.name for plan in plans), *(style.id for style in styles)])
        return LocalEngine([PainterRunner()])

    monkeypatch.setattr(engines, "build", build)
    monkeypatch.setenv("ANIMIFY_MODEL", folder := model(Family.SDXL))
    photo = photos / "Portraits" / "one.png"
    options = ("--model", "sdxl", "--style", "mine", "--style", "bare")
    assert animify(monkeypatch, "styles", "calibrate", photo, *options) == 0
    told = capsys.readouterr()
    assert prepared == [folder, "mine"]
    assert "bare: skipped, it has no table models.sdxl" in told.err
    assert "from 0.2 (the least that was tried) to 1 (the most that was tried)" in told.out
    tuning = styles.load(an_operators_style.parent)["mine"].models.sdxl
    assert tuning
    assert (tuning.subtle, tuning.strength, tuning.bold) == (0.2, 0.6, 1.0)
    assert tuning.calibrated == Calibration(
        engine=folder,
        revision=weights.revision(weights.find(folder, Path("models"))),
        date=datetime.now().astimezone().date(),
    )


def test_a_style_that_no_model_of_the_family_does_can_not_be_tried(
    model: Callable[[Family], str],
    photos: Path,
    a_bare_style: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = ("--model", "sd15", "--weights", model(Family.SD15), "--style", a_bare_style)
    assert animify(monkeypatch, "styles", "calibrate", photos, *options) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "none of the styles has a table models.sd15" in line


@pytest.mark.parametrize("said", ["--weights", "ANIMIFY_MODEL"])
def test_a_model_of_another_family_is_refused(
    said: str,
    model: Callable[[Family], str],
    photos: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ANIMIFY_MODEL", model(Family.EDIT))
    options = ("--model", "sd15", *(["--weights", model(Family.EDIT)] if said == "--weights" else []))
    assert animify(monkeypatch, "styles", "calibrate", photos, *options) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"animify: {said}: ")
    assert line.endswith("is of the family edit; name one of sd15 with --weights")
