"""`animify run`: the bot."""

import asyncio
import os

import typer

from bot import app, logs
from bot.cli.failure import told
from bot.client import LoginError
from bot.hardening import harden
from bot.settings import SettingsError, load
from bot.store import StoreError


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("run", help="Be the bot on Discord, until Ctrl-C.")(run)


def run() -> None:
    """Check all that can be checked before connecting, then serve."""
    with told(OSError):
        harden()  # first of all: what comes next reads the token
    problems: tuple[str, ...] = ()
    try:
        settings = load()
    except SettingsError as error:
        settings, problems = error.usable, error.problems
    logs.configure(settings.log_level, settings.log_format)
    os.environ.pop("DISCORD_TOKEN", None)  # nothing that we start has to know it
    with told(app.StartError, LoginError, StoreError):
        asyncio.run(app.run(settings, problems))
