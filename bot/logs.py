"""Logging to stderr, with signed URLs and tokens cut out of every line and traceback."""

import logging
import re
import sys
from collections.abc import Collection
from typing import Final

_SECRETS: Final = (
    re.compile(r"(?<=/webhooks/)(\d+)/[\w.~%-]{20,}"),  # an interaction's token, in REST paths that discord.py logs
    re.compile(r"""(["']token["']: ["'])[^"']+"""),  # the same in a payload of the gateway, at level debug
    re.compile(r"(?<=/interactions/)(\d+)/[\w.~%-]{20,}"),
    re.compile(
        r"(https?://(?:cdn\.discordapp\.com|media\.discordapp\.net|[\w.-]*\.discordapp\.net)/[^\s?'\"]*)\?[^\s'\"]*"
    ),
    re.compile(r"()[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}"),  # a bot token
)


class RedactingFormatter(logging.Formatter):
    """Formats as usual, then cuts secrets out of the whole text, traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def redacted(text: str) -> str:
    """The text without signed queries, interaction tokens and bot tokens."""
    for pattern in _SECRETS:
        text = pattern.sub(r"\1<redacted>", text)
    return text


def configure(level: str) -> None:
    """Send everything from `level` up to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def for_a_command(*, told: Collection[str] = ()) -> None:
    """Send what we warn of, and what libraries call an error, to stderr as plain lines.

    Parameters
    ----------
    told
        Loggers whose words the command's own errors repeat.
    """
    logging.basicConfig(level=logging.WARNING, handlers=[_Lines(frozenset(told))], force=True)


class _Lines(logging.Handler):
    """Lines as a command writes them, each once, and wherever stderr leads now: a progress bar may stand there."""

    def __init__(self, told: Collection[str]) -> None:
        super().__init__()
        self.setFormatter(RedactingFormatter("%(message)s"))
        self._told = told
        self._said: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        ours = record.name.partition(".")[0] in {"bot", "engine"}
        return record.name not in self._told and (ours or record.levelno >= logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        if text not in self._said:
            self._said.add(text)
            sys.stderr.write("".join(f"animify: {line}\n" for line in text.splitlines()))
