"""Bad input, full quotas and lost photos: one clear sentence for the member alone, nothing charged, nothing left."""

import io
import time
from pathlib import Path

import pytest
from PIL import Image

from bot import policy
from bot.store import Act
from engine.dispatcher import Ticket
from playground import EventKind, Upload
from tests.engine.fakes import Act as Do
from tests.engine.fakes import FakeRunner
from tests.flow.stage import Stage, a_photo, a_stage


def a_picture(width: int, height: int, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), (90, 120, 200)).save(file, kind)
    return file.getvalue()


def a_film(frames: int) -> bytes:
    first, *rest = [Image.new("RGB", (33, 33), (number % 256, number // 4 % 256, 90)) for number in range(frames)]
    file = io.BytesIO()
    first.save(file, "GIF", save_all=True, append_images=rest)
    return file.getvalue()


BAD = {
    "text that says it is a jpeg": (b"eggs, milk, aubergines", "damaged.jpg", "no picture I can read"),
    "zero bytes": (b"", "empty.jpg", "empty"),
    "a vector drawing": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "drawing.png", "no picture I can read"),
    "a document": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "paper.jpg", "no picture I can read"),
    "a cut-off photo": (a_photo(640, 480)[:9000], "cut.jpg", "damaged or cut off"),
    "one pixel": (a_picture(1, 1), "dot.png", "too small"),
    "a thread of pixels": (a_picture(20000, 40), "line.png", "too narrow"),
    "a film of a thousand and one frames": (a_film(1001), "film.gif", "too many frames"),
    "a bomb": (a_picture(9000, 9000), "bomb.png", "too many pixels"),
}


@pytest.mark.parametrize("case", list(BAD))
async def test_a_bad_file_is_refused_in_private_and_costs_nothing(stage: Stage, case: str) -> None:
    data, name, words = BAD[case]
    interaction = await stage.ask(upload=Upload(name, data, "image/jpeg"))
    refusal = await stage.whispered(interaction)
    assert words in refusal.text
    assert "did not count" in refusal.text
    assert await stage.used() == 0
    assert stage.channel.messages == [refusal]
    assert (stage.dispatcher.waiting, stage.dispatcher.running) == (0, 0)


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (Upload("film.mp4", b"0" * 64, "video/mp4"), "is no picture"),
        (Upload("list.txt", b"eggs", "text/plain"), "is no picture"),
        (Upload("huge.jpg", bytes(25 * 1024 * 1024 + 1), "image/jpeg"), "25 MiB is the most"),
    ],
)
async def test_what_declares_itself_unfit_is_refused_before_it_is_fetched(
    stage: Stage, upload: Upload, words: str
) -> None:
    response = await (await stage.ask(upload=upload)).response()
    assert response.ephemeral
    assert words in response.message.text
    assert await stage.used() == 0


async def test_a_style_that_was_refused_is_not_the_last_one_that_was_used(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", daily_limit=1, runners=[FakeRunner()]) as stage:
        await stage.result_of(await stage.ask(style="ukiyoe"))
        await stage.whispered(await stage.ask(style="manga"))
        assert stage.client.services.shelf.last(stage.mika.id) == "ukiyoe"


async def test_a_new_member_is_told_when_they_may_ask(stage: Stage) -> None:
    act = Act(cause="1", guild_id=stage.guild.id, actor_id=None)
    await stage.store.desk.change_guild(act, new_member_hours=72)
    joined_at = int(time.time()) - 3600
    ren = stage.guild.member("Ren", joined_at=joined_at)
    refusal = await stage.whispered(await stage.ask(ren))
    assert f"<t:{joined_at + 72 * 3600}:R>" in refusal.text


async def test_beyond_the_quota_the_member_is_told_when_it_starts_anew(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", daily_limit=1) as stage:
        await stage.result_of(await stage.ask())
        response = await (await stage.ask()).response()
        assert response.ephemeral
        assert "used your 1 picture of today" in response.message.text
        assert "<t:" in response.message.text
        assert await stage.used() == 1


async def test_a_third_request_waits_until_the_first_has_arrived(tmp_path: Path) -> None:
    runner = FakeRunner(Do.STALL)
    async with a_stage(tmp_path / "animify.db", daily_limit=5, runners=[runner]) as stage:
        asked = [await stage.ask(), await stage.ask()]
        for interaction in asked:
            await interaction.response()
        third = await (await stage.ask()).response()
        assert third.ephemeral
        assert "already have 2 requests on the way" in third.message.text
        runner.gate.release()
        for interaction in asked:
            await stage.result_of(interaction)


async def test_a_photo_that_is_gone_is_said_and_refunded(stage: Stage) -> None:
    stage.playground.faults.next("GET", "attachments/", status=404)
    refusal = await stage.whispered(await stage.ask())
    assert "can't fetch that photo" in refusal.text
    assert await stage.used() == 0
    stage.playground.violations.clear()


async def test_a_photo_that_comes_at_the_third_try_is_painted(stage: Stage) -> None:
    stage.playground.faults.next("GET", "attachments/", status=503)
    stage.playground.faults.next("GET", "attachments/", disconnect=True)
    assert (await stage.result_of(await stage.ask())).attachments


async def test_an_engine_that_dies_is_said_and_refunded(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner(Do.DIE)]) as stage:
        refusal = await stage.whispered(await stage.ask())
        assert "did not count" in refusal.text
        assert await stage.used() == 0


async def test_a_picture_that_is_twice_black_is_not_shown(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner(Do.BLACK, Do.BLACK)]) as stage:
        refusal = await stage.whispered(await stage.ask())
        assert "not come out fit to show" in refusal.text
        assert await stage.used() == 0


async def test_a_picture_that_is_black_once_is_painted_again(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner(Do.BLACK)]) as stage:
        assert (await stage.result_of(await stage.ask())).attachments


async def test_a_refusal_after_the_card_takes_the_card_away(stage: Stage) -> None:
    interaction = await stage.ask(upload=Upload("x.jpg", b"no photo", "image/jpeg"))
    await stage.whispered(interaction)
    kinds = [event.kind for event in stage.playground.events if interaction.id in event.about]
    assert kinds.index(EventKind.MESSAGE_DELETED) < len(kinds) - 1


async def test_no_secret_of_a_refused_photo_is_left_in_the_database(tmp_path: Path) -> None:
    database = tmp_path / "animify.db"
    async with a_stage(database) as stage:
        interaction = await stage.ask(upload=Upload("x.jpg", b"no photo", "image/jpeg"))
        await stage.whispered(interaction)
        token, url = interaction.token, interaction.attachments[0].path
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert token.encode() not in stored
    assert url.encode() not in stored


async def test_a_wait_that_no_token_would_outlive_is_refused_before_the_charge(tmp_path: Path) -> None:
    runner = FakeRunner(Do.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as stage:
        dear = Ticket(guild=stage.guild.id, user=1, cost=policy.MAX_WAIT + 60)
        async with stage.dispatcher.turn(dear) as ahead:
            await ahead.granted()
            response = await (await stage.ask()).response()
        assert response.ephemeral
        assert "Too many people are waiting" in response.message.text
        assert "try again <t:" in response.message.text
        assert await stage.used() == 0


async def test_an_engine_that_takes_nothing_is_said_before_the_charge(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner(Do.CRASH)]) as stage:
        await stage.whispered(await stage.ask())
        response = await (await stage.ask()).response()
        assert response.ephemeral
        assert "engine is down" in response.message.text
        in_place_of_a_form = await (await stage.mika.slash(stage.channel, "animify")).response()
        assert "engine is down" in in_place_of_a_form.message.text
        assert await stage.used() == 0
