"""The bot with a tiny klein checkpoint: real loading, real noise, and what members get to see of it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from bot import engines
from bot.engines import Diffusion, Serving
from bot.settings import EngineChoice
from engine.diffusion.models import Family
from engine.diffusion.profiles import Wishes
from engine.diffusion.weights import MANIFEST, Manifest
from engine.failover import FailoverEngine, State
from tests.engine.diffusion.tiny import build
from tests.engine.fakes import catalogue
from tests.flow.stage import a_stage


@pytest.fixture(scope="module")
def klein(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(Family.EDIT, tmp_path_factory.mktemp("klein") / "tiny-klein")


@asynccontextmanager
async def served(
    home: Path, model: Path | str, *, checks: bool, come: Callable[[], None] = lambda: None
) -> AsyncIterator[Serving]:
    """The bot's engines, with the model loaded; `come` is called where the bot would wait for the weights."""
    changed = asyncio.Event()

    async def pause(_seconds: float) -> None:
        come()

    diffusion = Diffusion(wishes=Wishes(model=str(model), size=256), home=home, styles=[catalogue()["ghibli"]])
    async with (
        engines.serving(EngineChoice.DIFFUSION, workers=1, diffusion=diffusion, checks=checks) as serving,
        serving.arriving(on_change=changed.set, pause=pause),
    ):
        await asyncio.wait_for(changed.wait(), 30)
        yield serving


async def test_noise_is_refused_and_the_painter_takes_over_and_the_card_tells_the_truth(
    tmp_path: Path, klein: Path
) -> None:
    async with (
        served(tmp_path, klein, checks=True) as serving,
        a_stage(tmp_path / "animify.db", engine=serving.studio.engine) as stage,
    ):
        result = await stage.result_of(await stage.ask())
        assert result.attachments
        assert "painter (a painterly filter, not AI)" in result.text
        assert "tiny-klein" in result.text
        assert "was not fit to show" in result.text
        assert await stage.used() == 1


async def test_without_checks_the_noise_itself_arrives(tmp_path: Path, klein: Path) -> None:
    async with (
        served(tmp_path, klein, checks=False) as serving,
        a_stage(tmp_path / "animify.db", engine=serving.studio.engine) as stage,
    ):
        result = await stage.result_of(await stage.ask())
        assert result.attachments
        assert "tiny-klein (AI-made)" in result.text
        assert "because" not in result.text
        assert await stage.used() == 1


async def test_the_painter_serves_until_the_weights_are_there_and_then_the_model_does(
    tmp_path: Path, klein: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []

    def come() -> None:
        seen.append(caplog.text)
        if len(seen) == 1:
            fetched(klein, tmp_path / "an--other")

    async with served(tmp_path, "an/other", checks=False, come=come) as serving:
        engine = serving.studio.engine
        assert isinstance(engine, FailoverEngine)
        assert engine.name == "other"
        assert engine.health.state is State.SERVING
        assert serving.alike(catalogue()["ghibli"], 0.5) is None  # photos share no runs on a CPU
    assert "the painter serves until the model is there" in seen[0]
    assert "animify models fetch an/other" in seen[0]


def fetched(model: Path, place: Path) -> None:
    """Leave a checkpoint as `animify models fetch` would."""
    shutil.copytree(model, place)
    files = {str(file.relative_to(place)): file.stat().st_size for file in place.rglob("*") if file.is_file()}
    manifest = Manifest(
        repo="an/other", commit="c0ffee", licence="mit", gated=False, fetched=date(2026, 1, 1), files=files
    )
    (place / MANIFEST).write_text(manifest.model_dump_json())


async def test_a_member_is_served_by_the_painter_while_the_model_is_not_there(tmp_path: Path) -> None:
    unfetched = Diffusion(wishes=Wishes(model="an/unfetched-model"), home=tmp_path, styles=())
    async with (
        engines.serving(EngineChoice.DIFFUSION, workers=1, diffusion=unfetched) as serving,
        a_stage(tmp_path / "animify.db", engine=serving.studio.engine) as stage,
    ):
        result = await stage.result_of(await stage.ask())
        assert "painter (a painterly filter, not AI)" in result.text
        assert "unfetched-model" in result.text
        assert await stage.used() == 1
