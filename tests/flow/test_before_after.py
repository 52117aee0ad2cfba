"""Before/After: the photo beside its picture, or wiping into it, for the requester alone until they post it."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from discord import ui
from PIL import Image

from bot.attachments import Attachments
from bot.commands.asking import Wish
from bot.store import Act
from bot.ui import custom_ids
from bot.ui.custom_ids import Action
from bot.values.rules import ConsentRule, PicturesOfMe, SafetyMode
from playground import Member, Message, Permissions, Playground, Upload
from playground.layout import walk
from tests.engine.fakes import SAFE, UNSAFE, FakeChecker, FakeRunner
from tests.flow.moderating import a_result, button, decide, job_of, labels, log_channel, logged, now, report
from tests.flow.stage import Stage, a_photo, a_stage, the_bot
from tests.images import samples

LIMIT = 10 << 20


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as ready:
        yield ready


def photo_of_a_place() -> Upload:
    """A photo whose file says where it was taken and by whom."""
    image = Image.open(io.BytesIO(a_photo()))
    with Image.open(io.BytesIO(samples.private_jpeg())) as private:
        exif = private.getexif().tobytes()
    file = io.BytesIO()
    image.save(file, "JPEG", quality=92, exif=exif, xmp=b"<x>PRIVATE packet</x>", comment=b"PRIVATE words")
    return Upload("me.jpg", file.getvalue(), "image/jpeg")


async def settle(stage: Stage, **settings: object) -> None:
    await stage.store.desk.change_guild(Act(cause="1", guild_id=stage.guild.id, actor_id=None), **settings)


async def compare(stage: Stage, result: Message, who: Member | None = None) -> Message:
    """Press Before/After; the card that comes of it."""
    pressed = await (who or stage.mika).click(result, button(result, "Before/After"))
    event = await stage.playground.wait_for(
        lambda event: event.message is not None and event.message.ephemeral and bool(event.message.media),
        about=pressed.id,
    )
    assert event.message is not None
    return event.message


async def press(stage: Stage, card: Message, label: str, then: Callable[[Message], object]) -> Message:
    """Press a button of a comparison; the card once it looks like this."""
    seen = sum(card.id in event.about for event in stage.playground.events)
    await stage.mika.click(card, button(card, label))
    event = await stage.playground.wait_for(
        lambda event: event.message is not None and event.message.id == card.id and bool(then(event.message)),
        about=card.id,
        since=seen,
    )
    assert event.message is not None
    return event.message


async def told(stage: Stage, message: Message, label: str = "Before/After", who: Member | None = None) -> str:
    """What somebody is told, alone, who presses this."""
    pressed = await (who or stage.mika).click(message, button(message, label))
    event = await stage.playground.wait_for(
        lambda event: (
            event.message is not None
            and event.message.id != message.id
            and event.message.ephemeral
            and bool(event.message.text)
        ),
        about=pressed.id,
    )
    assert event.message is not None
    return event.message.text


def names(message: Message) -> list[str]:
    return [one.url.rpartition("/")[2] for one in message.media]


def controls(message: Message) -> list[dict[str, object]]:
    """Every button and select, as Discord has it."""
    return [dict(one) for one in walk(message.components) if "custom_id" in one]


async def files(stage: Stage, message: Message) -> dict[str, bytes]:
    return {one.filename: await stage.playground.download(one) for one in message.attachments}


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def wiping(card: Message) -> bool:
    return names(card) == ["wipe.webp"]


def is_posted(card: Message) -> bool:
    return "Everyone sees it" in card.text


async def posted(stage: Stage, result: Message) -> Message:
    """The result with the photo beside it."""
    await press(stage, await compare(stage, result), "Post it", is_posted)
    return now(stage, result)


async def test_the_requester_alone_sees_the_photo_beside_the_picture(stage: Stage) -> None:
    result = await stage.result_of(await stage.ask(upload=photo_of_a_place()))
    card = await compare(stage, result)
    assert (card.ephemeral, card.recipient_id) == (True, stage.mika.id)
    assert names(card) == ["before.jpg", "animify-ghibli.jpg"]
    assert all(one.description for one in card.media)
    assert len({one.description for one in card.media}) == 2
    assert labels(card) == ["As an animation", "Post it"]
    found = await files(stage, card)
    assert found["animify-ghibli.jpg"] == (await files(stage, result))["animify-ghibli.jpg"]
    before = pixels(found["before.jpg"])
    assert before.shape == pixels(found["animify-ghibli.jpg"]).shape
    painted = Image.open(io.BytesIO(a_photo())).resize(before.shape[1::-1])
    assert np.abs(before - np.asarray(painted)).mean() < 4
    assert sum(map(len, found.values())) <= LIMIT
    assert now(stage, result).media == result.media


async def test_nobody_else_is_shown_the_photo(stage: Stage) -> None:
    result, noor = await a_result(stage), stage.guild.member("Noor", permissions=Permissions.ADMINISTRATOR)
    assert "Only the person who asked" in await told(stage, result, who=noor)


async def test_the_wipe_is_an_animation_that_loops_and_the_sides_come_back(stage: Stage) -> None:
    result = await stage.result_of(await stage.ask(upload=photo_of_a_place()))
    card = await compare(stage, result)
    sides = await files(stage, card)
    turned = await press(stage, card, "As an animation", wiping)
    assert labels(turned) == ["Side by side", "Post it"]
    assert turned.media[0].description
    data = (await files(stage, turned))["wipe.webp"]
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.info["loop"], image.n_frames > 20) == ("WEBP", 0, True)  # type: ignore[attr-defined] # an animation has them
    assert len(data) <= LIMIT
    back = await press(stage, turned, "Side by side", lambda card: not wiping(card))
    assert names(back) == names(card)
    assert await files(stage, back) == sides


async def test_no_file_says_where_the_photo_was_taken(stage: Stage) -> None:
    result = await stage.result_of(await stage.ask(upload=photo_of_a_place()))
    card = await compare(stage, result)
    sides = await files(stage, card)
    turned = await press(stage, card, "As an animation", wiping)
    await press(stage, turned, "Post it", is_posted)
    wiped = await files(stage, now(stage, result))
    assert sorted([*sides, *wiped]) == ["animify-ghibli.jpg", "animify-ghibli.jpg", "before.jpg", "wipe.webp"]
    assert not [name for name, data in [*sides.items(), *wiped.items()] if b"PRIVATE" in data]
    with Image.open(io.BytesIO(sides["before.jpg"])) as before:
        assert len(before.getexif()) == 0


async def test_what_is_posted_joins_the_result_and_the_button_is_gone(stage: Stage) -> None:
    result = await a_result(stage)
    done = await press(stage, await compare(stage, result), "Post it", is_posted)
    assert labels(done) == []
    assert names(done) == ["before.jpg", "animify-ghibli.jpg"]
    assert f"/{result.channel_id}/{result.id}" in done.text
    after = now(stage, result)
    assert names(after) == ["before.jpg", "animify-ghibli.jpg"]
    assert all(one.description for one in after.media)
    assert controls(after) == controls(result)
    assert after.text == result.text
    assert (await job_of(stage, after)).sha256 == (await job_of(stage, result)).sha256


async def test_posting_it_twice_is_posting_it_once_and_the_wipe_may_follow(stage: Stage) -> None:
    result = await a_result(stage)
    await posted(stage, result)
    assert names(await posted(stage, result)) == ["before.jpg", "animify-ghibli.jpg"]
    turned = await press(stage, await compare(stage, now(stage, result)), "As an animation", wiping)
    done = await press(stage, turned, "Post it", is_posted)
    assert wiping(done)
    assert names(now(stage, result)) == ["before.jpg", "animify-ghibli.jpg", "wipe.webp"]


async def test_what_was_posted_is_hidden_shown_and_deleted_with_the_picture(stage: Stage) -> None:
    log, noor = await log_channel(stage), stage.guild.member("Noor", permissions=Permissions.MODERATE_MEMBERS)
    result = await posted(stage, await a_result(stage))
    await report(stage, noor, result, "shows_me")
    assert now(stage, result).media == ()
    card = await logged(stage, log, "Report")
    look = await decide(stage, noor, card, "Look")
    assert [one.url.partition("?")[0].rpartition("/")[2] for one in look.media] == names(result)
    await decide(stage, noor, card, "Dismiss")
    assert now(stage, result).media == result.media
    pressed = await stage.mika.click(result, button(result, "Delete"))
    assert "deleted" in (await stage.whispered(pressed)).text
    assert stage.playground.latest(result) is None


async def test_a_picture_that_is_hidden_is_neither_compared_nor_posted(stage: Stage) -> None:
    result, noor = await a_result(stage), stage.guild.member("Noor")
    card = await compare(stage, result)
    await report(stage, noor, result, "shows_me")
    assert "hidden" in await told(stage, now(stage, result))
    assert "hidden" in await told(stage, card, "Post it")
    assert now(stage, result).media == ()
    assert len(now(stage, result).attachments) == 1


async def test_a_picture_that_is_deleted_is_neither_compared_nor_posted(stage: Stage) -> None:
    result = await a_result(stage)
    card = await compare(stage, result)
    await stage.whispered(await stage.mika.click(result, button(result, "Delete")))
    assert "deleted already" in await told(stage, card, "As an animation")
    assert "deleted already" in await told(stage, card, "Post it")


async def test_a_result_that_somebody_deleted_by_hand_can_not_be_posted_to(stage: Stage) -> None:
    result = await a_result(stage)
    card = await compare(stage, result)
    await stage.mika.delete(result)
    assert "can't find that picture" in await told(stage, card, "Post it")
    stage.playground.violations.clear()  # it was tried


@pytest.mark.parametrize("why", ["Discord has lost it", "the server keeps no links"])
async def test_where_the_photo_is_gone_a_sentence_says_so(stage: Stage, why: str) -> None:
    if why == "the server keeps no links":
        await settle(stage, retention_hours=0)
    asked = await stage.ask()
    result = await stage.result_of(asked)
    await asyncio.gather(*stage.client.services.journey._under_way)
    if why == "Discord has lost it":
        stage.playground.cdn.remove(asked.attachments[0].path)
    assert "can't get that photo any more" in await told(stage, result)
    stage.playground.violations.clear()  # it was tried


async def of(stage: Stage, owner: Member) -> Message:
    """A picture made of somebody else's, as they allow it."""
    await settle(stage, consent=ConsentRule.OPTED_IN)
    await stage.store.privacy.say(owner.id, PicturesOfMe.ANYONE)
    result = await a_result(stage)
    await stage.store._database.transact(
        lambda tx: tx.run(
            "UPDATE jobs SET owner = (SELECT subject FROM subjects WHERE user_id = :owner)", owner=owner.id
        )
    )
    return result


