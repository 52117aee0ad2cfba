"""What the bot may not do, and what moderators take away under it: a picture inline or a refund, and nothing left."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from engine.dispatcher import Moment
from playground import BOT_DEFAULT, Interaction, Message, Permissions
from tests.engine.fakes import Act, FakeRunner
from tests.faults.mishaps import Journeys, watched
from tests.flow.stage import Stage, a_stage


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner(Act.STALL)


@pytest.fixture
async def stage(tmp_path: Path, runner: FakeRunner) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as ready:
        yield ready
        assert (ready.dispatcher.waiting, ready.dispatcher.running) == (0, 0)
        ready.playground.violations.clear()  # what we may not do was tried and refused, as it was meant to be


@pytest.fixture
async def journeys(stage: Stage) -> AsyncIterator[Journeys]:
    async with watched(stage.client) as ready:
        yield ready


async def card_of(interaction: Interaction) -> Message:
    return (await interaction.response()).message


@pytest.mark.parametrize(
    "missing",
    [
        Permissions.CREATE_PUBLIC_THREADS,
        Permissions.SEND_MESSAGES_IN_THREADS,
        Permissions.ATTACH_FILES,
        Permissions.SEND_MESSAGES,
        Permissions.READ_MESSAGE_HISTORY,
    ],
)
async def test_whatever_the_bot_may_not_do_the_picture_is_shown_once(
    stage: Stage, runner: FakeRunner, journeys: Journeys, missing: Permissions
) -> None:
    stage.guild.set_bot_permissions(BOT_DEFAULT & ~missing)
    interaction = await stage.ask()
    runner.gate.release()
    await journeys.next_end()
    places = [stage.channel, *stage.channel.threads]
    assert len([one for place in places for one in place.messages if one.attachments]) == 1
    assert await stage.used() == 1
    assert (await stage.result_of(interaction)).attachments


async def test_when_the_channel_goes_while_painting_the_picture_is_refunded(
    stage: Stage, runner: FakeRunner, journeys: Journeys
) -> None:
    await stage.ask()
    await stage.queue.until(Moment.GRANTED)
    stage.channel.delete()
    runner.gate.release()
    await journeys.next_end()
    assert await stage.used() == 0


async def test_when_the_thread_asked_in_goes_while_painting_the_picture_is_refunded(
    stage: Stage, runner: FakeRunner, journeys: Journeys
) -> None:
    runner.gate.release()
    first = await stage.result_of(await stage.ask())
    await journeys.next_end()
    runner._script.append(Act.STALL)
    thread = stage.playground.channel(first.channel_id)
    await stage.ask(channel=thread)
    await stage.queue.until(Moment.GRANTED, times=2)
    thread.delete()
    runner.gate.release()
    await journeys.next_end()
    assert await stage.used() == 1


async def test_when_the_hours_thread_goes_while_painting_the_picture_gets_another(
    stage: Stage, runner: FakeRunner, journeys: Journeys
) -> None:
    runner.gate.release()
    first = await stage.result_of(await stage.ask())
    await journeys.next_end()
    runner._script.append(Act.STALL)
    second = await stage.ask()
    await stage.queue.until(Moment.GRANTED, times=2)
    stage.playground.channel(first.channel_id).delete()
    runner.gate.release()
    assert (await stage.result_of(second)).channel_id != first.channel_id
    assert await stage.used() == 2


async def delete_card(stage: Stage, interaction: Interaction) -> None:
    await stage.queue.until(Moment.GRANTED)
    noor = stage.guild.member("Noor", permissions=Permissions.MANAGE_MESSAGES)
    await noor.delete(await card_of(interaction))


async def test_when_a_moderator_deletes_the_card_while_painting_it_is_refunded_and_said(
    stage: Stage, runner: FakeRunner, journeys: Journeys
) -> None:
    interaction = await stage.ask()
    await delete_card(stage, interaction)
    runner.gate.release()
    await journeys.next_end()
    assert await stage.used() == 0
    assert ["did not count" in one.text for one in stage.channel.messages if one.ephemeral] == [True]


async def test_when_the_photo_fails_after_a_moderator_deleted_the_card_it_is_said(
    tmp_path: Path,
) -> None:
    blocker = FakeRunner(Act.STALL, Act.DIE, Act.DIE)
    async with a_stage(tmp_path / "animify.db", runners=[blocker]) as stage, watched(stage.client) as journeys:
        ren = stage.guild.member("Ren")
        await stage.ask(ren)
        await stage.queue.until(Moment.GRANTED)
        interaction = await stage.ask()
        await delete_card(stage, interaction)
        blocker.gate.release()
        await journeys.next_end()
        await journeys.next_end()
        stage.playground.violations.clear()
        assert await stage.used() == 0
        assert ["did not count" in one.text for one in stage.channel.messages if one.ephemeral] == [True]


Taking = Callable[[Stage], None]


def channel_hidden(stage: Stage) -> None:
    stage.channel.overwrite_bot(deny=Permissions.VIEW_CHANNEL)


def everything_denied(stage: Stage) -> None:
    stage.guild.set_bot_permissions(0)


@pytest.mark.parametrize("taking", [channel_hidden, everything_denied])
async def test_what_is_taken_from_the_bot_while_it_paints_leaves_one_picture_or_a_refund(
    stage: Stage, runner: FakeRunner, journeys: Journeys, taking: Taking
) -> None:
    interaction = await stage.ask()
    await stage.queue.until(Moment.GRANTED)
    taking(stage)
    runner.gate.release()
    await journeys.next_end()
    assert len((await card_of(interaction)).attachments) == await stage.used() == 1
