"""Cancel, and the call when it is done: what a member does while a request is under way."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.delivery import DiscordDelivery, Posted
from bot.store import State
from bot.ui.status import Result, Saying
from engine.dispatcher import Moment, Ticket
from playground import Interaction, Message, Playground, ShiftingClock
from tests.engine.fakes import Act, FakeRunner
from tests.flow.moderating import labels, now
from tests.flow.pressing import edited, gone, press, settled, told
from tests.flow.stage import Stage, a_stage

FREE = "You cancelled 1 picture. It did not count toward your daily limit."
COSTLY = "You cancelled 1 picture. It counts toward your daily limit, since it was being painted."
FREE_CANCELS = 3


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner(*[Act.STALL] * 9)


@pytest.fixture
async def stage(tmp_path: Path, runner: FakeRunner) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", daily_limit=9, runners=[runner]) as ready:
        yield ready
        for _ in range(9):
            runner.gate.release()


async def card_of(asked: Interaction) -> Message:
    return (await asked.response()).message


async def painting(stage: Stage, *, times: int = 1) -> tuple[Interaction, Message]:
    """A request that is being painted, and its card."""
    asked = await stage.ask()
    await stage.queue.until(Moment.GRANTED, times=times)
    return asked, await card_of(asked)


async def waiting(stage: Stage) -> tuple[Interaction, Message]:
    """A request that waits behind somebody else's."""
    await stage.ask(stage.guild.member("Ren"))
    await stage.queue.until(Moment.GRANTED)
    asked = await stage.ask()
    return asked, await card_of(asked)


async def state_of(stage: Stage, asked: Interaction) -> list[State]:
    return [job.state for job in await stage.store.jobs_of(asked.id)]


async def after_the_free_ones(stage: Stage) -> None:
    """Use the day's free cancels up."""
    for number in range(FREE_CANCELS):
        asked, card = await painting(stage, times=number + 1)
        await press(stage, card, "Cancel")
        assert await told(stage, asked) == FREE
        await settled(stage)


async def test_what_waits_is_cancelled_for_nothing_and_its_card_goes(stage: Stage) -> None:
    asked, card = await waiting(stage)
    pressed = await press(stage, card, "Cancel")
    assert await told(stage, asked) == FREE
    assert stage.playground.latest(card) is None
    assert await state_of(stage, asked) == [State.CANCELLED]
    assert await stage.used() == 0
    assert pressed.messages == []  # it is said once


async def test_what_is_being_painted_is_cancelled_for_nothing_three_times_a_day(stage: Stage) -> None:
    await after_the_free_ones(stage)
    assert await stage.used() == 0


async def test_the_fourth_time_it_is_said_before_that_it_counts(stage: Stage) -> None:
    await after_the_free_ones(stage)
    asked, card = await painting(stage, times=4)
    question = await stage.whispered(await press(stage, card, "Cancel"))
    assert "If you cancel this request now, 1 picture of it still counts" in question.text
    assert await state_of(stage, asked) == [State.RUNNING]
    await press(stage, question, "Cancel, it still counts")
    assert await told(stage, asked) == COSTLY
    await gone(stage, question)
    assert await state_of(stage, asked) == [State.CANCELLED]
    assert await stage.used() == 1


async def test_whoever_thinks_better_of_it_gets_the_picture(stage: Stage, runner: FakeRunner) -> None:
    await after_the_free_ones(stage)
    asked, card = await painting(stage, times=4)
    question = await stage.whispered(await press(stage, card, "Cancel"))
    for _ in range(FREE_CANCELS + 1):
        runner.gate.release()
    assert (await stage.result_of(asked)).attachments
    await settled(stage)
    assert "over already" in await told(stage, await press(stage, question, "Cancel, it still counts"))


async def test_of_several_pictures_those_that_are_there_stay(tmp_path: Path) -> None:
    runner = FakeRunner(Act.PAINT, Act.PAINT, *[Act.STALL] * 3)
    async with a_stage(tmp_path / "animify.db", daily_limit=9, runners=[runner]) as stage:
        result = await stage.result_of(await stage.ask())
        await settled(stage)
        asked = await press(stage, result, "Four strengths")
        await stage.queue.until(Moment.GRANTED, times=3)
        card = await card_of(asked)
        await edited(stage, card, "3 more are on their way")
        await press(stage, now(stage, card), "Cancel")
        done = await edited(stage, card, "You cancelled 3 pictures. They did not count toward your daily limit.")
        assert "failed" not in done.text
        await settled(stage)
        first, *others = await stage.store.jobs_of(asked.id)
        assert {job.state for job in others} == {State.CANCELLED}
        gallery = next(
            one
            for one in stage.playground.channel(first.result_channel_id or 0).messages
            if one.id == first.result_message_id
        )
        assert len(gallery.media) == 1
        assert "You cancelled 3 pictures." in gallery.text
        assert await stage.used() == 2
        runner.gate.release()


