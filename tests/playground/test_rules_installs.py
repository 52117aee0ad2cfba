"""Rules of an application that a person brought along: where its bot is not, only interactions work."""

from typing import Any

import pytest

from playground import Channel, Guild, Interaction, Member, Permissions
from tests.playground.rawclient import EPHEMERAL, PING, PING_ANYWHERE, Stage, listening

JOINED = 1_700_000_000.0
EXTERNAL = Permissions.EMBED_LINKS | Permissions.ATTACH_FILES | Permissions.MENTION_EVERYONE
BUTTON = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Again", "custom_id": "again"}]}


@pytest.fixture
async def elsewhere(stage: Stage) -> Guild:
    await stage.raw.register(PING_ANYWHERE)
    return stage.playground.foreign_guild("Elsewhere")


@pytest.fixture
def channel(elsewhere: Guild) -> Channel:
    return elsewhere.text_channel("photos")


@pytest.fixture
def noa(elsewhere: Guild) -> Member:
    return elsewhere.member("Noa", joined_at=JOINED)


async def sent(stage: Stage, channel: Channel, member: Member) -> Any:
    """The payload of a command's interaction."""
    async with listening(stage.raw) as gateway:
        await member.slash(channel, "ping")
        return (await gateway.read(name="INTERACTION_CREATE"))["d"]


async def follow_up(stage: Stage, interaction: Interaction, flags: int = 0) -> Any:
    stage.clock.advance(2)
    return await stage.raw.call("POST", stage.raw.webhook(interaction), {"content": "more", "flags": flags})


async def test_in_a_foreign_guild_the_person_is_who_authorises(
    stage: Stage, elsewhere: Guild, channel: Channel, noa: Member
) -> None:
    payload = await sent(stage, channel, noa)
    assert (payload["context"], payload["authorizing_integration_owners"]) == (0, {"1": str(noa.id)})
    assert payload["guild_id"] == payload["guild"]["id"] == str(elsewhere.id)
    assert set(payload["guild"]) == {"id", "locale", "features"}
    assert payload["app_permissions"] == str(int(EXTERNAL))


async def test_a_foreign_guilds_member_and_channel_come_in_the_payload(
    stage: Stage, elsewhere: Guild, channel: Channel, noa: Member
) -> None:
    artists = elsewhere.role("artists", Permissions.MANAGE_MESSAGES)
    elsewhere.give_role(noa, artists)
    payload = await sent(stage, channel, noa)
    assert str(artists.id) in payload["member"]["roles"]
    assert payload["member"]["joined_at"].startswith("2023-11-14T22:13:20")
    assert int(payload["member"]["permissions"]) & Permissions.MANAGE_MESSAGES
    assert (payload["channel"]["name"], payload["channel"]["nsfw"]) == ("photos", False)
    assert "permission_overwrites" not in payload["channel"]


async def test_a_command_for_servers_and_people_uses_the_server_where_the_bot_is(stage: Stage) -> None:
    await stage.raw.register(PING_ANYWHERE)
    payload = await sent(stage, stage.channel, stage.mika)
    assert payload["authorizing_integration_owners"] == {"0": str(stage.guild.id)}


async def test_in_a_direct_message_with_the_bot_the_server_is_nought(stage: Stage) -> None:
    await stage.raw.register(PING_ANYWHERE)
    channel = stage.playground.direct_message(stage.mika)
    payload = await sent(stage, channel, stage.mika)
    assert (payload["context"], payload["authorizing_integration_owners"]) == (1, {"0": "0"})
    interaction = await stage.mika.slash(channel, "ping")
    await stage.raw.answer(interaction, 4, {"content": "pong"})
    assert [(await follow_up(stage, interaction)).status for _ in range(6)] == [200] * 6


async def test_a_command_for_people_alone_uses_the_person_everywhere(stage: Stage) -> None:
    await stage.raw.register({**PING_ANYWHERE, "integration_types": [1]})
    payload = await sent(stage, stage.channel, stage.mika)
    assert payload["authorizing_integration_owners"] == {"1": str(stage.mika.id)}


