"""The form that asks for photos: for `/animify` without one, for a style of the gallery, and for anyone's result."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.commands import foresight
from bot.delivery import answer
from bot.store import Act, Change
from bot.ui import custom_ids, forms
from bot.ui.custom_ids import Action
from playground import Channel, Interaction, Playground, Upload
from tests.engine.fakes import FakeRunner
from tests.flow.filling import done, fields, photos, said, send
from tests.flow.moderating import a_result, job_of, now, report
from tests.flow.pressing import Runs, nothing_came_of, options, picture_of, press, told
from tests.flow.stage import Stage, a_stage
from tests.flow.test_first_answers import a_busy_database
from tests.styles.many import many


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form waits for what it says and refuses, however slow the machine is that runs this."""
    monkeypatch.setattr(foresight, "PATIENCE", 2.0)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", daily_limit=5, runners=[FakeRunner()]) as ready:
        yield ready


async def settle(stage: Stage, **settings: object) -> None:
    await stage.store.desk.change_guild(Act(cause="1", guild_id=stage.guild.id, actor_id=None), **settings)


async def opened(stage: Stage, place: Channel | None = None, **options: object) -> Interaction:
    return await stage.mika.slash(place or stage.channel, "animify", **options)


async def refused(stage: Stage, interaction: Interaction) -> str:
    """What is said, alone, in place of a form."""
    response = await interaction.response()
    assert response.ephemeral
    assert await nothing_came_of(stage, interaction)
    return response.message.text


async def test_without_a_photo_a_form_asks_for_some_and_says_the_price_first(stage: Stage) -> None:
    form = await opened(stage)
    asked = await fields(form)
    assert list(asked) == [forms.PHOTOS, forms.STYLE, forms.STRENGTH, forms.PRIVATE]
    assert asked[forms.PHOTOS]["max_values"] == 10
    text = await said(form)
    assert "Each picture costs one of your pictures of the day." in text
    assert "You have 5 left today." in text


async def test_what_is_chosen_in_the_form_is_painted(stage: Stage) -> None:
    sent = await send(stage.mika, await opened(stage), photos=photos(1), style=["manga"], strength=["0.95"])
    (job,) = await done(stage, sent)
    assert (job.style, job.strength, job.private) == ("manga", 0.95, False)
    assert await stage.used() == 1


async def test_as_it_is_the_form_asks_for_the_servers_usual_look_and_next_time_for_the_last_one(stage: Stage) -> None:
    await settle(stage, default_style="ukiyoe")
    sent = await send(stage.mika, await opened(stage), photos=photos(1))
    (job,) = await done(stage, sent)
    assert (job.style, job.strength) == ("ukiyoe", 0.5)
    await done(stage, await stage.ask(style="shinkai"))
    (job,) = await done(stage, await send(stage.mika, await opened(stage), photos=photos(1)))
    assert job.style == "shinkai"


async def test_options_of_the_command_are_settled_and_the_form_does_not_ask_again(stage: Stage) -> None:
    form = await opened(stage, style="manga", strength=0.8, seed=9, max_wait=5, private=True)
    assert list(await fields(form)) == [forms.PHOTOS]
    assert "Manga** · strength 0.8 · seed 9" in await said(form)
    sent = await send(stage.mika, form, photos=photos(1))
    (job,) = await done(stage, sent)
    assert (job.style, job.strength, job.seed, job.private) == ("manga", 0.8, 9, True)


async def test_a_form_outlives_a_restart(tmp_path: Path) -> None:
    async with Playground(identify_interval=0) as world:
        runs = Runs(world, tmp_path / "animify.db")
        async with runs.run() as stage:
            form = await opened(stage, style="manga", seed=9)
            await form.response()
        async with runs.run() as stage:
            (job,) = await done(stage, await send(stage.mika, form, photos=photos(1), strength=["0.2"]))
        assert (job.style, job.strength, job.seed) == ("manga", 0.2, 9)
        assert world.violations == []


async def test_among_many_styles_the_form_says_where_the_others_are(tmp_path: Path) -> None:
    many(folder := tmp_path, 60)
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()], styles=folder) as stage:
        await settle(stage, default_style="own_59")
        form = await opened(stage)
        offered = (await fields(form))[forms.STYLE]["options"]
        assert len(offered) == 25
        assert [one["value"] for one in offered if one.get("default")] == ["own_59"]
        assert "`/styles` shows more" in await said(form)


async def test_a_style_that_went_while_the_form_was_open_is_missed(tmp_path: Path) -> None:
    many(folder := tmp_path, 1)
    async with Playground(identify_interval=0) as world:
        runs = Runs(world, tmp_path / "animify.db")
        async with runs.run(styles=folder) as stage:
            form = await opened(stage, style="own_00")
            await form.response()
        async with runs.run() as stage:
            sent = await send(stage.mika, form, photos=photos(1))
            assert "don't have that style any more" in await refused(stage, sent)


async def stopping(stage: Stage) -> None:
    stage.client.services.journey._closing = True


async def without_quota(stage: Stage) -> None:
    await settle(stage, daily_limit=0)


