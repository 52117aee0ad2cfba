"""Rules of messages: what may be in them, who may write and edit them, and which of them are the same."""

from typing import Any

import pytest

from playground import BOT_DEFAULT, Message, Permissions, Playground
from tests.playground.rawclient import V2, Stage, listening

LONG_EMBEDS = [{"description": "d" * 4000}, {"description": "d" * 2001}]
TEXT = {"type": 10, "content": "a card"}
CARD = {"flags": V2, "components": [TEXT]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content": "c" * 2001}, 50035),
        ({}, 50006),
        ({"content": ""}, 50006),
        ({"embeds": [{"title": "t"}] * 11}, 50035),
        ({"embeds": [{"title": "t" * 257}]}, 50035),
        ({"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}, 50035),
        ({"embeds": LONG_EMBEDS}, 50035),
        ({"embeds": [{"image": {"url": "attachment://gone.png"}}]}, 50035),
        ({"embeds": [{"fields": [{"name": "n" * 257, "value": "v"}]}]}, 50035),
        ({"content": 1}, 50035),
        ({"content": "c", "nonce": "n" * 26}, 50035),
        ({"content": "c", "allowed_mentions": {"parse": ["nobody"]}}, 50035),
        ({"content": "c", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, 50035),
        ({"content": "c", "allowed_mentions": {"users": ["1"] * 101}}, 50035),
        ({"content": "c", "message_reference": {"message_id": "1"}}, 50035),
        ({"content": "c", "flags": "many"}, 50035),
        ({"content": "c", "allowed_mentions": {"users": ["nobody"]}}, 50035),
    ],
)
async def test_a_message_that_breaks_a_rule_is_refused(stage: Stage, body: dict[str, Any], code: int) -> None:
    reply = await stage.raw.call("POST", f"/channels/{stage.channel.id}/messages", body)
    assert reply.refusal == (400, code)
    assert stage.channel.messages == []
    assert len(stage.playground.violations) == 1


async def test_an_embed_within_the_limits_is_accepted(stage: Stage) -> None:
    embed = {"title": "t" * 256, "fields": [{"name": "n" * 256, "value": "v" * 1024}] * 4}
    assert (await stage.send({"embeds": [embed]})).embeds == ({"type": "rich", **embed},)


async def test_a_body_that_is_no_json_is_refused(stage: Stage) -> None:
    reply = await stage.raw.call("POST", f"/channels/{stage.channel.id}/messages", data=b"{")
    assert reply.refusal == (400, 50109)


async def test_a_multipart_body_within_another_is_refused(stage: Stage) -> None:
    inner = b"--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n\r\n--b--\r\n\r\n--a--\r\n"
    path = f"/channels/{stage.channel.id}/messages"
    reply = await stage.raw.call("POST", path, data=inner, content_type="multipart/form-data; boundary=a")
    assert reply.refusal == (400, 50109)


async def test_an_invalid_form_names_the_field(stage: Stage) -> None:
    reply = await stage.raw.call("POST", f"/channels/{stage.channel.id}/messages", {"content": "c" * 2001})
    assert reply.body["errors"]["content"]["_errors"][0]["code"] == "BASE_TYPE_BAD_LENGTH"


@pytest.mark.parametrize("legacy", [{"content": "text"}, {"embeds": [{"title": "t"}]}, {"sticker_ids": ["1"]}])
async def test_components_v2_stand_alone(stage: Stage, legacy: dict[str, Any]) -> None:
    reply = await stage.raw.call("POST", f"/channels/{stage.channel.id}/messages", {**CARD, **legacy})
    assert reply.refusal == (400, 50035)
    assert stage.rules() == ["v2-legacy-field"]


async def test_the_components_v2_flag_cannot_be_removed(stage: Stage) -> None:
    message = await stage.send(CARD)
    path = f"/channels/{stage.channel.id}/messages/{message.id}"
    assert (await stage.raw.call("PATCH", path, {"flags": 0, "components": []})).refusal == (400, 50035)
    assert stage.rules() == ["v2-flag-removed"]


async def test_a_message_becomes_a_v2_one_only_without_its_content(stage: Stage) -> None:
    message = await stage.send({"content": "old"})
    path = f"/channels/{stage.channel.id}/messages/{message.id}"
    assert (await stage.raw.call("PATCH", path, CARD)).refusal == (400, 50035)
    assert (await stage.raw.call("PATCH", path, {**CARD, "content": None})).status == 200


async def test_others_messages_cannot_be_edited(stage: Stage) -> None:
    message = await stage.mika.say(stage.channel, "mine")
    path = f"/channels/{stage.channel.id}/messages/{message.id}"
    assert (await stage.raw.call("PATCH", path, {"content": "yours"})).refusal == (403, 50005)


async def test_others_messages_are_deleted_with_a_permission_only(stage: Stage) -> None:
    message = await stage.mika.say(stage.channel, "mine")
    path = f"/channels/{stage.channel.id}/messages/{message.id}"
    assert (await stage.raw.call("DELETE", path)).refusal == (403, 50013)
    stage.guild.set_bot_permissions(BOT_DEFAULT | Permissions.MANAGE_MESSAGES)
    assert (await stage.raw.call("DELETE", path)).status == 204


async def test_the_bot_deletes_its_own_messages_without_a_permission(stage: Stage) -> None:
    message = await stage.send({"content": "mine"})
    stage.guild.set_bot_permissions(Permissions.VIEW_CHANNEL)
    path = f"/channels/{stage.channel.id}/messages/{message.id}"
    assert (await stage.raw.call("DELETE", path)).status == 204


async def bulk_delete(stage: Stage, *ids: int) -> Any:
    path = f"/channels/{stage.channel.id}/messages/bulk-delete"
    return await stage.raw.call("POST", path, {"messages": [str(each) for each in ids]})


async def test_many_messages_are_deleted_with_a_permission_only_even_ones_own(stage: Stage) -> None:
    ids = [(await stage.send({"content": text})).id for text in "12"]
    assert (await bulk_delete(stage, *ids)).refusal == (403, 50013)
    stage.guild.set_bot_permissions(BOT_DEFAULT | Permissions.MANAGE_MESSAGES)
    async with listening(stage.raw, 1 | 1 << 9) as gateway:
        assert (await bulk_delete(stage, *ids, 1 << 62)).status == 204
        gone = (await gateway.read(name="MESSAGE_DELETE_BULK"))["d"]
    assert gone["ids"] == [str(each) for each in ids]
    assert stage.channel.messages == []


@pytest.mark.parametrize("count", [0, 1, 101])
async def test_many_are_2_to_100(stage: Stage, count: int) -> None:
    stage.guild.set_bot_permissions(BOT_DEFAULT | Permissions.MANAGE_MESSAGES)
    last = (await stage.mika.say(stage.channel, "hello")).id
    assert (await bulk_delete(stage, *range(last, last + count))).refusal == (400, 50016)
    assert len(stage.channel.messages) == 1


async def test_many_are_not_deleted_if_one_is_older_than_two_weeks(stage: Stage) -> None:
    stage.guild.set_bot_permissions(BOT_DEFAULT | Permissions.MANAGE_MESSAGES)
    old = await stage.mika.say(stage.channel, "old")
    stage.clock.advance(14 * 24 * 3600 + 1)
    new = [await stage.mika.say(stage.channel, "new") for _ in range(2)]
    assert (await bulk_delete(stage, old.id, *(each.id for each in new))).refusal == (400, 50034)
    assert (await bulk_delete(stage, *(each.id for each in new))).status == 204
    assert stage.channel.messages == [old]


async def test_no_direct_messages_are_deleted_at_once(stage: Stage) -> None:
    direct = stage.playground.direct_message(stage.mika)
    reply = await stage.raw.call("POST", f"/channels/{direct.id}/messages/bulk-delete", {"messages": ["1", "2"]})
    assert reply.refusal == (400, 50003)


@pytest.mark.parametrize(
    ("denied", "files", "code"),
    [
        (Permissions.VIEW_CHANNEL, None, 50001),
        (Permissions.SEND_MESSAGES, None, 50013),
        (Permissions.ATTACH_FILES, {"a.png": b"1"}, 50013),
    ],
)
async def test_the_bot_writes_with_permission_only(
    stage: Stage, denied: Permissions, files: dict[str, bytes] | None, code: int
) -> None:
    stage.channel.overwrite_bot(deny=denied)
    path = f"/channels/{stage.channel.id}/messages"
    assert (await stage.raw.call("POST", path, {"content": "hello"}, files=files)).refusal == (403, code)


async def test_history_needs_a_permission(stage: Stage) -> None:
    message = await stage.send({"content": "hello"})
    stage.channel.overwrite_bot(deny=Permissions.READ_MESSAGE_HISTORY)
    path = f"/channels/{stage.channel.id}/messages"
    assert (await stage.raw.call("GET", path)).body == []
    assert (await stage.raw.call("GET", f"{path}/{message.id}")).refusal == (403, 50013)
    reply = {"content": "re", "message_reference": {"message_id": str(message.id)}}
    assert (await stage.raw.call("POST", path, reply)).refusal == (400, 160002)


async def test_a_reply_refers_to_its_message_or_does_without(stage: Stage) -> None:
    message = await stage.send({"content": "hello"})
    reply = await stage.send({"content": "re", "message_reference": {"message_id": str(message.id)}})
    path = f"/channels/{stage.channel.id}/messages/{reply.id}"
    assert (await stage.raw.call("GET", path)).body["message_reference"]["message_id"] == str(message.id)
    lenient = {"content": "re", "message_reference": {"message_id": "1", "fail_if_not_exists": False}}
    assert (await stage.send(lenient)).reference_id is None


async def test_typing_needs_the_permission_to_write(stage: Stage) -> None:
    path = f"/channels/{stage.channel.id}/typing"
    assert (await stage.raw.call("POST", path)).status == 204
    stage.channel.overwrite_bot(deny=Permissions.SEND_MESSAGES)
    assert (await stage.raw.call("POST", path)).refusal == (403, 50013)


async def test_history_is_read_from_both_sides(stage: Stage) -> None:
    first, second, third = [await stage.send({"content": text}) for text in "123"]
    path = f"/channels/{stage.channel.id}/messages?limit=2"

    async def ids(query: str) -> list[int]:
        return [int(each["id"]) for each in (await stage.raw.call("GET", path + query)).body]

    assert await ids("") == [third.id, second.id]
    assert await ids(f"&before={third.id}") == [second.id, first.id]
    assert await ids(f"&after={first.id}") == [third.id, second.id]


async def test_a_repeated_enforced_nonce_returns_the_first_message(stage: Stage) -> None:
    path, body = f"/channels/{stage.channel.id}/messages", {"content": "once", "nonce": "7", "enforce_nonce": True}
    first, again = [(await stage.raw.call("POST", path, body)).body["id"] for _ in range(2)]
    assert first == again
    assert len(stage.channel.messages) == 1


async def test_a_nonce_that_is_not_enforced_repeats_the_message(stage: Stage) -> None:
    for _ in range(2):
        await stage.send({"content": "twice", "nonce": "7"})
    assert len(stage.channel.messages) == 2


async def test_a_nonce_is_forgotten_after_some_minutes(stage: Stage) -> None:
    for _ in range(2):
        await stage.send({"content": "twice", "nonce": "7", "enforce_nonce": True})
        stage.clock.advance(301)
    assert len(stage.channel.messages) == 2


@pytest.mark.parametrize(
    ("allowed", "pinged"),
    [(None, True), ({"parse": ["users"]}, True), ({"parse": []}, False), ({"parse": [], "users": ["{id}"]}, True)],
)
async def test_allowed_mentions_decide_who_is_pinged(stage: Stage, allowed: Any, pinged: bool) -> None:
    if allowed and "users" in allowed:
        allowed = {**allowed, "users": [str(stage.mika.id)]}
    message = await stage.send({"content": stage.mika.mention, "allowed_mentions": allowed})
    assert (stage.mika.id in message.mentions) is pinged


async def test_a_role_is_pinged_if_it_lets_itself_or_the_bot_may(stage: Stage) -> None:
    quiet, loud = stage.guild.role("quiet"), stage.guild.role("loud", mentionable=True)
    text = f"{quiet.mention} {loud.mention} {loud.mention} <@&1>"
    assert (await stage.send({"content": text})).role_mentions == (loud.id,)
    stage.guild.set_bot_permissions(BOT_DEFAULT | Permissions.MENTION_EVERYONE)
    assert (await stage.send({"content": text})).role_mentions == (quiet.id, loud.id)


@pytest.mark.parametrize(
    ("allowed", "pinged"),
    [({"parse": ["roles"]}, True), ({"parse": ["users"]}, False), ({"roles": ["{id}"]}, True), ({"roles": []}, False)],
)
async def test_allowed_mentions_decide_which_roles_are_pinged(stage: Stage, allowed: Any, pinged: bool) -> None:
    role = stage.guild.role("loud", mentionable=True)
    if allowed.get("roles"):
        allowed = {"roles": [str(role.id)]}
    message = await stage.send({"content": role.mention, "allowed_mentions": allowed})
    assert (role.id in message.role_mentions) is pinged
    path = f"/channels/{stage.channel.id}/messages/{message.id}"
    assert (await stage.raw.call("GET", path)).body["mention_roles"] == [str(each) for each in message.role_mentions]


@pytest.mark.parametrize(("allowed", "pinged"), [(None, True), ({"replied_user": True}, True), ({"parse": []}, False)])
async def test_a_reply_pings_whom_it_replies_to(stage: Stage, allowed: Any, pinged: bool) -> None:
    message = await stage.mika.say(stage.channel, "hello")
    reply = {"content": "re", "message_reference": {"message_id": str(message.id)}, "allowed_mentions": allowed}
    assert (stage.mika.id in (await stage.send(reply)).mentions) is pinged


async def test_a_reply_to_oneself_pings_nobody(stage: Stage) -> None:
    message = await stage.send({"content": "hello"})
    assert (await stage.send({"content": "re", "message_reference": {"message_id": str(message.id)}})).mentions == ()


PINGING = ("everybody", "nobody")


def loud_card(stage: Stage, whom: str) -> dict[str, Any]:
    """A card whose text names a person, a role and everyone, and whether it may ping them."""
    stage.guild.set_bot_permissions(BOT_DEFAULT | Permissions.MENTION_EVERYONE)
    role = stage.guild.role("artists")
    text = {"type": 10, "content": f"{stage.mika.mention} {role.mention} @everyone"}
    card = {"flags": V2, "components": [{"type": 17, "components": [text]}]}
    return card if whom == "everybody" else {**card, "allowed_mentions": {"parse": []}}


def pings(message: Message) -> tuple[int, int, bool]:
    return len(message.mentions), len(message.role_mentions), message.mentions_everyone


def expected(whom: str) -> tuple[int, int, bool]:
    return (1, 1, True) if whom == "everybody" else (0, 0, False)


@pytest.mark.parametrize("whom", PINGING)
async def test_a_cards_text_pings_from_a_channel(stage: Stage, whom: str) -> None:
    assert pings(await stage.send(loud_card(stage, whom))) == expected(whom)


@pytest.mark.parametrize("whom", PINGING)
async def test_a_cards_text_pings_from_a_first_answer(stage: Stage, whom: str) -> None:
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 4, loud_card(stage, whom))
    assert pings((await interaction.response()).message) == expected(whom)


@pytest.mark.parametrize("whom", PINGING)
async def test_a_cards_text_pings_from_a_follow_up(stage: Stage, whom: str) -> None:
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 4, {"content": "pong"})
    await stage.raw.call("POST", stage.raw.webhook(interaction), loud_card(stage, whom))
    assert pings(interaction.messages[-1]) == expected(whom)


