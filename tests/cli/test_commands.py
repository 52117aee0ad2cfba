"""The `animify` command as a person at a terminal meets it: pictures, one-line errors, nothing half done."""

import io
import math
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import styles
from tests.cli.terminal import animify, opened
from tests.flow.stage import a_photo


def test_a_photo_becomes_a_picture(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert animify(monkeypatch, "transform", photo, "--style", "ghibli", "--output", "painted.png") == 0
    assert opened("painted.png") == ("PNG", (512, 384))  # a small photo is enlarged


def test_a_comparison_is_written_beside(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert animify(monkeypatch, "transform", photo, "--style", "manga", "--output", "a.jpg", "--compare") == 0
    _, (width, height) = opened("a-compare.jpg")
    assert width > 2 * 512
    assert height == 384


def test_the_same_seed_writes_the_same_bytes(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.jpg", "b.jpg"):
        animify(monkeypatch, "transform", photo, "--style", "ghibli", "--seed", 3, "--output", name)
    assert Path("a.jpg").read_bytes() == Path("b.jpg").read_bytes()


def test_a_bad_photo_is_named_and_the_others_are_painted(
    photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.jpg").write_bytes(b"no photo at all")
    assert animify(monkeypatch, "transform", "bad.jpg", photo, "gone.jpg", "--style", "ghibli", "--output", "out") == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("animify: ")]
    assert [line.split(":")[1].strip() for line in lines] == ["bad.jpg", "gone.jpg"]
    assert sorted(path.name for path in Path("out").iterdir()) == ["me-ghibli.jpg"]


def test_two_photos_of_one_name_do_not_overwrite_each_other(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Path("elsewhere", "me.jpg")
    other.parent.mkdir()
    other.write_bytes(a_photo(seed=2))
    assert animify(monkeypatch, "transform", photo, other, "--style", "ghibli", "--output", "out") == 0
    assert sorted(path.name for path in Path("out").iterdir()) == ["me-ghibli-2.jpg", "me-ghibli.jpg"]


def empty(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (1, 1)).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "no picture"),
        (b"<svg/>", "no picture"),
        (empty("PNG"), "too small"),
        (a_photo(640, 480)[:5000], "damaged"),
    ],
)
def test_bad_input_is_one_line_status_1_and_no_file(
    data: bytes, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.jpg").write_bytes(data)
    assert animify(monkeypatch, "transform", "bad.jpg", "--style", "ghibli", "--output", "out.jpg") == 1
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error
    assert [path.name for path in Path().iterdir()] == ["bad.jpg"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["transform", "me.jpg", "--style", "cubism", "--output", "a.jpg"], "no such style"),
        (["transform", "me.jpg", "--style", "ghibli", "--output", "a.bmp"], ".jpg, .png or .webp"),
        (["transform", "me.jpg", "--style", "ghibli", "--output", "me.jpg"], "the photo itself"),
        (["transform", "me.jpg", "me.jpg", "--style", "ghibli", "--output", "a.jpg"], "need a folder"),
        (["transform", "me.jpg", "--style", "ghibli", "--output", "me.jpg/a.jpg"], "me.jpg/a.jpg"),
        (["styles", "me.jpg"], "--sheet"),
        (["styles", "--sheet", "a.png"], "at least one photo"),
        (["demo", "--style", "cubism"], "no such style"),
        (["run"], "DISCORD_TOKEN"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    photo: Path,
    arguments: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = photo.read_bytes()
    assert animify(monkeypatch, *arguments) == 1
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("animify: ")]
    assert words in line
    assert photo.read_bytes() == before
    assert [path.name for path in Path().iterdir()] == ["me.jpg"]


def test_every_reason_not_to_start_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("styles").mkdir()
    Path("styles", "mine.toml").write_text("label = 3")
    Path("broken.db").write_bytes(b"this is no database, and long enough to be read as one")
    monkeypatch.setenv("ANIMIFY_STYLES", "styles")
    monkeypatch.setenv("ANIMIFY_DATABASE", "broken.db")
    assert animify(monkeypatch, "run") == 1
    error = capsys.readouterr().err
    for part in ("DISCORD_TOKEN: not set", "mine.toml: label", "broken.db can't be opened"):
        assert part in error
    assert all(line.startswith("animify: ") for line in error.splitlines())


def test_a_bad_setting_hides_no_other_problem(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("styles").mkdir()
    Path("styles", "mine.toml").write_text("label = 3")
    monkeypatch.setenv("ANIMIFY_STYLES", "styles")
    monkeypatch.setenv("ANIMIFY_WORKERS", "none")
    monkeypatch.setenv("ANIMIFY_DATABASE", "nowhere/animify.db")
    assert animify(monkeypatch, "run") == 1
    error = capsys.readouterr().err
    for part in ("ANIMIFY_WORKERS", "DISCORD_TOKEN: not set", "mine.toml: label", "nowhere/animify.db can't be opened"):
        assert part in error


def test_the_demo_plays_to_its_end_and_keeps_its_pictures(photo: Path, tmp_path: Path) -> None:
    demo = [sys.executable, "-P", "-m", "bot", "demo", "--photo", str(photo), "--style", "manga"]
    played = subprocess.run(demo, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    for part in (" ahead", "Done", "1 left today", "/usage", "no picture I can read", "used all 2 pictures of today"):
        assert part in played.stdout
    assert "Discord would object" not in played.stdout
    assert sorted(path.name for path in Path("demo-out").iterdir()) == [
        "bot.log",
        "manga-before-after.jpg",
        "manga.jpg",
    ]


def test_the_list_of_styles_names_each_with_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert animify(monkeypatch, "styles") == 0
    assert {"ghibli", "manga"} <= {line.split()[0] for line in capsys.readouterr().out.splitlines() if line.split()}


def test_a_contact_sheet_has_a_row_a_photo_and_a_column_a_style(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("other.jpg").write_bytes(a_photo(seed=2))
    assert animify(monkeypatch, "styles", "--sheet", "sheet.png", photo, "other.jpg") == 0
    _, (width, height) = opened("sheet.png")
    assert width == 8 + (1 + len(styles.load())) * (384 + 8)
    assert height == 32 + 2 * (384 + 8)


def test_a_contact_sheet_of_one_photo_is_no_strip(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert animify(monkeypatch, "styles", "--sheet", "sheet.png", photo) == 0
    _, (width, height) = opened("sheet.png")
    assert width == 8 + 3 * (384 + 8)
    assert height == math.ceil((1 + len(styles.load())) / 3) * (32 + 384 + 8)
