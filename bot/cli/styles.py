"""`animify styles`: what can be had, as a list or as a contact sheet."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from typer.core import TyperGroup

from bot import engines
from bot.cli import calibrate, failure, pictures
from bot.cli.failure import CommandError
from bot.engines import Diffusion
from bot.settings import Settings
from engine.contract import Medium, Picture, Pixels
from engine.errors import DeclinedError
from engine.images import Photo
from engine.sheet import contact_sheet, gallery
from engine.studio import Look, Studio
from styles import Catalogue, Style

_DEFAULT = "list"
_TILE = 384
_IN_A_ROW = 3  # pictures of a single photo, which would make a strip


@dataclass(frozen=True, slots=True)
class _Row:
    """A photo, and by style the pictures of it."""

    photo: Pixels
    pictures: dict[str, Picture]


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
    diffusion = Diffusion.of(settings, list(catalogue.values()))
    with failure.painting(settings.engine, diffusion):
        rows = asyncio.run(_painted(settings, diffusion, sources))
    made = [picture for row in rows for picture in row.pictures.values()]
    medium = next((picture.medium for picture in made if picture.medium is Medium.MODEL), Medium.FILTER)
    pictures.write_sheet(sheet, _drawn(rows, catalogue), "all", medium)
    Console().print(f"{sheet}: {len(rows)} x {len(made) // len(rows)} pictures", highlight=False)


def _print(catalogue: Catalogue) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("style", "name", "what it is"):
        table.add_column(heading)
    for style in catalogue.values():
        table.add_row(style.id, f"{style.emoji} {style.label}", style.summary)
    Console().print(table)


async def _painted(settings: Settings, diffusion: Diffusion, sources: dict[Path, bytes]) -> list[_Row]:
    """Without the checks: a sheet is for eyes to judge."""
    workers = engines.painter_workers(settings.workers)
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("painting", total=len(sources) * len(diffusion.styles))
        async with engines.studio(settings.engine, workers=workers, checks=False, diffusion=diffusion) as studio:
            lanes = asyncio.Semaphore(max(1, studio.engine.slots))

            async def paint(path: Path, photo: Photo, style: Style) -> dict[str, Picture]:
                async with lanes:
                    made = await _made(studio, path, photo, style)
                bar.advance(task)
                return made

            rows = []
            for path, data in sources.items():
                with pictures.named(path):
                    photo = await studio.prepare(data)
                made = await asyncio.gather(*(paint(path, photo, style) for style in diffusion.styles))
                rows.append(_Row(photo.pixels, {name: picture for one in made for name, picture in one.items()}))
            return rows


async def _made(studio: Studio, path: Path, photo: Photo, style: Style) -> dict[str, Picture]:
    """One picture, or none in a style that the engine does not do."""
    look = Look(style=style, strength=0.5, seed=0)
    with pictures.named(path):
        try:
            return {style.id: await studio.paint(path.name, photo, look, lambda _: None)}
        except DeclinedError:
            return {}


def _drawn(rows: Sequence[_Row], catalogue: Catalogue) -> Pixels:
    titles = ["photo", *(catalogue[name].label for name in rows[0].pictures)]
    shown = [[row.photo, *(picture.pixels for picture in row.pictures.values())] for row in rows]
    if len(rows) == 1:
        return gallery(dict(zip(titles, shown[0], strict=True)), columns=_IN_A_ROW, tile=_TILE)
    return contact_sheet(shown, titles, tile=_TILE)
