"""`animify db`: look whether the database is sound, copy it, compact it; all of it beside a running bot."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cli import failure
from bot.cli.failure import CommandError
from bot.cli.inventory import said
from bot.store import DatabaseBusyError, StoreError, beside, files, upkeep
from bot.store.beside import Beside

_JOURNALS = ("-journal", "-wal")


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Look after the database, also while the bot runs.", no_args_is_help=True)
    group.command("check", help="Say whether the database is sound; exit status 1 if it is not.")(check)
    group.command("backup", help="Copy the database as it is now into one file. Its key is not in it.")(backup)
    group.command("vacuum", help="Give the disk back what was deleted.")(vacuum)
    cli.add_typer(group, name="db")


def check() -> None:
    """Look at the pages, the references, the schema and the books; change nothing."""
    with _database() as database:
        looked_at = upkeep.examine(database)
    console = Console(soft_wrap=True, highlight=False)
    for one in looked_at:
        console.print(f"{'[red]✗[/]' if one.faults else '[green]✓[/]'} {one.what}")
        for fault in one.faults:
            console.print(f"  {escape(fault)}")
    faults = sum(len(one.faults) for one in looked_at)
    if faults:
        raise CommandError(f"{database.path} has {faults} fault{'s' * (faults != 1)}")
    typer.echo(f"{database.path} is sound")


def backup(
    target: Annotated[
        Path, typer.Argument(metavar="PATH", help="The file to write; only you will be able to read it.")
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace the file that is there.")] = False,
) -> None:
    """Write a draft and give it its name when it is whole."""
    with _database() as database:
        _require_free(target, database.path, force=force)
        with failure.told(OSError), _progress() as bar:
            task = bar.add_task(target.name, total=None)
            size = upkeep.backup(
                database, target, on_progress=lambda done, total: bar.update(task, completed=done, total=total)
            )
    typer.echo(f"{target}: {said(size)}, everything as it was when the copy began")
    key = files.beside(database.path, ".key")
    typer.echo(
        f"note: the key is not in it, so whoever finds the copy can open no photo's link and no token. Keep a copy of"
        f" {key} in another place: without it, what is sealed is lost, and who was erased is not known again"
    )


def vacuum() -> None:
    """Compact the file; beside a running bot for as long as that can wait."""
    with _database(writes=True) as database:
        try:
            before, after = upkeep.vacuum(database)
        except DatabaseBusyError:
            raise CommandError(
                f"{database.path}: the bot is too busy, or the file too large, to be compacted while the bot waits;"
                " nothing was changed. Try again when there is less to do, or stop the bot first"
            ) from None
    typer.echo(f"{database.path}: {said(before)} before, {said(after)} after")


@contextmanager
def _database(*, writes: bool = False) -> Iterator[Beside]:
    path = failure.settings().database
    with failure.told(StoreError), beside.opened(path, writes=writes, any_schema=True) as database:
        yield database


def _require_free(target: Path, database: Path, *, force: bool) -> None:
    """Nothing is overwritten by mistake, and the database and what belongs to it never."""
    if target.is_dir():
        raise CommandError(f"{target} is a folder; name a file in it")
    if not target.parent.is_dir():
        raise CommandError(f"{target}: there is no folder {target.parent}")
    if target.resolve() in {database, *(files.beside(database, suffix) for suffix in (".key", ".lock", *_JOURNALS))}:
        raise CommandError(f"{target} belongs to the database itself")
    if target.exists() and not force:
        raise CommandError(f"{target} is there already; --force replaces it")
    for journal in (files.beside(target, suffix) for suffix in _JOURNALS):
        if journal.exists():  # SQLite would take it for the copy's, and spoil the copy with it
            raise CommandError(f"{target} is in use, or was until a crash: {journal} lies beside it")


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        yield bar
