"""Discord gives an interaction up after three seconds: each is answered before, whatever is slow on our side."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from discord import ui

from bot.commands import buttons
from bot.store import Act, State
from bot.ui import cards
from bot.ui.status import Choice, Order, Waiting
from engine.dispatcher import Moment
from playground import AnswerKind, Interaction, Member, Message, Permissions
from tests.engine.fakes import Act as Does
from tests.engine.fakes import FakeRunner
from tests.flow.moderating import a_result, button, job_of, log_channel, logged, manager, report, shown, told
from tests.flow.pressing import a_gallery, card_of, choose, options, picked, press, settled
from tests.flow.stage import Stage, a_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as ready:
        yield ready


@asynccontextmanager
async def a_busy_database(stage: Stage) -> AsyncIterator[None]:
    """Nothing is read or written within."""
    loop, begun, done = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def work(_: object) -> None:
        loop.call_soon_threadsafe(begun.set)
        done.wait(20)

    busy = asyncio.create_task(stage.store._database.transact(work))
    await begun.wait()
    try:
        yield
    finally:
        done.set()
        await busy


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture that is reported, and a moderator's cards."""

    stage: Stage
    noor: Member
    result: Message
    report: Message
    pages: Message
    reports: Message
    question: Message


async def a_scene(stage: Stage) -> Scene:
    noor, log, result = await manager(stage), await log_channel(stage), await a_result(stage)
    await report(stage, stage.guild.member("Ren"), result, "shows_me")
    for hours in range(1, 12):
        act = Act(cause=f"hours {hours}", guild_id=stage.guild.id, actor_id=noor.id)
        await stage.store.desk.change_guild(act, new_member_hours=hours)
    return Scene(
        stage=stage,
        noor=noor,
        result=result,
        report=await logged(stage, log, "Report"),
        pages=await told(noor, stage.channel, "audit show"),
        reports=await told(noor, stage.channel, "audit reports"),
        question=await told(noor, stage.channel, "purge", member=stage.mika),
    )


Use = Callable[[Scene], Awaitable[Interaction]]

EDITED: dict[str, Use] = {
    "older rows": lambda scene: scene.noor.click(scene.pages, button(scene.pages, "Older")),
    "older reports": lambda scene: scene.noor.click(scene.reports, button(scene.reports, "Older")),
    "delete": lambda scene: scene.noor.click(scene.result, button(scene.result, "Delete")),
    "delete what is reported": lambda scene: scene.noor.click(scene.report, button(scene.report, "Delete")),
    "dismiss": lambda scene: scene.noor.click(scene.report, button(scene.report, "Dismiss")),
    "block": lambda scene: scene.noor.click(scene.report, button(scene.report, "Block requester")),
    "purge": lambda scene: scene.noor.click(scene.question, scene.question.buttons[0].custom_id or ""),
}
ANSWERED: dict[str, Use] = {
    "stats": lambda scene: scene.noor.slash(scene.stage.channel, "stats"),
    "look": lambda scene: scene.noor.click(scene.report, button(scene.report, "Look")),
    "delete by message": lambda scene: scene.noor.use_on_message(
        scene.stage.playground.channel(scene.result.channel_id), "Delete picture", scene.result
    ),
}


@pytest.mark.parametrize("use", EDITED.values(), ids=EDITED.keys())
async def test_a_click_is_acknowledged_while_the_database_is_busy_and_then_done(stage: Stage, use: Use) -> None:
    scene = await a_scene(stage)
    async with a_busy_database(stage):
        click = await use(scene)
        assert (await click.response()).type is AnswerKind.DEFERRED_UPDATE
    await stage.playground.wait_for(lambda event: event.message is not None, about=click.id)
    stage.playground.violations.clear()  # whether the requester is still here was asked


