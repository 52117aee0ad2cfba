"""Rules of threads: where they start, how many, and what an archive or a lock forbids."""

from typing import Any

import pytest

from playground import BOT_DEFAULT, Channel, Message, Permissions
from tests.playground.rawclient import PING, Stage, listening


async def started(stage: Stage) -> tuple[Message, Channel]:
    message = await stage.send({"content": "card"})
    reply = await start(stage, message)
    assert reply.status == 200, reply.body
    thread = stage.channel.thread_of(message)
    assert thread is not None
    return message, thread


async def start(stage: Stage, message: Message, body: Any = None) -> Any:
    path = f"/channels/{message.channel_id}/messages/{message.id}/threads"
    return await stage.raw.call("POST", path, body or {"name": "pictures", "auto_archive_duration": 60})


async def test_a_thread_from_a_message_has_the_messages_id(stage: Stage) -> None:
    message, thread = await started(stage)
    assert thread.id == message.id
    reply = await stage.raw.call("GET", f"/channels/{stage.channel.id}/messages/{message.id}")
    assert reply.body["thread"]["thread_metadata"]["auto_archive_duration"] == 60


async def test_a_message_has_one_thread_at_most(stage: Stage) -> None:
    message, _ = await started(stage)
    assert (await start(stage, message)).refusal == (400, 160004)
    assert stage.rules() == ["thread-exists"]


async def test_too_many_active_threads_are_refused(stage: Stage) -> None:
    stage.guild.limit_threads(1)
    _, thread = await started(stage)
    second = await stage.send({"content": "card"})
    assert (await start(stage, second)).refusal == (400, 160006)
    thread.archive()
    assert (await start(stage, second)).status == 200


@pytest.mark.parametrize("body", [{"name": ""}, {"name": "n" * 101}, {"name": "n", "auto_archive_duration": 61}])
async def test_a_threads_name_and_duration_are_checked(stage: Stage, body: dict[str, object]) -> None:
    message = await stage.send({"content": "card"})
    assert (await start(stage, message, body)).refusal == (400, 50035)


async def test_threads_start_in_text_channels_only(stage: Stage) -> None:
    _, thread = await started(stage)
    for place in (thread, stage.guild.voice_channel("lounge"), stage.playground.direct_message(stage.mika)):
        message = await stage.mika.say(place, "here?")
        assert (await start(stage, message)).refusal == (400, 50024)


async def test_starting_a_thread_needs_a_permission(stage: Stage) -> None:
    message = await stage.send({"content": "card"})
    stage.guild.set_bot_permissions(BOT_DEFAULT & ~Permissions.CREATE_PUBLIC_THREADS)
    assert (await start(stage, message)).refusal == (403, 50013)


async def test_writing_in_a_thread_needs_a_permission_of_its_own(stage: Stage) -> None:
    _, thread = await started(stage)
    path = f"/channels/{thread.id}/messages"
    stage.channel.overwrite_bot(deny=Permissions.SEND_MESSAGES)
    assert (await stage.raw.call("POST", path, {"content": "picture"})).status == 200
    stage.channel.overwrite_bot(deny=Permissions.SEND_MESSAGES_IN_THREADS)
    assert (await stage.raw.call("POST", path, {"content": "picture"})).refusal == (403, 50013)


async def test_no_thread_starts_from_an_ephemeral_message(stage: Stage) -> None:
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 4, {"content": "psst", "flags": 64})
    assert (await start(stage, (await interaction.response()).message)).refusal == (404, 10008)


async def test_in_an_archived_thread_nothing_is_changed_before_something_is_sent(stage: Stage) -> None:
    _, thread = await started(stage)
    path = f"/channels/{thread.id}/messages"
    sent = (await stage.raw.call("POST", path, {"content": "picture"})).body["id"]
    thread.archive()
    assert (await stage.raw.call("PATCH", f"{path}/{sent}", {"content": "better"})).refusal == (400, 50083)
    assert (await stage.raw.call("DELETE", f"{path}/{sent}")).refusal == (400, 50083)
    assert (await stage.raw.call("POST", path, {"content": "another"})).status == 200
    assert not thread.state.archived
    assert (await stage.raw.call("PATCH", f"{path}/{sent}", {"content": "better"})).status == 200


async def test_an_interaction_cannot_answer_in_an_archived_thread(stage: Stage) -> None:
    _, thread = await started(stage)
    interaction = await stage.ping()
    interaction.channel = thread.state
    thread.archive()
    assert (await stage.raw.answer(interaction, 5)).refusal == (400, 50083)


async def test_commands_and_menus_are_not_offered_in_an_archived_thread(stage: Stage) -> None:
    _, thread = await started(stage)
    await stage.raw.register(PING, {"name": "Animify this", "type": 3})
    message = await stage.mika.say(thread, "me")
    thread.archive()
    with pytest.raises(LookupError, match="which is archived"):
        await stage.mika.slash(thread, "ping")
    with pytest.raises(LookupError, match="which is archived"):
        await stage.mika.use_on_message(thread, "Animify this", message)


