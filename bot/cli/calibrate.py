"""`animify styles calibrate`: find out by trying how far each style goes, and write it into its file."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot import engines
from bot.cli import failure, pictures
from bot.cli.failure import CommandError
from bot.cli.subject import Model, Subject, subject
from engine.calibration import Ends, Reading, Trial, propose, read
from engine.checks import Verdict, examine, small
from engine.contract import Pixels
from engine.faces import FaceDetector
from engine.images import Photo
from engine.measures import edge_f1, luma, palette_distance
from engine.sheet import contact_sheet
from engine.studio import Look, Studio
from styles import Style, source
from styles.writing import update

KINDS: Final = ("portrait", "landscape", "pet", "group", "low light")
"""What photos are sorted by, and how their folders are called; the rest is "other"."""

_ENDINGS: Final = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".heic", ".heif"}
_TILE: Final = 220
_ON_A_SHEET: Final = 5  # values of the knob; more would be too small to see


@dataclass(frozen=True, slots=True)
class Sample:
    """A photo to try on, and what it shows."""

    file: Path
    kind: str
    photo: Photo = field(repr=False)


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("calibrate", help="Find out how far each style goes, and write it into its file.")(calibrate)


def calibrate(
    photos: Annotated[
        list[Path],
        typer.Argument(
            metavar="PHOTO...", help=f"Photos, or folders; one named {', '.join(KINDS)} says what its photos show."
        ),
    ],
    model: Annotated[Model, typer.Option(help="The painter, or the family of the model that paints.")] = Model.PAINTER,
    weights: Annotated[
        str | None,
        typer.Option(metavar="PATH|ID", help="The model of that family; else the configured one, or the known one."),
    ] = None,
    style: Annotated[list[str] | None, typer.Option(help="Only this style (may be repeated).")] = None,
    faces: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A YuNet face detector (.onnx): faces must be kept.")
    ] = None,
    sheets: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Draw a contact sheet a style in here.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Propose, and write nothing.")] = False,
) -> None:
    """Sweep the strength of each style over the photos, print what was measured, propose, and write."""
    settings = failure.settings()
    catalogue = failure.catalogue(settings.styles)
    if unknown := [name for name in style or () if name not in catalogue]:
        raise CommandError(f"{unknown[0]}: no such style; there are {', '.join(catalogue)}")
    files = _files(photos)
    tried = subject(model, weights, settings, [catalogue[name] for name in style or catalogue])
    sweep = _Sweep(tried, _detector(faces), _spread(tried.knob.values) if sheets else ())
    with failure.painting(tried.choice, tried.diffusion):
        asyncio.run(sweep.run(files, engines.painter_workers(settings.workers)))
    for each in tried.styles:
        readings = read(sweep.trials[each.id])
        ends = propose(readings, tried.knob.middle)
        _print(each, readings, ends)
        if ends and not dry_run:
            _write(source(each.id, settings.styles), tried, each, ends)
    if sheets:  # last: a folder that can't be written to shall not cost what was found
        for each in tried.styles:
            sheet = _sheet(sweep.shown, sweep.pictures[each.id])
            pictures.write_sheet(sheets / f"{each.id}-{model}.jpg", sheet, each.id, tried.medium)


def _detector(model: Path | None) -> FaceDetector | None:
    with failure.told(ValueError):
        return FaceDetector(model) if model else None


def _files(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Every photo with its kind: the name of its folder."""
    found = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    files = [file for file in found if file in paths or file.suffix.lower() in _ENDINGS]
    if not files:
        raise CommandError(f"{paths[0]}: there is no photo in it")
    return [(_kind(file.parent.name), file) for file in files]


def _kind(folder: str) -> str:
    name = folder.lower().replace("-", " ").replace("_", " ").removesuffix("s")
    return name if name in KINDS else "other"


