"""The menus of messages and members: which pictures they find, what their form asks, and what is asked once more."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from bot.commands import foresight
from bot.store import Act, Job
from bot.ui import forms
from bot.values.rules import ConsentRule, PicturesOfMe
from engine.dispatcher import Moment
from playground import Interaction, Member, Message, Playground, Upload
from tests.engine.fakes import Act as Do
from tests.engine.fakes import FakeRunner
from tests.flow.filling import done, fields, photos, said, send
from tests.flow.moderating import a_result, report
from tests.flow.pressing import Runs, nothing_came_of, told
from tests.flow.stage import Stage, a_photo, a_stage
from tests.flow.test_late_and_twice import deliver_again

PICTURE = "https://pictures.example/cat.jpg"


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form waits for what it says and refuses, however slow the machine is that runs this."""
    monkeypatch.setattr(foresight, "PATIENCE", 2.0)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", daily_limit=20, runners=[FakeRunner()]) as ready:
        yield ready


@pytest.fixture
def noor(stage: Stage) -> Member:
    return stage.guild.member("Noor")


async def settle(stage: Stage, **settings: object) -> None:
    act = Act(cause=f"{sorted(settings)}", guild_id=stage.guild.id, actor_id=None)
    await stage.store.desk.change_guild(act, **settings)


async def use(stage: Stage, message: Message, who: Member | None = None) -> Interaction:
    return await (who or stage.mika).use_on_message(stage.channel, "Animify this", message)


async def offered(form: Interaction) -> list[str]:
    """The pictures that the form lets one choose from, all of them chosen."""
    options = (await fields(form))[forms.PICTURES]["options"]
    assert all(one["default"] for one in options)
    return [one["label"] for one in options]


async def photo_of(stage: Stage, job: Job) -> str:
    """Where a job's photo lies."""
    return (await stage.store.secrets(job.id)).url or ""


def a_dance() -> bytes:
    """A GIF that moves."""
    first, second = (Image.open(io.BytesIO(a_photo(seed=seed))) for seed in (1, 2))
    file = io.BytesIO()
    first.save(file, "GIF", save_all=True, append_images=[second])
    return file.getvalue()


async def test_the_form_offers_every_picture_of_the_message_and_paints_those_that_are_chosen(stage: Stage) -> None:
    files = [*photos(3), Upload("notes.txt", b"no picture", "text/plain")]
    form = await use(stage, await stage.mika.say(stage.channel, "us", *files))
    assert await offered(form) == [f"Picture {number}: photo-{number}.jpg" for number in (1, 2, 3)]
    assert "You have 20 left today." in await said(form)
    jobs = await done(stage, await send(stage.mika, form, pictures=["3", "1"], style=["manga"], strength=["0.7"]))
    assert [(one.style, one.strength, one.owner_id) for one in jobs] == [("manga", 0.7, stage.mika.id)] * 2
    first, second = [await photo_of(stage, one) for one in jobs]
    assert "photo-1.jpg" in first
    assert "photo-3.jpg" in second
    assert await stage.used() == 2


async def test_of_a_single_picture_nobody_is_asked_which(stage: Stage) -> None:
    form = await use(stage, await stage.mika.say(stage.channel, "", *photos(1)))
    assert list(await fields(form)) == [forms.STYLE, forms.STRENGTH, forms.PRIVATE]
    await done(stage, await send(stage.mika, form))
    assert await stage.used() == 1


async def test_pictures_behind_links_come_by_discords_own_proxy(stage: Stage) -> None:
    stage.playground.publish(PICTURE, Upload("cat.jpg", a_photo(), "image/jpeg"))
    message = await stage.mika.say(stage.channel, f"look: {PICTURE}", *photos(1))
    form = await use(stage, message)
    assert await offered(form) == ["Picture 1: photo-1.jpg", "Picture 2"]
    (job,) = await done(stage, await send(stage.mika, form, pictures=["2"]))
    assert (await photo_of(stage, job)).startswith("https://images-ext-1.discordapp.net/")


async def test_what_no_proxy_of_discords_hands_on_is_no_picture(stage: Stage) -> None:
    embed = {"type": "rich", "image": {"url": PICTURE, "proxy_url": PICTURE}, "thumbnail": {"url": PICTURE}}
    message = await stage.guild.bot_user("Other bot").say(stage.channel, "", embeds=[embed])
    assert "no picture in that message" in await told(stage, await use(stage, message))


async def test_ten_pictures_are_the_most(stage: Stage) -> None:
    stage.playground.publish(PICTURE, Upload("cat.jpg", a_photo(), "image/jpeg"))
    message = await stage.mika.say(stage.channel, PICTURE, *photos(10))
    form = await use(stage, message)
    assert len(await offered(form)) == 10
    assert "the first 10 of the 11" in await said(form)


