"""What tests of buttons have in common: pressing one, and seeing what comes of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.store import Job
from playground import EventKind, Interaction, Member, Message, Playground
from playground.layout import walk
from tests.engine.fakes import FakeRunner, Signals
from tests.flow.moderating import a_result, button
from tests.flow.stage import Stage, the_bot


class Runs:
    """A server with Mika in it, and one run of the bot after another on one database."""

    def __init__(self, world: Playground, database: Path) -> None:
        self._world = world
        self._database = database
        self._guild = world.guild("Cosy Corner")
        self._channel = self._guild.text_channel("photos")
        self._mika = self._guild.member("Mika")

    @asynccontextmanager
    async def run(self, *runners: FakeRunner, **options: Any) -> AsyncIterator[Stage]:
        """One run: it stops at the end."""
        queue = Signals()
        async with the_bot(
            self._world, self._database, daily_limit=30, runners=runners or [FakeRunner()], observer=queue, **options
        ) as client:
            parts = client.services
            lane = parts.journey.lanes[0]
            yield Stage(
                self._world, self._guild, self._channel, self._mika, client, parts.store, lane.dispatcher, queue
            )
            assert await parts.store.audit_faults() == []


async def settled(stage: Stage) -> None:
    """Until nothing is under way."""
    while under_way := stage.client.services.journey._under_way:
        await asyncio.gather(*under_way)


async def press(stage: Stage, message: Message, label: str, who: Member | None = None) -> Interaction:
    """Press a button, by its label."""
    return await (who or stage.mika).click(message, button(message, label))


async def choose(stage: Stage, message: Message, value: str, who: Member | None = None) -> Interaction:
    """Choose in the select that offers this value."""
    (select,) = [one for one in walk(message.components) if value in _values(one)]
    return await (who or stage.mika).select(message, select["custom_id"], [value])


def options(message: Message) -> list[list[str]]:
    """The values that its selects offer, select by select."""
    return [_values(one) for one in walk(message.components) if "options" in one]


def _values(component: Mapping[str, Any]) -> list[str]:
    return [one["value"] for one in component.get("options", ())]


async def told(stage: Stage, interaction: Interaction) -> str:
    """What only the member reads of it."""
    return (await stage.whispered(interaction)).text


async def jobs_of(stage: Stage, interaction: Interaction) -> Sequence[Job]:
    """The jobs that it made, once they have ended."""
    await interaction.response()
    await settled(stage)
    return await stage.store.jobs_of(interaction.id)


async def picture_of(stage: Stage, interaction: Interaction) -> Message:
    """The message with the pictures that came of it, once all are there."""
    first, *_ = await jobs_of(stage, interaction)
    messages = stage.playground.channel(first.result_channel_id or 0).messages
    return next(one for one in messages if one.id == first.result_message_id)


async def a_gallery(stage: Stage) -> Message:
    """One photo at four strengths, in one message."""
    return await picture_of(stage, await press(stage, await a_result(stage), "Four strengths"))


async def card_of(stage: Stage, pressed: Interaction) -> Message:
    """The card with a picture that only the member sees."""
    event = await stage.playground.wait_for(
        lambda event: event.message is not None and event.message.ephemeral and bool(event.message.media),
        about=pressed.id,
    )
    assert event.message is not None
    return event.message


async def picked(stage: Stage, gallery: Message, position: int) -> Message:
    """The card of one of several pictures."""
    return await card_of(stage, await choose(stage, gallery, str(position)))


async def nothing_came_of(stage: Stage, interaction: Interaction) -> bool:
    """Whether no request was made of it."""
    return await stage.store.jobs_of(interaction.id) == ()


async def edited(stage: Stage, message: Message, text: str) -> Message:
    """Wait until a message reads so."""
    event = await stage.playground.wait_for(
        lambda event: event.message is not None and event.message.id == message.id and text in event.message.text,
        about=message.id,
    )
    assert event.message is not None
    return event.message


async def gone(stage: Stage, message: Message) -> None:
    """Wait until a message is deleted."""
    await stage.playground.wait_for(lambda event: event.kind is EventKind.MESSAGE_DELETED, about=message.id)