class _Sweep:
    """All trials, under one progress bar; at the values to be drawn, the pictures of the first photo of each kind."""

    def __init__(self, tried: Subject, detector: FaceDetector | None, drawn: Sequence[float]) -> None:
        self._tried = tried
        self._drawn = drawn
        self.samples: list[Sample] = []
        self.shown: dict[int, Pixels] = {}
        self.trials: defaultdict[str, list[Trial]] = defaultdict(list)
        self.pictures: defaultdict[str, dict[tuple[int, float], Pixels]] = defaultdict(dict)
        self._detector = detector

    async def run(self, files: Sequence[tuple[str, Path]], workers: int) -> None:
        """Try every style at every value on every photo."""
        styles, values = self._tried.styles, self._tried.knob.values
        async with engines.studio(
            self._tried.choice,
            workers=workers,
            checks=False,
            max_side=self._tried.max_side,
            diffusion=self._tried.diffusion,
        ) as studio:
            self.samples = [sample async for sample in _opened(studio, files)]
            kinds = [sample.kind for sample in self.samples]
            firsts = [kinds.index(kind) for kind in dict.fromkeys(kinds)]
            self.shown = {number: small(self.samples[number].photo.pixels) for number in firsts}
            numbers = range(len(self.samples))
            tasks = [(style, value, number) for style in styles for value in values for number in numbers]
            lanes = asyncio.Semaphore(max(1, studio.engine.slots))
            judge = ThreadPoolExecutor(1)  # a detector serves one thread
            with judge, Progress(console=Console(stderr=True)) as bar:
                task = bar.add_task("calibrating", total=len(tasks))

                async def tried(style: Style, value: float, number: int) -> None:
                    async with lanes:
                        picture = await self._painted(studio, style, value, number)
                    await asyncio.get_running_loop().run_in_executor(judge, self._judge, style, value, number, picture)
                    bar.advance(task)

                await asyncio.gather(*(tried(*each) for each in tasks))

    async def _painted(self, studio: Studio, style: Style, value: float, number: int) -> Pixels:
        turned, strength = self._tried.knob.at(style, value)
        look = Look(style=turned, strength=strength, seed=0)
        sample = self.samples[number]
        with pictures.named(sample.file):
            picture = await studio.paint(f"{style.id} at {value}", sample.photo, look, lambda _: None)
        return picture.pixels

    def _judge(self, style: Style, value: float, number: int, picture: Pixels) -> None:
        photo, picture = small(self.samples[number].photo.pixels), small(picture)
        self.trials[style.id].append(
            Trial(
                value=value,
                kind=self.samples[number].kind,
                verdict=examine(photo, picture, style.checks),
                edges=edge_f1(luma(photo), luma(picture)),
                colours=palette_distance(photo, picture),
                faces=self._detector.kept(photo, picture) if self._detector else None,
            )
        )
        if number in self.shown and value in self._drawn:
            self.pictures[style.id][number, value] = picture


async def _opened(studio: Studio, files: Sequence[tuple[str, Path]]) -> AsyncIterator[Sample]:
    for kind, file in files:
        with pictures.named(file):
            photo = await studio.prepare(pictures.read(file))
        yield Sample(file, kind, photo)


def _spread(values: Sequence[float]) -> list[float]:
    return [values[round(place)] for place in np.linspace(0, len(values) - 1, _ON_A_SHEET)]


def _print(style: Style, readings: Sequence[Reading], ends: Ends | None) -> None:
    console = Console(highlight=False)
    faces = any(reading.faces is not None for reading in readings)
    table = Table(title=f"{style.emoji} {style.label}", title_justify="left", box=None, pad_edge=False)
    for heading in ("value", "edges", "fewest", "colours", *(["faces"] if faces else []), "refused"):
        table.add_column(heading, justify="left" if heading in {"fewest", "refused"} else "right")
    for reading in readings:
        table.add_row(
            f"{reading.value:g}",
            f"{reading.edges:.2f}",
            _fewest(reading.edges_by_kind),
            f"{reading.colours:.3f}",
            *(["-" if reading.faces is None else f"{reading.faces:.0%}"] if faces else []),
            ", ".join(f"{count} {verdict}" for verdict, count in reading.refused.items() if verdict is not Verdict.FIT),
        )
    console.print(table)
    console.print(f"{_proposal([reading.value for reading in readings], ends)}\n")


def _fewest(edges_by_kind: Mapping[Hashable, float]) -> str:
    """The kind of photos that keeps the fewest edges."""
    kind = min(edges_by_kind, key=edges_by_kind.__getitem__)
    return f"{edges_by_kind[kind]:.2f} {kind}"


def _proposal(values: Sequence[float], ends: Ends | None) -> str:
    if ends is None:
        return "no ends: as it is, it changes too little or shows too little of the photos"
    note = "; it could be bolder: even there most edges are kept" if ends.timid else ""
    least = " (the least that was tried)" if ends.subtle == values[0] else ""
    most = " (the most that was tried)" if ends.bold == values[-1] else ""
    return f"from {ends.subtle:g}{least} to {ends.bold:g}{most}{note}"


def _write(file: Path, tried: Subject, style: Style, ends: Ends) -> None:
    try:
        table, values = tried.knob.entry(ends, tried.mark(style))
        update(file, table, values)
    except OSError as error:
        raise CommandError(f"{error.filename or file}: {error.strerror}") from None
    except ValueError as error:
        raise CommandError(f"{file}: what was found does not fit into it: {error}") from None


def _sheet(photos: dict[int, Pixels], shown: dict[tuple[int, float], Pixels]) -> Pixels:
    """A row for the first photo of each kind, and a column a value."""
    values = sorted({value for _, value in shown})
    rows = [[photo, *(shown[number, value] for value in values)] for number, photo in photos.items()]
    return contact_sheet(rows, ["photo", *(f"{value:g}" for value in values)], tile=_TILE)