async def test_what_is_being_posted_meanwhile_is_taken_down(
    stage: Stage, runner: FakeRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivered, journey, called_off = DiscordDelivery.delivered, stage.client.services.journey, asyncio.Event()
    recall = journey.recall

    async def meanwhile(self: DiscordDelivery, result: Result, *args: object, **options: object) -> Posted:
        posted = await delivered(self, result, *args, **options)  # type: ignore[arg-type]  # passed on
        await press(stage, card, "Cancel")
        await called_off.wait()
        return posted

    def heard(job_ids: Collection[str], why: Saying) -> bool:
        called_off.set()
        return recall(job_ids, why)

    monkeypatch.setattr(DiscordDelivery, "delivered", meanwhile)
    monkeypatch.setattr(journey, "recall", heard)
    asked, card = await painting(stage)
    runner.gate.release()
    assert await told(stage, asked) == FREE
    await settled(stage)
    assert not any(one.attachments for place in stage.channel.threads for one in place.messages)
    assert await state_of(stage, asked) == [State.CANCELLED]


async def test_what_is_over_can_not_be_cancelled(stage: Stage, runner: FakeRunner) -> None:
    asked, card = await painting(stage)
    stale = now(stage, card)
    runner.gate.release()
    await stage.store.cancel_request(asked.id, accept_charge=True)
    assert "over already" in await told(stage, await press(stage, stale, "Cancel"))


async def test_after_the_token_has_died_the_card_itself_says_it(tmp_path: Path) -> None:
    clock, runner = ShiftingClock(), FakeRunner(Act.STALL)
    clock.advance(-14 * 60 - 30)  # asked so long ago, as the bot's own clock sees it
    world = Playground(clock, identify_interval=0)
    async with a_stage(tmp_path / "animify.db", world=world, runners=[runner]) as stage:
        _, card = await painting(stage)
        clock.advance(16 * 60)  # and now Discord refuses the token
        await press(stage, card, "Cancel")
        assert labels(await edited(stage, card, FREE)) == []
        runner.gate.release()


async def test_where_no_journey_is_there_to_say_it_the_press_is_answered(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As while a start looks for what the run before it had posted."""
    monkeypatch.setattr(stage.client.services.journey, "recall", lambda *_: False)
    asked, card = await painting(stage)
    assert await told(stage, await press(stage, card, "Cancel")) == FREE
    assert await state_of(stage, asked) == [State.CANCELLED]


@asynccontextmanager
async def a_long_wait(stage: Stage) -> AsyncIterator[None]:
    dear = Ticket(guild=stage.guild.id, user=1, cost=120)
    async with stage.dispatcher.turn(dear) as ahead:
        await ahead.granted()
        yield


async def test_after_a_long_wait_the_member_is_called_if_they_want_it(stage: Stage, runner: FakeRunner) -> None:
    async with a_long_wait(stage):
        asked = await stage.ask()
        card = await card_of(asked)
        assert "mention you when it is done" in await told(stage, await press(stage, card, "Mention me when done"))
    runner.gate.release()
    result = await stage.result_of(asked)
    await settled(stage)
    call = stage.playground.channel(result.channel_id).messages[-1]
    assert (call.mentions, call.role_mentions, call.mentions_everyone) == ((stage.mika.id,), (), False)
    assert f"{result.channel_id}/{result.id}" in call.text


async def test_who_presses_it_twice_is_not_called(stage: Stage, runner: FakeRunner) -> None:
    async with a_long_wait(stage):
        asked = await stage.ask()
        card = await card_of(asked)
        await told(stage, await press(stage, card, "Mention me when done"))
        assert "won't mention you" in await told(stage, await press(stage, card, "Mention me when done"))
    runner.gate.release()
    result = await stage.result_of(asked)
    await settled(stage)
    assert not any(one.mentions for one in stage.playground.channel(result.channel_id).messages)


async def test_a_short_wait_is_worth_no_call(stage: Stage, runner: FakeRunner) -> None:
    _, card = await painting(stage)
    assert labels(card) == ["Cancel"]
    runner.gate.release()
