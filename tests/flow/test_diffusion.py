"""The bot with a tiny klein checkpoint: real loading, real noise, and what members get to see of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import engines
from bot.engines import Diffusion, Serving
from bot.settings import EngineChoice
from engine.diffusion.models import Family
from engine.diffusion.profiles import Wishes
from engine.failover import FailoverEngine, State
from tests.engine.diffusion.tiny import build
from tests.engine.fakes import catalogue
from tests.flow.stage import a_stage


@pytest.fixture(scope="module")
def klein(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(Family.EDIT, tmp_path_factory.mktemp("klein") / "tiny-klein")


@asynccontextmanager
async def served(
    home: Path, model: Path, *, checks: bool, come: Callable[[], None] = lambda: None
) -> AsyncIterator[Serving]:
    """The bot's engines, with the model loaded; `come` is called where the bot would wait for the weights."""
    changed = asyncio.Event()

    async def pause(_seconds: float) -> None:
        come()

    diffusion = Diffusion(wishes=Wishes(model=str(model), size=256), home=home, styles=[catalogue()["ghibli"]])
    async with (
        engines.serving(EngineChoice.DIFFUSION, workers=1, model=str(model), checks=checks) as serving,
        serving.arriving(EngineChoice.DIFFUSION, diffusion, on_change=changed.set, pause=pause),
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
    place = tmp_path / "later"
    seen: list[str] = []

    def come() -> None:
        seen.append(caplog.text)
        if not place.exists():
            place.symlink_to(klein)

    async with served(tmp_path, place, checks=False, come=come) as serving:
        engine = serving.studio.engine
        assert isinstance(engine, FailoverEngine)
        assert engine.name == "later"
        assert engine.health.state is State.SERVING
    assert "the painter serves until the model is there" in seen[0]
    assert str(place) in seen[0]


async def test_a_member_is_served_by_the_painter_while_the_model_loads(tmp_path: Path) -> None:
    async with (
        engines.serving(EngineChoice.DIFFUSION, workers=1, model="an/unfetched-model") as serving,
        a_stage(tmp_path / "animify.db", engine=serving.studio.engine) as stage,
    ):
        result = await stage.result_of(await stage.ask())
        assert "painter (a painterly filter, not AI)" in result.text
        assert "unfetched-model" in result.text
        assert await stage.used() == 1