@pytest.mark.parametrize("use", ANSWERED.values(), ids=ANSWERED.keys())
async def test_an_answer_is_announced_to_the_asker_alone_while_the_database_is_busy(stage: Stage, use: Use) -> None:
    scene = await a_scene(stage)
    async with a_busy_database(stage):
        response = await (asked := await use(scene)).response()
        assert (response.type, response.ephemeral) == (AnswerKind.DEFERRED_MESSAGE, True)
    await shown(stage, response.message, lambda one: one.text or one.media)
    assert asked.message is not None
    assert asked.message.ephemeral


@pytest.mark.parametrize("use", EDITED.values(), ids=EDITED.keys())
async def test_whoever_has_no_right_changes_nothing_by_a_click_that_had_to_wait(stage: Stage, use: Use) -> None:
    role = stage.guild.role("Once", Permissions.MODERATE_MEMBERS)
    scene = await a_scene(stage)
    sora = stage.guild.member("Sora", roles=(role,))
    question = await told(sora, stage.channel, "purge", member=stage.mika)
    pages = await told(sora, stage.channel, "audit show")
    reports = await told(sora, stage.channel, "audit reports")
    stage.guild.take_role(sora, role)
    hers = Scene(stage, sora, scene.result, scene.report, pages, reports, question)
    async with a_busy_database(stage):
        click = await use(hers)
        await click.response()
    assert "Only" in (await stage.whispered(click)).text
    assert stage.playground.latest(scene.result) is not None
    assert await stage.store.reports.count(stage.guild.id) == 1


async def a_card(stage: Stage) -> Message:
    """Of one that was picked from several."""
    return await picked(stage, await a_gallery(stage), 1)


async def a_private_one(stage: Stage) -> Message:
    result = await card_of(stage, await stage.ask(private=True))
    await settled(stage)
    return result


async def all_styles(stage: Stage) -> Message:
    job = await job_of(stage, await a_result(stage))
    return await sent(stage, cards.more_styles(job.id, (Choice("manga", "Manga", "🖋️"),)))


async def an_apology(stage: Stage) -> Message:
    return await stage.whispered(await stage.ask())


async def a_request(stage: Stage) -> Message:
    """The card of one that waits for long."""
    asked = await stage.ask()
    await stage.queue.until(Moment.GRANTED)
    order = Order(job_id=f"{asked.id}-0", user_id=stage.mika.id, style="Ghibli", emoji="🌿", long_wait=True)
    return await sent(stage, cards.request(order, (Waiting(0, 0),)))


async def sent(stage: Stage, view: ui.LayoutView) -> Message:
    message = await stage.client.get_partial_messageable(stage.channel.id).send(view=view)
    return next(one for one in stage.channel.messages if one.id == message.id)


@dataclass(frozen=True, slots=True)
class Press:
    """A button or an option on a card of a member's, and how it is acknowledged; `ran`: what the engine does before."""

    card: Callable[[Stage], Awaitable[Message]]
    what: str
    answer: AnswerKind = AnswerKind.DEFERRED_MESSAGE
    alone: bool = True
    ran: tuple[Does, ...] = ()


PAINTS = {
    "again": Press(a_result, "Again", alone=False),
    "subtler": Press(a_result, "Subtler", alone=False),
    "bolder": Press(a_result, "Bolder", alone=False),
    "four strengths": Press(a_result, "Four strengths", alone=False),
    "another style": Press(a_result, "manga", alone=False),
    "one of all styles": Press(all_styles, "manga", alone=False),
    "again, on a card of one's own": Press(a_card, "Again"),
    "another style, on a card of one's own": Press(a_card, "manga"),
    "try again": Press(an_apology, "Try again (1 picture)", ran=(Does.DIE,)),
    "bolder, of what is private": Press(a_private_one, "Bolder"),
}
TELLS = {
    "pick": Press(a_gallery, "1"),
    "details": Press(a_result, "Details"),
    "compare": Press(a_result, "Before/After"),
    "keep": Press(a_card, "Keep only this one", AnswerKind.DEFERRED_UPDATE),
    "delete, on a card of one's own": Press(a_card, "Delete", AnswerKind.DEFERRED_UPDATE),
    "mention": Press(a_request, "Mention me when done", ran=(Does.STALL,)),
    "same": Press(a_result, "Same for my photo", AnswerKind.MESSAGE),
}


