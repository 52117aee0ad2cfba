"""Rules of who is in a guild: people who come, change and go, its owner, and the bot itself."""

from collections.abc import AsyncIterator

import pytest

from playground import Permissions, Playground
from playground.permissions import ALL
from tests.playground.rawclient import PING, PING_ANYWHERE, RawClient, Stage, listening

GUILDS, MEMBERS = 1, 2


@pytest.fixture
async def watched() -> AsyncIterator[tuple[Playground, RawClient]]:
    """A playground whose application may watch members."""
    async with Playground(privileged_intents=MEMBERS) as playground, RawClient(playground) as raw:
        yield playground, raw


async def member(stage: Stage, user_id: int) -> dict[str, object]:
    body: dict[str, object] = (await stage.raw.call("GET", f"/guilds/{stage.guild.id}/members/{user_id}")).body
    return body


async def test_a_member_joined_when_it_is_said(stage: Stage) -> None:
    noa = stage.guild.member("Noa", joined_at=1_700_000_000.5)
    assert (await member(stage, noa.id))["joined_at"] == "2023-11-14T22:13:20.500000+00:00"


async def test_roles_are_given_and_taken(stage: Stage) -> None:
    moderators = stage.guild.role("moderators", Permissions.MANAGE_GUILD)
    stage.guild.give_role(stage.mika, moderators)
    assert str(moderators.id) in (await member(stage, stage.mika.id))["roles"]  # type: ignore[operator]  # Discord's JSON
    assert permissions(stage) & Permissions.MANAGE_GUILD
    stage.guild.take_role(stage.mika, moderators)
    assert not permissions(stage) & Permissions.MANAGE_GUILD


def permissions(stage: Stage) -> Permissions:
    return stage.playground._backend.world.permissions(stage.channel.state, stage.mika.id)


async def test_a_kicked_person_is_a_user_and_no_member(stage: Stage) -> None:
    await stage.raw.register(PING)
    stage.guild.kick(stage.mika)
    assert (await stage.raw.call("GET", f"/users/{stage.mika.id}")).status == 200
    assert (await member(stage, stage.mika.id))["code"] == 10007
    with pytest.raises(LookupError, match="Mika is not in #photos"):
        await stage.mika.slash(stage.channel, "ping")


async def test_a_kicked_person_cannot_press_what_they_saw(stage: Stage) -> None:
    button = {"type": 2, "style": 1, "label": "Again", "custom_id": "again"}
    message = await stage.send({"content": "card", "components": [{"type": 1, "components": [button]}]})
    stage.guild.kick(stage.mika)
    with pytest.raises(LookupError, match="Mika is not in #photos"):
        await stage.mika.click(message, "again")


async def test_a_person_may_be_in_several_guilds_and_come_back(stage: Stage) -> None:
    await stage.raw.register(PING_ANYWHERE)
    elsewhere = stage.playground.foreign_guild("Elsewhere")
    again = elsewhere.admit(stage.mika)
    await again.slash(elsewhere.text_channel("photos"), "ping")
    stage.guild.kick(stage.mika)
    stage.guild.admit(stage.mika, permissions=Permissions.MANAGE_GUILD)
    await stage.mika.slash(stage.channel, "ping")
    assert permissions(stage) & Permissions.MANAGE_GUILD


async def test_the_owner_may_do_everything(stage: Stage) -> None:
    await stage.raw.register(PING)
    async with listening(stage.raw) as gateway:
        guild = (await gateway.read(name="GUILD_CREATE"))["d"]
        await stage.guild.owner.slash(stage.channel, "ping")
        payload = (await gateway.read(name="INTERACTION_CREATE"))["d"]
    assert guild["owner_id"] == payload["member"]["user"]["id"] == str(stage.guild.owner.id)
    assert payload["member"]["permissions"] == str(int(ALL))


async def test_who_watches_members_hears_of_them(watched: tuple[Playground, RawClient]) -> None:
    playground, raw = watched
    guild = playground.guild("Cosy Corner")
    async with listening(raw, GUILDS | MEMBERS) as gateway:
        noa = guild.member("Noa")
        assert (await gateway.read(name="GUILD_MEMBER_ADD"))["d"]["user"]["id"] == str(noa.id)
        artists = guild.role("artists")
        guild.give_role(noa, artists)
        assert str(artists.id) in (await gateway.read(name="GUILD_MEMBER_UPDATE"))["d"]["roles"]
        guild.kick(noa)
        gone = (await gateway.read(name="GUILD_MEMBER_REMOVE"))["d"]
    assert (gone["guild_id"], gone["user"]["username"]) == (str(guild.id), "Noa")


