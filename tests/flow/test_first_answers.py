"""Discord gives an interaction up after three seconds: each is answered before, whatever is slow on our side."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.commands import buttons
from bot.store import Act
from playground import AnswerKind, Interaction, Member, Message, Permissions
from tests.engine.fakes import FakeRunner
from tests.flow.moderating import a_result, button, log_channel, logged, manager, report, shown, told
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


async def test_a_thread_that_comes_back_slowly_holds_up_no_answer(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buttons, "AWAKENING", 0.05)
    result, ren = await a_result(stage), stage.guild.member("Ren")
    stage.playground.channel(result.channel_id).archive()
    stage.playground.faults.next("PATCH", f"channels/{result.channel_id}$", retry_after=5.0)
    opened = await ren.click(result, button(result, "Report"))
    assert (await opened.response()).type is AnswerKind.MODAL
