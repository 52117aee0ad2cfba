"""`animify doctor`: what is set up, what is missing, and how to mend it."""

import asyncio
import base64
import binascii
import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.util import find_spec
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape

from bot import app, engines, logs
from bot.cli.diagnosis import Diagnosis, Finding, diagnose
from bot.client import invite_url
from bot.settings import EngineChoice, Settings, SettingsError, load
from bot.store import DatabaseLockedError, Store, StoreError
from engine.contract import Medium
from engine.encoding import Format, encode
from engine.errors import EngineError
from engine.studio import Look
from styles import StyleError
from styles import load as load_styles


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("doctor", help="Say what is set up, what is missing, and how to mend it.")(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Look at everything; exit status 1 if `animify run` would not work."""
    logs.for_a_command()
    settings, findings = _settings()
    diagnosis = diagnose(settings)
    findings += [_token(settings), _styles(settings), asyncio.run(_database(settings)), asyncio.run(_painter(settings))]
    findings += [*diagnosis.findings, _demo()]
    ok = all(finding.fine for finding in findings if finding.needed)
    if as_json:
        _print_json(settings, ok, findings, diagnosis)
    else:
        _print(findings)
    if not ok:
        raise typer.Exit(1)


def _print(findings: Sequence[Finding]) -> None:
    console = Console(soft_wrap=True, highlight=False)  # the invite link must stay in one piece
    for finding in findings:
        mark = "[green]✓[/]" if finding.fine else "[red]✗[/]" if finding.needed else "[yellow]·[/]"
        console.print(f"{mark} {finding.what:<9} {escape(finding.detail)}")


def _print_json(settings: Settings, ok: bool, findings: Sequence[Finding], diagnosis: Diagnosis) -> None:
    report = {
        "ok": ok,
        "engine": settings.engine,
        "findings": [asdict(finding) for finding in findings],
        "devices": [asdict(device) for device in diagnosis.devices],
        "profile": asdict(diagnosis.profile) if diagnosis.profile else None,
        "model": asdict(diagnosis.model),
        "safety": asdict(diagnosis.safety) if diagnosis.safety else None,
    }
    typer.echo(json.dumps(report, indent=2))


def _settings() -> tuple[Settings, list[Finding]]:
    """The settings, with defaults for the broken ones, and what to say of them."""
    python = Finding("python", fine=True, detail=f"{platform.python_version()} on {platform.system()}")
    try:
        return load(), [python, Finding("settings", fine=True, detail="read from the environment and .env")]
    except SettingsError as error:
        return error.usable, [python, Finding("settings", fine=False, detail="; ".join(error.problems))]


def _token(settings: Settings) -> Finding:
    if settings.token is None:
        return Finding("token", fine=False, detail=app.NOT_SET)
    application_id = _application_id(settings.token.get_secret_value())
    if application_id is None:
        return Finding("token", fine=False, detail="DISCORD_TOKEN: its first part names no application; copy it anew")
    return Finding("token", fine=True, detail=f"set; invite the bot with {invite_url(application_id)}")


def _application_id(token: str) -> int | None:
    """The first part of a token is the application's id in base64."""
    head = token.partition(".")[0]
    try:
        return int(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, binascii.Error):
        return None


def _styles(settings: Settings) -> Finding:
    try:
        catalogue = load_styles(settings.styles)
    except StyleError as error:
        return Finding("styles", fine=False, detail=str(error))
    return Finding("styles", fine=True, detail=", ".join(catalogue))


async def _database(settings: Settings) -> Finding:
    """Opening it is the test; one that is not there yet is not made."""
    path = settings.database.resolve()
    if not path.exists():
        place = path.parent
        return Finding(
            "database",
            fine=place.is_dir(),
            detail=f"{path} will be made at the first start"
            if place.is_dir()
            else f"ANIMIFY_DATABASE: there is no folder {place}",
        )
    try:
        store = await Store.open(path, default_limit=settings.daily_limit)
    except DatabaseLockedError:
        return Finding("database", fine=True, detail=f"{path}, in use by a running animify")
    except StoreError as error:
        return Finding("database", fine=False, detail=str(error))
    await store.close()
    return Finding("database", fine=True, detail=str(path))


async def _painter(settings: Settings) -> Finding:
    """Send a small picture the whole way, through both processes."""
    workers = engines.painter_workers(settings.workers)
    try:
        style = next(iter(load_styles(None).values()))
        async with engines.studio(EngineChoice.PAINTER, workers=workers, checks=False) as studio:
            await studio.render("doctor", _gradient(), Look(style=style, strength=0.5, seed=0), limit=sys.maxsize)
    except EngineError as error:
        return Finding("painter", fine=False, detail=f"it did not paint: {error}")
    return Finding("painter", fine=True, detail=f"it paints, {workers} at a time, no GPU needed")


def _gradient() -> bytes:
    ramp = np.linspace(0, 255, 128, dtype=np.uint8)
    pixels = np.stack(
        [np.tile(ramp, (128, 1)), np.tile(ramp[:, None], (1, 128)), np.full((128, 128), 96, np.uint8)], -1
    )
    return encode(
        pixels, limit=sys.maxsize, medium=Medium.FILTER, engine="doctor", style="none", image_format=Format.PNG
    ).data


def _demo() -> Finding:
    if find_spec("skimage") is None:
        return Finding("demo", fine=False, needed=False, detail="not installed: `make demo` does it")
    return Finding("demo", fine=True, detail="`make demo` shows the bot on a Discord of its own", needed=False)
