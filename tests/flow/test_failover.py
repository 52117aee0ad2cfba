"""Whatever becomes of the model, the member gets a picture, pays once, and reads who painted it and why."""

from pathlib import Path

import pytest

from engine.checked import CheckedEngine
from engine.contract import Engine, Medium
from engine.deferred import DeferredEngine
from engine.failover import FailoverEngine
from engine.local import LocalEngine
from playground import Message
from tests.engine.fakes import Act, FakeRunner, FakeTimer
from tests.flow.stage import Stage, a_stage

MODEL = "FLUX.2 klein"


def checked(runner: FakeRunner, **options: object) -> Engine:
    return CheckedEngine(LocalEngine([runner], **options))  # type: ignore[arg-type]  # passed on


def a_model(*script: Act) -> FakeRunner:
    return FakeRunner(*script, name=MODEL, medium=Medium.MODEL)


def a_painter(*script: Act) -> FakeRunner:
    return FakeRunner(*script, name="painter")


async def picture(stage: Stage, **options: object) -> Message:
    """What came of a request, which was charged once."""
    before = await stage.used()
    result = await stage.result_of(await stage.ask(**options))  # type: ignore[arg-type]  # options of the command
    assert result.attachments
    assert await stage.used() == before + 1
    return result


async def test_while_the_model_works_the_card_names_it_and_explains_nothing(tmp_path: Path) -> None:
    engine = FailoverEngine(checked(a_model()), checked(a_painter()))
    async with a_stage(tmp_path / "animify.db", engine=engine) as stage:
        text = (await picture(stage)).text
        assert f"{MODEL} (AI-made)" in text
        assert "because" not in text


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ([Act.LOSE], "broke down"),
        ([Act.CRASH], "broke down"),
        ([Act.LATE], "took too long"),
        ([Act.NO_ROOM], "had no room"),
        ([Act.DECLINE], "does not do this style"),
        ([Act.BLACK, Act.COPY], "was not fit to show"),
        ([Act.REFUSE, Act.BLACK], "was not fit to show"),
    ],
)
async def test_what_the_model_does_not_paint_the_painter_does(tmp_path: Path, script: list[Act], reason: str) -> None:
    engine = FailoverEngine(checked(a_model(*script)), checked(a_painter()))
    async with a_stage(tmp_path / "animify.db", engine=engine) as stage:
        text = (await picture(stage)).text
        assert "painter (a painterly filter, not AI)" in text
        assert MODEL in text
        assert reason in text


async def test_a_model_that_hangs_under_a_job_is_given_up_and_the_painter_takes_over(tmp_path: Path) -> None:
    model, timer = a_model(Act.STALL), FakeTimer()
    engine = FailoverEngine(checked(model, deadline=60, timer=timer), checked(a_painter()))
    async with a_stage(tmp_path / "animify.db", engine=engine) as stage:
        asked = await stage.ask()
        await stage.card_shows(asked, "Painting, step 1")
        timer.advance(60)
        assert "took too long" in (await stage.result_of(asked)).text
        assert "took too long" in (await picture(stage)).text
        assert model.runs == [[f"{asked.id}-0"]]
        model.gate.release()


async def test_before_the_model_is_there_the_painter_paints_and_after_that_the_model_does(tmp_path: Path) -> None:
    model = DeferredEngine(MODEL)
    async with a_stage(tmp_path / "animify.db", engine=FailoverEngine(model, checked(a_painter()))) as stage:
        assert "not ready yet" in (await picture(stage)).text
        await model.arrive(checked(a_model()))
        assert f"{MODEL} (AI-made)" in (await picture(stage)).text


async def test_a_picture_that_neither_engine_makes_is_refunded(tmp_path: Path) -> None:
    engine = FailoverEngine(checked(a_model(Act.DIE)), checked(a_painter(Act.DIE)))
    async with a_stage(tmp_path / "animify.db", engine=engine) as stage:
        assert "did not count" in (await stage.whispered(await stage.ask())).text
        assert await stage.used() == 0
