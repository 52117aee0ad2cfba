"""Options that moderators type: amounts, spans of time, reasons; each becomes a value at the edge, or is refused."""

import re
from typing import TYPE_CHECKING, Any, Final

import discord
from discord import app_commands

from bot.commands.services import RefusalError
from bot.ui import words

MOST: Final = 1000
"""The largest daily limit, and the largest grant, in pictures."""

_UNITS: Final = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_SPAN: Final = re.compile(r"([1-9][0-9]{0,3})\s*([mhdw])", re.ASCII)
_LONGEST: Final = 366 * 86400

Reason = app_commands.Range[str, 1, 200]


def _is_number(text: str) -> bool:
    """Four digits at most: what is longer is out of range whatever it is."""
    return text.isascii() and text.isdigit() and len(text) <= len(str(MOST))


def amount(text: str) -> int | None:
    """A number of pictures a day, or "unlimited" (None).

    Raises
    ------
    RefusalError
    """
    typed = text.strip().casefold()
    if typed == "unlimited":
        return None
    if _is_number(typed) and int(typed) <= MOST:
        return int(typed)
    raise RefusalError(words.not_an_amount(text))


def span(text: str) -> int:
    """Seconds, of a number and a unit such as "12h", "3 d" or "2w", a year at most.

    Raises
    ------
    RefusalError
    """
    found = _SPAN.fullmatch(text.strip().casefold())
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if not 0 < seconds <= _LONGEST:
        raise RefusalError(words.not_a_span(text))
    return seconds


class AmountTransformer(app_commands.Transformer):
    """What `amount` reads, with suggestions."""

    async def transform(self, interaction: discord.Interaction[Any], value: str, /) -> int | None:
        return amount(value)

    async def autocomplete(
        self,
        interaction: discord.Interaction[Any],
        value: float | str,
        /,
    ) -> list[app_commands.Choice[str | int | float]]:
        typed = str(value).strip()
        offered = ([typed] if _is_number(typed) else []) + ["0", "3", "10", "50", "unlimited"]
        return _choices(typed, offered)


class SpanTransformer(app_commands.Transformer):
    """What `span` reads, with suggestions."""

    async def transform(self, interaction: discord.Interaction[Any], value: str, /) -> int:
        return span(value)

    async def autocomplete(
        self,
        interaction: discord.Interaction[Any],
        value: float | str,
        /,
    ) -> list[app_commands.Choice[str | int | float]]:
        typed = str(value).strip()
        offered = ([typed] if _SPAN.fullmatch(typed.casefold()) else []) + ["1h", "12h", "1d", "7d", "4w"]
        return _choices(typed, offered)


if TYPE_CHECKING:
    Amount = int | None
    Span = int | None
else:  # discord.py reads the transformer off the annotation; a type checker wants the type it gives
    Amount = app_commands.Transform[int, AmountTransformer]
    Span = app_commands.Transform[int, SpanTransformer]


def _choices(typed: str, offered: list[str]) -> list[app_commands.Choice[str | int | float]]:
    return [app_commands.Choice(name=text, value=text) for text in dict.fromkeys(offered) if typed in text]
