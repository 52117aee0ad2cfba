"""`animify transform`: photos into pictures, right here."""

import asyncio
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from bot import engines
from bot.cli import failure, pictures
from bot.cli.failure import CommandError
from bot.engines import Diffusion
from bot.settings import EngineChoice
from bot.ui import words
from engine.contract import Medium, Picture
from engine.contract import Progress as Step
from engine.encoding import Format, compare, encode
from engine.errors import BusyError, EngineError, LostError
from engine.studio import Look, Rendered, Studio


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("transform", help="Turn photos into pictures, right here.")(transform)


@dataclass(frozen=True, slots=True)
class _Errand:
    """One photo and where its picture goes."""

    photo: Path
    output: Path
    image_format: Format


def transform(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", help="Photos to paint.")],
    style: Annotated[str, typer.Option(help="The style; `animify styles` lists them.")],
    output: Annotated[Path, typer.Option(metavar="OUT", help="A file (.jpg, .png, .webp) or a folder.")],
    engine: Annotated[EngineChoice | None, typer.Option(help="Which engine paints; else the setting.")] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="PATH|ID", help="The model that paints: a folder, or one that is fetched; else the setting."
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help="Paint the same details again.")] = None,
    strength: Annotated[float, typer.Option(min=0, max=1, help="From 0 (subtle) to 1 (bold).")] = 0.5,
    compare: Annotated[bool, typer.Option("--compare", help="Also write a before/after.")] = False,
    no_checks: Annotated[bool, typer.Option("--no-checks", help="Keep pictures that the bot would not show.")] = False,
) -> None:
    """Paint each photo; one that fails is named on stderr and leaves the others alone."""
    settings = failure.settings()
    catalogue = failure.catalogue(settings.styles)
    if style not in catalogue:
        raise CommandError(words.unknown_style(list(catalogue)))
    if model and engine is EngineChoice.PAINTER:
        raise CommandError("--model: the painter needs none; leave --engine painter out")
    choice = engine or (EngineChoice.DIFFUSION if model else settings.engine)
    diffusion = Diffusion.of(settings, [catalogue[style]], model=model)
    look = Look(style=catalogue[style], strength=strength, seed=secrets.randbits(32) if seed is None else seed)
    batch = _Batch(_errands(photos, output, style), look, with_comparison=compare)
    workers = engines.painter_workers(settings.workers)
    with failure.painting(choice, diffusion):
        failures = asyncio.run(batch.run(choice, diffusion, workers=workers, checks=not no_checks))
    for line in dict.fromkeys(failures):
        sys.stderr.write(f"animify: {line}\n")
    if failures:
        raise typer.Exit(1)


def _errands(photos: list[Path], output: Path, style: str) -> list[_Errand]:
    if pictures.is_picture_name(output):
        if len(photos) > 1:
            raise CommandError(f"{output}: several photos need a folder to go to")
        return [_Errand(_not_itself(photos[0], output), output, pictures.format_of(output))]
    if output.suffix and not output.is_dir():
        pictures.format_of(output)
    errands: dict[Path, _Errand] = {}
    for photo in photos:
        target = _free(output, f"{photo.stem}-{style}", errands)
        errands[target] = _Errand(photo, target, Format.JPEG)
    return list(errands.values())


def _not_itself(photo: Path, output: Path) -> Path:
    if output.exists() and photo.exists() and output.samefile(photo):
        raise CommandError(f"{output}: that is the photo itself")
    return photo


def _free(folder: Path, name: str, taken: dict[Path, _Errand]) -> Path:
    """Two photos of one name from different folders must not overwrite each other's picture."""
    target, number = folder / f"{name}.jpg", 2
    while target in taken:
        target, number = folder / f"{name}-{number}.jpg", number + 1
    return target


class _Batch:
    """Some errands under one progress bar, as many at once as the engine takes."""

    def __init__(self, errands: list[_Errand], look: Look, *, with_comparison: bool) -> None:
        self._errands = errands
        self._look = look
        self._with_comparison = with_comparison
        self._lost: str | None = None  # why nothing more will be painted
        self._makers: dict[str, None] = {}
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._loading: TaskID | None = None

    async def run(self, choice: EngineChoice, diffusion: Diffusion, *, workers: int, checks: bool) -> list[str]:
        """Do them all; gives a line for each that failed."""
        with self._bar:
            if engines.wants_a_model(choice):
                self._loading = self._bar.add_task(f"loading {diffusion.wishes.model or 'the model'}", total=None)
            async with engines.studio(choice, workers=workers, checks=checks, diffusion=diffusion) as studio:
                lanes = asyncio.Semaphore(max(1, studio.engine.slots))
                whole = self._bar.add_task(
                    self._look.style.label, total=len(self._errands), visible=len(self._errands) > 1
                )
                lines = await asyncio.gather(*(self._one(studio, lanes, whole, errand) for errand in self._errands))
        sys.stderr.write("".join(f"painted by {maker}\n" for maker in self._makers))
        return [line for line in lines if line is not None]

    async def _one(self, studio: Studio, lanes: asyncio.Semaphore, whole: TaskID, errand: _Errand) -> str | None:
        async with lanes:
            try:
                if self._lost is None:
                    await self._paint(studio, errand)
            except EngineError as error:
                if isinstance(error, LostError | BusyError) and not studio.engine.slots:
                    self._lost = self._lost or str(error)
                return self._lost or f"{errand.photo}: {pictures.sentence(error)}"
            except CommandError as error:
                return str(error)
            finally:
                self._loaded()
                self._bar.advance(whole)
        return self._lost

    def _loaded(self) -> None:
        if self._loading is not None:
            self._bar.remove_task(self._loading)
            self._loading = None

    async def _paint(self, studio: Studio, errand: _Errand) -> None:
        data = pictures.read(errand.photo)
        bar = self._bar.add_task(errand.photo.name, total=None)

        def show(step: Step) -> None:
            self._loaded()
            self._bar.update(bar, completed=step.step, total=step.steps)

        try:
            rendered = await studio.render(
                errand.photo.name,
                data,
                self._look,
                limit=pictures.LIMIT,
                image_format=errand.image_format,
                on_progress=show,
            )
        finally:
            self._bar.remove_task(bar)
        self._write(errand, rendered)

    def _write(self, errand: _Errand, rendered: Rendered) -> None:
        written = [errand.output]
        pictures.write(errand.output, rendered.encoded.data)
        self._makers[_maker(rendered.picture)] = None
        if self._with_comparison:
            both = compare(rendered.photo.pixels, rendered.picture.pixels)
            beside = errand.output.with_stem(f"{errand.output.stem}-compare")
            encoded = encode(
                both,
                limit=pictures.LIMIT,
                medium=rendered.picture.medium,
                engine=rendered.picture.engine,
                style=self._look.style.id,
                image_format=errand.image_format,
            )
            pictures.write(beside, encoded.data)
            written.append(beside)
        sys.stdout.write("".join(f"{path}\n" for path in written))


def _maker(picture: Picture) -> str:
    """Who painted, how, and in whose place."""
    who = f"{picture.engine} ({'AI-made' if picture.medium is Medium.MODEL else 'a painterly filter, not AI'})"
    return f"{who} in place of {picture.detour.engine} ({picture.detour.why})" if picture.detour else who
