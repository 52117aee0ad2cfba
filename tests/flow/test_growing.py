"""A gallery that somebody objects to while it grows: it grows on, and shows nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import Act, State
from playground import EventKind, Message
from tests.engine.fakes import Act as Do
from tests.engine.fakes import FakeRunner
from tests.flow.filling import done, photos, result, send
from tests.flow.moderating import now, report
from tests.flow.stage import Stage, a_stage

HIDDEN = "is hidden until a moderator decides"


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner(Do.PAINT, Do.STALL)


@pytest.fixture
async def stage(tmp_path: Path, runner: FakeRunner) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as ready:
        yield ready


@pytest.mark.parametrize("threads", [True, False], ids=["in a thread", "on the card"])
async def test_nothing_of_it_is_shown_again_by_the_pictures_that_follow(
    stage: Stage, runner: FakeRunner, *, threads: bool
) -> None:
    await stage.store.desk.change_guild(Act(cause="1", guild_id=stage.guild.id, actor_id=None), threads=threads)
    await stage.store.stated(stage.mika.id)
    stage.mika.set_locale("de")
    form = await stage.mika.slash(stage.channel, "animify", style="ghibli", seed=7)
    asked = await send(stage.mika, form, photos=photos(2))
    event = await stage.playground.wait_for(lambda event: _has_picture(event.message))
    assert event.message is not None
    gallery = event.message
    await report(stage, stage.guild.member("Ren"), gallery, "shows_me")
    assert HIDDEN in now(stage, gallery).text
    since = len(stage.playground.events)
    runner.gate.release()
    jobs = await done(stage, asked)
    assert [one.state for one in jobs] == [State.DELIVERED, State.DELIVERED]
    grown = result(stage, jobs[1])
    assert grown.id == gallery.id
    assert len(grown.attachments) == 2
    later = [one.message for one in list(stage.playground.events)[since:] if one.kind is EventKind.MESSAGE_EDITED]
    looks = [one for one in later if one is not None and one.id == gallery.id]
    assert looks
    assert all(HIDDEN in one.text and not one.media for one in looks)
    assert {one.rule for one in stage.playground.violations} == {"attachment-not-shown"}
    stage.playground.violations.clear()  # it is what hiding is: the file is there, and nobody sees it


def _has_picture(message: Message | None) -> bool:
    return message is not None and any(one.filename == "animify-ghibli-1.jpg" for one in message.attachments)
