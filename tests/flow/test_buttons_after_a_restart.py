"""Every button works after a restart: it is pressed in another run of the bot than the one that posted it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.store import State
from engine.dispatcher import Moment
from playground import AnswerKind, Interaction, Message, Playground
from tests.engine.fakes import Act, FakeRunner
from tests.flow.moderating import a_result, now
from tests.flow.pressing import Runs, choose, edited, jobs_of, picture_of, press, settled, told
from tests.flow.stage import Stage

Posted = Callable[[Stage], Awaitable[Message]]
Pressed = Callable[[Stage, Message], Awaitable[Interaction]]
Seen = Callable[[Stage, Interaction], Awaitable[bool]]


async def a_failure(stage: Stage) -> Message:
    return await stage.whispered(await stage.ask())


async def a_gallery(stage: Stage) -> Message:
    return await picture_of(stage, await press(stage, await a_result(stage), "Four strengths"))


async def a_picked_one(stage: Stage) -> Message:
    picked = await choose(stage, await a_gallery(stage), "1")
    event = await stage.playground.wait_for(
        lambda event: event.message is not None and bool(event.message.attachments), about=picked.id
    )
    assert event.message is not None
    return event.message


def button(label: str) -> Pressed:
    async def pressed(stage: Stage, message: Message) -> Interaction:
        return await press(stage, message, label)

    return pressed


def option(value: str) -> Pressed:
    async def pressed(stage: Stage, message: Message) -> Interaction:
        return await choose(stage, message, value)

    return pressed


async def painted(stage: Stage, pressed: Interaction) -> bool:
    return {job.state for job in await jobs_of(stage, pressed)} == {State.DELIVERED}


async def a_form(_stage: Stage, pressed: Interaction) -> bool:
    return (await pressed.response()).type is AnswerKind.MODAL


def says(text: str) -> Seen:
    async def seen(stage: Stage, pressed: Interaction) -> bool:
        return text in await told(stage, pressed)

    return seen


async def shows_it(stage: Stage, pressed: Interaction) -> bool:
    await stage.playground.wait_for(
        lambda event: event.message is not None and bool(event.message.attachments), about=pressed.id
    )
    return True


async def is_kept(stage: Stage, pressed: Interaction) -> bool:
    card = await edited(stage, (await pressed.response()).message, "is the one that stays")
    return not card.attachments


ENDED: dict[str, tuple[Posted, Pressed, Seen]] = {
    "again": (a_result, button("Again"), painted),
    "subtler": (a_result, button("Subtler"), painted),
    "bolder": (a_result, button("Bolder"), painted),
    "another style": (a_result, option("manga"), painted),
    "four strengths": (a_result, button("Four strengths"), painted),
    "before and after": (a_result, button("Before/After"), shows_it),
    "details": (a_result, button("Details"), says("Strength: 0.5")),
    "the same for my photo": (a_result, button("Same for my photo"), a_form),
    "report": (a_result, button("Report"), a_form),
    "delete": (a_result, button("Delete"), says("deleted")),
    "try again": (a_failure, button("Try again (1 picture)"), painted),
    "pick": (a_gallery, option("2"), shows_it),
    "keep": (a_picked_one, button("Keep only this one"), is_kept),
}


@pytest.mark.parametrize("case", list(ENDED))
async def test_on_what_has_ended(tmp_path: Path, case: str) -> None:
    post, use, seen = ENDED[case]
    async with Playground(identify_interval=0) as playground:
        runs = Runs(playground, tmp_path / "animify.db")
        async with runs.run(FakeRunner(Act.DIE) if post is a_failure else FakeRunner()) as stage:
            message = await post(stage)
            await settled(stage)
        async with runs.run() as stage:
            assert await seen(stage, await use(stage, now(stage, message)))
            await settled(stage)
        assert playground.violations == []


@pytest.mark.parametrize(
    ("label", "text"), [("Cancel", "You cancelled 1 picture."), ("Mention me when done", "mention you when it is done")]
)
async def test_on_what_is_under_way(tmp_path: Path, label: str, text: str) -> None:
    async with Playground(identify_interval=0) as playground:
        runs, runner = Runs(playground, tmp_path / "animify.db"), FakeRunner(*[Act.STALL] * 2)
        async with runs.run(runner) as stage:
            asked = await stage.ask()
            await stage.queue.until(Moment.GRANTED)
        async with runs.run(runner) as stage:
            await stage.queue.until(Moment.GRANTED)
            pressed = await press(stage, now(stage, (await asked.response()).message), label)
            assert text in await told(stage, asked if label == "Cancel" else pressed)
            runner.gate.release()
            runner.gate.release()
            await settled(stage)
        # looked for a thread that never was
        assert {one.rule for one in playground.violations} <= {"unknown-channel"}