async def test_a_button_in_an_archived_thread_works_and_changes_nothing_there(stage: Stage) -> None:
    _, thread = await started(stage)
    path = f"/channels/{thread.id}/messages"
    buttons = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Again", "custom_id": "again"}]}]
    sent = (await stage.raw.call("POST", path, {"content": "card", "components": buttons})).body["id"]
    thread.archive()
    click = await stage.mika.click(thread.messages[0], "again")
    for kind in (4, 5, 7):
        assert (await stage.raw.answer(click, kind, {"content": "again"})).refusal == (400, 50083)
    assert (await stage.raw.answer(click, 6)).status == 200
    original = stage.raw.webhook(click, "@original")
    for method in ("PATCH", "DELETE"):
        assert (await stage.raw.call(method, original, {"content": "again"})).refusal == (400, 50083)
    assert (await stage.raw.call("POST", stage.raw.webhook(click), {"content": "more"})).refusal == (400, 50083)
    assert (await stage.raw.call("PATCH", f"/channels/{thread.id}", {"archived": False})).status == 200
    assert (await stage.raw.call("PATCH", original, {"content": "again"})).body["id"] == sent


async def test_in_a_locked_thread_nothing_is_written_or_edited(stage: Stage) -> None:
    _, thread = await started(stage)
    path = f"/channels/{thread.id}/messages"
    sent = (await stage.raw.call("POST", path, {"content": "picture"})).body["id"]
    thread.lock()
    assert (await stage.raw.call("POST", path, {"content": "more"})).refusal == (400, 160005)
    assert (await stage.raw.call("PATCH", f"{path}/{sent}", {"content": "better"})).refusal == (400, 160005)
    assert (await stage.raw.call("DELETE", f"{path}/{sent}")).status == 204


async def test_a_locked_thread_opens_with_a_permission_only(stage: Stage) -> None:
    _, thread = await started(stage)
    thread.archive(locked=True)
    path = f"/channels/{thread.id}/messages"
    assert (await stage.raw.call("POST", path, {"content": "picture"})).refusal == (400, 160005)
    stage.guild.set_bot_permissions(BOT_DEFAULT | Permissions.MANAGE_THREADS)
    assert (await stage.raw.call("POST", path, {"content": "picture"})).status == 200


async def test_a_member_brings_an_archived_thread_back(stage: Stage) -> None:
    _, thread = await started(stage)
    thread.archive()
    await stage.mika.say(thread, "more!")
    assert not thread.state.archived


async def test_the_bot_renames_and_archives_its_own_thread_but_locks_none(stage: Stage) -> None:
    _, thread = await started(stage)
    path = f"/channels/{thread.id}"
    assert (await stage.raw.call("PATCH", path, {"name": "done", "archived": True})).body["name"] == "done"
    assert (await stage.raw.call("PATCH", path, {"name": "again"})).refusal == (400, 50083)
    assert (await stage.raw.call("PATCH", path, {"archived": False})).status == 200
    assert (await stage.raw.call("PATCH", path, {"locked": True})).refusal == (403, 50013)


async def test_a_thread_without_a_message_is_listed_as_active(stage: Stage) -> None:
    path = f"/channels/{stage.channel.id}/threads"
    assert (await stage.raw.call("POST", path, {"name": "alone"})).refusal == (400, 50035)
    thread = (await stage.raw.call("POST", path, {"name": "alone", "type": 11})).body
    listed = (await stage.raw.call("GET", f"/guilds/{stage.guild.id}/threads/active")).body["threads"]
    assert [each["id"] for each in listed] == [thread["id"]]
    assert [each.name for each in stage.channel.threads] == ["alone"]


async def test_an_archived_thread_is_neither_joined_nor_left(stage: Stage) -> None:
    _, thread = await started(stage)
    path = f"/channels/{thread.id}/thread-members/@me"
    assert (await stage.raw.call("PUT", path)).status == 204
    thread.archive()
    assert (await stage.raw.call("DELETE", path)).refusal == (400, 50083)
    elsewhere = f"/channels/{stage.channel.id}/thread-members/@me"
    assert (await stage.raw.call("PUT", elsewhere)).refusal == (400, 50024)


async def test_a_channel_is_edited_with_a_permission_only(stage: Stage) -> None:
    reply = await stage.raw.call("PATCH", f"/channels/{stage.channel.id}", {"name": "other"})
    assert reply.refusal == (403, 50013)


async def test_an_interaction_in_a_thread_names_its_parent_and_leaves_the_age_to_it(stage: Stage) -> None:
    await stage.raw.register(PING)
    parent = stage.guild.text_channel("adults", nsfw=True)
    await stage.raw.call("POST", f"/channels/{parent.id}/threads", {"name": "alone", "type": 11})
    (thread,) = parent.threads
    async with listening(stage.raw) as gateway:
        for place in (thread, parent):
            await stage.mika.slash(place, "ping")
        inside, outside = [(await gateway.read(name="INTERACTION_CREATE"))["d"]["channel"] for _ in range(2)]
    assert (inside["type"], inside["parent_id"]) == (11, str(parent.id))
    assert "nsfw" not in inside
    assert outside["nsfw"] is True


async def test_a_thread_follows_its_parents_permissions(stage: Stage) -> None:
    _, thread = await started(stage)
    stage.channel.overwrite(stage.mika, deny=Permissions.VIEW_CHANNEL)
    world = stage.playground._backend.world
    assert not world.permissions(thread.state, stage.mika.id)
    stage.channel.overwrite(stage.mika, allow=Permissions.MANAGE_THREADS)
    assert world.permissions(thread.state, stage.mika.id) & Permissions.MANAGE_THREADS
