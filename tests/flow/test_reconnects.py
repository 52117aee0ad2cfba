"""The gateway goes and comes back: journeys do not notice, and commands are told only when they change."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import discord
import pytest

from bot.commands.usage import usage
from engine.dispatcher import Moment
from playground import EventKind, Playground
from playground.gateway import Gateway
from tests.engine.fakes import Act, FakeRunner
from tests.flow.stage import Stage, a_stage, the_bot


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner(Act.STALL)


@pytest.fixture
async def stage(tmp_path: Path, runner: FakeRunner) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as ready:
        yield ready


Blow = Callable[[Gateway], None]

BLOWS: dict[str, tuple[Blow, EventKind]] = {
    "a request to reconnect": (Gateway.ask_reconnect, EventKind.RESUMED),
    "a session that may be resumed": (lambda gateway: gateway.invalidate(resumable=True), EventKind.RESUMED),
    "a session that is lost": (Gateway.invalidate, EventKind.READY),
}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_wait(*_: object, **__: object) -> None:
        """discord.py waits 5 s before it identifies anew; this playground asks for no such pause."""

    monkeypatch.setattr(discord.Client, "before_identify_hook", no_wait)


async def strike(stage: Stage, blow: str) -> None:
    """Let it happen, and wait until the bot is back."""
    happen, comes_back = BLOWS[blow]
    before = len(stage.playground.events)
    happen(stage.playground.gateway)
    await stage.playground.wait_for(lambda event: event.kind is comes_back, since=before)
    if (getting_ready := stage.client._connection._ready_task) is not None:
        await asyncio.wait({getting_ready})


def times(playground: Playground, kind: EventKind) -> int:
    return len([event for event in playground.events if event.kind is kind])


@pytest.mark.parametrize("blow", list(BLOWS))
async def test_a_journey_goes_on_through(stage: Stage, runner: FakeRunner, blow: str) -> None:
    interaction = await stage.ask()
    await stage.queue.until(Moment.GRANTED)
    await strike(stage, blow)
    runner.gate.release()
    assert (await stage.result_of(interaction)).attachments
    assert await stage.used() == 1
    assert runner.runs == [[f"{interaction.id}-0"]]  # a new READY takes nothing up that is under way


@pytest.mark.parametrize("blow", list(BLOWS))
async def test_requests_are_taken_again_after(stage: Stage, runner: FakeRunner, blow: str) -> None:
    runner.gate.release()
    await strike(stage, blow)
    assert (await stage.result_of(await stage.ask())).attachments
    assert times(stage.playground, EventKind.COMMANDS_SYNCED) == 1


async def test_what_was_asked_while_the_gateway_was_away_is_painted(stage: Stage, runner: FakeRunner) -> None:
    runner.gate.release()
    stage.playground.gateway.ask_reconnect()
    await stage.playground.wait_for(lambda event: event.kind is EventKind.DISCONNECTED)
    assert (await stage.result_of(await stage.ask())).attachments


async def start_and_stop(playground: Playground, database: Path) -> None:
    async with the_bot(playground, database, runners=[FakeRunner()]):
        pass


async def test_commands_are_told_to_discord_once_and_again_when_they_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "animify.db"
    async with Playground(identify_interval=0) as playground:
        await start_and_stop(playground, database)
        await start_and_stop(playground, database)
        assert times(playground, EventKind.COMMANDS_SYNCED) == 1
        monkeypatch.setattr(usage, "description", "See what is left of today.")
        await start_and_stop(playground, database)
        assert times(playground, EventKind.COMMANDS_SYNCED) == 2
        assert playground.violations == []
