"""The benchmarks run, and the page says what they measured."""

import datetime as dt
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import report
from benchmarks.chart import draw
from benchmarks.figures import Effort, Figure, Section, Step, Target

MACHINE = report.Machine("a processor", 2, 8.0, "Linux", "3.11", 0.1, dt.date(2026, 1, 2))
STEPS = (Step("fetch & open", 0.1), Step("post", 0.3, finish=True), Step("tidy up", 0.05))


def test_every_benchmark_is_listed() -> None:
    folder = Path(benchmarks.__file__).parent
    measuring = {path.stem for path in folder.glob("*.py") if "\ndef measure(" in path.read_text()}
    assert set(benchmarks.BENCHMARKS) == measuring


@pytest.mark.parametrize("name", benchmarks.BENCHMARKS)
def test_a_tiny_run_gives_every_figure_and_leaves_the_page_alone(name: str) -> None:
    before = {path: path.stat().st_mtime_ns for path in benchmarks.PAGE.glob("*")}
    section = benchmarks.BENCHMARKS[name](Effort.TINY)
    assert section.figures
    assert all(figure.value is None or figure.value >= 0 for figure in section.figures)
    assert {path: path.stat().st_mtime_ns for path in benchmarks.PAGE.glob("*")} == before


def test_the_page_says_what_was_met_and_what_was_missed(tmp_path: Path) -> None:
    figures = (
        Figure("quick enough", 1.5, "s", Target(2)),
        Figure("too slow", 300, "ms", Target(200)),
        Figure("many", 5000, "/s", Target(2000, at_least=True)),
        Figure("unknown here", None, "MB", Target(150)),
    )
    report.write(tmp_path, MACHINE, [Section("A section", "Somehow.", figures, STEPS)])
    page = (tmp_path / "README.md").read_text()
    assert "2 of 3 targets are met. Missed: too slow." in page
    assert "| quick enough | 1.50 s | < 2 s | met, 25% under |" in page
    assert "| too slow | 300 ms | < 200 ms | MISSED, 50% over |" in page
    assert "| many | 5,000/s | ≥ 2,000/s | met, 150% over |" in page
    assert "| unknown here | n/a | < 150 MB |  |" in page
    assert (tmp_path / "journey.svg").exists()


def test_the_picture_is_sound_and_its_bars_follow_one_another() -> None:
    bars = [
        (float(bar.attrib["x"]), float(bar.attrib["width"]), bar.attrib["class"])
        for bar in ET.fromstring(draw(STEPS)).iter("{http://www.w3.org/2000/svg}rect")  # noqa: S314 - our own
    ]
    assert [kind for *_, kind in bars] == ["bar", "bar", "after"]
    for (left, width, _), (following, *_) in pairwise(bars):
        assert left + width == pytest.approx(following, abs=0.2)
