"""`animify transform` and `animify styles --sheet` with a model: a tiny one with random weights, loaded for real."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import styles
from bot.ui import words
from engine.diffusion import plan
from engine.diffusion.devices import cpu
from engine.diffusion.models import Family
from tests.cli.terminal import animify, opened
from tests.flow.stage import a_photo

MANGA = Path(styles.__file__).parent / "manga.toml"

Model = Callable[[Family], str]


@pytest.fixture
def model(checkpoints: Callable[[Family], Path], monkeypatch: pytest.MonkeyPatch) -> Model:
    monkeypatch.setenv("ANIMIFY_SIZE", "256")
    return lambda family: str(checkpoints(family))


@pytest.fixture
def untuned(an_empty_place: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A style of the operator's that no model does."""
    folder = an_empty_place / "styles"
    folder.mkdir()
    text = re.sub(r"(?ms)^\[models\..*?(?=^\[painter)", "[models]\n\n", MANGA.read_text(encoding="utf-8"))
    (folder / "bare.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("ANIMIFY_STYLES", str(folder))
    return "bare"


@pytest.mark.parametrize("family", list(Family))
def test_every_family_paints_and_the_picture_says_that_a_model_made_it(
    family: Family, model: Model, photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--style", "ghibli", "--engine", "diffusion", "--model", model(family), "--no-checks")
    assert animify(monkeypatch, "transform", photo, *options, "--output", "a.jpg") == 0
    told = capsys.readouterr()
    assert told.out == "a.jpg\n"
    assert told.err == f"painted by {family} (AI-made)\n"
    assert opened("a.jpg") == ("JPEG", (512, 384))
    assert b"compositeWithTrainedAlgorithmicMedia" in Path("a.jpg").read_bytes()


def test_the_same_seed_writes_the_same_bytes(model: Model, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ("--style", "ghibli", "--seed", 3, "--model", model(Family.SD15), "--no-checks")
    for name in ("a.jpg", "b.jpg"):
        assert animify(monkeypatch, "transform", photo, *options, "--output", name) == 0
    assert Path("a.jpg").read_bytes() == Path("b.jpg").read_bytes()


def test_more_photos_than_fit_in_a_run_are_all_painted(
    model: Model, photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANIMIFY_MODEL", model(Family.SD15))
    monkeypatch.setenv("ANIMIFY_ENGINE", "diffusion")
    monkeypatch.setenv("ANIMIFY_BATCH", "2")
    others = [photo.with_name(f"{number}.jpg") for number in range(5)]
    for number, other in enumerate(others):
        other.write_bytes(a_photo(seed=number))
    assert animify(monkeypatch, "transform", *others, "--style", "ghibli", "--no-checks", "--output", "out") == 0
    told = capsys.readouterr()
    assert sorted(told.out.split()) == [f"out/{number}-ghibli.jpg" for number in range(5)]
    assert told.err == "painted by sd15 (AI-made)\n"


def test_noise_is_refused_in_the_usual_words(
    model: Model, photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--style", "ghibli", "--seed", 1, "--model", model(Family.SDXL))
    assert animify(monkeypatch, "transform", photo, *options, "--output", "a.jpg") == 1
    assert capsys.readouterr().err == f"animify: {photo}: {words.NOT_REDRAWN()}\n"
    assert not Path("a.jpg").exists()


def test_a_model_goes_with_no_painter(
    photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--style", "ghibli", "--engine", "painter", "--model", "./mine", "--output", "a.jpg")
    assert animify(monkeypatch, "transform", photo, *options) == 1
    assert capsys.readouterr().err.startswith("animify: --model: the painter needs none")


def test_a_model_that_is_not_fetched_names_the_command(
    photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--style", "ghibli", "--model", "someone/painter", "--output", "a.jpg")
    assert animify(monkeypatch, "transform", photo, *options) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "`animify models fetch someone/painter` fetches it" in line


def test_without_the_libraries_the_way_to_them_is_told(
    photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(plan, "installed", lambda: False)
    options = ("--style", "ghibli", "--engine", "diffusion", "--output", "a.jpg")
    assert animify(monkeypatch, "transform", photo, *options) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "pip install -e '.[diffusion]'" in line


def test_a_style_that_the_model_does_not_do_is_named(
    model: Model, untuned: str, photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--style", untuned, "--model", model(Family.SD15), "--output", "a.jpg")
    assert animify(monkeypatch, "transform", photo, *options) == 1
    assert capsys.readouterr().err == f"animify: {photo}: sd15 does not do bare\n"


def test_where_a_gpu_turns_out_to_be_none_the_painter_paints_and_it_is_said_once(
    photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(plan, "likely_gpu", lambda: True)
    monkeypatch.setattr(plan, "survey", lambda: [cpu()])
    assert animify(monkeypatch, "transform", photo, "--style", "ghibli", "--output", "a.jpg") == 0
    assert capsys.readouterr().err.splitlines() == [
        "animify: the painter paints: torch sees no GPU here",
        "painted by painter (a painterly filter, not AI)",
    ]


def test_where_noise_is_refused_the_painter_takes_over_and_says_so(
    model: Model, photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = plan.make
    monkeypatch.setattr(plan, "likely_gpu", lambda: True)
    monkeypatch.setattr(plan, "make", lambda wishes, home, **_: wanted(wishes, home, on_cpu=True))
    options = ("--style", "ghibli", "--engine", "auto", "--model", model(Family.SD15), "--output", "a.jpg")
    assert animify(monkeypatch, "transform", photo, *options) == 0
    assert capsys.readouterr().err == "painted by painter (a painterly filter, not AI) in place of sd15 (unfit)\n"


def test_a_terminal_shows_that_the_model_is_loading(
    model: Model, photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    shutil.copytree(model(Family.SD15), "mine")
    options = ("--style", "ghibli", "--model", "./mine", "--no-checks", "--output", "a.jpg")
    assert animify(monkeypatch, "transform", photo, *options) == 0
    assert "loading ./mine" in capsys.readouterr().err


@pytest.mark.usefixtures("untuned")
def test_a_contact_sheet_shows_what_the_model_does_and_says_who_made_it(
    model: Model, photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANIMIFY_ENGINE", "diffusion")
    monkeypatch.setenv("ANIMIFY_MODEL", model(Family.EDIT))
    Path("other.jpg").write_bytes(a_photo(seed=2))
    assert animify(monkeypatch, "styles", "--sheet", "sheet.png", photo, "other.jpg") == 0
    done = len(styles.load())  # all that come with Animify, and not the one without a tuning
    assert capsys.readouterr().out == f"sheet.png: 2 x {done} pictures\n"
    assert opened("sheet.png") == ("PNG", (8 + (1 + done) * (384 + 8), 32 + 2 * (384 + 8)))
    assert b"compositeWithTrainedAlgorithmicMedia" in Path("sheet.png").read_bytes()
