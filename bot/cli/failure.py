"""What ends a command without a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot import engines, logs
from bot.engines import Diffusion
from bot.settings import EngineChoice, Settings, SettingsError, load
from styles import Catalogue, StyleError
from styles import load as load_styles


class CommandError(Exception):
    """A command can't go on; the text says why and, where it can, how to mend it, a problem a line."""


@contextmanager
def told(*kinds: type[Exception]) -> Iterator[None]:
    """Errors of these kinds carry a text for people: they end the command with it."""
    try:
        yield
    except kinds as error:
        raise CommandError(str(error)) from None


def settings() -> Settings:
    """The settings, or every problem with them."""
    with told(SettingsError):
        return load()


def catalogue(folder: Path | None) -> Catalogue:
    """The built-in styles and the operator's own, or every problem with them."""
    with told(StyleError):
        return load_styles(folder)


@contextmanager
def painting(choice: EngineChoice, diffusion: Diffusion) -> Iterator[None]:
    """What the model lacks ends the command, and what the engines warn of is on stderr.

    Raises
    ------
    CommandError
        A model has to paint, and can't be had.
    """
    failover = choice is EngineChoice.AUTO  # only then nobody is told why an engine was lost
    logs.for_a_command(told=() if failover else ("engine.local",))
    if choice is EngineChoice.DIFFUSION and (problems := diffusion.problems(choice)):
        raise CommandError("\n".join(problems))
    with told(*engines.NO_MODEL):
        yield
