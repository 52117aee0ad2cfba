"""Unsafe pictures, in each mode, at both ends; and what holds where no classifier is installed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.store import Act
from bot.values.rules import SafetyMode
from engine.dispatcher import Moment
from engine.safety import NOT_JUDGED, Verdict
from playground import Interaction, Message
from tests.engine.fakes import SAFE, UNSAFE, FakeChecker, FakeRunner
from tests.engine.fakes import Act as Do
from tests.flow.stage import Stage, a_stage


@asynccontextmanager
async def judged(tmp_path: Path, *verdicts: Verdict, mode: SafetyMode | None = None) -> AsyncIterator[Stage]:
    """A stage whose classifier says this of the photo and of the picture."""
    async with a_stage(
        tmp_path / "animify.db", runners=[FakeRunner()], checker=FakeChecker(*verdicts), unchecked_direct=False
    ) as stage:
        if mode is not None:
            await stage.store.desk.change_guild(Act(cause="test", guild_id=stage.guild.id, actor_id=1), safety=mode)
        yield stage


async def refused(stage: Stage, interaction: Interaction) -> str:
    """What the member alone reads; nothing is charged, and nothing is left of the card."""
    told = await stage.whispered(interaction)
    assert await stage.used() == 0
    assert [one for one in stage.channel.messages if not one.ephemeral] == []
    return told.text


def spoilered(message: Message) -> list[bool]:
    return [media.spoiler for media in message.media]


@pytest.mark.parametrize("verdicts", [(UNSAFE,), (SAFE, UNSAFE)], ids=["the photo", "the picture"])
async def test_by_default_an_installed_classifier_blocks_at_both_ends(
    tmp_path: Path, verdicts: tuple[Verdict, ...]
) -> None:
    async with judged(tmp_path, *verdicts) as stage:
        assert "can't show pictures like that" in await refused(stage, await stage.ask())


@pytest.mark.parametrize("verdicts", [(NOT_JUDGED,), (SAFE, NOT_JUDGED)], ids=["the photo", "the picture"])
async def test_a_classifier_that_fails_counts_as_unsafe_and_it_is_one_sentence(
    tmp_path: Path, verdicts: tuple[Verdict, ...]
) -> None:
    async with judged(tmp_path, *verdicts) as stage:
        assert "could not check" in await refused(stage, await stage.ask())


async def test_what_is_safe_is_shown_plainly(tmp_path: Path) -> None:
    async with judged(tmp_path, SAFE, SAFE) as stage:
        assert spoilered(await stage.result_of(await stage.ask())) == [False]


@pytest.mark.parametrize("verdicts", [(UNSAFE, SAFE), (SAFE, UNSAFE), (NOT_JUDGED, SAFE)])
async def test_spoiler_mode_shows_it_behind_a_click(tmp_path: Path, verdicts: tuple[Verdict, ...]) -> None:
    async with judged(tmp_path, *verdicts, mode=SafetyMode.SPOILER) as stage:
        assert spoilered(await stage.result_of(await stage.ask())) == [True]


async def test_age_restricted_mode_shows_it_there_and_nowhere_else(tmp_path: Path) -> None:
    async with judged(tmp_path, UNSAFE, UNSAFE, UNSAFE, mode=SafetyMode.AGE_RESTRICTED) as stage:
        adults = stage.guild.text_channel("adults", nsfw=True)
        assert spoilered(await stage.result_of(await stage.ask(channel=adults))) == [False]
        assert "can't show pictures like that" in (await stage.whispered(await stage.ask())).text


async def test_a_thread_asks_its_parent_for_the_age_restriction(tmp_path: Path) -> None:
    async with judged(tmp_path, *[UNSAFE] * 4, mode=SafetyMode.AGE_RESTRICTED) as stage:
        adults = stage.guild.text_channel("adults", nsfw=True)
        first = await stage.result_of(await stage.ask(channel=adults))
        thread = stage.playground.channel(first.channel_id)
        assert (await stage.result_of(await stage.ask(channel=thread))).attachments


async def test_off_means_that_nothing_is_looked_at(tmp_path: Path) -> None:
    async with judged(tmp_path, mode=SafetyMode.OFF) as stage:
        assert spoilered(await stage.result_of(await stage.ask())) == [False]


async def test_direct_messages_are_served_with_a_classifier_and_it_blocks(tmp_path: Path) -> None:
    async with judged(tmp_path, SAFE, SAFE, UNSAFE) as stage:
        place = stage.playground.direct_message(stage.mika)
        assert (await stage.result_of(await stage.ask(channel=place))).attachments
        told = await stage.whispered(await stage.ask(channel=place))
        assert "can't show pictures like that" in told.text


async def test_without_a_classifier_direct_messages_need_the_operators_word(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()], unchecked_direct=False) as stage:
        place = stage.playground.direct_message(stage.mika)
        response = await (await stage.ask(channel=place)).response()
        assert response.ephemeral
        assert "inside a server" in response.message.text


async def test_a_user_install_needs_it_too(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()], unchecked_direct=False) as stage:
        elsewhere = stage.playground.foreign_guild("Elsewhere")
        channel, sora = elsewhere.text_channel("photos"), elsewhere.member("Sora")
        response = await (await stage.ask(sora, channel)).response()
        assert response.ephemeral
        assert "inside a server" in response.message.text


async def test_a_mode_that_changes_while_it_is_painted_holds(tmp_path: Path) -> None:
    runner = FakeRunner(Do.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[runner], checker=FakeChecker(SAFE, UNSAFE)) as stage:
        asked = await stage.ask()
        await stage.queue.until(Moment.GRANTED)
        act = Act(cause="meanwhile", guild_id=stage.guild.id, actor_id=1)
        await stage.store.desk.change_guild(act, safety=SafetyMode.SPOILER)
        runner.gate.release()
        assert spoilered(await stage.result_of(asked)) == [True]


@pytest.mark.parametrize("mode", [SafetyMode.AGE_RESTRICTED, SafetyMode.BLOCK])
async def test_what_was_promised_is_not_shown_unchecked_where_a_new_request_would_be_refused(
    tmp_path: Path, mode: SafetyMode
) -> None:
    runner, database = FakeRunner(Do.STALL), tmp_path / "animify.db"
    async with a_stage(database, runners=[runner]) as stage:
        ren = stage.guild.member("Ren")
        await stage.ask(ren)
        waiting = await stage.ask()
        await stage.card_shows(waiting, "Waiting")
        act = Act(cause="meanwhile", guild_id=stage.guild.id, actor_id=1)
        await stage.store.desk.change_guild(act, safety=mode)
        runner.gate.release()
        if mode is SafetyMode.AGE_RESTRICTED:
            assert "age-restricted channels only" in (await stage.whispered(waiting)).text
            assert await stage.used() == 0
        else:  # nothing without a classifier, and `/server` says so
            assert (await stage.result_of(waiting)).attachments
