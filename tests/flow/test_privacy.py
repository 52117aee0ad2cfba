"""/privacy, as people use it: in a server, in a direct message, and with an app of their own."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.client import AnimifyClient
from bot.commands import privacy
from bot.store import Act, Change, Store
from bot.ui import privacy as cards
from bot.values.kept import Kind
from bot.values.rules import ConsentRule, PicturesOfMe
from playground import Channel, EventKind, Interaction, Member, Message, Playground, Upload
from tests.engine.fakes import Act as Do
from tests.engine.fakes import FakeRunner, Signals
from tests.flow.filling import sent_as_it_is
from tests.flow.stage import Stage, a_photo, a_stage, the_bot
from tests.store.stage import rows


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", daily_limit=20, runners=[FakeRunner()]) as ready:
        yield ready


async def answer(
    stage: Stage, command: str, who: Member | None = None, where: Channel | None = None, **options: object
) -> Message:
    interaction = await (who or stage.mika).slash(where or stage.channel, f"privacy {command}", **options)
    response = await interaction.response()
    assert response.ephemeral
    return await stage.whispered(interaction)


async def exported(stage: Stage, where: Channel | None = None) -> dict[str, Any]:
    """What is in the file that /privacy export sends."""
    interaction = await stage.mika.slash(where or stage.channel, "privacy export")
    await stage.card_shows(interaction, "everything that I keep of you")
    response = await interaction.response()
    assert response.ephemeral
    (file,) = response.message.attachments
    assert file.filename == "animify-privacy.json"
    found: dict[str, Any] = json.loads(await stage.playground.download(file))
    return found


def button(card: Message, label: str) -> str:
    return next(one.custom_id or "" for one in card.buttons if one.label == label)


async def shows(stage: Stage, interaction: Interaction, text: str) -> None:
    await stage.playground.wait_for(
        lambda event: event.message is not None and text in event.message.text, about=interaction.source_id or 0
    )


async def press(stage: Stage, card: Message, label: str, who: Member | None = None) -> Message:
    """Press a button of the card; what the card says in the end."""
    interaction = await (who or stage.mika).click(card, button(card, label))
    await shows(stage, interaction, "Erased" if label.startswith("Delete") else "Nothing was erased")
    latest = stage.playground.latest(card)
    assert latest is not None
    return latest


def change(stage: Stage, member: Member, *, guild_id: int | None = None) -> Change:
    return Change(
        cause=f"test-{member.id}",
        guild_id=stage.guild.id if guild_id is None else guild_id,
        actor_id=1,
        reason="spam",
        member_id=member.id,
    )


def of_ours(stage: Stage, channel: Channel | None = None) -> list[Message]:
    """Messages of the bot that others see, threads included."""
    places = [channel or stage.channel, *(channel or stage.channel).threads]
    return [one for place in places for one in place.messages if not one.ephemeral]


async def test_of_a_newcomer_nothing_is_kept(stage: Stage) -> None:
    noor = stage.guild.member("Noor")
    assert "I keep nothing of you" in (await answer(stage, "show", noor)).text
    assert "I keep nothing of you" in (await answer(stage, "delete", noor)).text


async def test_show_counts_what_is_kept_and_says_how_long(stage: Stage) -> None:
    await stage.result_of(await stage.ask())
    told = (await answer(stage, "show")).text
    assert "1 picture you asked for" in told
    assert "1 link to photos" in told
    assert "90 days" in told
    assert "1 picture used" in told
    assert "Cosy Corner" in told


async def test_a_block_is_shown_with_its_server_and_its_end(stage: Stage) -> None:
    await stage.store.desk.block(change(stage, stage.mika), expires_at=2_000_000_000)
    assert (
        "**A block**, “Cosy Corner”, set by a moderator. Until <t:2000000000:f>" in (await answer(stage, "show")).text
    )


async def test_a_server_with_a_hostile_name_pings_and_styles_nothing(stage: Stage) -> None:
    guild = stage.playground.guild("@everyone **bold** \u202egnp.exe")
    member = guild.member("Ren")
    await stage.store.desk.block(change(stage, member, guild_id=guild.id), expires_at=None)
    told = (await answer(stage, "show", member, guild.text_channel("talk"))).text
    assert "@everyone" not in told
    assert "**bold**" not in told
    assert "\u202e" not in told


async def test_export_hands_out_a_file_that_names_nobody_else(stage: Stage) -> None:
    await stage.result_of(await stage.ask())
    found = await exported(stage)
    assert found["user_id"] == str(stage.mika.id)
    assert [job["style"] for job in found["jobs"]] == ["ghibli"]


def test_a_file_that_is_too_large_to_send_is_packed() -> None:
    file = privacy._file({"jobs": ["the same"] * 100}, limit=200)
    assert file.filename == "animify-privacy.json.gz"
    assert json.loads(gzip.decompress(file.fp.read())) == {"jobs": ["the same"] * 100}


async def test_delete_says_what_goes_and_what_stays_before_it_does_anything(stage: Stage) -> None:
    result = await stage.result_of(await stage.ask())
    told = await answer(stage, "delete")
    assert "1 posted picture" in told.text
    assert "1 picture used" in told.text
    assert "in their log channel: it stays there" in told.text
    assert [one.label for one in told.buttons] == ["Delete for good", "Keep"]
    assert stage.playground.latest(result) is not None


async def test_keep_changes_nothing(stage: Stage) -> None:
    result = await stage.result_of(await stage.ask())
    kept = await press(stage, await answer(stage, "delete"), "Keep")
    assert not kept.buttons
    assert stage.playground.latest(result) is not None
    assert (await stage.store.privacy.summary(stage.mika.id)).delivered == 1


async def test_deleting_takes_pictures_cards_and_the_name(stage: Stage) -> None:
    for _ in range(2):
        await stage.result_of(await stage.ask())
    done = await press(stage, await answer(stage, "delete"), "Delete for good")
    assert "3 messages deleted" in done.text or "4 messages deleted" in done.text
    assert of_ours(stage) == []
    left = await stage.store.privacy.summary(stage.mika.id)
    assert left.erased
    assert (await stage.used()) == 2
    told = (await answer(stage, "show")).text
    assert "2 pictures used" in told
    assert "you asked for" not in told


async def test_who_comes_back_has_what_is_left_of_the_day(stage: Stage) -> None:
    await stage.result_of(await stage.ask())
    await press(stage, await answer(stage, "delete"), "Delete for good")
    await stage.result_of(await stage.ask())
    assert await stage.used() == 2


async def test_a_thread_loses_the_members_name(stage: Stage) -> None:
    await stage.result_of(await stage.ask())
    (thread,) = stage.channel.threads
    assert thread.name == "Mika's pictures"
    await press(stage, await answer(stage, "delete"), "Delete for good")
    assert thread.name == "Pictures"


async def test_what_sleeps_in_an_archived_thread_is_deleted_and_sleeps_on(stage: Stage) -> None:
    await stage.result_of(await stage.ask())
    (thread,) = stage.channel.threads
    thread.archive()
    await stage.playground.wait_for(lambda event: event.kind is EventKind.THREAD_UPDATED, about=thread.id)
    done = await press(stage, await answer(stage, "delete"), "Delete for good")
    assert "did not let me" not in done.text
    assert of_ours(stage) == []
    assert thread.name == "Pictures"
    assert thread.state.archived


async def test_what_discord_refuses_to_delete_is_counted_and_linked(stage: Stage) -> None:
    result = await stage.result_of(await stage.ask())
    card = await answer(stage, "delete")
    stage.playground.faults.next("DELETE", f"/messages/{result.id}", status=403)
    done = await press(stage, card, "Delete for good")
    assert "did not let me delete 1 message" in done.text
    assert str(result.id) in done.text
    assert (await stage.store.privacy.summary(stage.mika.id)).erased


async def test_what_is_gone_already_counts_as_deleted(stage: Stage) -> None:
    result = await stage.result_of(await stage.ask())
    await stage.mika.delete(result)
    done = await press(stage, await answer(stage, "delete"), "Delete for good")
    assert "did not let me" not in done.text
    stage.playground.violations.clear()  # that it asked for a message that is gone is no fault of it


async def test_in_batches_the_same_is_deleted(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "BATCH", 2)
    for _ in range(3):
        await stage.result_of(await stage.ask())
    await press(stage, await answer(stage, "delete"), "Delete for good")
    assert of_ours(stage) == []


async def test_a_picture_on_its_way_is_called_off_and_posted_nowhere(tmp_path: Path) -> None:
    runner = FakeRunner(Do.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as stage:
        asked = await stage.ask()
        await stage.card_shows(asked, "Painting")
        await press(stage, await answer(stage, "delete"), "Delete for good")
        runner.gate.release()
        for task in list(stage.client.services.journey._under_way):
            await asyncio.wait([task])
        assert of_ours(stage) == []
        assert await stage.store.audit_faults() == []
        left = await stage.store.privacy.summary(stage.mika.id)
        assert [one.kind for one in left.lasting] == [Kind.CANCELS]  # what was called off was given back
        assert {one.rule for one in stage.playground.violations} <= {"unknown-message"}  # two take the card away
        stage.playground.violations.clear()


async def test_a_picture_that_is_being_posted_is_taken_down(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver = stage.store.deliver

    async def erased_first(*about: Any, **more: Any) -> None:
        await stage.store.privacy.begin_erasure(stage.mika.id)
        await stage.store.privacy.erase(stage.mika.id)
        await deliver(*about, **more)

    monkeypatch.setattr(stage.store, "deliver", erased_first)
    await stage.whispered(await stage.ask())
    assert of_ours(stage) == []
    assert [one.kind for one in (await stage.store.privacy.summary(stage.mika.id)).lasting] == [Kind.CANCELS]


async def test_somebody_else_can_not_press_the_button(stage: Stage) -> None:
    await stage.result_of(await stage.ask())
    card = await answer(stage, "delete")
    mallory = stage.guild.member("Mallory")
    forged = await stage.client.get_partial_messageable(stage.channel.id, guild_id=stage.guild.id).send(
        view=cards.confirmation(await stage.store.privacy.summary(stage.mika.id), str, user_id=stage.mika.id)
    )
    message = next(one for one in stage.channel.messages if one.id == forged.id)
    told = await (await mallory.click(message, button(card, "Delete for good"))).response()
    assert told.ephemeral
    assert "somebody else" in told.message.text
    assert (await stage.store.privacy.summary(stage.mika.id)).delivered == 1


async def test_the_button_works_after_a_restart(tmp_path: Path) -> None:
    async with Playground(identify_interval=0) as playground:
        guild = playground.guild("Cosy Corner")
        channel, mika = guild.text_channel("photos"), guild.member("Mika")

        def staged(client: AnimifyClient) -> Stage:
            parts = client.services
            lane = parts.journey._lane
            return Stage(playground, guild, channel, mika, client, parts.store, lane.dispatcher, Signals())

        async with the_bot(playground, tmp_path / "animify.db", runners=[FakeRunner()]) as client:
            await staged(client).result_of(await staged(client).ask())
            card = await answer(staged(client), "delete")
        async with the_bot(playground, tmp_path / "animify.db", runners=[FakeRunner()]) as client:
            await press(staged(client), card, "Delete for good")
            assert of_ours(staged(client)) == []
            assert (await client.services.store.privacy.summary(mika.id)).erased
        assert playground.violations == []


async def test_servers_are_known_once_it_is_noted_which_were_left_meanwhile(tmp_path: Path) -> None:
    database = tmp_path / "animify.db"
    async with await Store.open(database, default_limit=3) as store:
        await store.desk.change_guild(Act(cause="1", guild_id=1, actor_id=None), new_member_hours=2)
    async with a_stage(database, runners=[FakeRunner()]) as stage:
        await asyncio.wait_for(stage.client.servers_known.wait(), 10)
        assert rows(database, "SELECT guild_id FROM guilds WHERE left_at IS NOT NULL") == [(1,)]


async def test_in_a_direct_message_all_of_it_works(stage: Stage) -> None:
    place = stage.playground.direct_message(stage.mika)
    await stage.result_of(await stage.ask(channel=place))
    assert "1 picture you asked for" in (await answer(stage, "show", where=place)).text
    assert len((await exported(stage, place))["jobs"]) == 1
    await press(stage, await answer(stage, "delete", where=place), "Delete for good")
    assert of_ours(stage, place) == []
    await answer(stage, "optout", where=place, pictures="nobody")
    assert (await stage.store.privacy.summary(stage.mika.id)).pictures_of_me is PicturesOfMe.NOBODY


async def test_with_an_app_of_their_own_what_nobody_can_delete_is_said(stage: Stage) -> None:
    guild = stage.playground.foreign_guild("Elsewhere")
    channel, ren = guild.text_channel("talk"), guild.member("Ren")
    result = await stage.result_of(await stage.ask(ren, channel))
    assert "1 picture you asked for" in (await answer(stage, "show", ren, channel)).text
    done = await press(stage, await answer(stage, "delete", ren, channel), "Delete for good", ren)
    assert f"/{channel.id}/{result.id}" in done.text
    assert (await stage.store.privacy.summary(ren.id)).erased
    stage.playground.violations.clear()  # Discord tells only by refusing


@pytest.mark.parametrize(
    ("pictures", "said"), [("nobody", "Nobody else"), ("anyone", "Others may"), ("server", "own rule")]
)
async def test_optout_says_what_holds_now(stage: Stage, pictures: str, said: str) -> None:
    assert said in (await answer(stage, "optout", pictures=pictures)).text


async def opt_out(stage: Stage) -> None:
    told = await answer(stage, "optout", pictures="nobody")
    assert "1 picture that others were waiting for" in told.text


async def erase(stage: Stage) -> None:
    asked = await answer(stage, "delete")
    assert "1 picture of you that others wait for, cancelled" in asked.text
    await press(stage, asked, "Delete for good")


@pytest.mark.parametrize(
    ("call_off", "why"),
    [(opt_out, "has just said that nobody may use it"), (erase, "has just had everything erased")],
)
async def test_optout_and_delete_call_off_what_others_wait_for(
    tmp_path: Path, call_off: Callable[[Stage], Awaitable[None]], why: str
) -> None:
    runner = FakeRunner(Do.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as stage:
        act = change(stage, stage.mika)
        await stage.store.desk.change_guild(
            Act(cause="1", guild_id=act.guild_id, actor_id=1), consent=ConsentRule.ANYONE
        )
        ren, noor = stage.guild.member("Ren"), stage.guild.member("Noor")
        await stage.store.stated(ren.id)
        picture = await stage.mika.say(stage.channel, "", Upload("me.jpg", a_photo(), "image/jpeg"))
        first = await stage.ask(noor)
        await stage.card_shows(first, "Painting")
        others = [await stage.ask(stage.guild.member(name)) for name in ("Sora", "Yuki", "Kai")]  # the next are fetched
        for each in others:
            await stage.card_shows(each, "Waiting")
        opened = await ren.use_on_message(stage.channel, "Animify this", picture)
        waiting = await sent_as_it_is(ren, opened)
        await stage.card_shows(waiting, "Waiting")
        await call_off(stage)
        assert why in (await stage.whispered(waiting)).text
        assert await stage.used(ren) == 0
        runner.gate.release()
        for each in (first, *others):
            await stage.result_of(each)
