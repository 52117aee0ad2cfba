"""What is private: the member alone sees any of it, it is begotten by nothing else, and it ends with its token."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import policy
from bot.store import State
from bot.ui import custom_ids, forms
from bot.ui.custom_ids import Action
from engine.dispatcher import Moment
from engine.fairqueue import Ticket
from playground import EventKind, Interaction, Message, Playground, ShiftingClock
from tests.engine.fakes import Act as Do
from tests.engine.fakes import FakeRunner
from tests.faults.mishaps import all_resumed
from tests.flow.filling import done, fields, no_photo, photos, send
from tests.flow.moderating import now
from tests.flow.pressing import Runs, press, told
from tests.flow.stage import Stage, a_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", daily_limit=9, runners=[FakeRunner()]) as ready:
        yield ready


async def card(interaction: Interaction) -> Message:
    """The answer, which only the member sees."""
    response = await interaction.response()
    assert response.ephemeral
    return response.message


def seen_by_others(stage: Stage) -> list[Message]:
    places = [stage.channel, *stage.channel.threads]
    return [one for place in places for one in place.messages if not one.ephemeral]


async def test_a_private_picture_comes_on_a_card_that_only_its_member_sees(stage: Stage) -> None:
    asked = await stage.ask(private=True)
    (job,) = await done(stage, asked)
    shown = await card(asked)
    assert [one.filename for one in shown.attachments] == ["animify-ghibli.jpg"]
    assert job.private
    assert seen_by_others(stage) == []
    assert stage.channel.threads == []
    assert await stage.used() == 1


async def test_several_are_one_private_gallery(stage: Stage) -> None:
    form = await stage.mika.slash(stage.channel, "animify", style="ghibli")
    sent = await send(stage.mika, form, photos=[*photos(2), no_photo()], private=True)
    await done(stage, sent)
    shown = await card(sent)
    assert len(shown.attachments) == 2
    assert "1 picture failed" in shown.text
    assert seen_by_others(stage) == []
    assert await stage.used() == 2


async def test_what_its_buttons_make_is_private_too(stage: Stage) -> None:
    await done(stage, asked := await stage.ask(private=True))
    shown = await card(asked)
    again = await press(stage, shown, "Again")
    form = await press(stage, shown, "Same for my photo")
    assert list(await fields(form)) == [forms.PHOTOS]
    same = await send(stage.mika, form, photos=photos(1))
    for one in (again, same):
        (job,) = await done(stage, one)
        assert job.private
        assert (await card(one)).attachments
    assert seen_by_others(stage) == []


async def test_its_member_deletes_it(stage: Stage) -> None:
    await done(stage, asked := await stage.ask(private=True))
    shown = await card(asked)
    assert "deleted" in await told(stage, await press(stage, shown, "Delete"))
    assert stage.playground.latest(shown) is None
    job = await stage.store.job(f"{asked.id}-0")
    assert job is not None
    assert job.deleted_at is not None


async def test_nobody_else_finds_it_by_its_buttons(stage: Stage) -> None:
    await done(stage, asked := await stage.ask(private=True))
    shown = await card(asked)
    with pytest.raises(LookupError, match="does not see"):
        await stage.guild.member("Ren").click(now(stage, shown), custom_ids.write(Action.SAME, f"{asked.id}-0"))


async def test_its_failure_is_told_to_its_member_alone(stage: Stage) -> None:
    asked = await stage.ask(upload=no_photo(), private=True)
    await done(stage, asked)
    last = [event.message for event in stage.playground.events if event.message and event.message.ephemeral][-1]
    assert "did not count" in last.text
    assert seen_by_others(stage) == []
    assert await stage.used() == 0


async def test_it_is_admitted_for_as_long_as_its_token_can_be_trusted(stage: Stage) -> None:
    async with stage.dispatcher.turn(Ticket(guild=stage.guild.id, user=1, cost=policy.MAX_WAIT_TOKEN_ONLY + 60)):
        refused = await stage.ask(private=True)
        assert "Too many people are waiting" in (await card(refused)).text
        assert not (await (await stage.ask()).response()).ephemeral


async def test_after_a_restart_it_goes_on_while_its_token_lives(tmp_path: Path) -> None:
    async with Playground(identify_interval=0) as world:
        runs = Runs(world, tmp_path / "animify.db")
        async with runs.run(FakeRunner(Do.STALL)) as stage:
            asked = await stage.ask(private=True)
            await asked.response()
            await stage.queue.until(Moment.GRANTED)
        async with runs.run() as stage:
            await all_resumed(stage.client)
            assert (await card(asked)).attachments
            assert seen_by_others(stage) == []
            assert await stage.used() == 1
        assert world.violations == []


async def test_after_its_token_has_died_it_is_refunded(tmp_path: Path) -> None:
    clock = ShiftingClock()
    clock.advance(-14 * 60 - 30)  # whatever is asked was asked so long ago, as the bot's own clock sees it
    async with Playground(clock, identify_interval=0) as world:
        runs = Runs(world, tmp_path / "animify.db")
        async with runs.run(FakeRunner(Do.STALL)) as stage:
            asked = await stage.ask(private=True)
            await asked.response()
            await stage.queue.until(Moment.GRANTED)
        clock.advance(16 * 60)
        async with runs.run() as stage:
            await all_resumed(stage.client)
            job = await stage.store.job(f"{asked.id}-0")
            assert job is not None
            assert job.state is State.FAILED
            assert await stage.used() == 0
            assert seen_by_others(stage) == []
        assert [one for one in world.events if one.kind is EventKind.THREAD_CREATED] == []
