"""Whose pictures may be used: uploads, messages, avatars, our results, and what owners have said."""

from pathlib import Path

import pytest

from bot.store import Act
from bot.values.rules import ConsentRule, PicturesOfMe
from playground import Interaction, Member, Message, Permissions, Upload
from tests.engine.fakes import Act as Do
from tests.engine.fakes import FakeRunner
from tests.flow.filling import sent_as_it_is
from tests.flow.stage import Stage, a_photo, a_stage


def a_file() -> Upload:
    return Upload("me.jpg", a_photo(), "image/jpeg")


@pytest.fixture
def noor(stage: Stage) -> Member:
    return stage.guild.member("Noor")


async def settle(stage: Stage, **settings: object) -> None:
    act = Act(cause=f"test-{sorted(settings)}", guild_id=stage.guild.id, actor_id=1)
    await stage.store.desk.change_guild(act, **settings)


async def use(stage: Stage, message: Message, who: Member | None = None) -> Interaction:
    """The menu, and its form as it is."""
    who = who or stage.mika
    await stage.store.stated(who.id)
    return await sent_as_it_is(who, await who.use_on_message(stage.channel, "Animify this", message))


async def use_avatar(stage: Stage, member: Member) -> Interaction:
    """The same of a member."""
    await stage.store.stated(stage.mika.id)
    return await sent_as_it_is(stage.mika, await stage.mika.use_on_user(stage.channel, "Animify avatar", member))


async def refusal(stage: Stage, interaction: Interaction) -> str:
    response = await interaction.response()
    assert response.ephemeral
    assert await stage.used() == 0
    return response.message.text


async def test_ones_own_picture_in_a_message_is_painted(stage: Stage) -> None:
    message = await stage.mika.say(stage.channel, "me!", a_file())
    result = await stage.result_of(await use(stage, message))
    assert result.attachments
    assert await stage.used() == 1


async def test_somebody_elses_is_refused_by_default_before_any_download(stage: Stage, noor: Member) -> None:
    message = await noor.say(stage.channel, "", a_file())
    assert "your own pictures only" in await refusal(stage, await use(stage, message))


async def test_where_members_choose_somebody_elses_is_painted_once_they_have_said_so(
    stage: Stage, noor: Member
) -> None:
    await settle(stage, consent=ConsentRule.OPTED_IN)
    message = await noor.say(stage.channel, "", a_file())
    assert "has not said" in await refusal(stage, await use(stage, message))
    await stage.store.privacy.say(noor.id, PicturesOfMe.ANYONE)
    assert (await stage.result_of(await use(stage, message))).attachments


async def test_an_opt_out_beats_a_server_that_allows_everything(stage: Stage, noor: Member) -> None:
    await settle(stage, consent=ConsentRule.ANYONE)
    await stage.store.privacy.say(noor.id, PicturesOfMe.NOBODY)
    message = await noor.say(stage.channel, "", a_file())
    assert "does not want it used" in await refusal(stage, await use(stage, message))


async def test_an_opt_out_while_the_picture_waits_is_seen_at_the_start(tmp_path: Path) -> None:
    blocker = FakeRunner(Do.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[blocker]) as stage:
        ren, noor = stage.guild.member("Ren"), stage.guild.member("Noor")
        await settle(stage, consent=ConsentRule.ANYONE)
        await stage.ask(ren)
        message = await noor.say(stage.channel, "", a_file())
        waiting = await use(stage, message)
        await stage.card_shows(waiting, "Waiting")
        await stage.store.privacy.say(noor.id, PicturesOfMe.NOBODY)
        blocker.gate.release()
        await stage.whispered(waiting)
        assert await stage.used() == 0


async def test_an_avatar_is_its_users(stage: Stage, noor: Member) -> None:
    noor.set_avatar(a_file())
    assert "your own pictures only" in await refusal(stage, await use_avatar(stage, noor))
    await settle(stage, consent=ConsentRule.ANYONE)
    assert (await stage.result_of(await use_avatar(stage, noor))).attachments


