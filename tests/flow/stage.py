"""A stage for promises: the bot's own parts on a playground, in one process."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from bot import policy
from bot.attachments import Attachments
from bot.client import AnimifyClient
from bot.commands.previews import Previews
from bot.commands.services import Services
from bot.commands.shelf import Shelf
from bot.comparing import Comparer
from bot.journey import Journey
from bot.lanes import Lane
from bot.safety import Safety
from bot.store import Store
from bot.ui.cards import PREVIEW
from bot.witness import Witness
from engine.checked import CheckedEngine
from engine.contract import Engine, Runner
from engine.dispatcher import Dispatcher, Observer
from engine.images import Decoder
from engine.local import LocalEngine
from engine.painter.runner import PainterRunner
from engine.safety import SafetyChecker
from engine.studio import Studio
from playground import Channel, EventKind, Guild, Interaction, Member, Message, Playground, Upload, redirect
from styles import load
from tests.engine.fakes import FakeRunner, Signals


@dataclass(frozen=True, slots=True)
class Stage:
    """The playground with the bot on it, a server, a channel and a member."""

    playground: Playground
    guild: Guild
    channel: Channel
    mika: Member
    client: AnimifyClient
    store: Store
    dispatcher: Dispatcher
    queue: Signals

    @property
    def relief(self) -> Dispatcher:
        """The queue of those who would not wait; only on a stage with an engine for them."""
        lane = self.client.services.journey._relief
        assert lane is not None
        return lane.dispatcher

    async def ask(
        self,
        member: Member | None = None,
        channel: Channel | None = None,
        upload: Upload | None = None,
        *,
        newcomer: bool = False,
        **options: object,
    ) -> Interaction:
        """`/animify style:ghibli` with a small photo, or as the options say, by somebody who has used it before."""
        if not newcomer:
            await self.store.stated((member or self.mika).id)
        chosen = {"style": "ghibli", "seed": 7, **options}
        return await (member or self.mika).slash(
            channel or self.channel, "animify", photo=upload or Upload("me.jpg", a_photo(), "image/jpeg"), **chosen
        )

    async def result_of(self, interaction: Interaction) -> Message:
        """The message with the picture, wherever it is posted."""
        await self.playground.wait_for(
            lambda event: _has_picture(event.message) or _links(event.message),
            about=interaction.id,
            timeout=20,
        )
        card = interaction.message
        assert card is not None
        if _has_picture(card):
            return card
        channel_id, message_id = card.text.rsplit("/", 2)[1:]
        return next(each for each in self.playground.channel(int(channel_id)).messages if each.id == int(message_id))

    async def card_shows(self, interaction: Interaction, text: str) -> None:
        """Wait until the card of a request reads so."""
        await self.playground.wait_for(
            lambda event: event.message is not None and text in event.message.text, about=interaction.id
        )

    async def whispered(self, interaction: Interaction) -> Message:
        """What only the member reads of this interaction."""
        event = await self.playground.wait_for(
            lambda event: (
                event.kind is EventKind.MESSAGE_CREATED and event.message is not None and event.message.ephemeral
            ),
            about=interaction.id,
        )
        assert event.message is not None
        return event.message

    async def used(self, member: Member | None = None) -> int:
        """How many pictures of the day's limit are used."""
        return (await self.store.usage(self.guild.id, (member or self.mika).id)).used


