"""The script of the demo: a member who uses the bot, and what the audience sees of it in the terminal."""

import asyncio
import io
import re
import time
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console

from bot.cli import pictures
from bot.cli.demo import photo
from bot.cli.demo.process import the_bot
from engine.contract import Medium
from engine.encoding import Format, compare, encode
from playground import Channel, Event, EventKind, Interaction, Member, Message, Playground, Upload

_PATIENCE = 50.0
_CROWD = ("Ren", "Yuki", "Aoi")
_LIMIT = 2


class Play:
    """One performance."""

    def __init__(self, console: Console, upload: Upload, style: str, output: Path) -> None:
        self._console = console
        self._upload = upload
        self._style = style
        self._output = output
        self._names: dict[int, str] = {}
        self._followed: set[int] = set()
        self._shown: dict[int, str] = {}
        self.log = output / "bot.log"

    async def perform(self) -> None:
        """Raise the curtain, play, keep the pictures."""
        self._output.mkdir(parents=True, exist_ok=True)
        async with Playground() as playground:
            guild = playground.guild("Cosy Corner")
            photos = guild.text_channel("photos")
            mika, *crowd = [guild.member(name) for name in ("Mika", *_CROWD)]
            self._names = {person.id: person.name for person in (mika, *crowd)}
            async with the_bot(playground, self.log, daily_limit=_LIMIT):
                await asyncio.wait_for(playground.connected.wait(), _PATIENCE)
                narrator = asyncio.create_task(self._narrate(playground))
                try:
                    picture = await self._script(playground, photos, mika, crowd)
                finally:
                    narrator.cancel()
            await self._keep(await playground.download(picture.attachments[0]))
            for violation in playground.violations:
                self._console.print(f"[red]Discord would object:[/] {violation}")

    async def _script(self, playground: Playground, photos: Channel, mika: Member, crowd: list[Member]) -> Message:
        self._scene("A photo, while others are waiting too")
        for other in crowd:
            await self._ask(photos, other, self._upload)
        first = await self._ask(photos, mika, self._upload)
        picture = await _picture(playground, first)
        self._scene("What is left of the quota")
        await self._follow(await mika.slash(photos, "usage"), mika, "/usage").response()
        self._scene("A file that is no picture")
        shopping = Upload("holiday.jpg", b"Two aubergines, a lemon, some bread.", "image/jpeg")
        await _whisper(playground, await self._ask(photos, mika, shopping))
        self._scene("Another one, then one beyond the quota")
        await _picture(playground, await self._ask(photos, mika, self._upload))
        await _whisper(playground, await self._ask(photos, mika, self._upload))
        return picture

    async def _ask(self, channel: Channel, member: Member, upload: Upload) -> Interaction:
        interaction = await member.slash(channel, "animify", photo=upload, style=self._style)
        return self._follow(interaction, member, f"/animify style:{self._style} photo:{upload.filename}")

    def _follow(self, interaction: Interaction, member: Member, command: str) -> Interaction:
        self._console.print(f"[bold cyan]{member.name}[/] [cyan]{command}[/]")
        if member.name not in _CROWD:
            self._followed.add(interaction.id)
        return interaction

    def _scene(self, title: str) -> None:
        self._console.print()
        self._console.rule(f"[dim]{title}[/]", align="left", style="dim")

    async def _narrate(self, playground: Playground) -> None:
        """Say what Mika sees, as it happens."""
        seen = len(playground.events)
        threads: set[int] = set()
        while True:
            event = await playground.wait_for(lambda _: True, since=seen, timeout=_PATIENCE)
            seen += 1
            message, thread = event.message, event.thread
            if event.kind is EventKind.THREAD_CREATED and thread is not None and self._is_ours(playground, thread.id):
                threads.add(thread.id)
                self._console.print(f"  [dim]└ thread[/] {thread.name}")
            if message is not None and (message.interaction_id in self._followed or message.channel_id in threads):
                self._show(event, message, indent=4 if message.channel_id in threads else 2)

    def _is_ours(self, playground: Playground, card_id: int) -> bool:
        card = playground.channel(card_id).state  # a thread's id is its message's
        return card.name.startswith("Mika")

    def _show(self, event: Event, message: Message, *, indent: int) -> None:
        if event.kind is EventKind.MESSAGE_DELETED:
            self._console.print(f"{' ' * indent}[dim]the card is taken away[/]")
            return
        mark = {EventKind.MESSAGE_CREATED: "Animify", EventKind.MESSAGE_EDITED: "  now  "}.get(event.kind)
        if mark is None or not message.author.is_bot:
            return
        if self._shown.get(message.id) == message.text:  # a thread marks its message as edited
            return
        self._shown[message.id] = message.text
        aside = " [dim](only Mika sees this)[/]" if message.ephemeral else ""
        text = " · ".join(line for line in self._plain(message.text).splitlines() if line)
        self._console.print(f"{' ' * indent}[bold magenta]{mark}[/] {text}{aside}", markup=True)
        for attachment in message.attachments:
            self._console.print(f"{' ' * (indent + 8)}[dim]🖼 {attachment.filename}, {attachment.size // 1024} KiB[/]")

    def _plain(self, text: str) -> str:
        """Discord's markup as its client shows it, and nothing that Rich would read as its own."""
        text = re.sub(r"<@(\d+)>", lambda match: "@" + self._names.get(int(match[1]), "somebody"), text)
        text = re.sub(r"<t:(\d+):R>", lambda match: _relative(int(match[1]) - time.time()), text)
        text = re.sub(r"<t:(\d+):[tf]>", lambda match: _clock(int(match[1])), text)
        text = re.sub(r"^(#+|-#) |\*\*", "", text, flags=re.MULTILINE)
        return text.replace("[", "\\[")

    async def _keep(self, data: bytes) -> None:
        """The picture as it was posted, and a before/after."""
        picture = self._output / f"{self._style}.jpg"
        beside = self._output / f"{self._style}-before-after.jpg"
        pictures.write(picture, data)
        after = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        before = await photo.decoded(self._upload.data)
        both = encode(
            compare(before, after),
            limit=pictures.LIMIT,
            medium=Medium.FILTER,
            engine="painter",
            style=self._style,
            image_format=Format.JPEG,
        )
        pictures.write(beside, both.data)
        self._scene("Kept for you")
        self._console.print(picture.resolve(), beside.resolve(), sep="\n")


