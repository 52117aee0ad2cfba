"""Who would not wait for the model gets the painter's picture, if they said so; everybody else waits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import policy
from engine.contract import Engine, Medium
from engine.deferred import DeferredEngine
from engine.dispatcher import Dispatcher, Moment, Ticket
from engine.failover import FailoverEngine
from engine.local import LocalEngine
from engine.local import Moment as Run
from playground import Response
from tests.engine.fakes import Act, FakeRunner, Signals
from tests.faults.mishaps import PHOTO, a_crowded_playground, all_resumed
from tests.flow.stage import Stage, a_stage, the_bot

MODEL = "FLUX.2 klein"


def the_model() -> Engine:
    return LocalEngine([FakeRunner(name=MODEL, medium=Medium.MODEL)])


def the_painter() -> Engine:
    return LocalEngine([FakeRunner(name="painter")])


@asynccontextmanager
async def crowded(queue: Dispatcher, *, minutes: float) -> AsyncIterator[None]:
    """Somebody of another server works at so many minutes."""
    async with queue.turn(Ticket(guild=1, user=1, cost=minutes * 60)) as ahead:
        await ahead.granted()
        yield


async def refused(stage: Stage, **options: object) -> Response:
    response = await (await stage.ask(**options)).response()  # type: ignore[arg-type]  # options of the command
    assert response.ephemeral
    assert await stage.used() == 0
    return response


async def test_who_would_not_wait_so_long_gets_the_painters_picture(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", engine=the_model(), relief=the_painter()) as stage:
        async with crowded(stage.dispatcher, minutes=3):
            result = await stage.result_of(await stage.ask(max_wait=2))
        assert "painter (a painterly filter, not AI)" in result.text
        assert f"the wait for {MODEL} was longer than you wanted" in result.text
        assert await stage.used() == 1
        assert (stage.relief.waiting, stage.relief.running) == (0, 0)


@pytest.mark.parametrize("options", [{}, {"max_wait": 5}], ids=["said nothing", "said they would"])
async def test_everybody_else_waits_for_the_model(tmp_path: Path, options: Any) -> None:
    async with a_stage(tmp_path / "animify.db", engine=the_model(), relief=the_painter()) as stage:
        async with crowded(stage.dispatcher, minutes=3):
            asked = await stage.ask(**options)
            await stage.queue.until(Moment.ENTERED, times=2)
        result = await stage.result_of(asked)
        assert f"{MODEL} (AI-made)" in result.text
        assert "because" not in result.text


async def test_where_the_model_would_be_sooner_it_paints_though_it_is_late(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", engine=the_model(), relief=the_painter()) as stage:
        async with crowded(stage.relief, minutes=9), crowded(stage.dispatcher, minutes=3):
            asked = await stage.ask(max_wait=1)
            await stage.queue.until(Moment.ENTERED, times=2)
        assert MODEL in (await stage.result_of(asked)).text


async def test_a_wait_that_is_too_long_for_any_promise_is_one_that_the_painter_may_shorten(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", engine=the_model(), relief=the_painter()) as stage:
        async with crowded(stage.dispatcher, minutes=policy.MAX_WAIT_MINUTES + 1):
            assert "Too many people" in (await refused(stage)).message.text
            result = await stage.result_of(await stage.ask(max_wait=policy.MAX_WAIT_MINUTES))
        assert "painter" in result.text


async def test_where_the_painter_has_too_long_a_queue_as_well_the_sooner_wait_is_told(tmp_path: Path) -> None:
    async with (
        a_stage(tmp_path / "animify.db", engine=the_model(), relief=the_painter()) as stage,
        crowded(stage.dispatcher, minutes=40),
        crowded(stage.relief, minutes=20),
    ):
        assert "about 27 minutes" in (await refused(stage, max_wait=5)).message.text


@pytest.mark.parametrize("relief", [None, DeferredEngine("painter")], ids=["none", "one that takes nothing"])
async def test_without_relief_the_members_word_changes_nothing(tmp_path: Path, relief: Engine | None) -> None:
    async with a_stage(tmp_path / "animify.db", engine=the_model(), relief=relief) as stage:
        async with crowded(stage.dispatcher, minutes=3):
            asked = await stage.ask(max_wait=1)
            await stage.queue.until(Moment.ENTERED, times=2)
        assert MODEL in (await stage.result_of(asked)).text


async def test_where_the_painter_stands_in_for_the_model_nobody_overtakes_at_it(tmp_path: Path) -> None:
    engine = FailoverEngine(DeferredEngine(MODEL), the_painter())
    async with a_stage(tmp_path / "animify.db", engine=engine, relief=the_painter()) as stage:
        async with crowded(stage.dispatcher, minutes=3):
            asked = await stage.ask(max_wait=1)
            await stage.queue.until(Moment.ENTERED, times=2)
        assert "not ready yet" in (await stage.result_of(asked)).text


async def test_after_a_restart_it_is_the_models_turn_again(tmp_path: Path) -> None:
    database, painter, observed = tmp_path / "animify.db", FakeRunner(Act.STALL, name="painter"), Signals()
    async with a_crowded_playground() as playground:
        guild = playground.guild("Cosy Corner")
        channel, mika = guild.text_channel("photos"), guild.member("Mika")
        relief = LocalEngine([painter], observer=observed)
        async with the_bot(playground, database, engine=the_model(), relief=relief) as client:
            async with crowded(client.services.journey._lane.dispatcher, minutes=3):
                await mika.slash(channel, "animify", photo=PHOTO, style="ghibli", max_wait=1)
                await observed.until(Run.STARTED)
            await client.services.journey.close(patience=0)
            painter.gate.release()
        async with the_bot(playground, database, engine=the_model()) as client:
            await all_resumed(client)
        [picture] = [one for thread in channel.threads for one in thread.messages if one.attachments]
        assert f"{MODEL} (AI-made)" in picture.text
        assert "because" not in picture.text
