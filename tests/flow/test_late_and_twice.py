"""What comes late or twice: a slow store, a dead interaction, an old token, one interaction delivered two times."""

import json
from pathlib import Path

from engine.dispatcher import Moment
from playground import Interaction, Playground, ShiftingClock
from tests.engine.fakes import Act, FakeRunner
from tests.faults.mishaps import SUBMITTING, SlowDisk, thinking, watched
from tests.flow.stage import Stage, a_stage


def deliver_again(stage: Stage, interaction: Interaction) -> None:
    """Send an interaction a second time, as the replay after a lost acknowledgement may."""
    gateway = stage.playground.gateway
    (session,) = gateway._sessions.values()
    frames = [json.loads(frame) for _, frame in session.unacknowledged]
    (payload,) = [
        one["d"] for one in frames if one["t"] == "INTERACTION_CREATE" and one["d"]["id"] == f"{interaction.id}"
    ]
    gateway.dispatch("INTERACTION_CREATE", payload)


async def test_a_slow_store_is_deferred_to_and_the_card_follows(tmp_path: Path) -> None:
    disk = SlowDisk()
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()], on_statement=disk) as stage:
        with disk.held():
            interaction = await stage.ask()
            await thinking(stage.playground, interaction)
        assert (await stage.result_of(interaction)).attachments
        assert (await interaction.response()).message in stage.channel.messages
        assert await stage.used() == 1


async def test_a_refusal_after_a_deferral_is_for_the_member_alone(tmp_path: Path) -> None:
    disk = SlowDisk()
    async with a_stage(tmp_path / "animify.db", daily_limit=0, on_statement=disk) as stage:
        with disk.held():
            interaction = await stage.ask()
            await thinking(stage.playground, interaction)
        refusal = await stage.whispered(interaction)
        assert "daily limit is 0" in refusal.text
        assert stage.channel.messages == [refusal]


async def test_a_deferral_whose_answer_was_lost_does_not_stay_thinking_when_refused(tmp_path: Path) -> None:
    disk = SlowDisk()
    async with (
        a_stage(tmp_path / "animify.db", daily_limit=0, on_statement=disk) as stage,
        watched(stage.client) as journeys,
    ):
        stage.playground.faults.next("POST", r"/callback$", disconnect=True, handled=True)
        with disk.held():
            interaction = await stage.ask()
            await thinking(stage.playground, interaction)
        await journeys.next_end()
        stage.playground.violations.clear()  # the second try of what had been done
        assert [(one.ephemeral, "daily limit is 0" in one.text) for one in stage.channel.messages] == [(True, True)]


async def test_a_deferral_whose_answer_was_lost_becomes_the_card(tmp_path: Path) -> None:
    disk, runner = SlowDisk(), FakeRunner(Act.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[runner], on_statement=disk) as stage:
        stage.playground.faults.next("POST", r"/callback$", disconnect=True, handled=True)
        with disk.held():
            interaction = await stage.ask()
            await thinking(stage.playground, interaction)
        await stage.queue.until(Moment.NEAR)
        await stage.card_shows(interaction, "Ghibli")
        runner.gate.release()
        assert (await stage.result_of(interaction)).attachments
        stage.playground.violations.clear()


async def test_an_interaction_that_died_meanwhile_costs_nothing(tmp_path: Path) -> None:
    clock = ShiftingClock()

    def late(sql: str) -> None:
        if SUBMITTING in sql:
            clock.advance(4)

    world = Playground(clock, identify_interval=0)
    async with (
        a_stage(tmp_path / "animify.db", world=world, runners=[FakeRunner()], on_statement=late) as stage,
        watched(stage.client) as journeys,
    ):
        await stage.ask()
        await journeys.next_end()
        assert await stage.used() == 0
        assert stage.channel.messages == []
        assert (stage.dispatcher.waiting, stage.dispatcher.running) == (0, 0)
        assert {one.rule for one in world.violations} == {"late-response", "webhook-before-answer"}
        world.violations.clear()


async def test_after_the_token_has_died_the_picture_still_comes_and_the_card_follows(tmp_path: Path) -> None:
    clock, runner = ShiftingClock(), FakeRunner(Act.STALL)
    clock.advance(-14 * 60 - 30)  # asked so long ago, as the bot's own clock sees it
    world = Playground(clock, identify_interval=0)
    async with a_stage(tmp_path / "animify.db", world=world, runners=[runner]) as stage:
        interaction = await stage.ask()
        await interaction.response()
        clock.advance(16 * 60)  # and now Discord refuses the token
        runner.gate.release()
        result = await stage.result_of(interaction)
        assert result.attachments
        assert "Done" in (await interaction.response()).message.text
        assert await stage.used() == 1


async def test_after_the_token_has_died_a_failure_is_said_on_the_card(tmp_path: Path) -> None:
    clock, runner = ShiftingClock(), FakeRunner(Act.STALL, Act.DIE)
    clock.advance(-14 * 60 - 30)
    world = Playground(clock, identify_interval=0)
    async with a_stage(tmp_path / "animify.db", world=world, runners=[runner]) as stage:
        ren = stage.guild.member("Ren")
        before = await stage.ask(ren)
        await stage.queue.until(Moment.GRANTED)
        interaction = await stage.ask()
        await interaction.response()
        clock.advance(16 * 60)
        runner.gate.release()
        await stage.card_shows(interaction, "did not count")
        assert await stage.used() == 0
        await stage.result_of(before)


async def test_an_interaction_delivered_again_is_charged_once(tmp_path: Path) -> None:
    async with (
        a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage,
        watched(stage.client) as journeys,
    ):
        interaction = await stage.ask()
        await journeys.next_end()
        deliver_again(stage, interaction)
        await journeys.next_end()
        assert await stage.used() == 1
        assert len(stage.channel.threads[0].messages) == 1


async def test_an_interaction_delivered_twice_at_once_is_one_request(tmp_path: Path) -> None:
    disk = SlowDisk()
    async with (
        a_stage(tmp_path / "animify.db", runners=[FakeRunner()], on_statement=disk) as stage,
        watched(stage.client) as journeys,
    ):
        with disk.held():
            interaction = await stage.ask()
            deliver_again(stage, interaction)
            await journeys.next_start()
            await journeys.next_start()
        await journeys.next_end()
        await journeys.next_end()
        assert await stage.used() == 1
        assert len(stage.channel.threads[0].messages) == 1
        assert not (await interaction.response()).ephemeral