async def _picture(playground: Playground, interaction: Interaction) -> Message:
    """The result, once the card links to it."""
    card = (await interaction.response()).message
    done = await playground.wait_for(
        lambda event: event.kind is EventKind.MESSAGE_EDITED and "/channels/" in (event.message or card).text,
        about=card.id,
        timeout=_PATIENCE,
    )
    link = re.search(r"/channels/\d+/(\d+)/(\d+)", (done.message or card).text)
    if link is None:
        raise LookupError("the card links to nothing")
    return next(each for each in playground.channel(int(link[1])).messages if each.id == int(link[2]))


async def _whisper(playground: Playground, interaction: Interaction) -> None:
    """Wait for what only the member sees."""
    await playground.wait_for(
        lambda event: event.kind is EventKind.MESSAGE_CREATED and event.message is not None and event.message.ephemeral,
        about=interaction.id,
        timeout=_PATIENCE,
    )


def _clock(at: float) -> str:
    return f"{datetime.fromtimestamp(at).astimezone():%H:%M}"


def _relative(seconds: float) -> str:
    """A Discord timestamp as its client shows it."""
    if abs(seconds) < 1:
        return "now"
    size, unit = next(
        (size, unit) for size, unit in ((3600, "hour"), (60, "minute"), (1, "second")) if abs(seconds) >= size
    )
    number = round(abs(seconds) / size)
    span = f"{number} {unit}{'' if number == 1 else 's'}"
    return f"in {span}" if seconds > 0 else f"{span} ago"
