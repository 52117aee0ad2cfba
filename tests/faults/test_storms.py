"""Discord in bad weather: rate limits, uploads and downloads that break, and a picture that comes all the same."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from bot.delivery import card
from engine.contract import Job, OnStep, Picture
from engine.errors import EngineError
from playground import Message
from playground.faults import Fault
from tests.engine.fakes import FakeRunner
from tests.faults.mishaps import hurry
from tests.flow.stage import Stage, a_stage

THREAD_POST = r"^/channels/\d+/messages$"
CARD_EDIT = r"/webhooks/\d+/[^/]+/messages/"
STEPS = 2000


class Stormy(FakeRunner):
    """Tells of thousands of steps, each with a preview, then waits before the last."""

    def run(self, jobs: Sequence[Job], on_step: OnStep) -> Sequence[Picture | EngineError]:
        for step in range(1, STEPS):
            on_step(step, STEPS, [job.pixels[::4, ::4].copy() for job in jobs])
        self.gate.acquire()
        return super().run(jobs, on_step)


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    monkeypatch.setattr(card, "EDIT_INTERVAL", 0.3)
    monkeypatch.setattr(card, "_LAST_EDIT_PATIENCE", 0.1)


@pytest.fixture
def runner() -> Stormy:
    return Stormy()


@pytest.fixture
async def stage(tmp_path: Path, runner: Stormy) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as ready:
        yield ready


def heard(take: Callable[[str, str], Fault | None], fired: asyncio.Event) -> Callable[[str, str], Fault | None]:
    """The same plan of faults, and an event once one of them was met."""

    def taking(method: str, path: str) -> Fault | None:
        if (fault := take(method, path)) is not None:
            fired.set()
        return fault

    return taking


def shows_a_preview(message: Message | None) -> bool:
    return message is not None and any(one.filename == "preview.jpg" for one in message.attachments)


async def test_the_card_shows_what_the_picture_has_come_to_and_then_the_link_alone(
    stage: Stage, runner: Stormy
) -> None:
    interaction = await stage.ask()
    event = await stage.playground.wait_for(lambda event: shows_a_preview(event.message), about=interaction.id)
    assert event.message is not None
    assert "rough preview" in str(event.message.components)
    assert f"of {STEPS}" in event.message.text
    runner.gate.release()
    assert (await stage.result_of(interaction)).attachments[0].filename == "animify-ghibli.jpg"
    assert interaction.message is not None
    assert not interaction.message.attachments


@pytest.mark.parametrize("where", ["a thread", "the card"])
async def test_a_storm_of_progress_never_delays_the_picture(
    stage: Stage, runner: Stormy, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    channel = stage.channel if where == "a thread" else stage.playground.direct_message(stage.mika)
    faults, limited = stage.playground.faults, asyncio.Event()
    faults.next("PATCH", CARD_EDIT, retry_after=60)  # an edit of the progress hangs for a minute
    monkeypatch.setattr(faults, "take", heard(faults.take, limited))
    interaction = await stage.ask(channel=channel)
    await limited.wait()
    runner.gate.release()
    result = await stage.result_of(interaction)
    assert result.attachments[0].filename == "animify-ghibli.jpg"
    stage.playground.violations.clear()  # the limit was met, as it was meant to be


async def test_a_storm_of_limits_is_sat_out(stage: Stage, runner: Stormy) -> None:
    runner.gate.release()
    stage.playground.faults.storm(retry_after=0.01, times=4, route=r"/(channels|messages)/")
    assert (await stage.result_of(await stage.ask())).attachments
    assert not stage.playground.faults.left
    stage.playground.violations.clear()


async def test_an_upload_that_is_cut_in_the_middle_is_sent_again_and_once(stage: Stage, runner: Stormy) -> None:
    runner.gate.release()
    stage.playground.faults.cut_upload("POST", THREAD_POST, after=700, times=2)
    result = await stage.result_of(await stage.ask())
    assert not stage.playground.faults.left
    assert [one for one in stage.playground.channel(result.channel_id).messages if one.attachments] == [result]


async def test_an_upload_that_never_succeeds_is_refunded_and_can_be_tried_again(stage: Stage, runner: Stormy) -> None:
    runner.gate.release()
    stage.playground.faults.cut_upload("POST", THREAD_POST, after=700, times=100)
    told = await stage.whispered(await stage.ask())
    assert "did not count" in told.text
    assert [one.label for one in told.buttons] == ["Try again (1 picture)"]
    assert await stage.used() == 0


@pytest.mark.parametrize("how", ["slow", "truncated", "missing at first"])
async def test_a_photo_that_is_hard_to_get_is_got(stage: Stage, runner: Stormy, how: str) -> None:
    runner.gate.release()
    faults = stage.playground.faults
    match how:
        case "slow":
            faults.slow_file(seconds=0.2)
        case "truncated":
            faults.truncate_file(after=300, times=2)
        case _:
            faults.next("GET", r"^/ephemeral-attachments/", status=503)
    assert (await stage.result_of(await stage.ask())).attachments
    assert not faults.left


async def test_a_photo_that_is_gone_is_said_and_refunded_and_not_tried_again(stage: Stage, runner: Stormy) -> None:
    runner.gate.release()
    stage.playground.faults.lose_file()
    told = await stage.whispered(await stage.ask())
    assert "can't fetch that photo any more" in told.text
    assert not told.buttons
    assert await stage.used() == 0


async def test_a_photo_that_never_comes_whole_can_be_tried_again(stage: Stage, runner: Stormy) -> None:
    runner.gate.release()
    stage.playground.faults.truncate_file(after=300, times=3)
    told = await stage.whispered(await stage.ask())
    assert "did not count" in told.text
    assert [one.label for one in told.buttons] == ["Try again (1 picture)"]
