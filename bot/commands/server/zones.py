"""Time zones as people type them."""

import difflib
import zoneinfo
from collections.abc import Sequence
from functools import cache
from typing import Final

from bot.commands.services import RefusalError
from bot.ui import words

_SUGGESTED: Final = 3
_NOT_OFFERED: Final = ("Etc/", "SystemV/", "localtime", "Factory")
"""Zones that mislead: Etc/GMT+1 is an hour behind Greenwich, and a machine's own is nobody else's."""


def zone(typed: str) -> str:
    """The IANA name of a zone, from the name in any case, or its last part alone where one zone has it.

    Raises
    ------
    RefusalError
        With names that look like it.
    """
    wanted = _plain(typed)
    names = _names()
    if wanted in names:
        return names[wanted]
    ending = [name for plain, name in names.items() if plain.rpartition("/")[2] == wanted]
    if len(ending) == 1:
        return ending[0]
    raise RefusalError(words.not_a_zone(typed, _alike(wanted, names, ending)))


def _alike(wanted: str, names: dict[str, str], ending: Sequence[str]) -> Sequence[str]:
    """A few zones that look like it, by name or by city."""
    cities = {plain.rpartition("/")[2]: name for plain, name in names.items()}
    close = [cities[one] for one in difflib.get_close_matches(wanted, cities, _SUGGESTED)]
    close += [names[one] for one in difflib.get_close_matches(wanted, names, _SUGGESTED)]
    return list(dict.fromkeys([*ending, *close]))[:_SUGGESTED]


def _plain(name: str) -> str:
    return "_".join(name.casefold().split())


@cache
def _names() -> dict[str, str]:
    """Every zone that is offered, by its name in small letters."""
    known = sorted(zoneinfo.available_timezones())
    return {_plain(name): name for name in known if not name.startswith(_NOT_OFFERED)}
