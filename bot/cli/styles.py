"""`animify styles`: what can be had, as a list or as a contact sheet."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from typer.core import TyperGroup

from bot import app
from bot.cli import calibrate, failure, pictures
from bot.cli.failure import CommandError
from bot.settings import EngineChoice
from engine.contract import Pixels
from engine.images import Photo
from engine.sheet import contact_sheet, gallery
from engine.studio import Look
from styles import Catalogue, Style

_DEFAULT = "list"
_TILE = 384
_IN_A_ROW = 3  # pictures of a single photo, which would make a strip


class _Group(TyperGroup):
    """`animify styles` alone lists; what is no subcommand belongs to the list."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer calls it with its own Context, whose base it does not export
        if not args or args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


def register(cli: typer.Typer) -> None:
    """Add the command and those below it."""
    group = typer.Typer(cls=_Group, help="List the styles, draw a contact sheet of them, or find out how far they go.")
    group.command(_DEFAULT, help="List the styles, or draw a contact sheet of them (the default).")(show)
    calibrate.register(group)
    cli.add_typer(group, name="styles")


def show(
    photos: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PHOTO]...", help="For the sheet: a row each; one alone gets several."),
    ] = None,
    sheet: Annotated[Path | None, typer.Option(metavar="OUT", help="Draw a contact sheet into this file.")] = None,
) -> None:
    """List the styles, or draw every style of every photo on one sheet."""
    settings = failure.settings()
    catalogue = failure.catalogue(settings.styles)
    if sheet is None:
        if photos:
            raise CommandError("photos are for a contact sheet: say where it goes with --sheet OUT")
        _print(catalogue)
        return
    if not photos:
        raise CommandError("a contact sheet needs at least one photo")
    pictures.format_of(sheet)  # a wrong name shall cost no painting
    sources = {photo: pictures.read(photo) for photo in photos}
    pixels = asyncio.run(_draw(settings.engine, app.painter_workers(settings.workers), sources, catalogue))
    pictures.write_sheet(sheet, pixels, "all")
    Console().print(f"{sheet}: {len(sources)} x {len(catalogue)} pictures", highlight=False)


def _print(catalogue: Catalogue) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("style", "name", "what it is"):
        table.add_column(heading)
    for style in catalogue.values():
        table.add_row(style.id, f"{style.emoji} {style.label}", style.summary)
    Console().print(table)


async def _draw(engine: EngineChoice, workers: int, sources: dict[Path, bytes], catalogue: Catalogue) -> Pixels:
    """Without the checks: a sheet is for eyes to judge."""
    lanes = asyncio.Semaphore(workers)
    async with app.studio(engine, workers=workers, checks=False) as studio:
        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task("painting", total=len(sources) * len(catalogue))

            async def paint(path: Path, photo: Photo, style: Style) -> Pixels:
                async with lanes:
                    look = Look(style=style, strength=0.5, seed=0)
                    with pictures.named(path):
                        picture = await studio.paint(path.name, photo, look, lambda _: None)
                bar.advance(task)
                return picture.pixels

            rows = []
            for path, data in sources.items():
                with pictures.named(path):
                    photo = await studio.prepare(data)
                rows.append(
                    [photo.pixels, *await asyncio.gather(*(paint(path, photo, one) for one in catalogue.values()))]
                )
    titles = ["photo", *(style.label for style in catalogue.values())]
    if len(rows) == 1:
        return gallery(dict(zip(titles, rows[0], strict=True)), columns=_IN_A_ROW, tile=_TILE)
    return contact_sheet(rows, titles, tile=_TILE)