@pytest.mark.parametrize("whom", PINGING)
async def test_a_cards_text_pings_from_the_edit_that_fills_a_deferred_answer(stage: Stage, whom: str) -> None:
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 5)
    await stage.raw.call("PATCH", stage.raw.webhook(interaction, "@original"), loud_card(stage, whom))
    assert pings((await interaction.response()).message) == expected(whom)


@pytest.mark.parametrize("whom", PINGING)
async def test_a_cards_text_pings_nobody_from_a_later_edit(stage: Stage, whom: str) -> None:
    message = await stage.send({"flags": V2, "components": [TEXT]})
    await stage.raw.call("PATCH", f"/channels/{stage.channel.id}/messages/{message.id}", loud_card(stage, whom))
    assert pings(stage.channel.messages[-1]) == (0, 0, False)


async def test_an_edit_pings_nobody(stage: Stage) -> None:
    message = await stage.send({"content": "hello"})
    path = f"/channels/{stage.channel.id}/messages/{message.id}"
    await stage.raw.call("PATCH", path, {"content": stage.mika.mention})
    latest = stage.playground.latest(message)
    assert latest is not None
    assert latest.mentions == ()


async def test_everyone_is_pinged_with_a_permission_only(stage: Stage) -> None:
    assert not (await stage.send({"content": "@everyone"})).mentions_everyone
    stage.guild.set_bot_permissions(BOT_DEFAULT | Permissions.MENTION_EVERYONE)
    assert (await stage.send({"content": "@everyone"})).mentions_everyone


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/channels/1", 10003),
        ("/guilds/1", 10004),
        ("/guilds/{guild}/members/1", 10007),
        ("/users/1", 10013),
        ("/channels/{channel}/messages/1", 10008),
    ],
)
async def test_what_is_unknown_is_said_to_be(stage: Stage, path: str, code: int) -> None:
    reply = await stage.raw.call("GET", path.format(channel=stage.channel.id, guild=stage.guild.id))
    assert reply.refusal == (404, code)