@pytest.mark.parametrize("said", [PicturesOfMe.NOBODY, None])
async def test_whoever_the_photo_belongs_to_can_still_say_no(stage: Stage, said: PicturesOfMe | None) -> None:
    noor = stage.guild.member("Noor")
    result = await of(stage, noor)
    card = await compare(stage, result)
    await stage.store.privacy.say(noor.id, said)
    no = "does not want it used" if said else "has not said"
    for message, label in ((result, "Before/After"), (card, "As an animation"), (card, "Post it")):
        assert no in await told(stage, message, label)


async def test_a_photo_whose_owner_was_erased_is_not_shown(stage: Stage) -> None:
    noor = stage.guild.member("Noor")
    result = await of(stage, noor)
    await stage.store.privacy.erase(noor.id)
    assert "can't get that photo any more" in await told(stage, result)


async def test_what_is_behind_a_click_stays_there_with_its_photo(tmp_path: Path) -> None:
    checker = FakeChecker(SAFE, UNSAFE)
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()], checker=checker) as stage:
        await settle(stage, safety=SafetyMode.SPOILER)
        result = await a_result(stage)
        card = await compare(stage, result)
        assert [one.spoiler for one in card.media] == [True, True]
        turned = await press(stage, card, "As an animation", wiping)
        assert [one.spoiler for one in turned.media] == [True]
        assert [one.spoiler for one in (await posted(stage, result)).media] == [True, True]


