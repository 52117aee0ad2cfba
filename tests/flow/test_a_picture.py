"""The promise itself: a photo and a style in, a picture in the thread."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.delivery import card
from engine.dispatcher import Moment
from playground import EventKind, Permissions, Upload
from tests.engine.fakes import Act, FakeRunner
from tests.flow.stage import Stage, a_photo, a_stage


async def test_a_photo_comes_back_as_a_picture_in_a_thread_on_its_card(stage: Stage) -> None:
    interaction = await stage.ask()
    response = await interaction.response()
    assert not response.ephemeral
    assert "Ghibli" in response.message.text
    result = await stage.result_of(interaction)
    thread = stage.channel.thread_of(response.message)
    assert thread is not None
    assert result.channel_id == thread.id
    assert thread.name == "Mika's pictures"
    picture = Image.open(io.BytesIO(await stage.playground.download(result.attachments[0])))
    assert picture.size == (512, 384)  # a small photo is enlarged


async def test_the_card_ends_with_a_link_to_the_picture(stage: Stage) -> None:
    interaction = await stage.ask()
    result = await stage.result_of(interaction)
    assert f"/channels/{stage.guild.id}/{result.channel_id}/{result.id}" in (await interaction.response()).message.text


async def test_the_result_card_says_who_painted_how_and_what_is_left(stage: Stage) -> None:
    result = await stage.result_of(await stage.ask(strength=0.8, seed=42))
    for part in ("painter", "not AI", "strength 0.8", "2 left today", stage.mika.mention):
        assert part in result.text
    assert "in the style “Ghibli”" in str(result.components)  # what a screen reader says
    assert [one.label for one in result.buttons] == [
        *("Again", "Subtler", "Bolder", "Four strengths"),
        *("Before/After", "Details", "Same for my photo", "Report", "Delete"),
    ]


async def test_the_picture_is_the_photo_in_another_style(stage: Stage) -> None:
    photo = a_photo()
    result = await stage.result_of(await stage.ask(upload=Upload("me.jpg", photo, "image/jpeg"), style="manga"))
    painted = np.asarray(Image.open(io.BytesIO(await stage.playground.download(result.attachments[0]))).convert("RGB"))
    original = np.asarray(Image.open(io.BytesIO(photo)).convert("RGB").resize(painted.shape[1::-1]))
    difference = np.abs(painted.astype(int) - original.astype(int)).mean()
    assert 10 < difference < 120


async def test_the_same_seed_paints_the_same_picture(stage: Stage) -> None:
    first = await stage.result_of(await stage.ask(seed=5))
    second = await stage.result_of(await stage.ask(seed=5))
    download = stage.playground.download
    assert await download(first.attachments[0]) == await download(second.attachments[0])


async def test_nobody_is_pinged_for_a_picture_that_came_at_once(stage: Stage) -> None:
    interaction = await stage.ask()
    await stage.result_of(interaction)
    assert not any(one.mentions or one.mentions_everyone for one in stage.guild.messages)


async def test_the_second_picture_within_the_hour_goes_to_the_same_thread(stage: Stage) -> None:
    first = await stage.result_of(await stage.ask())
    second = await stage.result_of(await stage.ask())
    assert first.channel_id == second.channel_id
    assert len(stage.channel.threads) == 1


async def test_another_member_gets_a_thread_of_their_own(stage: Stage) -> None:
    ren = stage.guild.member("Ren")
    first = await stage.result_of(await stage.ask())
    second = await stage.result_of(await stage.ask(ren))
    assert first.channel_id != second.channel_id


async def test_inside_a_thread_the_picture_comes_there(stage: Stage) -> None:
    first = await stage.result_of(await stage.ask())
    thread = stage.playground.channel(first.channel_id)
    second = await stage.result_of(await stage.ask(channel=thread))
    assert second.channel_id == thread.id
    assert len(stage.channel.threads) == 1


async def test_in_a_direct_message_the_card_becomes_the_picture(stage: Stage) -> None:
    place = stage.playground.direct_message(stage.mika)
    interaction = await stage.ask(channel=place)
    result = await stage.result_of(interaction)
    assert result.id == (await interaction.response()).message.id
    assert result.attachments


async def test_in_a_voice_channel_the_card_becomes_the_picture(stage: Stage) -> None:
    interaction = await stage.ask(channel=stage.guild.voice_channel("hangout"))
    result = await stage.result_of(interaction)
    assert result.id == (await interaction.response()).message.id


async def test_without_the_right_to_make_threads_the_card_becomes_the_picture(stage: Stage) -> None:
    stage.channel.overwrite_bot(deny=Permissions.CREATE_PUBLIC_THREADS)
    interaction = await stage.ask()
    result = await stage.result_of(interaction)
    assert result.id == (await interaction.response()).message.id
    stage.playground.violations.clear()  # asking was refused, as it was meant to be


async def test_with_too_many_threads_the_card_becomes_the_picture(stage: Stage) -> None:
    stage.guild.limit_threads(0)
    interaction = await stage.ask()
    result = await stage.result_of(interaction)
    assert result.id == (await interaction.response()).message.id
    stage.playground.violations.clear()


async def test_a_locked_thread_is_not_used_again(stage: Stage) -> None:
    first = await stage.result_of(await stage.ask())
    stage.playground.channel(first.channel_id).archive(locked=True)
    second = await stage.result_of(await stage.ask())
    assert second.channel_id != first.channel_id
    stage.playground.violations.clear()


async def test_an_archived_thread_comes_back_with_the_next_picture(stage: Stage) -> None:
    first = await stage.result_of(await stage.ask())
    stage.playground.channel(first.channel_id).archive()
    second = await stage.result_of(await stage.ask())
    assert second.channel_id == first.channel_id


async def test_a_thread_that_was_archived_meanwhile_is_opened_for_the_picture(tmp_path: Path) -> None:
    runner = FakeRunner(Act.PAINT, Act.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as stage:
        first = await stage.result_of(await stage.ask())
        thread = stage.playground.channel(first.channel_id)
        asked = await stage.ask(channel=thread)
        await stage.queue.until(Moment.GRANTED, times=2)
        thread.archive()
        runner.gate.release()
        result = await stage.result_of(asked)
        assert result.id == (await asked.response()).message.id
        assert result.attachments
        assert await stage.used() == 2
        stage.playground.violations.clear()  # progress may have been refused meanwhile


async def test_nothing_of_the_photos_metadata_leaves(stage: Stage) -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    Image.open(io.BytesIO(a_photo())).save(file, "JPEG", exif=exif, comment=b"SecretComment")
    result = await stage.result_of(await stage.ask(upload=Upload("SecretName.jpg", file.getvalue(), "image/jpeg")))
    data = await stage.playground.download(result.attachments[0])
    assert b"Secret" not in data
    assert "Secret" not in result.attachments[0].filename
    assert b"digitalsourcetype" in data


async def test_of_an_animation_the_first_frame_is_painted_and_the_card_says_so(stage: Stage) -> None:
    frames = [Image.open(io.BytesIO(a_photo(seed=seed))) for seed in (1, 2, 3)]
    file = io.BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:])
    result = await stage.result_of(await stage.ask(upload=Upload("dance.webp", file.getvalue(), "image/webp")))
    assert "first frame" in result.text


async def test_others_wait_their_turn_and_see_their_place(tmp_path: Path) -> None:
    runner = FakeRunner(Act.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as stage:
        others = [stage.guild.member(name) for name in ("Ren", "Yuki", "Aoi")]
        asked = [await stage.ask(other) for other in others]
        await stage.queue.until(Moment.ENTERED, times=3)
        await stage.queue.until(Moment.GRANTED)
        mine = await stage.ask()
        shown = (await mine.response()).message.text
        assert "2 pictures ahead" in shown
        assert "<t:" in shown
        runner.gate.release()
        for interaction in [*asked, mine]:
            assert (await stage.result_of(interaction)).attachments


async def test_a_card_is_never_edited_after_its_last_word(stage: Stage) -> None:
    interaction = await stage.ask()
    await stage.result_of(interaction)
    card = (await interaction.response()).message
    edits = [
        event.message.text
        for event in stage.playground.events
        if event.kind is EventKind.MESSAGE_EDITED and event.message is not None and event.message.id == card.id
    ]
    assert "Done" in edits[-1]


async def test_the_card_is_kept_true_while_one_waits_and_while_it_is_painted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card, "EDIT_INTERVAL", 0.02)
    runner = FakeRunner(Act.STALL, Act.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as stage:
        first = await stage.ask(stage.guild.member("Ren"))
        await stage.queue.until(Moment.GRANTED)
        mine = await stage.ask()
        await stage.card_shows(mine, "next in line")
        await stage.card_shows(first, "Painting, step 1 of 3")
        runner.gate.release()
        await stage.card_shows(mine, "Painting, step 1 of 3")
        runner.gate.release()
        await stage.result_of(mine)