async def test_who_does_not_watch_members_hears_nothing(stage: Stage) -> None:
    async with listening(stage.raw) as gateway:
        stage.guild.kick(stage.guild.member("Noa"))
        stage.guild.text_channel("last")
        events = await gateway.read_until("CHANNEL_CREATE")
    assert [each["t"] for each in events] == ["GUILD_CREATE", "CHANNEL_CREATE"]


async def test_a_bot_that_was_removed_has_no_access(stage: Stage) -> None:
    message = await stage.send({"content": "hello"})
    async with listening(stage.raw) as gateway:
        stage.guild.remove_bot()
        assert (await gateway.read(name="GUILD_DELETE"))["d"] == {"id": str(stage.guild.id)}
    path = f"/channels/{stage.channel.id}/messages"
    assert (await stage.raw.call("POST", path, {"content": "still here?"})).refusal == (403, 50001)
    assert (await stage.raw.call("DELETE", f"{path}/{message.id}")).refusal == (403, 50001)
    assert (await stage.raw.call("GET", f"/guilds/{stage.guild.id}")).refusal == (404, 10004)


async def test_a_bot_that_was_removed_hears_nothing_of_the_guild(stage: Stage) -> None:
    stage.guild.remove_bot()
    other = stage.playground.guild("Other")
    async with listening(stage.raw) as gateway:
        await stage.mika.say(stage.channel, "is it gone?")
        stage.guild.role("free")
        other.text_channel("last")
        events = await gateway.read_until("CHANNEL_CREATE")
    assert [each["d"].get("name") for each in events] == ["Other", "last"]


async def test_a_bot_that_is_invited_again_finds_everything(stage: Stage) -> None:
    message = await stage.send({"content": "hello"})
    async with listening(stage.raw) as gateway:
        await gateway.read(name="GUILD_CREATE")
        stage.guild.remove_bot()
        stage.guild.invite_bot()
        guild = (await gateway.read(name="GUILD_CREATE"))["d"]
    assert "unavailable" not in guild
    assert [each["name"] for each in guild["channels"]] == ["photos"]
    assert (await stage.raw.call("GET", f"/channels/{stage.channel.id}/messages/{message.id}")).status == 200


async def test_a_server_command_ends_with_the_bots_stay(stage: Stage) -> None:
    await stage.raw.register(PING)
    stage.guild.remove_bot()
    with pytest.raises(LookupError, match="without the bot"):
        await stage.mika.slash(stage.channel, "ping")


async def test_an_interaction_outlives_the_bots_stay(stage: Stage) -> None:
    interaction = await stage.ping()
    stage.guild.remove_bot()
    assert (await stage.raw.answer(interaction, 4, {"content": "pong"})).status == 200


async def test_a_guild_tells_its_messages_in_order(stage: Stage) -> None:
    other = stage.guild.text_channel("other")
    for channel, text in ((stage.channel, "one"), (other, "two"), (stage.channel, "three")):
        await stage.mika.say(channel, text)
    assert [each.text for each in stage.guild.messages] == ["one", "two", "three"]
    assert [each.name for each in stage.guild.channels] == ["photos", "other"]


async def test_an_interaction_says_which_languages_its_person_and_its_guild_speak(stage: Stage) -> None:
    await stage.raw.register(PING)
    stage.mika.set_locale("ja")
    async with listening(stage.raw) as gateway:
        stage.guild.set_locale("de")
        assert (await gateway.read(name="GUILD_UPDATE"))["d"]["preferred_locale"] == "de"
        await stage.mika.slash(stage.channel, "ping")
        payload = (await gateway.read(name="INTERACTION_CREATE"))["d"]
    assert (payload["locale"], payload["guild_locale"], payload["guild"]["locale"]) == ("ja", "de", "de")
    with pytest.raises(ValueError, match="'tlh' is no language of Discord's"):
        stage.mika.set_locale("tlh")
