"""Logging to stderr, with signed URLs and tokens cut out of every line and traceback."""

import logging
import re
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
