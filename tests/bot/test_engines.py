"""Engines as the settings say: which come first, and what is refused at start."""

import asyncio
import logging
from pathlib import Path

import pytest

from bot import engines
from bot.engines import Diffusion
from bot.settings import EngineChoice
from engine.diffusion import classifier, plan
from engine.diffusion.models import SD15, Family
from engine.diffusion.plan import NoDeviceError
from engine.diffusion.profiles import Device, Wishes
from engine.diffusion.traits import Offload, Precision
from engine.diffusion.weights import WeightsError
from engine.safety import LocalChecker, State
from tests.engine.diffusion.tiny import build, build_classifier
from tests.engine.fakes import photo


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build(Family.SD15, tmp_path_factory.mktemp("models") / "tiny"))


def said(home: Path, **wishes: object) -> Diffusion:
    return Diffusion(wishes=Wishes(**wishes), home=home, styles=())  # type: ignore[arg-type]  # as the test says


def test_a_model_comes_first_where_a_gpu_is_or_the_operator_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "likely_gpu", lambda: False)
    assert not engines.wants_a_model(EngineChoice.AUTO)
    assert engines.wants_a_model(EngineChoice.DIFFUSION)
    monkeypatch.setattr(plan, "likely_gpu", lambda: True)
    assert engines.wants_a_model(EngineChoice.AUTO)
    assert not engines.wants_a_model(EngineChoice.PAINTER)
    monkeypatch.setattr(plan, "installed", lambda: False)
    assert not engines.wants_a_model(EngineChoice.AUTO)


async def test_without_a_gpu_the_painter_is_all_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "likely_gpu", lambda: False)
    async with engines.serving(EngineChoice.AUTO, workers=2, diffusion=said(tmp_path)) as serving:
        assert serving.studio.engine.name == "painter"
        assert serving.studio.engine.slots == 2
        assert serving.painter is None


async def test_a_gpu_that_torch_cannot_use_leaves_it_to_the_painter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(plan, "likely_gpu", lambda: True)
    async with engines.studio(EngineChoice.AUTO, workers=1, diffusion=said(tmp_path)) as studio:
        assert studio.engine.name == "painter"
    assert "torch sees no GPU here" in caplog.text


async def test_what_was_asked_for_and_cannot_be_had_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="animify models fetch"):
        async with engines.studio(EngineChoice.DIFFUSION, workers=1, diffusion=said(tmp_path)):
            pass


async def test_whatever_keeps_the_model_from_coming_is_logged_and_the_painter_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    told = asyncio.Event()

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    class Told(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "could not be prepared" in record.getMessage():
                told.set()

    monkeypatch.setattr(plan, "make", broken)
    logging.getLogger("bot.engines").addHandler(handler := Told())
    async with (
        engines.serving(EngineChoice.DIFFUSION, workers=1, diffusion=said(tmp_path)) as serving,
        serving.arriving(on_change=lambda: None),
    ):
        await asyncio.wait_for(told.wait(), 10)
        assert serving.studio.engine.name == "painter"
    logging.getLogger("bot.engines").removeHandler(handler)
    assert "ZeroDivisionError" in caplog.text


def test_a_gpu_that_does_not_answer_is_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy() -> list[Device]:
        raise RuntimeError("CUDA error: all CUDA-capable devices are busy or unavailable")

    monkeypatch.setattr("engine.diffusion.devices.devices", busy)
    with pytest.raises(NoDeviceError, match="can't be asked"):
        plan.survey()


def test_a_cpu_is_no_device_unless_the_operator_says_so(tmp_path: Path, model: str) -> None:
    with pytest.raises(NoDeviceError):
        said(tmp_path, model=model).plans(EngineChoice.AUTO)
    assert said(tmp_path, model=model).plans(EngineChoice.DIFFUSION)


def test_settings_that_nothing_would_mend_are_named_at_start(tmp_path: Path, model: str) -> None:
    assert said(tmp_path, model=model).problems(EngineChoice.AUTO) == []
    assert said(tmp_path, model="an/unfetched-model").problems(EngineChoice.AUTO) == []
    (problem,) = said(tmp_path, model=str(tmp_path)).problems(EngineChoice.AUTO)
    assert str(tmp_path) in problem
    (problem,) = said(tmp_path, model=SD15.id, precision=Precision.FP8).problems(EngineChoice.AUTO)
    assert "ANIMIFY_PRECISION" in problem
    problems = said(tmp_path, model=model, size=1024, precision=Precision.INT8, offload=Offload.LAYERS).problems(
        EngineChoice.DIFFUSION
    )
    assert len(problems) == 3
    assert said(tmp_path, model=str(tmp_path)).problems(EngineChoice.PAINTER) == []


def test_libraries_that_are_missing_are_named_where_a_model_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "installed", lambda: False)
    (problem,) = said(tmp_path).problems(EngineChoice.DIFFUSION)
    assert "pip install" in problem
    assert said(tmp_path).problems(EngineChoice.AUTO) == []


@pytest.mark.parametrize(("scores", "unsafe"), [((9, 0), False), ((0, 9), True)])
async def test_the_checker_that_is_there_judges(scores: tuple[float, float], unsafe: bool, tmp_path: Path) -> None:
    folder = build_classifier(tmp_path / "judge", *scores)
    assert engines.safety_problems(str(folder), tmp_path) == []
    async with engines.safety(str(folder), tmp_path) as checker:
        assert checker is not None
        assert checker.name == "judge"
        assert (await checker.check(photo())).unsafe is unsafe


async def test_without_a_checker_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with engines.safety(None, tmp_path) as off, engines.safety("someone/judge", tmp_path) as unfetched:
        assert (off, unfetched) == (None, None)
    monkeypatch.setattr(classifier, "installed", lambda: False)
    async with engines.safety(str(build_classifier(tmp_path / "judge")), tmp_path) as without_libraries:
        assert without_libraries is None


async def test_a_checker_that_is_there_and_can_not_judge_lets_nothing_through(tmp_path: Path) -> None:
    folder = build_classifier(tmp_path / "judge", labels=("cat", "dog"))
    async with engines.safety(str(folder), tmp_path) as checker:
        assert isinstance(checker, LocalChecker)
        assert (await checker.check(photo())).unsafe
        assert checker.state is State.FAILED


def test_a_checker_that_no_fetching_mends_is_named_at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert engines.safety_problems(None, tmp_path) == []
    assert engines.safety_problems("someone/judge", tmp_path) == []
    (problem,) = engines.safety_problems("./gone", tmp_path)
    assert problem.startswith("ANIMIFY_SAFETY_MODEL: ./gone: there is no such folder")
    monkeypatch.setattr(classifier, "installed", lambda: False)
    (problem,) = engines.safety_problems("./gone", tmp_path)
    assert "pip install" in problem
