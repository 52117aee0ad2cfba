"""Rules of what the bot reads of others' messages without the privileged intent for their content."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from playground import Channel, Guild, Message, Playground, Upload
from tests.playground.rawclient import RawClient, RawGateway, Stage, listening

Json = dict[str, Any]

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (640).to_bytes(4, "big") + (480).to_bytes(4, "big")
MESSAGES, DIRECT, CONTENT = 1 << 9, 1 << 12, 1 << 15
WITHHELD = ("content", "embeds", "attachments", "components")
BUTTONS = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Again", "custom_id": "again"}]}]


def read(payload: Json) -> set[str]:
    """Which of the parts that may be withheld are there."""
    return {part for part in WITHHELD if payload[part]}


async def said(guild: Guild, channel: Channel, text: str = "look") -> Message:
    """A message of another bot's with everything: people write neither embeds nor components."""
    bot = guild.bot_user("Other bot")
    return await bot.say(channel, text, Upload("me.png", PNG), embeds=[{"title": "Look"}], components=BUTTONS)


async def fetched(raw: RawClient, message: Message) -> list[Json]:
    """The message as each of the two ways to fetch it brings it."""
    path = f"/channels/{message.channel_id}/messages"
    one, all_ = await raw.call("GET", f"{path}/{message.id}"), await raw.call("GET", path)
    return [one.body, *(each for each in all_.body if each["id"] == str(message.id))]


@pytest.fixture
async def gateway(stage: Stage) -> AsyncIterator[RawGateway]:
    async with listening(stage.raw, MESSAGES | DIRECT) as gateway:
        yield gateway


async def test_a_fetched_message_comes_without_what_is_in_it(stage: Stage) -> None:
    payloads = await fetched(stage.raw, await said(stage.guild, stage.channel))
    assert [read(each) for each in payloads] == [set(), set()]
    assert payloads[0]["author"]["username"] == "Other bot"


async def test_neither_do_events_bring_it(stage: Stage, gateway: RawGateway) -> None:
    message = await said(stage.guild, stage.channel)
    assert read((await gateway.read(name="MESSAGE_CREATE"))["d"]) == set()
    path = f"/channels/{stage.channel.id}/messages/{message.id}/threads"
    assert (await stage.raw.call("POST", path, {"name": "pictures"})).status == 200
    assert read((await gateway.read(name="MESSAGE_UPDATE"))["d"]) == set()


async def test_a_message_that_mentions_the_bot_comes_in_full(stage: Stage, gateway: RawGateway) -> None:
    message = await said(stage.guild, stage.channel, f"<@{stage.playground.application_id}> look")
    payloads = [*await fetched(stage.raw, message), (await gateway.read(name="MESSAGE_CREATE"))["d"]]
    assert [read(each) for each in payloads] == [set(WITHHELD)] * 3


async def test_a_direct_message_comes_in_full(stage: Stage, gateway: RawGateway) -> None:
    channel = stage.playground.direct_message(stage.mika)
    message = await stage.mika.say(channel, "look", Upload("me.png", PNG))
    payloads = [*await fetched(stage.raw, message), (await gateway.read(name="MESSAGE_CREATE"))["d"]]
    assert [read(each) for each in payloads] == [{"content", "attachments"}] * 3


async def test_the_bots_own_messages_come_in_full(stage: Stage) -> None:
    message = await stage.send({"content": "card", "embeds": [{"title": "Card"}], "components": BUTTONS})
    payloads = await fetched(stage.raw, message)
    assert [read(each) for each in payloads] == [{"content", "embeds", "components"}] * 2


async def test_an_interaction_hands_its_message_over_in_full(stage: Stage) -> None:
    await stage.raw.register({"name": "Animify this", "type": 3})
    message = await said(stage.guild, stage.channel)
    async with listening(stage.raw) as gateway:
        await stage.mika.use_on_message(stage.channel, "Animify this", message)
        data = (await gateway.read(name="INTERACTION_CREATE"))["d"]["data"]
    assert read(data["resolved"]["messages"][str(message.id)]) == set(WITHHELD)


async def test_with_the_intent_all_messages_come_in_full() -> None:
    async with Playground(privileged_intents=CONTENT) as playground, RawClient(playground) as raw:
        guild = playground.guild("Cosy Corner")
        payloads = await fetched(raw, await said(guild, guild.text_channel("photos")))
        assert [read(each) for each in payloads] == [set(WITHHELD)] * 2
