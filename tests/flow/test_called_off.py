"""A picture that somebody calls off: wherever it is, it is refunded, its card says why, and nothing is shown."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.delivery import DiscordDelivery, Placing, Posted, Shows
from bot.store import State, Store
from bot.ui.status import Result, Statuses
from engine.dispatcher import Moment
from playground import Interaction
from tests.engine.fakes import Act, FakeRunner
from tests.faults.mishaps import Journeys, watched
from tests.flow.stage import Stage, a_stage

WHY = "Called off, for the test."


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner(Act.STALL)


@pytest.fixture
async def stage(tmp_path: Path, runner: FakeRunner) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as ready:
        yield ready


@pytest.fixture
async def journeys(stage: Stage) -> AsyncIterator[Journeys]:
    async with watched(stage.client) as ready:
        yield ready


def job_of(interaction: Interaction) -> str:
    return f"{interaction.id}-0"


async def call_off(stage: Stage, interaction: Interaction) -> None:
    await stage.store.cancel_request(interaction.id, accept_charge=True)
    stage.client.services.journey.recall([job_of(interaction)], lambda: WHY)


def shown(stage: Stage) -> list[object]:
    return [one for place in (stage.channel, *stage.channel.threads) for one in place.messages if one.attachments]


async def test_one_that_waits_says_why_and_is_refunded(stage: Stage, runner: FakeRunner) -> None:
    await stage.ask(stage.guild.member("Ren"))
    await stage.queue.until(Moment.GRANTED)
    waiting = await stage.ask()
    await stage.card_shows(waiting, "Waiting")
    await call_off(stage, waiting)
    assert (await stage.whispered(waiting)).text == WHY
    assert await stage.used() == 0
    assert stage.dispatcher.waiting == 0
    runner.gate.release()


async def test_one_that_is_painted_frees_the_engine_at_once(stage: Stage, runner: FakeRunner) -> None:
    painted = await stage.ask()
    await stage.queue.until(Moment.GRANTED)
    await call_off(stage, painted)
    assert (await stage.whispered(painted)).text == WHY
    runner.gate.release()
    assert (await stage.result_of(await stage.ask())).attachments
    assert len(shown(stage)) == 1


async def test_one_that_is_being_posted_is_taken_down_again(
    stage: Stage, runner: FakeRunner, journeys: Journeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivered = DiscordDelivery.delivered

    async def called_off_meanwhile(
        self: DiscordDelivery, result: Result, statuses: Callable[[], Statuses], placing: Placing, shows: Shows
    ) -> Posted:
        posted = await delivered(self, result, statuses, placing, shows)
        await call_off(stage, asked)
        return posted

    monkeypatch.setattr(DiscordDelivery, "delivered", called_off_meanwhile)
    asked = await stage.ask()
    runner.gate.release()
    await journeys.next_end()
    assert (await stage.whispered(asked)).text == WHY
    assert shown(stage) == []


async def test_one_that_fails_at_the_same_moment_says_so_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail = Store.fail

    async def called_off_meanwhile(self: Store, job_id: str, reason: str) -> bool:
        await call_off(stage, asked)
        return await fail(self, job_id, reason)

    monkeypatch.setattr(Store, "fail", called_off_meanwhile)
    async with a_stage(tmp_path / "other.db", runners=[FakeRunner(Act.REFUSE, Act.REFUSE)]) as stage:
        asked = await stage.ask()
        assert (await stage.whispered(asked)).text == WHY
        assert await stage.used() == 0


async def test_one_that_is_called_off_while_the_bot_stops_promises_nothing(stage: Stage, runner: FakeRunner) -> None:
    await stage.ask(stage.guild.member("Ren"))
    waiting = await stage.ask()
    await stage.card_shows(waiting, "Waiting")
    journey = stage.client.services.journey
    journey._closing = True
    await call_off(stage, waiting)
    assert (await stage.whispered(waiting)).text == WHY
    job = await stage.store.job(job_of(waiting))
    assert job is not None
    assert job.state is State.CANCELLED
    runner.gate.release()