async def test_a_thread_that_went_to_sleep_is_woken(stage: Stage) -> None:
    result = await a_result(stage)
    card = await compare(stage, result)
    thread = stage.playground.channel(result.channel_id)
    thread.archive()
    await press(stage, card, "Post it", is_posted)
    assert len(now(stage, result).media) == 2


async def test_where_only_the_member_brought_the_bot_nothing_can_be_posted(stage: Stage) -> None:
    guild = stage.playground.foreign_guild("Elsewhere")
    guild.admit(stage.mika)
    result = await a_result(stage, channel=guild.text_channel("photos"))
    card = await compare(stage, result)
    assert labels(card) == ["As an animation"]
    turned = await press(stage, card, "As an animation", wiping)
    back = await press(stage, turned, "Side by side", lambda card: not wiping(card))
    assert names(back) == names(card)


async def test_a_private_picture_is_compared_where_it_is(stage: Stage) -> None:
    asked = await stage.ask(private=True)
    event = await stage.playground.wait_for(
        lambda event: event.message is not None and "Before/After" in labels(event.message), about=asked.id
    )
    assert event.message is not None
    await asyncio.gather(*stage.client.services.journey._under_way)
    card = await compare(stage, event.message)
    assert names(card) == ["before.jpg", "animify-ghibli.jpg"]
    assert labels(card) == ["As an animation"]


