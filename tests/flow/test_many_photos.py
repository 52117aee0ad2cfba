"""Many photos are one request: one card, one message that grows, one charge each; or fewer, where the quota says so."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from bot.commands.asking import FOUR_STRENGTHS
from bot.request import Request
from bot.store import Act, Action, Change, Order, Scope, State
from engine.dispatcher import Moment
from playground import Channel, EventKind, Interaction, Message, Playground, Upload
from tests.engine.fakes import Act as Do
from tests.engine.fakes import FakeRunner
from tests.faults.mishaps import all_resumed
from tests.flow.filling import done, no_photo, photos, result, send
from tests.flow.moderating import a_result
from tests.flow.pressing import Runs, nothing_came_of, press, told
from tests.flow.stage import Stage, a_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", daily_limit=3, runners=[FakeRunner()]) as ready:
        yield ready


async def ask(stage: Stage, files: Sequence[Upload], channel: Channel | None = None, **filled: object) -> Interaction:
    await stage.store.stated(stage.mika.id)
    form = await stage.mika.slash(channel or stage.channel, "animify", style="ghibli", seed=7)
    return await send(stage.mika, form, photos=files, **filled)


def names(message: Message) -> list[str]:
    return [one.filename for one in message.attachments]


async def in_a_thread(stage: Stage) -> Channel:
    return stage.channel


async def on_the_card(stage: Stage) -> Channel:
    await stage.store.desk.change_guild(Act(cause="1", guild_id=stage.guild.id, actor_id=None), threads=False)
    return stage.channel


async def in_a_direct_message(stage: Stage) -> Channel:
    return stage.playground.direct_message(stage.mika)


@pytest.mark.parametrize("where", [in_a_thread, on_the_card, in_a_direct_message])
async def test_what_is_no_picture_is_refunded_and_the_others_are_one_gallery(
    stage: Stage, where: Callable[[Stage], Awaitable[Channel]]
) -> None:
    place = await where(stage)
    first, second = photos(2)
    asked = await ask(stage, [first, no_photo(), second], place)
    jobs = await done(stage, asked)
    assert [one.state for one in jobs] == [State.DELIVERED, State.FAILED, State.DELIVERED]
    gallery = result(stage, jobs[0])
    assert gallery == result(stage, jobs[2])
    assert names(gallery) == ["animify-ghibli-1.jpg", "animify-ghibli-3.jpg"]
    assert [one.url.rpartition("/")[2] for one in gallery.media] == names(gallery)
    assert "1 picture failed" in gallery.text
    assert "did not count" in gallery.text
    assert (await stage.store.usage(jobs[0].guild_id, stage.mika.id)).used == 2
    card = (await asked.response()).message
    assert (card == gallery) == (where is not in_a_thread)
    assert "1 picture failed" in card.text
    everything = [one for each in (place, *place.threads) for one in each.messages if one.attachments]
    assert everything == [gallery]


async def test_where_all_fail_nothing_is_shown_and_all_is_refunded(stage: Stage) -> None:
    asked = await ask(stage, [no_photo(), no_photo()])
    jobs = await done(stage, asked)
    assert {one.state for one in jobs} == {State.FAILED}
    assert await stage.used() == 0
    assert "did not count" in (await stage.whispered(asked)).text
    assert [one for one in stage.channel.messages if not one.ephemeral] == []


async def test_pictures_join_the_gallery_as_they_finish_in_their_order(tmp_path: Path) -> None:
    runner = FakeRunner(Do.PAINT, Do.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as stage:
        asked = await ask(stage, photos(3))
        await stage.queue.until(Moment.GRANTED, times=2)
        event = await stage.playground.wait_for(
            lambda event: event.message is not None and "2 more are on their way" in event.message.text
        )
        assert event.message is not None
        assert names(event.message) == ["animify-ghibli-1.jpg"]
        await stage.card_shows(asked, "of 3 done")
        runner.gate.release()
        jobs = await done(stage, asked)
        gallery = result(stage, jobs[0])
        assert gallery.id == event.message.id
        assert names(gallery) == [f"animify-ghibli-{number}.jpg" for number in (1, 2, 3)]


async def test_requests_in_flight_are_counted_not_their_pictures(tmp_path: Path) -> None:
    runner = FakeRunner(Do.STALL)
    async with a_stage(tmp_path / "animify.db", daily_limit=20, runners=[runner]) as stage:
        two = [await ask(stage, photos(3)), await ask(stage, photos(3))]
        for asked in two:
            assert not (await asked.response()).ephemeral
        third = await told(stage, await ask(stage, photos(1)))
        assert "already have 2 requests on the way" in third
        assert "try again <t:" in third
        runner.gate.release()
        for asked in two:
            assert {one.state for one in await done(stage, asked)} == {State.DELIVERED}


async def test_a_restart_in_the_middle_paints_the_rest_into_the_same_message(tmp_path: Path) -> None:
    async with Playground(identify_interval=0) as world:
        runs = Runs(world, tmp_path / "animify.db")
        runner = FakeRunner(Do.PAINT, Do.STALL)
        async with runs.run(runner) as stage:
            asked = await ask(stage, photos(3))
            await stage.playground.wait_for(
                lambda event: event.message is not None and "2 more are on their way" in event.message.text
            )
            await stage.queue.until(Moment.GRANTED, times=2)
        async with runs.run() as stage:
            await all_resumed(stage.client)
            jobs = await stage.store.jobs_of(asked.id)
            assert {one.state for one in jobs} == {State.DELIVERED}
            assert len({one.result_message_id for one in jobs}) == 1
            assert names(result(stage, jobs[0])) == [f"animify-ghibli-{number}.jpg" for number in (1, 2, 3)]
            assert await stage.used() == 3
        posted = [
            event
            for event in world.events
            if event.kind is EventKind.MESSAGE_CREATED and event.message is not None and event.message.attachments
        ]
        assert len(posted) == 1
        assert world.violations == []


async def test_with_too_little_quota_nothing_is_charged_and_the_first_few_are_offered(stage: Stage) -> None:
    await done(stage, await stage.ask())
    refused = await ask(stage, photos(4))
    offer = await stage.whispered(refused)
    assert "You asked for 4 pictures and have 2 left today. Nothing was charged." in offer.text
    assert await stage.used() == 1
    assert await nothing_came_of(stage, refused)

    pressed = await press(stage, offer, "Paint the first 2")
    jobs = await done(stage, pressed)
    assert [one.state for one in jobs] == [State.DELIVERED] * 2
    for number, job in enumerate(jobs, start=1):
        assert f"photo-{number}.jpg" in ((await stage.store.secrets(job.id)).url or "")
    assert await stage.used() == 3
    assert not (await pressed.response()).ephemeral

    again = await press(stage, offer, "Paint the first 2")
    assert "That offer is used" in await told(stage, again)
    assert await stage.used() == 3


async def by_a_grant_alone(stage: Stage) -> None:
    act = Act(cause="0", guild_id=stage.guild.id, actor_id=None)
    await stage.store.desk.change_guild(act, daily_limit=0)
    change = Change(cause="1", guild_id=stage.guild.id, actor_id=None, member_id=stage.mika.id)
    await stage.store.desk.grant(change, 2)


async def by_the_operator(stage: Stage) -> None:
    cap = Order(action=Action.CAP, scope=Scope.SERVER, target=stage.guild.id, amount=2)
    await stage.store.operator.carry_out(cap)


@pytest.mark.parametrize("limited", [by_a_grant_alone, by_the_operator])
async def test_a_refusal_says_what_its_button_gives(stage: Stage, limited: Callable[[Stage], Awaitable[None]]) -> None:
    await limited(stage)
    offer = await stage.whispered(await ask(stage, photos(3)))
    assert "You asked for 3 pictures and have 2 left today." in offer.text
    assert "is 0" not in offer.text
    assert "beyond" not in offer.text
    assert len(await done(stage, await press(stage, offer, "Paint the first 2"))) == 2


async def test_the_first_few_strengths_of_one_photo_can_be_had_too(stage: Stage) -> None:
    pressed = await press(stage, await a_result(stage), "Four strengths")
    offer = await stage.whispered(pressed)
    jobs = await done(stage, await press(stage, offer, "Paint the first 2"))
    assert tuple(one.strength for one in jobs) == FOUR_STRENGTHS[:2]


async def test_what_was_refused_in_private_stays_private(stage: Stage) -> None:
    offer = await stage.whispered(await ask(stage, photos(4), private=True))
    jobs = await done(stage, pressed := await press(stage, offer, "Paint the first 3"))
    assert [one.private for one in jobs] == [True] * 3
    assert (await pressed.response()).ephemeral


async def test_what_was_offered_is_asked_of_the_rules_as_they_are_then(stage: Stage) -> None:
    offer = await stage.whispered(await ask(stage, photos(4)))
    await stage.store.desk.change_guild(Act(cause="1", guild_id=stage.guild.id, actor_id=None), paused=True)
    assert "paused" in await told(stage, await press(stage, offer, "Paint the first 3"))


async def test_after_a_restart_what_was_offered_has_to_be_asked_for_again(tmp_path: Path) -> None:
    async with Playground(identify_interval=0) as world:
        runs = Runs(world, tmp_path / "animify.db")
        async with runs.run() as stage:
            act = Act(cause="1", guild_id=stage.guild.id, actor_id=None)
            await stage.store.desk.change_guild(act, daily_limit=3)
            offer = await stage.whispered(await ask(stage, photos(4)))
        async with runs.run() as stage:
            assert "That offer is used" in await told(stage, await press(stage, offer, "Paint the first 3"))


async def test_only_what_may_still_be_wanted_is_kept_in_memory_and_never_a_token(stage: Stage) -> None:
    pending = stage.client.services.pending
    offer = await stage.whispered(await ask(stage, photos(4)))
    (kept,) = pending._kept.values()
    assert isinstance(kept.value, Request)
    assert len(kept.value.shots) == 4
    assert kept.value.token == ""
    await press(stage, offer, "Paint the first 3")
    await stage.playground.wait_for(lambda event: event.message is not None and "3 pictures" in event.message.text)
    assert not pending._kept


async def test_no_links_wait_in_memory_for_a_request_that_is_taken(tmp_path: Path) -> None:
    runner = FakeRunner(Do.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as stage:
        asked = await ask(stage, photos(2))
        await stage.queue.until(Moment.GRANTED)
        assert not stage.client.services.pending._kept
        runner.gate.release()
        await done(stage, asked)
