"""Who may press Delete: the table, a test a cell."""

from pathlib import Path

import pytest
from discord import ui

from bot.ui import cards
from bot.ui.status import Order, Waiting
from playground import Guild, Member, Message, Permissions
from tests.engine.fakes import FakeRunner
from tests.flow.stage import Stage, a_stage

PEOPLE = {
    "another member": (Permissions(0), False),
    "who manages the server": (Permissions.MANAGE_GUILD, True),
    "who moderates members": (Permissions.MODERATE_MEMBERS, True),
    "an administrator": (Permissions.ADMINISTRATOR, True),
    "who manages messages": (Permissions.MANAGE_MESSAGES, False),  # Discord lets these delete it without us
    "who manages channels": (Permissions.MANAGE_CHANNELS, False),
    "who manages threads": (Permissions.MANAGE_THREADS, False),
}


async def a_result(stage: Stage) -> Message:
    return await stage.result_of(await stage.ask())


def delete_on(result: Message) -> str:
    return result.buttons[0].custom_id or ""


async def press(stage: Stage, who: Member, result: Message) -> str:
    """What the person who presses Delete is told, alone."""
    return (await stage.whispered(await who.click(result, delete_on(result)))).text


@pytest.mark.parametrize("who", list(PEOPLE))
async def test_delete_is_for(tmp_path: Path, who: str) -> None:
    permissions, allowed = PEOPLE[who]
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage:
        result = await a_result(stage)
        told = await press(stage, stage.guild.member("Sora", permissions=permissions), result)
        assert ("deleted" in told, stage.playground.latest(result) is None) == (allowed, allowed)


async def test_delete_is_for_the_requester(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage:
        result = await a_result(stage)
        assert "deleted" in await press(stage, stage.mika, result)
        assert stage.playground.latest(result) is None


async def test_delete_is_for_the_requester_of_a_direct_message(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage:
        place = stage.playground.direct_message(stage.mika)
        result = await stage.result_of(await stage.ask(channel=place))
        assert "deleted" in await press(stage, stage.mika, result)
        assert stage.playground.latest(result) is None


async def in_another_server(stage: Stage, result: Message) -> tuple[Guild, Message]:
    """A message of ours in another server that names the same job, as a forger would want it."""
    elsewhere = stage.playground.guild("Elsewhere")
    channel = elsewhere.text_channel("photos")
    view = cards.request(Order(job_id="0-0", user_id=0, style="Ghibli", emoji="🎨"), Waiting(place=0, ready_at=0))
    view.add_item(_row(delete_on(result)))
    sent = await stage.client.get_partial_messageable(channel.id, guild_id=elsewhere.id).send(view=view)
    return elsewhere, next(one for one in channel.messages if one.id == sent.id)


@pytest.mark.parametrize("permission", [Permissions.MANAGE_GUILD, Permissions.ADMINISTRATOR])
async def test_a_moderator_of_another_server_deletes_nothing(tmp_path: Path, permission: Permissions) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage:
        result = await a_result(stage)
        elsewhere, forged = await in_another_server(stage, result)
        told = await press(stage, elsewhere.member("Mallory", permissions=permission), forged)
        assert "no record" in told
        assert stage.playground.latest(forged) is not None
        assert (await stage.store.secrets(f"{await job_of(stage, result)}")).url is not None


async def test_a_deletion_that_discord_refused_can_be_tried_again(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage:
        result = await a_result(stage)
        stage.playground.faults.next("DELETE", "messages/@original", status=404)
        await press(stage, stage.mika, result)
        assert "deleted" in await press(stage, stage.mika, result)
        assert stage.playground.latest(result) is None


async def job_of(stage: Stage, result: Message) -> str:
    job = await stage.store.job_by_result(result.id)
    assert job is not None
    return job.id


def _row(custom_id: str) -> ui.ActionRow[ui.LayoutView]:
    return ui.ActionRow(ui.Button(label="Delete", custom_id=custom_id))
