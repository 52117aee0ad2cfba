"""Rules of context menus: what they point at comes with them, whoever wrote it; and of the pictures people wear."""

from typing import Any

import pytest

from playground import Interaction, Upload
from tests.playground.rawclient import EPHEMERAL, PING_ANYWHERE, Stage, listening

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (64).to_bytes(4, "big") + (48).to_bytes(4, "big")
PHOTO, PERSON = "Animify this", "Animify avatar"


@pytest.fixture(autouse=True)
async def _menus(stage: Stage) -> None:
    reply = await stage.raw.register({"name": PHOTO, "type": 3}, {"name": PERSON, "type": 2})
    assert reply.status == 200, reply.body


async def payload_of(stage: Stage, use: Any) -> Any:
    """The data of the interaction that `use` starts."""
    async with listening(stage.raw) as gateway:
        assert isinstance(await use, Interaction)
        return (await gateway.read(name="INTERACTION_CREATE"))["d"]["data"]


async def test_a_message_comes_in_full_without_the_intent_for_content(stage: Stage) -> None:
    message = await stage.mika.say(stage.channel, "me", Upload("me.png", PNG))
    data = await payload_of(stage, stage.mika.use_on_message(stage.channel, PHOTO, message))
    assert (data["type"], data["name"], data["target_id"]) == (3, PHOTO, str(message.id))
    (known,) = data["resolved"]["messages"].values()
    assert (known["content"], known["author"]["username"], known["author"]["bot"]) == ("me", "Mika", False)
    assert "webhook_id" not in known
    (attachment,) = known["attachments"]
    assert (attachment["width"], attachment["content_type"]) == (64, "image/png")
    assert await stage.raw.fetch(attachment["url"]) == 200


async def test_a_bots_message_says_so(stage: Stage) -> None:
    message = await stage.guild.bot_user("Other bot").say(stage.channel, "beep")
    data = await payload_of(stage, stage.mika.use_on_message(stage.channel, PHOTO, message))
    author = data["resolved"]["messages"][str(message.id)]["author"]
    assert (author["username"], author["bot"]) == ("Other bot", True)


async def test_a_webhooks_message_says_so(stage: Stage) -> None:
    webhook = stage.channel.webhook("Feed")
    message = await webhook.say("news", Upload("news.png", PNG))
    data = await payload_of(stage, stage.mika.use_on_message(stage.channel, PHOTO, message))
    known = data["resolved"]["messages"][str(message.id)]
    assert known["webhook_id"] == known["author"]["id"] == str(webhook.id)
    assert (known["author"]["bot"], known["content"]) == (True, "news")
    assert (await stage.raw.call("GET", f"/users/{webhook.id}")).refusal == (404, 10013)
    with pytest.raises(LookupError, match="is no user"):
        await stage.mika.use_on_user(stage.channel, PERSON, message.author)


async def test_a_message_menu_works_in_a_foreign_guild(stage: Stage) -> None:
    await stage.raw.register({"name": PHOTO, "type": 3, "integration_types": [0, 1]})
    elsewhere = stage.playground.foreign_guild("Elsewhere")
    channel, noa = elsewhere.text_channel("photos"), elsewhere.member("Noa")
    message = await noa.say(channel, "me", Upload("me.png", PNG))
    data = await payload_of(stage, noa.use_on_message(channel, PHOTO, message))
    assert data["resolved"]["messages"][str(message.id)]["attachments"][0]["filename"] == "me.png"


async def test_only_a_message_that_all_can_see_has_a_menu(stage: Stage) -> None:
    interaction = await stage.mika.use_on_user(stage.channel, PERSON, stage.mika)
    await stage.raw.answer(interaction, 4, {"content": "psst", "flags": EPHEMERAL})
    gone = await stage.mika.say(stage.channel, "gone")
    await stage.mika.delete(gone)
    elsewhere = await stage.mika.say(stage.guild.text_channel("other"), "not here")
    for message in ((await interaction.response()).message, gone, elsewhere):
        with pytest.raises(LookupError, match="no such message"):
            await stage.mika.use_on_message(stage.channel, PHOTO, message)


async def test_a_person_comes_with_their_place_in_the_guild(stage: Stage) -> None:
    noa = stage.guild.member("Noa", joined_at=1_700_000_000.0)
    data = await payload_of(stage, stage.mika.use_on_user(stage.channel, PERSON, noa))
    assert (data["type"], data["target_id"]) == (2, str(noa.id))
    assert data["resolved"]["users"][str(noa.id)]["username"] == "Noa"
    assert data["resolved"]["members"][str(noa.id)]["joined_at"].startswith("2023-11-14")


async def test_a_person_who_left_comes_without(stage: Stage) -> None:
    noa = stage.guild.member("Noa")
    message = await noa.say(stage.channel, "bye")
    stage.guild.kick(noa)
    data = await payload_of(stage, stage.mika.use_on_user(stage.channel, PERSON, message.author))
    assert list(data["resolved"]) == ["users"]


async def test_menus_and_commands_of_one_name_are_different(stage: Stage) -> None:
    with pytest.raises(LookupError, match="no command 'Animify avatar'; registered are: Animify this"):
        await stage.mika.use_on_message(stage.channel, PERSON, await stage.mika.say(stage.channel, "me"))
    with pytest.raises(LookupError, match="registered are: none"):
        await stage.mika.slash(stage.channel, "ping")


async def test_a_guilds_own_command_says_whose_it_is(stage: Stage) -> None:
    path = f"/applications/{stage.playground.application_id}/guilds/{stage.guild.id}/commands"
    await stage.raw.call("PUT", path, [{"name": "Ours", "type": 2}])
    data = await payload_of(stage, stage.mika.use_on_user(stage.channel, "Ours", stage.mika))
    assert data["guild_id"] == str(stage.guild.id)


async def test_a_bot_uses_no_commands(stage: Stage) -> None:
    await stage.raw.register(PING_ANYWHERE)
    with pytest.raises(LookupError, match="Other bot is a bot"):
        await stage.guild.bot_user("Other bot").slash(stage.channel, "ping")


async def test_an_avatar_has_an_address_without_a_signature(stage: Stage) -> None:
    path = f"/users/{stage.mika.id}"
    assert (await stage.raw.call("GET", path)).body["avatar"] is None
    stage.mika.set_avatar(Upload("me.png", PNG))
    avatar = (await stage.raw.call("GET", path)).body["avatar"]
    address = f"https://cdn.discordapp.com/avatars/{stage.mika.id}/{avatar}.webp?size=1024"
    assert await stage.raw.fetch(address) == 200
    assert await stage.playground.download(address) == PNG


async def test_an_avatar_that_was_changed_or_taken_off_is_gone(stage: Stage) -> None:
    for picture in (Upload("other.png", PNG + b"other"), None):
        stage.mika.set_avatar(Upload("me.png", PNG))
        address = f"https://cdn.discordapp.com{stage.mika.user.avatar_path}.png"
        stage.mika.set_avatar(picture)
        assert await stage.raw.fetch(address) == 404


async def test_a_message_shows_its_authors_present_avatar(stage: Stage) -> None:
    message = await stage.mika.say(stage.channel, "me")
    stage.mika.set_avatar(Upload("me.png", PNG))
    data = await payload_of(stage, stage.mika.use_on_message(stage.channel, PHOTO, message))
    assert data["resolved"]["messages"][str(message.id)]["author"]["avatar"] == stage.mika.user.avatar
