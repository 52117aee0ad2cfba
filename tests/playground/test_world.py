"""The world's own arithmetic: permissions, ids, events and what a person sees."""

import asyncio

import pytest

from playground import EventKind, EventLog, MessageFlags, Permissions
from playground.clock import Snowflakes, created_at
from playground.permissions import ALL, Overwrite, effective
from tests.playground.rawclient import V2, Stage

VIEW, SEND, MANAGE = Permissions.VIEW_CHANNEL, Permissions.SEND_MESSAGES, Permissions.MANAGE_MESSAGES
EVERYONE, ROLE, USER = 1, 2, 3


@pytest.mark.parametrize(
    ("base", "overwrites", "expected"),
    [
        (VIEW | SEND, [], VIEW | SEND),
        (VIEW | SEND, [Overwrite(EVERYONE, is_member=False, deny=SEND)], VIEW),
        (
            VIEW | SEND,
            [Overwrite(ROLE, is_member=False, allow=SEND), Overwrite(EVERYONE, is_member=False, deny=SEND)],
            VIEW | SEND,
        ),
        (
            VIEW,
            [Overwrite(USER, is_member=True, deny=SEND), Overwrite(ROLE, is_member=False, allow=SEND | MANAGE)],
            VIEW | MANAGE,
        ),
        (VIEW | SEND, [Overwrite(9, is_member=False, deny=SEND)], VIEW | SEND),
        (VIEW | SEND, [Overwrite(USER, is_member=True, deny=VIEW)], Permissions(0)),
        (Permissions.ADMINISTRATOR, [Overwrite(USER, is_member=True, deny=VIEW)], ALL),
    ],
)
def test_overwrites_apply_from_everyone_over_roles_to_the_member(
    base: Permissions, overwrites: list[Overwrite], expected: Permissions
) -> None:
    assert effective(base, overwrites, everyone=EVERYONE, roles=frozenset({ROLE}), user=USER) == expected


def test_ids_are_unique_ascending_and_tell_their_time() -> None:
    source = Snowflakes(lambda: 1_700_000_000.25)
    ids = [source() for _ in range(1000)]
    assert ids == sorted(set(ids))
    assert {created_at(each) for each in ids} == {1_700_000_000.25}


async def test_a_waiter_sees_past_and_future_events() -> None:
    log = EventLog(lambda: 0.0)
    log.emit(EventKind.READY)
    assert (await log.wait_for(lambda event: event.kind == "ready")).kind is EventKind.READY
    waiting = asyncio.create_task(log.wait_for(lambda event: event.kind == "ready", since=len(log)))
    await asyncio.sleep(0)
    log.emit(EventKind.DISCONNECTED)
    log.emit(EventKind.READY)
    assert await waiting is log[2]


async def test_a_waiter_may_look_at_one_subject_only() -> None:
    log = EventLog(lambda: 0.0)
    for number in (1, 2):
        log.emit(EventKind.INTERACTION_CREATED, interaction_id=number)
    assert (await log.wait_for(lambda _: True, about=2)).interaction_id == 2


async def test_a_waiter_that_waits_in_vain_tells_what_happened_instead() -> None:
    log = EventLog(lambda: 0.0)
    log.emit(EventKind.READY)
    with pytest.raises(TimeoutError, match="the last ones were: ready"):
        await log.wait_for(lambda _: False, timeout=0.01)


async def test_a_messages_text_is_all_that_is_read_in_it(stage: Stage) -> None:
    button = {"type": 2, "style": 1, "label": "Again", "custom_id": "again"}
    section = {"type": 9, "components": [{"type": 10, "content": "inner"}], "accessory": button}
    message = await stage.send({"flags": V2, "components": [{"type": 10, "content": "outer"}, section]})
    assert message.text == "outer\ninner"
    assert [(each.label, each.custom_id) for each in message.buttons] == [("Again", "again")]


async def test_a_message_is_a_snapshot_and_its_latest_state_is_asked_for(stage: Stage) -> None:
    message = await stage.send({"content": "before"})
    await stage.raw.call("PATCH", f"/channels/{stage.channel.id}/messages/{message.id}", {"content": "after"})
    latest = stage.playground.latest(message)
    assert latest is not None
    assert (message.text, latest.text) == ("before", "after")
    await stage.mika.delete(message)
    assert stage.playground.latest(message) is None


async def test_every_event_knows_the_message_as_it_was_then(stage: Stage) -> None:
    message = await stage.send({"content": "before"})
    await stage.raw.call("PATCH", f"/channels/{stage.channel.id}/messages/{message.id}", {"content": "after"})
    texts = [event.message.text for event in stage.playground.events if event.message]
    assert texts == ["before", "after"]


async def test_a_members_permissions_come_from_roles(stage: Stage) -> None:
    moderators = stage.guild.role("moderators", Permissions.MANAGE_GUILD)
    noa = stage.guild.member("Noa", roles=(moderators,), permissions=Permissions.MODERATE_MEMBERS)
    world = stage.playground._backend.world
    assert world.permissions(stage.channel.state, noa.id) & (Permissions.MANAGE_GUILD | Permissions.MODERATE_MEMBERS)
    assert not world.permissions(stage.channel.state, stage.mika.id) & Permissions.MANAGE_GUILD


async def test_no_secret_is_in_a_repr(stage: Stage) -> None:
    interaction = await stage.ping()
    assert interaction.token not in repr(interaction)
    await stage.raw.answer(interaction, 5)
    assert interaction.token not in repr(await interaction.response())
    assert MessageFlags.LOADING in (await interaction.response()).message.flags