@asynccontextmanager
async def pressed_while_busy(path: Path, one: Press, **settings: object) -> AsyncIterator[tuple[Stage, Interaction]]:
    """The press, which is acknowledged while the database is busy; within, it no longer is."""
    runner = FakeRunner(*one.ran)
    async with a_stage(path / "animify.db", daily_limit=20, runners=[runner]) as stage:
        await stage.store.desk.change_guild(Act(cause="1", guild_id=stage.guild.id, actor_id=None), **settings)
        card = await one.card(stage)
        offered = [value for select in options(card) for value in select]
        async with a_busy_database(stage):
            click = await (choose if one.what in offered else press)(stage, card, one.what)
            response = await click.response()
            assert (response.type, response.ephemeral) == (one.answer, one.alone)
        yield stage, click
        runner.gate.release()


@pytest.mark.parametrize("one", PAINTS.values(), ids=PAINTS.keys())
async def test_a_variation_is_announced_while_the_database_is_busy_and_then_painted(tmp_path: Path, one: Press) -> None:
    async with pressed_while_busy(tmp_path, one) as (stage, click):
        await stage.playground.wait_for(
            lambda event: event.message is not None and bool(event.message.media or "/channels/" in event.message.text),
            about=click.id,
        )
        await settled(stage)
        jobs = await stage.store.jobs_of(click.id)
        assert {job.state for job in jobs} == {State.DELIVERED}
        card = next(
            one
            for one in stage.playground.channel(jobs[0].card_channel_id or 0).messages
            if one.id == jobs[0].card_message_id
        )
        assert card.ephemeral is jobs[0].private is (one.card is a_private_one)


@pytest.mark.parametrize("one", TELLS.values(), ids=TELLS.keys())
async def test_any_other_press_is_acknowledged_while_the_database_is_busy_and_then_done(
    tmp_path: Path, one: Press
) -> None:
    async with pressed_while_busy(tmp_path, one) as (stage, click):
        await stage.playground.wait_for(
            lambda event: event.message is not None and bool(event.message.text), about=click.id
        )


async def test_cancel_is_acknowledged_while_the_database_is_busy_and_then_done(tmp_path: Path) -> None:
    cancel = Press(a_request, "Cancel", AnswerKind.DEFERRED_UPDATE, alone=False, ran=(Does.STALL,))
    async with pressed_while_busy(tmp_path, cancel) as (stage, _):
        await settled(stage)
        assert await stage.used() == 0


async def test_the_form_of_a_report_opens_while_the_database_is_busy(tmp_path: Path) -> None:
    async with pressed_while_busy(tmp_path, Press(a_result, "Report", AnswerKind.MODAL, alone=False)) as (stage, click):
        sent_form = await stage.mika.submit(click, {"complaint": ["rules"], "words": ""})
        assert "Thank you" in (await stage.whispered(sent_form)).text


async def test_where_the_photo_is_gone_by_then_a_sentence_says_so(tmp_path: Path) -> None:
    again = Press(a_result, "Again", alone=False)
    async with pressed_while_busy(tmp_path, again, retention_hours=0) as (stage, click):
        assert "send it again" in (await stage.whispered(click)).text


async def test_a_thread_that_comes_back_slowly_holds_up_no_answer(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buttons, "AWAKENING", 0.05)
    result, ren = await a_result(stage), stage.guild.member("Ren")
    stage.playground.channel(result.channel_id).archive()
    stage.playground.faults.next("PATCH", f"channels/{result.channel_id}$", retry_after=5.0)
    opened = await ren.click(result, button(result, "Report"))
    assert (await opened.response()).type is AnswerKind.MODAL