@pytest.mark.parametrize(
    ("method", "path", "refusal"),
    [
        ("GET", "/channels/{channel}", (403, 50001)),
        ("GET", "/channels/{channel}/messages", (403, 50001)),
        ("POST", "/channels/{channel}/messages", (403, 50001)),
        ("POST", "/channels/{channel}/typing", (403, 50001)),
        ("GET", "/guilds/{guild}", (404, 10004)),
        ("GET", "/guilds/{guild}/channels", (403, 50001)),
        ("GET", "/guilds/{guild}/members/1", (403, 50001)),
        ("PUT", "/applications/{application}/guilds/{guild}/commands", (403, 50001)),
    ],
)
async def test_the_bots_own_calls_do_not_reach_a_foreign_guild(
    stage: Stage, elsewhere: Guild, channel: Channel, method: str, path: str, refusal: tuple[int, int]
) -> None:
    address = path.format(channel=channel.id, guild=elsewhere.id, application=stage.playground.application_id)
    assert (await stage.raw.call(method, address, {"content": "hello"})).refusal == refusal


async def test_the_interactions_own_calls_do(stage: Stage, channel: Channel, noa: Member) -> None:
    interaction = await noa.slash(channel, "ping")
    assert (await stage.raw.answer(interaction, 4, {"content": "pong"})).status == 200
    original = stage.raw.webhook(interaction, "@original")
    assert (await stage.raw.call("PATCH", original, {"content": "pang"})).status == 200
    assert (await stage.raw.call("GET", original)).body["content"] == "pang"
    assert (await stage.raw.call("DELETE", original)).status == 204


async def test_the_sixth_follow_up_is_refused(stage: Stage, channel: Channel, noa: Member) -> None:
    interaction = await noa.slash(channel, "ping")
    await stage.raw.answer(interaction, 4, {"content": "pong"})
    assert [(await follow_up(stage, interaction)).status for _ in range(5)] == [200] * 5
    assert (await follow_up(stage, interaction)).refusal == (400, 40094)


async def test_edits_are_no_follow_ups(stage: Stage, channel: Channel, noa: Member) -> None:
    interaction = await noa.slash(channel, "ping")
    await stage.raw.answer(interaction, 5)
    for number in range(7):
        stage.clock.advance(2)
        edited = await stage.raw.call("PATCH", stage.raw.webhook(interaction, "@original"), {"content": f"{number}"})
        assert edited.status == 200
    assert [(await follow_up(stage, interaction)).status for _ in range(6)] == [200] * 5 + [400]


async def test_after_fifteen_minutes_nothing_reaches_a_foreign_guild(
    stage: Stage, channel: Channel, noa: Member
) -> None:
    interaction = await noa.slash(channel, "ping")
    await stage.raw.answer(interaction, 5)
    stage.clock.advance(15 * 60 + 1)
    original = stage.raw.webhook(interaction, "@original")
    assert (await stage.raw.call("PATCH", original, {"content": "late"})).refusal == (401, 50027)
    path = f"/channels/{channel.id}/messages/{channel.messages[0].id}"
    assert (await stage.raw.call("PATCH", path, {"content": "late"})).refusal == (403, 50001)


@pytest.mark.parametrize("kind", [4, 5])
async def test_without_a_permission_every_answer_is_ephemeral(
    stage: Stage, channel: Channel, noa: Member, kind: int
) -> None:
    channel.overwrite(noa, deny=Permissions.USE_EXTERNAL_APPS)
    interaction = await noa.slash(channel, "ping")
    reply = await stage.raw.answer(interaction, kind, {"content": "pong"})
    assert reply.body["interaction"]["response_message_ephemeral"]
    for _ in range(2):
        assert (await follow_up(stage, interaction)).body["flags"] & EPHEMERAL
    assert all(each.ephemeral and each.recipient_id == noa.id for each in channel.messages)


async def test_where_the_bot_is_that_permission_does_not_matter(stage: Stage) -> None:
    stage.channel.overwrite(stage.mika, deny=Permissions.USE_EXTERNAL_APPS)
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 4, {"content": "pong"})
    assert not (await interaction.response()).ephemeral