def a_photo(width: int = 160, height: int = 120, *, seed: int = 1) -> bytes:
    """A JPEG with enough in it to be painted: soft hills of colour, and a few hard shapes."""
    noise = np.random.default_rng(seed).integers(100, 156, (6, 8, 3), dtype=np.uint8)
    picture = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
    for left in range(10, width - 20, 30):
        picture.paste((left % 200, 60, 90), (left, height // 3, left + 12, height - 10))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=92)
    return file.getvalue()


@asynccontextmanager
async def the_bot(
    playground: Playground,
    database: Path,
    *,
    daily_limit: int = 3,
    runners: Sequence[Runner] | None = None,
    engine: Engine | None = None,
    relief: Engine | None = None,
    checker: SafetyChecker | None = None,
    unchecked_direct: bool = True,
    styles: Path | None = None,
    on_statement: Callable[[str], None] = lambda _: None,
    observer: Observer = lambda *_: None,
    witness: Witness | None = None,
) -> AsyncIterator[AnimifyClient]:
    """The bot's parts as `bot.app` puts them together, online on the playground; stopped in the same order.

    By default the painter paints, or these `runners`, or `engine`, which is then made of them. `relief` is for those
    who would not wait. `styles` is a folder of the operator's own. No classifier is installed, and direct messages are
    served all the same.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(redirect(playground.origin))
        store = await stack.enter_async_context(
            await Store.open(database, default_limit=daily_limit, on_statement=on_statement)
        )
        engine = engine or CheckedEngine(LocalEngine(runners or [PainterRunner()]))
        decoder = Decoder()
        stack.push_async_callback(asyncio.to_thread, decoder.close)
        for each in (engine, relief):
            if each is not None:
                stack.push_async_callback(each.close)
        for runner in runners or ():
            if isinstance(runner, FakeRunner):  # a test that fails while its runner stalls would never end
                stack.callback(runner.gate.release)
        attachments = await stack.enter_async_context(Attachments(max_bytes=policy.MAX_PHOTO_BYTES, pause=_no_pause))
        safety = Safety(checker, store, unchecked_direct=unchecked_direct)
        journey = Journey(
            store=store,
            safety=safety,
            lane=_lane(engine, decoder, observer),
            relief=None if relief is None else _lane(relief, decoder),
            attachments=attachments,
            witness=witness,
            pause=_no_pause,
        )
        services = Services(
            journey=journey,
            store=store,
            catalogue=load(styles),
            house=safety.house,
            shelf=Shelf(store),
            comparer=Comparer(store=store, attachments=attachments, studio=Studio(decoder, engine)),
            previews=Previews(styles),
        )
        client = AnimifyClient(services)
        client._connection.guild_ready_timeout = 0.05  # after READY, discord.py waits 2 s for servers still to come
        serving = asyncio.create_task(client.serve(playground.token))
        stack.push_async_callback(asyncio.wait, {serving})
        await stack.enter_async_context(client)
        stack.callback(_stop_getting_ready, client)
        stack.push_async_callback(journey.close, patience=0.2)
        await asyncio.wait_for(_ready(client, playground), 10)
        yield client


@asynccontextmanager
async def a_stage(database: Path, *, world: Playground | None = None, **options: object) -> AsyncIterator[Stage]:
    """A fresh playground (or `world`) with the bot on it; at the end, no rule of Discord's was broken."""
    async with world or Playground(identify_interval=0) as playground:
        guild = playground.guild("Cosy Corner")
        channel, mika = guild.text_channel("photos"), guild.member("Mika")
        queue = Signals()
        async with the_bot(playground, database, observer=queue, **options) as client:  # type: ignore[arg-type]  # passed on
            parts = client.services
            yield Stage(playground, guild, channel, mika, client, parts.store, parts.journey._lane.dispatcher, queue)
            assert await parts.store.audit_faults() == []
        assert playground.violations == [], playground.violations


def _lane(engine: Engine, decoder: Decoder, observer: Observer = lambda *_: None) -> Lane:
    return Lane(Dispatcher(lambda: engine.slots, observer=observer), Studio(decoder, engine))


def _stop_getting_ready(client: AnimifyClient) -> None:
    """After a READY, discord.py waits for servers in a task that outlives the client and would then find no loop."""
    if (getting_ready := client._connection._ready_task) is not None:
        getting_ready.cancel()


async def _ready(client: AnimifyClient, playground: Playground) -> None:
    await playground.connected.wait()
    await client.wait_until_ready()  # else a stop would race discord.py's own start


def _has_picture(message: Message | None) -> bool:
    return message is not None and not message.ephemeral and any(one.filename != PREVIEW for one in message.attachments)


def _links(message: Message | None) -> bool:
    return message is not None and "/channels/" in message.text


async def _no_pause(_seconds: float) -> None:
    pass