async def test_one_of_several_pictures_is_compared_and_not_posted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.commands.animify.Wish", lambda **wish: Wish(**{**wish, "strengths": (0.2, 0.8)}))
    asked = await stage.ask()
    await asked.response()
    await asyncio.gather(*stage.client.services.journey._under_way)
    jobs = await stage.store.jobs_of(asked.id)
    place = stage.playground.channel(jobs[1].result_channel_id or 0)
    result = next(one for one in place.messages if one.id == jobs[1].result_message_id)
    offered = await a_button(stage, "Before/After", custom_ids.write(Action.COMPARE, jobs[1].id))
    card = await compare(stage, offered)
    assert names(card) == ["before.jpg", "animify-ghibli-2.jpg"]
    assert (await files(stage, card))["animify-ghibli-2.jpg"] == (await files(stage, result))["animify-ghibli-2.jpg"]
    assert labels(card) == ["As an animation"]
    post = await a_button(stage, "Post it", custom_ids.write(Action.POST, jobs[1].id))
    assert "can't change that picture's message" in await told(stage, post, "Post it")
    assert now(stage, result).media == result.media


async def a_button(stage: Stage, label: str, custom_id: str) -> Message:
    """A message of ours with a button of another one's."""
    view = ui.LayoutView(timeout=None)
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow(ui.Button(label=label, custom_id=custom_id))
    view.add_item(row).stop()
    sent = await stage.client.get_partial_messageable(stage.channel.id, guild_id=stage.guild.id).send(view=view)
    return next(one for one in stage.channel.messages if one.id == sent.id)


async def test_a_direct_message_has_it_too(stage: Stage) -> None:
    place = stage.playground.direct_message(stage.mika)
    assert names(await posted(stage, await a_result(stage, channel=place))) == ["before.jpg", "animify-ghibli.jpg"]


async def test_one_comparison_at_a_time_a_member(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    result, fetch, held = await a_result(stage), Attachments.fetch, asyncio.Event()

    async def held_up(self: Attachments, url: str) -> bytes:
        await held.wait()
        return await fetch(self, url)

    monkeypatch.setattr(Attachments, "fetch", held_up)
    first = await stage.mika.click(result, button(result, "Before/After"))
    await first.response()
    assert "still at your last comparison" in await told(stage, result)
    held.set()
    await stage.playground.wait_for(
        lambda event: event.message is not None and len(event.message.media) == 2, about=first.id
    )
    assert len((await compare(stage, result)).media) == 2


async def test_it_comes_although_the_answer_to_the_first_answer_was_lost(stage: Stage) -> None:
    result = await a_result(stage)
    stage.playground.faults.lose_acknowledgement()
    assert len((await compare(stage, result)).media) == 2


async def test_all_of_it_works_after_a_restart(tmp_path: Path) -> None:
    async with Playground(identify_interval=0) as playground:
        guild = playground.guild("Cosy Corner")
        channel, mika = guild.text_channel("photos"), guild.member("Mika")

        @asynccontextmanager
        async def a_run() -> AsyncIterator[Stage]:
            async with the_bot(playground, tmp_path / "animify.db", runners=[FakeRunner()]) as client:
                yield Stage(playground, guild, channel, mika, client, client.services.store, None, None)  # type: ignore[arg-type] # no queue is looked at

        async with a_run() as stage:
            result = await a_result(stage)
        async with a_run() as stage:
            card = await compare(stage, result)
        async with a_run() as stage:
            turned = await press(stage, card, "As an animation", wiping)
        async with a_run() as stage:
            await press(stage, turned, "Post it", is_posted)
            assert names(now(stage, result)) == ["animify-ghibli.jpg", "wipe.webp"]
        assert playground.violations == []
