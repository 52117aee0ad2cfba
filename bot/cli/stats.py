"""`animify stats`: pictures, waits, refusals and engines of all servers, or of one, also while the bot runs."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, astuple
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli import failure, pictures
from bot.cli.failure import CommandError
from bot.store import StoreError, beside, insight
from bot.ui import charts, statistics
from bot.values.figures import DAYS, MOST_DAYS, Figures


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("stats", help="Say how many pictures there were, how long they took, and what was refused.")(stats)


def stats(
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How many days, today included.")] = DAYS,
    server: Annotated[
        int | None, typer.Option(min=0, help="One server's id, in days of its own zone; 0: outside of servers.")
    ] = None,
    output: Annotated[Path | None, typer.Option(metavar="CHART.png", help="Draw a chart into this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Read the database; change nothing."""
    settings = failure.settings()
    if output is not None and output.suffix.lower() != ".png":
        raise CommandError(f"{output}: a chart is a PNG, so call it something.png")
    labels = {style.id: style.label for style in failure.catalogue(settings.styles).values()}
    with failure.told(StoreError), beside.opened(settings.database) as database:
        figures = database.transact(
            lambda tx: insight.of_all(tx, days) if server is None else insight.of_server(tx, server, days)
        )
    if as_json:
        typer.echo(json.dumps(asdict(figures), default=str, indent=2))
    else:
        _print(figures, labels)
    if output is not None:
        pictures.write(output, charts.draw(figures, labels))


def _print(figures: Figures, labels: dict[str, str]) -> None:
    console = Console(highlight=False)
    console.print(f"{statistics.headline(figures)}, {figures.days[0]} to {figures.days[-1]}", markup=False)
    if figures.waits:
        console.print(statistics.waits(figures.waits))
    tables: dict[tuple[str, ...], Iterable[tuple[object, ...]]] = {
        ("style", "pictures"): ((labels.get(one.name, one.name), one.times) for one in figures.styles),
        ("engine", "pictures", "pace"): ((one.engine, one.pictures, statistics.pace(one)) for one in figures.work),
        ("refused", "times"): ((statistics.reason(one.name), one.times) for one in figures.refusals),
        ("failed", "times"): ((one.name, one.times) for one in figures.failures),
        ("day", "pictures", "half waited", "9 in 10", "longest"): _days(figures),
    }
    for headings, rows in tables.items():
        _table(console, headings, rows)
    if figures.cancelled:
        console.print(f"\ncancelled: {figures.cancelled:,}")


def _table(console: Console, headings: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Names to the left and numbers to the right; nothing where there are no rows."""
    table = Table(box=None, pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left")
    for row in rows:
        table.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else str(cell)) for cell in row))
    if table.rows:
        console.print()
        console.print(table)


def _days(figures: Figures) -> Iterator[tuple[object, ...]]:
    """A row a day on which something was delivered or waited."""
    pictures = Counter[date]()
    for one in figures.painted:
        pictures[one.day] += one.pictures
    waits = dict(figures.waits_by_day)
    for day in figures.days:
        if spread := waits.get(day):
            spans = (statistics.span(each) for each in astuple(spread))
            yield day, pictures[day], *spans
        elif pictures[day]:
            yield day, pictures[day], "", "", ""
