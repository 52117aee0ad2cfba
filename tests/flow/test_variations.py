"""Again, another style, subtler, bolder, four strengths, and trying again: the same photo, as a request of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.commands.asking import FOUR_STRENGTHS
from bot.store import Act, Job, State
from bot.ui import custom_ids, forms
from bot.values.rules import ConsentRule, Origin
from engine.dispatcher import Moment
from playground import AnswerKind, Message, Permissions, Playground, ShiftingClock, Upload
from tests.engine.fakes import Act as Does
from tests.engine.fakes import FakeRunner
from tests.flow.moderating import a_result, job_of, labels, now, report
from tests.flow.pressing import (
    Runs,
    choose,
    edited,
    jobs_of,
    nothing_came_of,
    options,
    picture_of,
    press,
    settled,
    told,
)
from tests.flow.stage import Stage, a_photo, a_stage
from tests.styles.many import many


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", daily_limit=9, runners=[FakeRunner()]) as ready:
        yield ready


async def settle(stage: Stage, **settings: object) -> None:
    await stage.store.desk.change_guild(Act(cause=f"{settings}", guild_id=stage.guild.id, actor_id=None), **settings)


def look(job: Job) -> tuple[str, float, int]:
    return job.style, job.strength, job.seed


@pytest.mark.parametrize(("label", "strength"), [("Subtler", 0.3), ("Bolder", 0.7)])
async def test_a_step_of_strength_keeps_style_and_seed(stage: Stage, label: str, strength: float) -> None:
    result = await a_result(stage)
    (job,) = await jobs_of(stage, await press(stage, result, label))
    assert look(job) == ("ghibli", strength, 7)
    assert await stage.used() == 2


async def test_again_is_the_same_look_with_another_seed(stage: Stage) -> None:
    (job,) = await jobs_of(stage, await press(stage, await a_result(stage), "Again"))
    assert look(job)[:2] == ("ghibli", 0.5)
    assert job.seed != 7
    assert job.user_id == stage.mika.id


async def test_what_it_costs_is_said_before(stage: Stage) -> None:
    result = await a_result(stage)
    assert "cost 1 picture each, four strengths cost 4" in result.text


async def test_another_style_keeps_strength_and_seed(stage: Stage) -> None:
    (job,) = await jobs_of(stage, await choose(stage, await a_result(stage), "manga"))
    assert look(job) == ("manga", 0.5, 7)


async def test_a_picture_made_so_has_the_same_buttons(stage: Stage) -> None:
    result = await a_result(stage)
    bolder = await picture_of(stage, await press(stage, result, "Bolder"))
    assert labels(bolder) == labels(result)
    (job,) = await jobs_of(stage, await press(stage, bolder, "Bolder"))
    assert job.strength == 0.9


async def test_four_strengths_are_one_gallery_of_one_photo(stage: Stage) -> None:
    asked = await press(stage, await a_result(stage), "Four strengths")
    jobs = await jobs_of(stage, asked)
    assert [look(job) for job in jobs] == [("ghibli", strength, 7) for strength in FOUR_STRENGTHS]
    assert len({job.result_message_id for job in jobs}) == 1
    gallery = await picture_of(stage, asked)
    assert len(gallery.media) == 4
    assert all(one.description for one in gallery.media)
    assert options(gallery) == [["0", "1", "2", "3"]]
    assert await stage.used() == 5


async def test_four_strengths_with_too_little_left_cost_nothing(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", daily_limit=3, runners=[FakeRunner()]) as stage:
        refusal = await stage.whispered(await press(stage, await a_result(stage), "Four strengths"))
        assert labels(refusal) == ["Paint the first 2"]
        assert await stage.used() == 1


@pytest.mark.parametrize(("label", "strength"), [("Subtler", 0.0), ("Bolder", 1.0)])
async def test_at_the_end_of_the_scale_a_sentence_says_so(stage: Stage, label: str, strength: float) -> None:
    result = await stage.result_of(await stage.ask(strength=strength))
    await settled(stage)
    pressed = await press(stage, result, label)
    assert f"can't be {label.lower()}" in await told(stage, pressed)
    assert await nothing_came_of(stage, pressed)
    assert await stage.used() == 1


@pytest.mark.parametrize(("label", "before", "after"), [("Subtler", 0.1, 0.0), ("Bolder", 0.95, 1.0)])
async def test_a_step_ends_at_the_end_of_the_scale(stage: Stage, label: str, before: float, after: float) -> None:
    result = await stage.result_of(await stage.ask(strength=before))
    await settled(stage)
    (job,) = await jobs_of(stage, await press(stage, result, label))
    assert job.strength == after


async def test_more_styles_than_a_select_takes_are_one_step_away(tmp_path: Path) -> None:
    (own := tmp_path / "own").mkdir()
    many(own, 60)
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()], styles=own) as stage:
        result = await a_result(stage)
        (offered,) = options(result)
        assert (len(offered), offered[-1]) == (25, custom_ids.MORE_STYLES)
        all_of_them = await stage.whispered(await choose(stage, result, custom_ids.MORE_STYLES))
        values = [value for select in options(all_of_them) for value in select]
        assert len(values) == 60 + 8 - 1
        (job,) = await jobs_of(stage, await choose(stage, all_of_them, "own_59"))
        assert job.style == "own_59"


async def test_a_style_that_was_switched_off_is_refused(stage: Stage) -> None:
    result = await a_result(stage)
    await settle(stage, styles_off=frozenset({"manga"}))
    pressed = await choose(stage, result, "manga")
    assert "style is switched off" in await told(stage, pressed)
    assert await nothing_came_of(stage, pressed)


async def test_a_style_that_is_gone_is_refused(tmp_path: Path) -> None:
    (own := tmp_path / "own").mkdir()
    many(own, 1)
    async with Playground(identify_interval=0) as playground:
        runs = Runs(playground, tmp_path / "animify.db")
        async with runs.run(styles=own) as stage:
            result = await stage.result_of(await stage.ask(style="own_00"))
            await settled(stage)
            other = await a_result(stage)
        async with runs.run() as stage:
            for pressed in (await press(stage, result, "Again"), await choose(stage, other, "own_00")):
                assert "don't have that style" in await told(stage, pressed)
                assert await nothing_came_of(stage, pressed)


async def test_the_rules_are_asked_anew(stage: Stage) -> None:
    await settle(stage, consent=ConsentRule.ANYONE)
    result, _ = await of_somebodys_avatar(stage)
    await settle(stage, consent=ConsentRule.SELF)
    pressed = await press(stage, result, "Again")
    assert "your own pictures only" in await told(stage, pressed)
    assert await nothing_came_of(stage, pressed)


async def test_whose_photo_it_was_stays_known(stage: Stage) -> None:
    await settle(stage, consent=ConsentRule.ANYONE)
    result, noor = await of_somebodys_avatar(stage)
    (job,) = await jobs_of(stage, await press(stage, result, "Again"))
    assert (job.user_id, job.owner_id) == (stage.mika.id, noor)


async def test_a_bots_picture_stays_for_moderators_only(stage: Stage) -> None:
    role = stage.guild.role("Once", Permissions.MODERATE_MEMBERS)
    ren = stage.guild.member("Ren", roles=(role,))
    await settle(stage, upload_statement=True)
    bot = stage.guild.bot_user("Another bot")
    posted = await bot.say(stage.channel, "look", Upload("art.jpg", a_photo(), "image/jpeg"))
    opened = await ren.use_on_message(stage.channel, "Animify this", posted)
    await opened.response()
    result = await picture_of(stage, await ren.submit(opened, {}))
    (job,) = await jobs_of(stage, await press(stage, result, "Again", ren))  # and no statement is asked for
    assert job.origin is Origin.MACHINE
    stage.guild.take_role(ren, role)
    for label in ("Again", "Before/After"):
        pressed = await press(stage, result, label, ren)
        assert "by moderators only" in await told(stage, pressed)
        assert await nothing_came_of(stage, pressed)


async def test_a_photo_of_somebody_who_was_erased_is_not_used_again(stage: Stage) -> None:
    await settle(stage, consent=ConsentRule.ANYONE)
    result, noor = await of_somebodys_avatar(stage)
    await stage.store.privacy.begin_erasure(noor)
    await stage.store.privacy.erase(noor)
    pressed = await press(stage, result, "Again")
    assert "no longer know whose photo" in await told(stage, pressed)
    assert await nothing_came_of(stage, pressed)


async def of_somebodys_avatar(stage: Stage) -> tuple[Message, int]:
    noor = stage.guild.member("Noor")
    noor.set_avatar(Upload("me.png", a_photo(), "image/jpeg"))
    opened = await stage.mika.use_on_user(stage.channel, "Animify avatar", noor)
    await opened.response()
    return await picture_of(stage, await stage.mika.submit(opened, {})), noor.id


async def test_of_a_hidden_or_deleted_picture_nothing_more_is_made(stage: Stage) -> None:
    result = await a_result(stage)
    await report(stage, stage.guild.member("Noor"), result, "shows_me")
    hidden = now(stage, result)
    for label in ("Again", "Subtler", "Bolder", "Four strengths"):
        assert "is hidden, since" in await told(stage, await press(stage, hidden, label))
    await stage.store.mark_deleted((await job_of(stage, result)).id)
    assert "deleted already" in await told(stage, await press(stage, hidden, "Again"))
    assert await stage.used() == 1


async def test_a_request_of_which_nothing_came_can_be_tried_again(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner(Does.DIE)]) as stage:
        asked = await stage.ask(strength=0.4)
        sorry = await stage.whispered(asked)
        assert "did not count" in sorry.text
        assert labels(sorry) == ["Try again (1 picture)"]
        (job,) = await jobs_of(stage, await press(stage, sorry, "Try again (1 picture)"))
        assert look(job) == ("ghibli", 0.4, 7)
        assert await stage.used() == 1


async def test_what_was_refused_by_its_seed_is_tried_with_another(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner(Does.BLACK, Does.BLACK)]) as stage:
        sorry = await stage.whispered(await stage.ask())
        (job,) = await jobs_of(stage, await press(stage, sorry, "Try again (1 picture)"))
        assert job.seed != 7


async def test_what_is_lost_of_a_gallery_is_tried_again_by_itself(tmp_path: Path) -> None:
    runner = FakeRunner(Does.PAINT, Does.PAINT, Does.DIE, Does.PAINT, Does.DIE)
    async with a_stage(tmp_path / "animify.db", daily_limit=9, runners=[runner]) as stage:
        gallery = await picture_of(stage, await press(stage, await a_result(stage), "Four strengths"))
        assert len(gallery.media) == 2
        jobs = await jobs_of(stage, await press(stage, now(stage, gallery), "Try again (2 pictures)"))
        missing = set(FOUR_STRENGTHS) - {job.strength for job in await stage.store.jobs_by_result(gallery.id)}
        assert [look(job) for job in jobs] == [("ghibli", strength, 7) for strength in sorted(missing)]
        assert await stage.used() == 1 + 4


async def test_a_whole_gallery_offers_nothing_to_try_again(stage: Stage) -> None:
    gallery = await picture_of(stage, await press(stage, await a_result(stage), "Four strengths"))
    assert labels(gallery) == ["Same for my photo", "Report", "Delete all 4"]


async def test_what_was_called_off_is_not_tried_again(tmp_path: Path) -> None:
    runner = FakeRunner(Does.PAINT, Does.PAINT, Does.DIE, Does.STALL)
    async with a_stage(tmp_path / "animify.db", daily_limit=9, runners=[runner]) as stage:
        four = await press(stage, await a_result(stage), "Four strengths")
        await stage.queue.until(Moment.GRANTED, times=4)
        await stage.card_shows(four, "1 picture failed")
        await press(stage, now(stage, (await four.response()).message), "Cancel")
        await settled(stage)
        runner.gate.release()
        first, *_ = await stage.store.jobs_of(four.id)
        jobs = await jobs_of(stage, await press(stage, gallery_of(stage, first), "Try again (1 picture)"))
        assert len(jobs) == 1


def gallery_of(stage: Stage, job: Job) -> Message:
    places = stage.playground.channel(job.result_channel_id or 0).messages
    return next(one for one in places if one.id == job.result_message_id)


async def test_all_pictures_of_it_are_tried_again_together(tmp_path: Path) -> None:
    runner = FakeRunner(Does.PAINT, *[Does.DIE] * 4)
    async with a_stage(tmp_path / "animify.db", daily_limit=9, runners=[runner]) as stage:
        four = await press(stage, await a_result(stage), "Four strengths")
        sorry = await stage.whispered(four)
        jobs = await jobs_of(stage, await press(stage, sorry, "Try again (4 pictures)"))
        assert [job.strength for job in jobs] == list(FOUR_STRENGTHS)
        assert len({job.seed for job in jobs}) == 1
        assert await stage.used() == 5


async def test_after_the_token_has_died_the_card_itself_offers_it(tmp_path: Path) -> None:
    clock, runner = ShiftingClock(), FakeRunner(Does.STALL, Does.DIE)
    clock.advance(-14 * 60 - 30)  # asked so long ago, as the bot's own clock sees it
    world = Playground(clock, identify_interval=0)
    async with a_stage(tmp_path / "animify.db", world=world, runners=[runner]) as stage:
        await stage.ask(stage.guild.member("Ren"))
        await stage.queue.until(Moment.GRANTED)
        card = (await (await stage.ask()).response()).message
        clock.advance(16 * 60)  # and now Discord refuses the token
        runner.gate.release()
        failed = await edited(stage, card, "did not count")
        await settled(stage)
        assert not failed.ephemeral
        (job,) = await jobs_of(stage, await press(stage, failed, "Try again (1 picture)"))
        assert job.user_id == stage.mika.id


async def test_a_photo_that_is_no_picture_is_not_offered_again(stage: Stage) -> None:
    sorry = await stage.whispered(await stage.ask(upload=Upload("x.jpg", b"no photo", "image/jpeg")))
    assert labels(sorry) == []


@pytest.mark.parametrize(
    ("label", "strengths"), [("Again", (0.5,)), ("Bolder", (0.7,)), ("Four strengths", FOUR_STRENGTHS)]
)
async def test_where_the_photo_is_gone_a_form_asks_for_one_in_that_look(
    stage: Stage, label: str, strengths: tuple[float, ...]
) -> None:
    await settle(stage, retention_hours=0)
    opened = await press(stage, await a_result(stage), label)
    assert (await opened.response()).type is AnswerKind.MODAL
    photo = Upload("mine.jpg", a_photo(seed=2), "image/jpeg")
    jobs = await jobs_of(stage, await stage.mika.submit(opened, {forms.PHOTOS: [photo]}))
    assert [(job.style, job.strength) for job in jobs] == [("ghibli", strength) for strength in strengths]
    assert all((job.seed == 7) is (label != "Again") for job in jobs)


async def test_what_was_private_stays_private(stage: Stage) -> None:
    asked = await stage.ask(private=True)
    event = await stage.playground.wait_for(
        lambda event: event.message is not None and bool(event.message.media), about=asked.id
    )
    await settled(stage)
    assert event.message is not None
    pressed = await press(stage, event.message, "Bolder")
    assert (await pressed.response()).ephemeral
    await settled(stage)
    assert all(one.ephemeral for one in stage.channel.messages)
    (job,) = await stage.store.jobs_of(pressed.id)
    assert (job.private, job.state) == (True, State.DELIVERED)
