"""`animify models`: fetch diffusion models and safety classifiers from the hub, and list what is here."""

import json
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Column, Table
from rich.text import Text

from bot.cli import failure, inventory
from bot.cli.failure import CommandError
from bot.cli.inventory import SHORT, Item, said
from bot.settings import Settings
from engine.diffusion import classifier, weights
from engine.diffusion.models import KLEIN, KNOWN, Family
from engine.diffusion.plan import INSTALL
from engine.diffusion.weights import Fault, WeightsError
from styles import Catalogue, Lora

if TYPE_CHECKING:
    from engine.diffusion.hub import Fetched, OnBytes

_OPEN: Final = frozenset(
    {
        "apache-2.0",
        "mit",
        "bsd",
        "bsd-2-clause",
        "bsd-3-clause",
        "cc0-1.0",
        "openrail",
        "openrail++",
        "creativeml-openrail-m",
        "bigscience-openrail-m",
    }
)  # licences that need no word of warning


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help="Fetch diffusion models and safety classifiers, and list what is here.", no_args_is_help=True
    )
    group.command("fetch", help="Fetch models, with the LoRAs that the styles name, or a safety classifier.")(fetch)
    group.command("list", help="List the known models and what lies here.")(show)
    cli.add_typer(group, name="models")


def fetch(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Repositories on the hub (owner/name); else the configured model."),
    ] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Take the newest commit of what is already here.")] = False,
    safety: Annotated[
        bool, typer.Option("--safety", help="The names are safety classifiers; without one, the configured one.")
    ] = False,
) -> None:
    """Fetch each model at one commit, say what it is, and then the LoRAs that go with it."""
    settings = failure.settings()
    catalogue = failure.catalogue(settings.styles)
    _need_the_extra()
    wanted = names or [_configured(settings, safety=safety)]
    if folder := next(filter(weights.is_folder, wanted if safety else names or ()), None):
        raise CommandError(f"{folder} is a local folder, so there is nothing to fetch")
    errand = _Errand(settings.models, refresh=refresh)
    for name in wanted:
        if safety or name in {classifier.DEFAULT, settings.safety_model}:
            errand.run_safety(name)
        else:
            errand.run(name, catalogue)


def _configured(settings: Settings, *, safety: bool) -> str:
    if not safety:
        return settings.model or KLEIN.id
    if settings.safety_model is None:
        raise CommandError("ANIMIFY_SAFETY_MODEL is none, so there is nothing to fetch; a name says what is wanted")
    return settings.safety_model