async def test_after_a_restart_the_pictures_have_to_be_chosen_again(tmp_path: Path) -> None:
    async with Playground(identify_interval=0) as world:
        runs = Runs(world, tmp_path / "animify.db")
        async with runs.run() as stage:
            form = await use(stage, await stage.mika.say(stage.channel, "", *photos(2)))
            await form.response()
        async with runs.run() as stage:
            sent = await send(stage.mika, form)
            assert "use the menu on them again" in await told(stage, sent)
            assert await nothing_came_of(stage, sent)


async def test_who_says_no_while_a_form_is_filled_in_is_heard(stage: Stage, noor: Member) -> None:
    await settle(stage, consent=ConsentRule.ANYONE)
    form = await use(stage, await noor.say(stage.channel, "", *photos(2)))
    await form.response()
    await stage.store.privacy.say(noor.id, PicturesOfMe.NOBODY)
    assert "does not want it used" in await told(stage, await send(stage.mika, form))
    assert await stage.used() == 0


async def test_a_result_that_is_hidden_while_a_form_is_filled_in_is_used_no_more(stage: Stage, noor: Member) -> None:
    result = await a_result(stage)
    thread = stage.playground.channel(result.channel_id)
    form = await stage.mika.use_on_message(thread, "Animify this", result)
    await form.response()
    await report(stage, noor, result, "shows_me")
    sent = await send(stage.mika, form)
    assert "no picture in that message" in await told(stage, sent)
    assert await nothing_came_of(stage, sent)


async def test_only_the_one_who_used_the_menu_can_send_its_form(stage: Stage, noor: Member) -> None:
    form = await use(stage, await stage.mika.say(stage.channel, "", *photos(2)))
    assert "use the menu on them again" in await told(stage, await send(noor, form))


async def test_a_form_that_is_sent_twice_is_one_request(stage: Stage) -> None:
    form = await use(stage, await stage.mika.say(stage.channel, "", *photos(1)))
    first, second = await send(stage.mika, form), await send(stage.mika, form)
    assert "use the menu on them again" in await told(stage, second)
    assert len(await done(stage, first)) == 1
    assert await nothing_came_of(stage, second)
    assert await stage.used() == 1


async def test_a_form_that_discord_delivers_twice_is_one_request(stage: Stage) -> None:
    form = await use(stage, await stage.mika.say(stage.channel, "", *photos(1)))
    sent = await send(stage.mika, form)
    deliver_again(stage, sent)
    assert len(await done(stage, sent)) == 1
    assert not (await sent.response()).ephemeral
    assert await stage.used() == 1


async def test_nothing_stays_in_memory_of_what_was_asked_for(tmp_path: Path) -> None:
    runner = FakeRunner(Do.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as stage:
        form = await use(stage, await stage.mika.say(stage.channel, "", *photos(2)))
        sent = await send(stage.mika, form)
        await stage.queue.until(Moment.GRANTED)
        assert not stage.client.services.pending._kept
        runner.gate.release()
        await done(stage, sent)


async def test_outside_of_servers_no_rule_is_said_to_be_one_of_a_server(stage: Stage, noor: Member) -> None:
    place = stage.playground.private_channel(stage.mika, noor)
    message = await noor.say(place, "", *photos(1))
    refusal = await told(stage, await stage.mika.use_on_message(place, "Animify this", message))
    assert "Here you can use your own pictures only" in refusal


async def test_without_an_avatar_of_ones_own_there_is_none_to_paint(stage: Stage, noor: Member) -> None:
    used = await stage.mika.use_on_user(stage.channel, "Animify avatar", noor)
    assert "no avatar of their own" in await told(stage, used)


async def test_an_avatar_is_painted_in_the_style_that_is_chosen(stage: Stage) -> None:
    stage.mika.set_avatar(Upload("me.jpg", a_photo(), "image/jpeg"))
    form = await stage.mika.use_on_user(stage.channel, "Animify avatar", stage.mika)
    assert list(await fields(form)) == [forms.STYLE, forms.STRENGTH, forms.PRIVATE]
    (job,) = await done(stage, await send(stage.mika, form, style=["manga"]))
    assert (job.style, job.owner_id) == ("manga", stage.mika.id)


async def test_the_servers_avatar_comes_first_and_it_stands_still(stage: Stage) -> None:
    stage.mika.set_avatar(Upload("me.jpg", a_photo(), "image/jpeg"))
    stage.guild.set_avatar(stage.mika, Upload("dance.gif", a_dance(), "image/gif"))
    form = await stage.mika.use_on_user(stage.channel, "Animify avatar", stage.mika)
    await form.response()
    (kept,) = stage.client.services.pending._kept.values()
    url = kept.value.pictures[0].url  # type: ignore[attr-defined]  # it is what was offered
    assert f"/guilds/{stage.guild.id}/users/{stage.mika.id}/avatars/a_" in url
    assert url.endswith(".png?size=1024")