async def test_no_event_of_a_foreign_guild_or_a_private_channel_reaches_the_bot(stage: Stage) -> None:
    async with listening(stage.raw, intents=(1 << 26) - 1 & ~(1 << 1 | 1 << 8 | 1 << 15)) as gateway:
        elsewhere = stage.playground.foreign_guild("Elsewhere")
        noa = elsewhere.member("Noa", roles=(elsewhere.role("artists"),))
        await noa.delete(await noa.say(elsewhere.text_channel("photos"), "hello"))
        await noa.say(stage.playground.private_channel(noa, stage.mika), "hello")
        stage.guild.text_channel("last")
        events = await gateway.read_until("CHANNEL_CREATE")
    assert [each["t"] for each in events] == ["GUILD_CREATE", "CHANNEL_CREATE"]
    assert events[-1]["d"]["name"] == "last"


async def test_a_button_belongs_to_the_person_whose_command_brought_it(
    stage: Stage, elsewhere: Guild, channel: Channel, noa: Member
) -> None:
    interaction = await noa.slash(channel, "ping")
    await stage.raw.answer(interaction, 4, {"content": "pong", "components": [BUTTON]})
    message = (await interaction.response()).message
    async with listening(stage.raw) as gateway:
        other = elsewhere.member("Lou")
        await other.click(message, "again")
        payload = (await gateway.read(name="INTERACTION_CREATE"))["d"]
    assert payload["authorizing_integration_owners"] == {"1": str(noa.id)}
    assert payload["member"]["user"]["id"] == str(other.id)
    assert payload["message"]["interaction_metadata"]["authorizing_integration_owners"] == {"1": str(noa.id)}


async def test_a_direct_message_of_two_people_is_a_private_channel(stage: Stage, noa: Member) -> None:
    payload = await sent(stage, stage.playground.private_channel(noa, stage.mika), noa)
    assert (payload["context"], payload["authorizing_integration_owners"]) == (2, {"1": str(noa.id)})
    assert (payload["channel"]["type"], payload["user"]["id"]) == (1, str(noa.id))
    assert [each["username"] for each in payload["channel"]["recipients"]] == ["Mika"]
    assert payload["app_permissions"] == str(int(EXTERNAL))
    assert {"guild_id", "guild", "member"}.isdisjoint(payload)


async def test_more_people_are_a_group(stage: Stage, noa: Member) -> None:
    group = stage.playground.private_channel(noa, stage.mika, stage.playground.stranger("Lou"))
    payload = await sent(stage, group, stage.mika)
    assert (payload["context"], payload["channel"]["type"]) == (2, 3)
    assert payload["channel"]["owner_id"] == str(noa.id)
    assert [each["username"] for each in payload["channel"]["recipients"]] == ["Noa", "Lou"]


async def test_the_bot_is_not_in_a_private_channel_and_only_answers_there(stage: Stage, noa: Member) -> None:
    private = stage.playground.private_channel(noa, stage.mika)
    path = f"/channels/{private.id}/messages"
    assert (await stage.raw.call("POST", path, {"content": "hello"})).refusal == (403, 50001)
    interaction = await noa.slash(private, "ping")
    await stage.raw.answer(interaction, 4, {"content": "pong"})
    assert [each.text for each in private.messages] == ["pong"]
    assert [(await follow_up(stage, interaction)).status for _ in range(6)] == [200] * 5 + [400]


@pytest.mark.parametrize(
    "definition",
    [PING, {**PING_ANYWHERE, "integration_types": [0]}, {**PING_ANYWHERE, "contexts": [1]}],
    ids=["nothing said", "for servers", "for direct messages"],
)
async def test_a_command_that_is_not_for_people_is_not_offered_elsewhere(
    stage: Stage, channel: Channel, noa: Member, definition: dict[str, Any]
) -> None:
    await stage.raw.register(definition)
    for place in (channel, stage.playground.private_channel(noa, stage.mika)):
        with pytest.raises(LookupError, match=r"not offered in|without the bot"):
            await noa.slash(place, "ping")


async def test_nobody_acts_where_they_are_not(stage: Stage, channel: Channel, noa: Member) -> None:
    places = channel, stage.playground.private_channel(noa, stage.playground.stranger("Lou"))
    for place in (*places, stage.playground.direct_message(noa)):
        with pytest.raises(LookupError, match="Mika is not in"):
            await stage.mika.slash(place, "ping")