def show(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """List the known models, what is configured, and whatever else lies in the folder of models."""
    settings = failure.settings()
    _need_the_extra()
    items = [_item(name, settings) for name in _names(settings)]
    configured = {settings.model, settings.safety_model}
    if as_json:
        rows = [asdict(item) | {"configured": item.name in configured} for item in items]
        typer.echo(json.dumps(rows, indent=2))
        return
    _print(items, configured)


def _need_the_extra() -> None:
    if find_spec("huggingface_hub") is None:
        raise CommandError(f"models need more libraries than are installed: {INSTALL}")


@dataclass(frozen=True, slots=True)
class _Errand:
    """Where models are fetched to, and whether the newest is wanted."""

    home: Path
    refresh: bool

    def run(self, name: str, catalogue: Catalogue) -> None:
        from engine.diffusion import hub  # noqa: PLC0415 - its library is slow to import, and no other command needs it

        with failure.told(hub.HubError, WeightsError):
            if not weights.is_folder(name):
                with _progress(name) as on_bytes:
                    model = hub.fetch_model(name, self.home, on_progress=on_bytes, refresh=self.refresh)
                _tell(name, model)
            loras = _loras(name, weights.find(name, self.home).family, catalogue)
            if weights.is_folder(name) and not loras:
                raise CommandError(f"{name} is a local folder, so there is nothing to fetch")
            for lora in loras:
                with _progress(lora.file) as on_bytes:
                    fetched = hub.fetch_lora(lora, self.home, on_progress=on_bytes, refresh=self.refresh)
                _tell(f"{lora.repo} ({lora.file})", fetched)

    def run_safety(self, name: str) -> None:
        """Fetch a safety classifier; whoever runs the bot then starts it anew."""
        from engine.diffusion import hub  # noqa: PLC0415 - the same

        with failure.told(hub.HubError):
            with _progress(name) as on_bytes:
                fetched = hub.fetch_classifier(name, self.home, on_progress=on_bytes, refresh=self.refresh)
            _tell(name, fetched)


def _loras(name: str, family: Family, catalogue: Catalogue) -> list[Lora]:
    """The one that makes few steps enough, then those of the styles."""
    known = KNOWN.get(name)
    few = [known.few_steps] if known and known.few_steps else []
    tunings = [family.tuning(style.models) for style in catalogue.values()]
    named = [tuning.lora for tuning in tunings if tuning and tuning.lora]
    return list({(lora.repo, lora.file): lora for lora in (*few, *named)}.values())


@contextmanager
def _progress(what: str) -> Iterator["OnBytes"]:
    """A bar on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    kinds = (partial(TextColumn, "{task.description}"), DownloadColumn, TransferSpeedColumn, TimeRemainingColumn)
    text, *numbers = (kind(table_column=Column(no_wrap=True)) for kind in kinds)  # the bar alone gives way
    columns = (text, BarColumn(), *numbers)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        tasks: list[TaskID] = []

        def on_bytes(done: int, total: int) -> None:
            if not tasks:  # what was here before counts for no speed
                tasks.append(bar.add_task(what, completed=done, total=total))
            bar.update(tasks[0], completed=done)

        yield on_bytes


def _tell(what: str, fetched: "Fetched") -> None:
    """Plain lines: a licence's name is the hub's word, and no markup."""
    told = fetched.manifest
    state = "already fetched" if fetched.already else "fetched"
    facts = (told.licence or "no licence named", said(fetched.size), f"commit {told.commit[:SHORT]}")
    typer.echo(f"{what}: {state}, {', '.join(facts)}, in {fetched.folder}")
    if told.gated or (told.licence or "").lower() not in _OPEN:
        gated = "gated and " if told.gated else ""
        terms = f"under the licence {told.licence}" if told.licence else "under a licence that its card does not name"
        typer.echo(f"note: {told.repo} is {gated}{terms}; read its terms before you use it")


def _names(settings: Settings) -> list[str]:
    """Everything once: the known models, what is configured, and what lies in the folder of models."""
    with failure.told(OSError):
        here = sorted(path for path in settings.models.glob("[!.]*") if path.is_dir())
    found = [manifest.repo if (manifest := weights.manifest(path)) else _name(path) for path in here]
    configured = [name for name in (settings.model, settings.safety_model) if name]
    return list(dict.fromkeys([*KNOWN, *configured, *found]))


def _name(folder: Path) -> str:
    """What was fetched in part goes by its repository, and anything else by its path."""
    return folder.name.replace("--", "/", 1) if "--" in folder.name else str(folder)


def _item(name: str, settings: Settings) -> Item:
    folder = Path(name) if weights.is_folder(name) else weights.place(name, settings.models)
    if name == settings.safety_model or classifier.lies_in(folder):
        return inventory.safety(name, settings.models)
    manifest = None if weights.is_folder(name) else weights.manifest(folder)
    if manifest and weights.INDEX not in manifest.files:
        return inventory.lora(manifest, folder)
    return inventory.model(name, settings.models)


def _print(items: Sequence[Item], configured: Container[str | None]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "family", "size", "licence", "state"):
        table.add_column(heading, overflow="fold")
    for item in items:
        name = f"{item.name} (configured)" if item.name in configured else item.name
        size = said(item.size) if item.size is not None else ""
        # as texts, since words of strangers are no markup
        table.add_row(*map(Text, (name, item.family or "", size, item.licence or "", _state(item))))
    Console().print(table)


def _state(item: Item) -> str:
    if item.state == Fault.NOT_FETCHED:
        return "not fetched"
    if item.commit and not item.problem:
        return f"fetched {item.commit[:SHORT]}"
    return item.problem or "a local folder"
