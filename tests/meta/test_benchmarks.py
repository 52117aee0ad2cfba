"""The benchmarks run, and the page says what they measured."""

import datetime as dt
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import report
from benchmarks.chart import draw
from benchmarks.figures import Effort, Figure, Section, Step, Target
from benchmarks.gpu import __main__ as gpu
from benchmarks.gpu.cells import Cell
from benchmarks.gpu.page import page
from benchmarks.gpu.setups import setups
from benchmarks.gpu.trial import Trial, of_floor
from engine.diffusion.models import Family

MACHINE = report.Machine("a processor", 2, 8.0, "Linux", "3.11", 0.1, dt.date(2026, 1, 2))
CONFIGS = Path(__file__).resolve().parents[3] / "shared" / "engine-configs"
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


@pytest.mark.timeout(180)
@pytest.mark.skipif(not CONFIGS.is_dir(), reason="the models' published configurations do not lie beside this checkout")
def test_what_is_for_a_gpu_runs_small_on_a_cpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.stat().st_mtime_ns for path in benchmarks.PAGE.glob("*")}
    monkeypatch.setattr(sys, "argv", ["gpu", "--shrink", "--configs", str(CONFIGS), "--out", str(tmp_path / "gpu.md")])
    gpu.main()
    told = (tmp_path / "gpu.md").read_text()
    assert "timing only" in told
    for model in ("klein", "sdxl", "sd15"):
        assert f"| {model}, plain: farthest from a bare call, of 255 | 0" in told
        assert f"- {model}, plain: " in told
    assert "Error" not in told
    assert "the time was up" not in told
    assert {path: path.stat().st_mtime_ns for path in benchmarks.PAGE.glob("*")} == before


def test_without_a_gpu_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr(sys, "argv", ["gpu"])
    with pytest.raises(SystemExit, match="no CUDA GPU"):
        gpu.main()


def test_when_the_time_is_up_the_rest_is_listed_as_not_tried() -> None:
    planned = setups([Family.EDIT], Path("decoder"), shrink=False)
    trial = Trial(planned=planned, shrink=False, cells=[Cell(setup=planned[0], side=1024, count=1, ours=0.5, bare=0.5)])
    told = page(trial)
    assert "- klein, plain, 1024 px, 4 a run: the time was up" in told
    assert "- klein, plain, 1024 px, 1 a run: the time was up" not in told
    assert "| klein, plain: one photo, of the bare call, at worst | 1 x | < 1.03 x | met |" in told


def test_a_figure_of_a_gpu_stands_beside_its_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda: "NVIDIA H100 80GB HBM3")
    plain = setups([Family.EDIT], Path("decoder"), shrink=False)[0]
    assert of_floor(Cell(setup=plain, side=1024, count=2, ours=1.632)) == pytest.approx(2.0)
    assert of_floor(Cell(setup=plain, side=640, count=1, ours=1.0)) is None


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
