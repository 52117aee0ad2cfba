"""Writing a calibration into a style's file."""

from datetime import date
from pathlib import Path

import pytest

import styles
from styles import Calibration
from styles.files import replace
from styles.writing import update

SOURCE = styles.source("ghibli")
FOUND = Calibration(engine="painter", revision="0123abc", date=date(2026, 11, 25))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    copy = tmp_path / "mine.toml"
    copy.write_text("# a remark of the operator's\n" + SOURCE.read_text(encoding="utf-8"), encoding="utf-8")
    return copy


def test_what_was_found_is_read_back_and_everything_else_stays(file: Path) -> None:
    before = styles.load(file.parent)["mine"]
    update(file, ("painter", "strength"), {"subtle": 0.25, "bold": 1.75, "calibrated": FOUND})
    after = styles.load(file.parent)["mine"]
    assert (after.painter.strength.subtle, after.painter.strength.bold) == (0.25, 1.75)
    assert after.painter.strength.calibrated == FOUND
    assert after.painter.revision == before.painter.revision
    assert after.model_copy(update={"painter": before.painter}) == before
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# a remark of the operator's\n")
    assert set(SOURCE.read_text(encoding="utf-8").splitlines()) - set(text.splitlines()) <= {
        line
        for line in SOURCE.read_text(encoding="utf-8").splitlines()
        if line.split(" ")[0] in {"subtle", "bold", "calibrated"}
    }


def test_line_ends_and_links_stay_what_they_were(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    link = file.with_name("linked.toml")
    link.symlink_to(file)
    update(link, ("painter", "strength"), {"bold": 1.75})
    assert link.is_symlink()
    assert b"bold = 1.75\r\n" in file.read_bytes()
    assert b"\n" not in file.read_bytes().replace(b"\r\n", b"")


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        replace(tmp_path / "folder", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_table_that_is_missing_is_added(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    start = lines.index("[painter.strength]")
    end = next(number for number, line in enumerate(lines) if number > start and line.startswith("["))
    file.write_text("\n".join(lines[:start] + lines[end:]), encoding="utf-8")
    update(file, ("painter", "strength"), {"subtle": 0.5, "bold": 1.5, "calibrated": FOUND})
    assert styles.load(file.parent)["mine"].painter.strength.subtle == 0.5


def test_a_models_tuning_is_marked_calibrated(file: Path) -> None:
    update(file, ("models", "sd15"), {"strength": 0.45, "calibrated": FOUND})
    tuning = styles.load(file.parent)["mine"].models.sd15
    assert tuning is not None
    assert (tuning.strength, tuning.calibrated) == (0.45, FOUND)


def test_what_would_break_the_style_is_not_written(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(ValueError, match=r"painter\.strength\.bold"):
        update(file, ("painter", "strength"), {"bold": 30})
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_is_gone_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        update(tmp_path / "gone.toml", ("painter",), {"exposure": 0.5})


def test_a_built_in_style_and_one_of_the_operators_have_their_own_files(tmp_path: Path) -> None:
    assert styles.source("ghibli", tmp_path) == Path(styles.__file__).parent / "ghibli.toml"
    assert styles.source("mine", tmp_path) == tmp_path / "mine.toml"
