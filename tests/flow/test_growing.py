"""A gallery while it grows: pictures come at once, somebody objects, deletes or is erased, answers get lost."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.delivery import DiscordDelivery, place
from bot.delivery.gallery import Gallery
from bot.store import Act, State
from playground import EventKind, Message
from tests.engine.fakes import Act as Do
from tests.engine.fakes import FakeRunner
from tests.faults.mishaps import hurry
from tests.flow.filling import done, no_photo, photos, result
from tests.flow.moderating import labels, now, report
from tests.flow.pressing import press, told
from tests.flow.stage import Stage, a_stage
from tests.flow.test_many_photos import ask, names

HIDDEN = "is hidden until a moderator decides"


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner(Do.PAINT, Do.STALL)


@pytest.fixture
async def stage(tmp_path: Path, runner: FakeRunner) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", daily_limit=9, runners=[runner]) as ready:
        yield ready


async def first_of(stage: Stage) -> Message:
    """The gallery with its first picture."""
    event = await stage.playground.wait_for(lambda event: _has_picture(event.message))
    assert event.message is not None
    return event.message


def _has_picture(message: Message | None) -> bool:
    return message is not None and any(name.startswith("animify-ghibli-") for name in names(message))


def unseen_files_are_meant(stage: Stage) -> None:
    """Hiding is that: the file is there, and nobody sees it."""
    assert {one.rule for one in stage.playground.violations} <= {"attachment-not-shown"}
    stage.playground.violations.clear()


@pytest.mark.parametrize("threads", [True, False], ids=["in a thread", "on the card"])
async def test_what_somebody_objects_to_is_not_shown_again_by_the_pictures_that_follow(
    stage: Stage, runner: FakeRunner, *, threads: bool
) -> None:
    await stage.store.desk.change_guild(Act(cause="1", guild_id=stage.guild.id, actor_id=None), threads=threads)
    stage.mika.set_locale("de")  # the notice is for everybody: in the server's language
    asked = await ask(stage, photos(2))
    gallery = await first_of(stage)
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
    unseen_files_are_meant(stage)


async def test_what_somebody_objects_to_at_the_last_moment_is_not_shown_by_the_last_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = DiscordDelivery.closed

    async def objected_to_meanwhile(self: DiscordDelivery, *about: Any, **more: Any) -> None:
        await report(other, other.guild.member("Ren"), await first_of(other), "shows_me")
        await closed(self, *about, **more)

    monkeypatch.setattr(DiscordDelivery, "closed", objected_to_meanwhile)
    async with a_stage(tmp_path / "other.db", runners=[FakeRunner()]) as other:
        first, *_ = await done(other, await ask(other, [*photos(1), no_photo()]))
        assert not result(other, first).media


async def test_pictures_that_come_at_once_are_all_there_and_none_is_said_to_be_on_its_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await_all(2, monkeypatch)
    async with a_stage(tmp_path / "other.db", runners=[FakeRunner()]) as stage:
        jobs = await done(stage, await ask(stage, photos(2)))
        gallery = result(stage, jobs[0])
        assert len(gallery.media) == 2
        assert "on its way" not in gallery.text
        assert "left today" in gallery.text


async def test_where_the_answer_to_the_first_post_is_lost_each_picture_is_shown_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch)
    await_all(2, monkeypatch)
    async with a_stage(tmp_path / "other.db", runners=[FakeRunner()]) as stage:
        stage.playground.faults.next("POST", r"^/channels/\d+/messages$", disconnect=True, handled=True, times=3)
        jobs = await done(stage, await ask(stage, photos(2)))
        assert [one.state for one in jobs] == [State.DELIVERED, State.DELIVERED]
        (gallery,) = [one for thread in stage.channel.threads for one in thread.messages if one.attachments]
        assert names(gallery) == ["animify-ghibli-1.jpg", "animify-ghibli-2.jpg"]


async def test_of_a_gallery_that_was_deleted_nothing_more_is_painted_and_the_rest_is_refunded(
    stage: Stage, runner: FakeRunner
) -> None:
    asked = await ask(stage, photos(4))
    gallery = await first_of(stage)
    await stage.card_shows(asked, "1 of 4 done")
    await told(stage, await press(stage, now(stage, gallery), "Delete"))
    runner.gate.release()
    first, *others = await done(stage, asked)
    assert first.state is State.DELIVERED
    assert {one.state for one in others} == {State.FAILED}
    assert len(runner.runs) == 2  # the second was being painted
    assert await stage.used() == 1
    card = now(stage, (await asked.response()).message)
    assert "were deleted" in card.text
    assert "Cancel" not in labels(card)
    stage.playground.violations.clear()  # the one that was being painted looked for its message


async def test_who_is_erased_while_a_picture_is_posted_leaves_no_journey_in_pieces(
    stage: Stage, runner: FakeRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(stage, photos(2))
    gallery = await first_of(stage)
    add = Gallery.add

    async def erased_meanwhile(self: Gallery, *about: Any) -> Any:
        plan = await stage.store.privacy.begin_erasure(stage.mika.id)
        stage.client.services.journey.recall(plan.cancelled, lambda: "Erased.")
        at = place.Posted(gallery.channel_id, gallery.id)
        await place.remove(stage.client, at, guild_id=stage.guild.id)
        await stage.store.privacy.gone(plan.posts)
        await stage.store.privacy.erase(stage.mika.id)
        return await add(self, *about)

    monkeypatch.setattr(Gallery, "add", erased_meanwhile)
    under_way = list(stage.client.services.journey._under_way)
    runner.gate.release()
    assert await asyncio.gather(*under_way) == [None]
    stage.playground.violations.clear()  # it looked for messages that are gone


def await_all(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first picture is posted only once so many have come."""
    add, post = Gallery.add, place.post
    waiting, everybody = 0, asyncio.Event()

    async def adding(self: Gallery, *about: Any) -> Any:
        nonlocal waiting
        waiting += 1
        if waiting == count:
            everybody.set()
        return await add(self, *about)

    async def posting(*about: Any, **more: Any) -> Any:
        await everybody.wait()
        return await post(*about, **more)

    monkeypatch.setattr(Gallery, "add", adding)
    monkeypatch.setattr(place, "post", posting)
