"""`animify audit`: what moderators and the operator did, and what waits for the operator, as JSON lines."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bot.cli import failure
from bot.cli.failure import CommandError
from bot.store import StoreError, beside, files, overview
from bot.store.beside import Beside
from bot.ui import links

_FORMATS: Final = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="What was done by whom, and what waits for you, as JSON lines.", no_args_is_help=True)
    group.command("export", help="Write every action of moderators and the operator, oldest first.")(export)
    group.command(
        "reports", help="List open reports of pictures asked for outside of servers: you are their only judge."
    )(reports)
    cli.add_typer(group, name="audit")


def export(
    server: Annotated[
        int | None,
        typer.Option(metavar="ID", min=0, max=2**63 - 1, help="Of this server alone; 0 is what belongs to none."),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", formats=_FORMATS, help="From then on (UTC): 2026-03-01, or with T12:00."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A new file, which only you can read; else the terminal.")
    ] = None,
) -> None:
    """Write a row a line, with the ids of users as far as they are known."""
    start = 0 if since is None else int(since.replace(tzinfo=UTC).timestamp())
    with _reading() as database:
        lines = map(_line, map(asdict, overview.entries(database, guild_id=server, since=start)))
        if output is None:
            sys.stdout.writelines(lines)
        else:
            _write(output, lines)


def reports() -> None:
    """Write an open report a line, with a link to the picture's message."""
    with _reading() as database:
        found = database.transact(overview.open_reports)
    for report in found:
        link = links.message(report.place_id, report.channel_id, report.message_id)
        sys.stdout.write(_line(asdict(report) | {"link": link}))


@contextmanager
def _reading() -> Iterator[Beside]:
    with failure.told(StoreError), beside.opened(failure.settings().database) as database:
        yield database


def _write(output: Path, lines: Iterable[str]) -> None:
    if output.exists():
        raise CommandError(f"{output} is there already")
    with failure.told(OSError), files.drafted(output) as draft, draft.open("w", encoding="ascii") as file:
        file.writelines(lines)


def _line(row: dict[str, Any]) -> str:
    """In ASCII, so that strangers' words can't command a terminal. Ids are texts: many programs would round them."""
    written = {name: _written(name, value) for name, value in row.items()}
    return f"{json.dumps(written)}\n"


def _written(name: str, value: object) -> object:
    if name == "at" and isinstance(value, int):
        return datetime.fromtimestamp(value, UTC).isoformat().replace("+00:00", "Z")
    return str(value) if name.endswith("_id") and value is not None else value