async def test_the_usual_avatar_is_politely_refused(stage: Stage, noor: Member) -> None:
    assert "no avatar of their own" in await refusal(stage, await use_avatar(stage, noor))


async def test_a_result_is_its_requesters(stage: Stage, noor: Member) -> None:
    result = await stage.result_of(await stage.ask(noor))
    thread = stage.playground.channel(result.channel_id)
    await stage.store.stated(stage.mika.id)
    asked = await stage.mika.use_on_message(thread, "Animify this", result)
    assert "your own pictures only" in await refusal(stage, asked)


@pytest.mark.parametrize(("permissions", "allowed"), [(0, False), (Permissions.MODERATE_MEMBERS, True)])
@pytest.mark.parametrize("machine", ["bot", "webhook"])
async def test_machines_pictures_are_for_moderators(
    stage: Stage, permissions: int, allowed: bool, machine: str
) -> None:
    await settle(stage, consent=ConsentRule.ANYONE)
    someone = stage.guild.member("Sora", permissions=permissions)
    if machine == "bot":
        message = await stage.guild.bot_user("Other bot").say(stage.channel, "", a_file())
    else:
        message = await stage.channel.webhook("News").say("", a_file())
    response = await (await use(stage, message, someone)).response()
    assert response.ephemeral is not allowed
    if not allowed:
        assert "moderators only" in response.message.text


async def test_a_message_without_a_picture_is_said_to_have_none(stage: Stage) -> None:
    message = await stage.mika.say(stage.channel, "no picture here")
    assert "no picture in that message" in await refusal(stage, await use(stage, message))


async def test_the_first_upload_is_painted_and_one_word_follows_once(stage: Stage) -> None:
    first = await stage.ask(newcomer=True)
    assert (await stage.result_of(first)).attachments
    told = await stage.whispered(first)
    assert "your own" in told.text
    second = await stage.ask(newcomer=True)
    assert (await stage.result_of(second)).attachments
    assert [one.text for one in stage.channel.messages if one.ephemeral] == [told.text]


async def test_a_server_may_ask_for_the_word_first_and_remembers_it(stage: Stage) -> None:
    await settle(stage, upload_statement=True)
    asked = await (await stage.ask(newcomer=True)).response()
    assert asked.ephemeral
    assert await stage.used() == 0
    (mine,) = asked.message.buttons
    said = await (await stage.mika.click(asked.message, mine.custom_id or "")).response()
    assert "not ask again" in said.message.text
    assert (await stage.result_of(await stage.ask(newcomer=True))).attachments


async def test_whose_picture_a_result_was_made_of_keeps_their_say_in_it(stage: Stage, noor: Member) -> None:
    await settle(stage, consent=ConsentRule.ANYONE)
    message = await noor.say(stage.channel, "", a_file())
    result = await stage.result_of(await use(stage, message))
    await stage.store.privacy.say(noor.id, PicturesOfMe.NOBODY)
    thread = stage.playground.channel(result.channel_id)
    again = await (await stage.mika.use_on_message(thread, "Animify this", result)).response()
    assert again.ephemeral
    assert "does not want it used" in again.message.text


async def test_a_right_to_somebodys_picture_that_is_taken_back_is_missed_at_the_start(tmp_path: Path) -> None:
    blocker = FakeRunner(Do.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[blocker]) as stage:
        ren, noor = stage.guild.member("Ren"), stage.guild.member("Noor")
        await settle(stage, consent=ConsentRule.ANYONE)
        await stage.ask(ren)
        waiting = await use(stage, await noor.say(stage.channel, "", a_file()))
        await stage.card_shows(waiting, "Waiting")
        await stage.store.desk.change_guild(
            Act(cause="x", guild_id=stage.guild.id, actor_id=1), consent=ConsentRule.SELF
        )
        blocker.gate.release()
        assert "your own pictures only" in (await stage.whispered(waiting)).text
        assert await stage.used() == 0
