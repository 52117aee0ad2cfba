"""The demo by hand: a small town on the playground, the bot in it, and the page on which one lives there."""

import asyncio
import contextlib
import os
import signal
import webbrowser
from asyncio.subprocess import Process
from pathlib import Path

from rich.console import Console

from bot.cli.demo import photo
from bot.cli.demo.process import the_bot
from bot.cli.failure import CommandError
from playground import Member, Permissions, Playground, Upload
from playground.page import Page

_LIMIT = 50  # pictures a day: one who plays should not run out
_SETTINGS = {"ANIMIFY_ENGINE": "painter", "ANIMIFY_UNCHECKED_DIRECT": "true"}
_LANGUAGES = {"en-US": "English", "de": "Deutsch", "ja": "日本語"}
_MODERATOR = Permissions.MANAGE_GUILD | Permissions.MODERATE_MEMBERS | Permissions.MANAGE_MESSAGES


async def serve(console: Console, picture: Path | None, log: Path, *, port: int) -> None:
    """Open the page and serve it until Ctrl-C.

    Raises
    ------
    CommandError
        The port is taken, the photo can't be read, or the bot ended by itself.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Playground() as playground, contextlib.AsyncExitStack() as stack:
        people = await _settle(playground, picture)
        page = Page(playground, people, command="animify", languages=_LANGUAGES, port=port)
        try:
            await stack.enter_async_context(page)
        except OSError as error:
            raise CommandError(
                f"can't listen on port {port}: {os.strerror(error.errno or 0)}; name another one"
            ) from None
        process = await stack.enter_async_context(the_bot(playground, log, daily_limit=_LIMIT, **_SETTINGS))
        await _live(console, playground, page, process, stop)
        if not stop.is_set():
            raise CommandError(f"the bot ended by itself; its log is in {log}")
        for violation in playground.violations:
            console.print(f"[red]Discord would object:[/] {violation}")


async def _settle(playground: Playground, picture: Path | None) -> dict[Member, str]:
    """A server with the bot, one without, and three people in both; with a photo to begin with."""
    playground.name_bot("Animify")
    guild, elsewhere = playground.guild("Cosy Corner"), playground.foreign_guild("Tea House")
    photos, _ = guild.text_channel("photos"), elsewhere.text_channel("lounge")
    mika, ren, noor = guild.member("Mika"), guild.member("Ren"), guild.member("Noor", permissions=_MODERATOR)
    people = {mika: "wants pictures", ren: "another member", noor: "moderator"}
    for person in people:
        elsewhere.admit(person)
        playground.direct_message(person)
    with contextlib.suppress(CommandError):  # without scikit-image there is no astronaut
        mika.set_avatar(photo.portrait())
    if upload := _first(picture):
        await mika.say(photos, "My favourite photo of all. How would it look as a painting?", upload)
    return people


def _first(picture: Path | None) -> Upload | None:
    """The photo to begin with; none where none is named and the astronaut isn't there."""
    try:
        return photo.upload(picture)
    except CommandError:
        if picture is not None:
            raise
        return None


async def _live(console: Console, playground: Playground, page: Page, process: Process, stop: asyncio.Event) -> None:
    """Open the page once the bot is there, and wait for the end."""
    ends = {asyncio.create_task(stop.wait()), asyncio.create_task(process.wait())}
    connected = asyncio.create_task(playground.connected.wait())
    await asyncio.wait({connected, *ends}, return_when=asyncio.FIRST_COMPLETED)
    if connected.done():
        console.print(f"Animify waits for you at [bold]{page.address}[/]")
        console.print("[dim]Ctrl-C ends it, and everything on the page is gone.[/]")
        await asyncio.to_thread(show, page.address)
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for task in (connected, *ends):
        task.cancel()


def show(address: str) -> None:
    """Open a window, where there is a browser with windows: one of text would take the terminal."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if type(browser) is not webbrowser.GenericBrowser:
        browser.open(address)