async def paused(stage: Stage) -> None:
    await settle(stage, paused=True)


async def blocked(stage: Stage) -> None:
    act = Change(cause="b", guild_id=stage.guild.id, actor_id=1, member_id=stage.mika.id)
    await stage.store.desk.block(act)


async def asked_for_a_statement(stage: Stage) -> None:
    await settle(stage, upload_statement=True)


@pytest.mark.parametrize(
    ("happens", "sentence"),
    [
        (stopping, "am restarting"),
        (without_quota, "daily limit is 0"),
        (paused, "paused"),
        (blocked, "blocked you"),
        (asked_for_a_statement, "is the photo your own"),
    ],
)
async def test_what_will_be_refused_is_refused_before_anything_is_filled_in(
    stage: Stage, happens: Callable[[Stage], Awaitable[None]], sentence: str
) -> None:
    await happens(stage)
    assert sentence in await refused(stage, await opened(stage))


async def test_a_style_that_can_not_be_had_is_neither_the_usual_one_nor_offered(tmp_path: Path) -> None:
    many(folder := tmp_path, 1, adults=True)
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()], styles=folder) as stage:
        await settle(stage, default_style="own_00", styles_off=frozenset({"ghibli"}))
        adults = stage.guild.text_channel("adults", nsfw=True)  # but nobody could check it
        for place in (stage.channel, adults):
            offered = [one["value"] for one in (await fields(await opened(stage, place)))[forms.STYLE]["options"]]
            result = await picture_of(stage, await stage.mika.slash(place, "animify", photo=photos(1)[0]))
            assert (await job_of(stage, result)).style == offered[0] == "cyberpunk"
            assert [one for one in options(result) if "manga" in one and "own_00" not in one and "ghibli" not in one]


async def test_what_is_refused_after_all_is_said_to_the_one_who_sent_the_form(stage: Stage) -> None:
    form = await opened(stage)
    await form.response()
    await settle(stage, paused=True)
    assert "paused" in await refused(stage, await send(stage.mika, form, photos=photos(1)))


async def test_a_busy_database_holds_up_no_form_it_just_knows_less(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foresight, "PATIENCE", answer.PATIENCE)
    async with a_busy_database(stage):
        form = await opened(stage)
        text = await said(form)
    assert "costs one of your pictures" in text
    assert "left today" not in text
    (job,) = await done(stage, await send(stage.mika, form, photos=photos(1)))
    assert job.style


async def test_a_file_that_is_no_picture_is_named_and_nothing_is_charged(stage: Stage) -> None:
    files = [*photos(2), Upload("my_clip.mp4", b"...", "video/mp4")]
    text = await refused(stage, await send(stage.mika, await opened(stage), photos=files))
    assert r"“my\_clip.mp4” is no picture" in text
    assert await stage.used() == 0


async def test_in_a_direct_message_nobody_else_sees_it_so_nobody_is_asked(stage: Stage) -> None:
    place = stage.playground.direct_message(stage.mika)
    form = await stage.mika.slash(place, "animify")
    assert forms.PRIVATE not in await fields(form)
    sent = await send(stage.mika, form, photos=photos(1))
    assert (await stage.result_of(sent)).channel_id == place.id


async def test_anyone_gets_the_same_look_for_a_photo_of_their_own(stage: Stage) -> None:
    result, ren = await a_result(stage), stage.guild.member("Ren")
    form = await press(stage, result, "Same for my photo", ren)
    assert list(await fields(form)) == [forms.PHOTOS, forms.PRIVATE]
    assert "Ghibli** · strength 0.5 · seed 7" in await said(form)
    jobs = await done(stage, await send(ren, form, photos=photos(2)))
    assert [(one.user_id, one.style, one.strength, one.seed) for one in jobs] == [(ren.id, "ghibli", 0.5, 7)] * 2
    assert (await stage.used(ren), await stage.used()) == (2, 1)
    assert {one.result_channel_id for one in jobs} == {result.channel_id}


async def test_the_same_look_can_be_had_after_a_restart(tmp_path: Path) -> None:
    async with Playground(identify_interval=0) as world:
        runs = Runs(world, tmp_path / "animify.db")
        async with runs.run() as stage:
            result = await a_result(stage)
        async with runs.run() as stage:
            form = await press(stage, result, "Same for my photo", ren := stage.guild.member("Ren"))
            await form.response()
        async with runs.run() as stage:
            (job,) = await done(stage, await send(ren, form, photos=photos(1)))
        assert (job.user_id, job.seed) == (ren.id, 7)


async def test_of_a_hidden_or_deleted_picture_the_look_is_not_handed_on(stage: Stage) -> None:
    result, ren = await a_result(stage), stage.guild.member("Ren")
    job = await job_of(stage, result)
    await report(stage, ren, result, "shows_me")
    custom_id = custom_ids.write(Action.SAME, job.id)
    assert "hidden" in await told(stage, await ren.click(now(stage, result), custom_id))
    await stage.store.mark_deleted(job.id)
    assert "deleted" in await told(stage, await ren.click(now(stage, result), custom_id))
