"""The `animify` command."""

import sys

import typer

from bot.cli import admin, audit, db, demo, doctor, models, run, stats, styles, transform
from bot.cli.failure import CommandError

app = typer.Typer(
    name="animify",
    help="Turn photos into anime pictures: as a Discord bot, or right here.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks print local variables, and one of them may be a secret
)
for feature in (run, transform, styles, models, doctor, demo, db, admin, audit, stats):
    feature.register(app)


def main() -> None:
    """Run the command; what a person can mend is one clear line on stderr and exit status 1."""
    try:
        app()
    except CommandError as failure:
        sys.stderr.write("".join(f"animify: {line}\n" for line in str(failure).splitlines()))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
