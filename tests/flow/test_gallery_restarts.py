"""A request of several pictures over a restart: what was posted stays, and the card tells how all of it ended."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import Act, State
from bot.values.rules import SafetyMode
from engine.dispatcher import Moment
from playground import Interaction, Message, Permissions, Playground
from tests.engine.fakes import UNSAFE, FakeChecker, FakeRunner
from tests.engine.fakes import Act as Do
from tests.faults.mishaps import all_resumed
from tests.flow.filling import photos
from tests.flow.moderating import decide, log_channel, logged, now, report
from tests.flow.pressing import Runs
from tests.flow.stage import Stage
from tests.flow.test_growing import first_of
from tests.flow.test_many_photos import ask, names, on_the_card


@pytest.fixture
async def world() -> AsyncIterator[Playground]:
    async with Playground(identify_interval=0) as ready:
        yield ready


def the_third_attempt(database: Path) -> None:
    """What was queued has killed the process twice before, and once more now."""
    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE jobs SET state = 'running', attempt = 3, started_at = created_at WHERE ended_at IS NULL"
        )


async def cut_short(stage: Stage, count: int, *, painted: int) -> tuple[Interaction, Message]:
    """A request of `count` photos of which `painted` are posted when the bot stops; and its card."""
    asked = await ask(stage, photos(count))
    await stage.queue.until(Moment.GRANTED, times=painted + 1)
    if painted:
        await stage.card_shows(asked, "on its way")
    return asked, (await asked.response()).message


async def test_what_is_given_up_takes_nothing_away_that_is_posted(world: Playground, tmp_path: Path) -> None:
    runs = Runs(world, tmp_path / "animify.db")
    async with runs.run(FakeRunner(Do.PAINT, Do.PAINT, Do.STALL)) as stage:
        await on_the_card(stage)
        asked, card = await cut_short(stage, 3, painted=2)
    the_third_attempt(tmp_path / "animify.db")
    async with runs.run() as stage:
        await all_resumed(stage.client)
        jobs = await stage.store.jobs_of(asked.id)
        assert [one.state for one in jobs] == [State.DELIVERED, State.DELIVERED, State.FAILED]
        assert names(now(stage, card)) == ["animify-ghibli-1.jpg", "animify-ghibli-2.jpg"]
        assert "1 picture failed. I was restarted" in now(stage, card).text
        assert await stage.used() == 2


async def test_of_several_that_are_given_up_the_member_is_told_once(world: Playground, tmp_path: Path) -> None:
    runs = Runs(world, tmp_path / "animify.db")
    async with runs.run(FakeRunner(Do.STALL)) as stage:
        asked, _ = await cut_short(stage, 3, painted=0)
    the_third_attempt(tmp_path / "animify.db")
    async with runs.run() as stage:
        await all_resumed(stage.client)
        assert len([one for one in asked.messages if one.ephemeral]) == 1
        assert await stage.used() == 0


async def test_the_last_word_counts_what_was_painted_before(world: Playground, tmp_path: Path) -> None:
    runs = Runs(world, tmp_path / "animify.db")
    async with runs.run(FakeRunner(Do.PAINT, Do.STALL)) as stage:
        asked = await ask(stage, photos(3))
        await first_of(stage)
        await stage.queue.until(Moment.GRANTED, times=2)
        card = (await asked.response()).message
    async with runs.run(FakeRunner(Do.PAINT, Do.REFUSE, Do.REFUSE)) as stage:
        await all_resumed(stage.client)
        text = now(stage, card).text
        assert "2 pictures, done in" in text
        assert "1 picture failed" in text


async def test_what_was_behind_a_click_is_so_again_when_it_is_shown_after_a_restart(
    world: Playground, tmp_path: Path
) -> None:
    runs = Runs(world, tmp_path / "animify.db")
    async with runs.run(FakeRunner(Do.PAINT, Do.STALL), checker=FakeChecker(UNSAFE)) as stage:
        act = Act(cause="1", guild_id=stage.guild.id, actor_id=None)
        await stage.store.desk.change_guild(act, safety=SafetyMode.SPOILER)
        log = await log_channel(stage)
        await ask(stage, photos(2))
        gallery = await first_of(stage)
        await stage.queue.until(Moment.GRANTED, times=2)
        await report(stage, stage.guild.member("Ren"), gallery, "shows_me")
    async with runs.run(checker=FakeChecker()) as stage:
        await all_resumed(stage.client)
        noor = stage.guild.member("Noor", permissions=Permissions.MODERATE_MEMBERS)
        await decide(stage, noor, await logged(stage, log, "Report"), "Dismiss")
        assert [one.spoiler for one in now(stage, gallery).media] == [True, False]
    world.violations.clear()  # a file that is hidden is shown by nothing