async def test_a_direct_message_needs_somebody(stage: Stage) -> None:
    assert (await stage.raw.call("POST", "/users/@me/channels", {"recipient_id": "1"})).refusal == (404, 10013)


async def test_people_places_and_commands_can_be_looked_up(stage: Stage) -> None:
    async def names(path: str, key: str) -> list[str]:
        body = (await stage.raw.call("GET", path)).body
        return [each[key] for each in (body if isinstance(body, list) else [body])]

    await stage.ping()
    application = f"/applications/{stage.playground.application_id}"
    assert await names(f"/users/{stage.mika.id}", "username") == ["Mika"]
    assert await names(f"/guilds/{stage.guild.id}", "name") == ["Cosy Corner"]
    assert await names(f"/guilds/{stage.guild.id}/channels", "name") == ["photos"]
    assert await names(f"/guilds/{stage.guild.id}/members/{stage.mika.id}", "nick") == [None]
    assert await names(f"{application}/commands", "name") == ["ping"]
    assert await names("/oauth2/applications/@me", "id") == [str(stage.playground.application_id)]
    assert stage.playground.channel(stage.channel.id).name == "photos"


async def test_an_id_must_be_a_snowflake(stage: Stage) -> None:
    assert (await stage.raw.call("GET", "/channels/photos")).refusal == (400, 50035)


async def test_a_deleted_channel_is_unknown(stage: Stage) -> None:
    message = await stage.send({"content": "hello"})
    stage.channel.delete()
    reply = await stage.raw.call("PATCH", f"/channels/{stage.channel.id}/messages/{message.id}", {"content": "?"})
    assert reply.refusal == (404, 10003)


async def test_a_route_that_is_not_modelled_is_recorded(stage: Stage) -> None:
    assert (await stage.raw.call("GET", "/stage-instances/1")).status == 404
    assert stage.rules() == ["unknown-route"]


async def test_a_direct_message_needs_no_permission(stage: Stage) -> None:
    stranger = stage.playground.stranger("Noa")
    reply = await stage.raw.call("POST", "/users/@me/channels", {"recipient_id": str(stranger.id)})
    assert (await stage.raw.call("POST", f"/channels/{reply.body['id']}/messages", {"content": "hi"})).status == 200
    assert [each.text for each in stage.playground.direct_message(stranger).messages] == ["hi"]


def test_a_playground_knows_its_bot_before_it_starts() -> None:
    playground = Playground()
    assert playground.token.count(".") == 2
    assert playground.violations == []
