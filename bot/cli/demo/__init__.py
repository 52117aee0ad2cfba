"""`animify demo`: the real bot on a Discord of its own, used by a scripted member or, on a page, by you."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.cli import failure
from bot.cli.demo import page, photo
from bot.cli.demo.play import Play
from bot.cli.failure import CommandError
from bot.ui import words


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("demo", help="See the bot at work on a Discord of its own: no token, no GPU.")(demo)


def demo(
    photo_path: Annotated[Path | None, typer.Option("--photo", help="Your photo; else an astronaut (NASA).")] = None,
    style: Annotated[str, typer.Option(help="The style.")] = "ghibli",
    output: Annotated[Path, typer.Option(help="Where the pictures and the bot's log go.")] = Path("demo-out"),
    by_hand: Annotated[bool, typer.Option("--open", help="Use the bot yourself, on a page in your browser.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where that page listens; 0: any free port.")] = 0,
) -> None:
    """Play the whole journey on this machine and keep the picture, or open the page and leave the playing to you."""
    console = Console(highlight=False, soft_wrap=True)
    if by_hand:
        output.mkdir(parents=True, exist_ok=True)
        asyncio.run(page.serve(console, photo_path, output / "bot.log", port=port))
        return
    catalogue = failure.catalogue(None)
    if style not in catalogue:
        raise CommandError(words.unknown_style(list(catalogue)))
    upload = photo.upload(photo_path)
    asyncio.run(photo.decoded(upload.data))  # a photo that can't be opened is told before the curtain rises
    play = Play(console, upload, style, output)
    try:
        asyncio.run(play.perform())
    except (TimeoutError, LookupError):
        raise CommandError(f"the bot did not answer as it should; its log is in {play.log}") from None
