"""Direct messages, and servers that only the member brought the bot to."""

from pathlib import Path

from playground import Channel, Permissions
from tests.engine.fakes import Act, FakeRunner
from tests.flow.moderating import button
from tests.flow.stage import Stage, a_stage


def elsewhere(stage: Stage) -> Channel:
    """A channel of a server without the bot, where the member uses it as an app of their own."""
    guild = stage.playground.foreign_guild("Elsewhere")
    guild.admit(stage.mika)
    return guild.text_channel("photos")


async def test_a_direct_message_has_a_quota_of_its_own(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", daily_limit=1, runners=[FakeRunner()]) as stage:
        place = stage.playground.direct_message(stage.mika)
        await stage.result_of(await stage.ask(channel=place))
        assert await stage.used() == 0
        assert (await stage.store.usage(0, stage.mika.id)).used == 1
        assert (await (await stage.ask(channel=place)).response()).ephemeral


async def test_a_refusal_in_a_direct_message_takes_the_card_away(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner(Act.DIE, Act.DIE)]) as stage:
        place = stage.playground.direct_message(stage.mika)
        refusal = await stage.whispered(await stage.ask(channel=place))
        assert place.messages == [refusal]
        assert (await stage.store.usage(0, stage.mika.id)).used == 0


async def test_where_only_the_member_brought_the_bot_the_card_becomes_the_picture(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage:
        place = elsewhere(stage)
        interaction = await stage.ask(channel=place)
        result = await stage.result_of(interaction)
        assert result.id == (await interaction.response()).message.id
        assert place.threads == []
        assert (await stage.store.usage(place.state.guild_id or 0, stage.mika.id)).used == 0  # not theirs to use
        assert (await stage.store.usage(0, stage.mika.id)).used == 1


async def test_where_only_the_member_brought_the_bot_they_delete_their_picture(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage:
        result = await stage.result_of(await stage.ask(channel=elsewhere(stage)))
        told = await stage.whispered(await stage.mika.click(result, button(result, "Delete")))
        assert "deleted" in told.text
        assert stage.playground.latest(result) is None


async def test_where_only_the_member_may_see_it_the_picture_comes_to_them_alone(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage:
        place = elsewhere(stage)
        place.overwrite(stage.mika, deny=Permissions.USE_EXTERNAL_APPS)
        interaction = await stage.ask(channel=place)
        event = await stage.playground.wait_for(
            lambda event: event.message is not None and event.message.attachments, about=interaction.id, timeout=20
        )
        assert event.message is not None
        assert event.message.ephemeral
        assert all(each.ephemeral for each in place.messages)


async def test_in_a_conversation_of_people_the_card_becomes_the_picture(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage:
        place = stage.playground.private_channel(stage.mika, stage.guild.member("Noor"))
        result = await stage.result_of(await stage.ask(channel=place))
        assert place.messages == [result]
        assert (await stage.store.usage(0, stage.mika.id)).used == 1
