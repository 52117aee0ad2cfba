"""One of several pictures: picked, kept without the others, and told about in detail."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.commands.curtain import posted, show
from bot.store import Act, Job
from bot.values.rules import SafetyMode
from engine.dispatcher import Moment
from playground import Interaction, Message, Permissions
from tests.engine.fakes import SAFE, UNSAFE, FakeChecker, FakeRunner
from tests.engine.fakes import Act as Does
from tests.flow.moderating import a_result, job_of, labels, now, report
from tests.flow.pressing import (
    a_gallery,
    card_of,
    choose,
    edited,
    jobs_of,
    options,
    picked,
    press,
    settled,
    told,
)
from tests.flow.stage import Stage, a_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", daily_limit=20, runners=[FakeRunner()]) as ready:
        yield ready


def names(message: Message) -> list[str]:
    return [one.filename for one in message.attachments]


async def deleted(stage: Stage, message: Message) -> list[bool]:
    jobs = await stage.store.jobs_of((await job_of(stage, message)).interaction_id)
    return [job.deleted_at is not None for job in jobs]


async def test_the_picked_one_has_a_card_with_all_that_can_be_done_with_it(stage: Stage) -> None:
    gallery = await a_gallery(stage)
    card = await picked(stage, gallery, 2)
    assert names(card) == ["animify-ghibli-3.jpg"]
    assert await stage.playground.download(card.attachments[0]) == await stage.playground.download(
        gallery.attachments[2]
    )
    assert "strength 0.7" in card.text
    assert [one.description for one in card.media] == ["The photo as a picture in the style “Ghibli”."]
    assert {"Again", "Bolder", "Before/After", "Details", "Keep only this one"} <= set(labels(card))
    (job,) = await jobs_of(stage, await press(stage, card, "Bolder"))
    assert (job.strength, job.private) == (0.9, False)  # and everybody sees it, as before


async def test_each_picture_is_described_by_itself_also_after_it_was_hidden(stage: Stage) -> None:
    gallery = await a_gallery(stage)
    described = [one.description for one in gallery.media]
    assert described[2] == "Picture 3 of 4, strength 0.7: the photo as a picture in the style “Ghibli”."
    assert len(set(described)) == 4
    await report(stage, stage.guild.member("Ren"), gallery, "shows_me")
    assert now(stage, gallery).media == ()
    job = await job_of(stage, gallery)
    await show(stage.client, job, posted(stage.client, job))
    assert [one.description for one in now(stage, gallery).media] == described


async def test_the_picked_one_is_compared_with_its_photo(stage: Stage) -> None:
    card = await picked(stage, await a_gallery(stage), 1)
    compared = await card_of(stage, await press(stage, card, "Before/After"))
    assert names(compared) == ["before.jpg", "animify-ghibli-2.jpg"]


async def test_to_keep_one_takes_the_others_away(stage: Stage) -> None:
    gallery = await a_gallery(stage)
    await press(stage, card := await picked(stage, gallery, 2), "Keep only this one")
    assert f"/{gallery.channel_id}/{gallery.id}" in (await edited(stage, card, "is the one that stays")).text
    kept = now(stage, gallery)
    assert names(kept) == ["animify-ghibli-3.jpg"]
    assert "Again" in labels(kept)
    assert "Keep only this one" not in labels(kept)
    assert f"for {stage.mika.mention}" in kept.text
    assert await deleted(stage, kept) == [True, True, False, True]
    (job,) = await jobs_of(stage, await press(stage, kept, "Subtler"))
    assert job.strength == 0.5


async def test_what_was_kept_is_reported_and_deleted_as_any_result(tmp_path: Path) -> None:
    runner = FakeRunner(*[Does.PAINT] * 3, *[Does.DIE] * 2)  # two of four come out
    async with a_stage(tmp_path / "animify.db", daily_limit=9, runners=[runner]) as stage:
        gallery, noor = await a_gallery(stage), stage.guild.member("Noor", permissions=Permissions.MODERATE_MEMBERS)
        await press(stage, card := await picked(stage, gallery, 1), "Keep only this one")
        await edited(stage, card, "is the one that stays")
        await report(stage, noor, now(stage, gallery), "shows_me")
        assert now(stage, gallery).media == ()
        await told(stage, await press(stage, now(stage, gallery), "Delete", noor))
        assert not now(stage, gallery).attachments
        assert await deleted(stage, gallery) == [True, True, False, False]


async def test_what_was_taken_away_is_not_picked_or_kept_or_deleted_any_more(stage: Stage) -> None:
    gallery = await a_gallery(stage)
    first, second = await picked(stage, gallery, 0), await picked(stage, gallery, 1)
    await press(stage, first, "Keep only this one")
    await edited(stage, first, "is the one that stays")
    for label in ("Keep only this one", "Again", "Delete"):
        assert "deleted already" in await told(stage, await press(stage, second, label))
    assert names(now(stage, gallery)) == ["animify-ghibli-1.jpg"]


async def test_who_deletes_on_the_card_of_one_deletes_the_message_that_all_see(stage: Stage) -> None:
    gallery = await a_gallery(stage)
    card = await picked(stage, gallery, 1)
    assert (await told(stage, await press(stage, card, "Delete"))).startswith("The pictures are deleted.")
    assert stage.playground.latest(gallery) is None
    assert await deleted(stage, gallery) == [True] * 4


async def test_who_reports_on_the_card_of_one_hides_the_message_that_all_see(stage: Stage) -> None:
    gallery = await a_gallery(stage)
    card = await picked(stage, gallery, 1)
    assert "The picture is hidden" in await report(stage, stage.mika, card, "shows_me")
    assert (now(stage, gallery).media, len(now(stage, card).media)) == ((), 1)


async def test_what_was_kept_is_said_to_be_so_even_where_the_card_can_not_say_it(stage: Stage) -> None:
    gallery = await a_gallery(stage)
    card = await picked(stage, gallery, 2)
    stage.playground.faults.next("PATCH", "messages/@original", status=403)
    pressed = await press(stage, card, "Keep only this one")
    assert f"/{gallery.channel_id}/{gallery.id}" in await told(stage, pressed)
    assert names(now(stage, gallery)) == ["animify-ghibli-3.jpg"]


async def test_the_picked_one_comes_although_the_answer_to_the_first_answer_was_lost(stage: Stage) -> None:
    gallery = await a_gallery(stage)
    stage.playground.faults.lose_acknowledgement()
    assert names(await picked(stage, gallery, 2)) == ["animify-ghibli-3.jpg"]


async def test_a_hidden_gallery_is_neither_picked_from_nor_changed(stage: Stage) -> None:
    gallery = await a_gallery(stage)
    card = await picked(stage, gallery, 0)
    await report(stage, stage.guild.member("Noor"), gallery, "shows_me")
    assert "is hidden, since" in await told(stage, await choose(stage, now(stage, gallery), "1"))
    assert "is hidden, since" in await told(stage, await press(stage, card, "Keep only this one"))
    assert len(now(stage, gallery).attachments) == 4


async def test_while_others_are_under_way_none_is_kept(tmp_path: Path) -> None:
    runner = FakeRunner(Does.PAINT, Does.PAINT, *[Does.STALL] * 3)
    async with a_stage(tmp_path / "animify.db", daily_limit=9, runners=[runner]) as stage:
        asked = await press(stage, await a_result(stage), "Four strengths")
        await stage.queue.until(Moment.GRANTED, times=3)
        await stage.card_shows(asked, "3 more are on their way")
        gallery = now(stage, (await asked.response()).message)
        card = await picked(stage, gallery, 0)
        assert "still under way" in await told(stage, await press(stage, card, "Keep only this one"))
        for _ in range(3):
            runner.gate.release()
        await settled(stage)
        assert len(now(stage, gallery).attachments) == 4


def message(stage: Stage, job: Job) -> Message:
    places = stage.playground.channel(job.result_channel_id or 0).messages
    return next(one for one in places if one.id == job.result_message_id)


async def test_what_is_behind_a_click_stays_there_when_it_is_picked_or_kept(tmp_path: Path) -> None:
    checker = FakeChecker(SAFE, SAFE, SAFE, SAFE, SAFE, UNSAFE)
    async with a_stage(tmp_path / "animify.db", daily_limit=9, runners=[FakeRunner()], checker=checker) as stage:
        act = Act(cause="1", guild_id=stage.guild.id, actor_id=None)
        await stage.store.desk.change_guild(act, safety=SafetyMode.SPOILER)
        gallery = await a_gallery(stage)
        spoilers = [one.spoiler for one in gallery.media]
        assert sorted(spoilers) == [False, False, False, True]
        for position, spoiler in enumerate(spoilers):
            card = await picked(stage, gallery, position)
            assert [one.spoiler for one in card.media] == [spoiler]
        card = await picked(stage, gallery, spoilers.index(True))
        await press(stage, card, "Keep only this one")
        await edited(stage, card, "is the one that stays")
        assert [one.spoiler for one in now(stage, gallery).media] == [True]


async def test_in_a_direct_message_the_requests_own_card_becomes_the_one_that_is_kept(stage: Stage) -> None:
    result = await a_result(stage, channel=stage.playground.direct_message(stage.mika))
    gallery = await a_gallery_on_its_card(stage, await press(stage, result, "Four strengths"))
    await press(stage, card := await picked(stage, gallery, 2), "Keep only this one")
    await edited(stage, card, "is the one that stays")
    assert names(now(stage, gallery)) == ["animify-ghibli-3.jpg"]


async def a_gallery_on_its_card(stage: Stage, asked: Interaction) -> Message:
    await stage.playground.wait_for(
        lambda event: event.message is not None and options(event.message) == [["0", "1", "2", "3"]], about=asked.id
    )
    await settled(stage)
    assert asked.message is not None
    return asked.message


async def test_a_gallery_in_a_thread_that_went_to_sleep_is_changed_all_the_same(stage: Stage) -> None:
    gallery = await a_gallery(stage)
    card = await picked(stage, gallery, 3)
    stage.playground.channel(gallery.channel_id).archive()
    await press(stage, card, "Keep only this one")
    await edited(stage, card, "is the one that stays")
    assert names(now(stage, gallery)) == ["animify-ghibli-4.jpg"]


async def test_a_gallery_that_somebody_deleted_by_hand_can_not_be_changed(stage: Stage) -> None:
    gallery = await a_gallery(stage)
    card = await picked(stage, gallery, 3)
    await stage.mika.delete(gallery)
    assert "can't find that picture" in await told(stage, await press(stage, card, "Keep only this one"))
    stage.playground.violations.clear()  # it was looked for


async def test_where_only_the_member_brought_the_bot_one_is_picked_but_none_kept(stage: Stage) -> None:
    guild = stage.playground.foreign_guild("Elsewhere")
    guild.admit(stage.mika)
    result = await a_result(stage, channel=guild.text_channel("photos"))
    gallery = await a_gallery_on_its_card(stage, await press(stage, result, "Four strengths"))
    card = await picked(stage, gallery, 2)
    assert names(card) == ["animify-ghibli-3.jpg"]
    assert not {"Keep only this one", "Report", "Delete"} & set(labels(card))  # nothing there leads to the gallery
    assert "Same for my photo" in labels(card)


async def test_what_is_private_is_picked_and_deleted_only_where_it_is(stage: Stage) -> None:
    asked = await stage.ask(private=True)
    gallery = await a_gallery_on_its_card(stage, await press(stage, await card_of(stage, asked), "Four strengths"))
    assert not {"Keep only this one", "Report", "Delete"} & set(labels(await picked(stage, gallery, 2)))
    assert (await told(stage, await press(stage, gallery, "Delete all 4"))).startswith("The pictures are deleted.")
    assert stage.playground.latest(gallery) is None


async def test_details_tell_how_a_picture_came_about(stage: Stage) -> None:
    result = await a_result(stage)
    said = await stage.whispered(await press(stage, result, "Details"))
    job = await job_of(stage, result)
    for part in (
        "Ghibli",
        "fake (a painterly filter, not AI)",
        "Strength: 0.5",
        "Seed: 7",
        "0.2 s",
        f"<t:{job.created_at}:f>",
        f"<t:{job.ended_at}:f>",
        f"<t:{job.url_expires_at}:R>",
    ):
        assert part in said.text


async def test_details_say_when_the_photo_is_gone(stage: Stage) -> None:
    act = Act(cause="1", guild_id=stage.guild.id, actor_id=None)
    await stage.store.desk.change_guild(act, retention_hours=0)
    result = await a_result(stage)
    assert "Your photo: gone" in await told(stage, await press(stage, result, "Details"))
