"""What somebody chose or typed on the card of /server, as the value of a setting."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import discord

from bot.commands.options import MOST, span
from bot.commands.server.zones import zone
from bot.commands.services import RefusalError
from bot.ui import words
from bot.ui.server import Server, Setting
from bot.ui.server.card import switches
from bot.ui.server.values import OTHER, Channels, Choice, Form, Roles, Switches

_HOUR: Final = 3600
_MOST_HOURS: Final = 8760
_LONGEST: Final = 100  # characters that anything typed may have; forms allow fewer


@dataclass(frozen=True, slots=True)
class Given:
    """What came with a click: the keys or ids that are chosen, those ids that exist, or what was typed."""

    chosen: tuple[str, ...] = ()
    existing: frozenset[str] = frozenset()
    typed: str | None = None

    @classmethod
    def of(cls, interaction: discord.Interaction[Any]) -> Self:
        """Read it off the payload: who knows parts by their ids alone has no objects of them."""
        data: Mapping[str, Any] = interaction.data or {}
        if interaction.type is discord.InteractionType.modal_submit:
            return cls(typed=_typed(data))
        resolved = data.get("resolved", {})
        existing = frozenset(one for kind in ("channels", "roles") for one in resolved.get(kind, {}))
        return cls(tuple(data.get("values", ())), existing)

    @property
    def asks_for_form(self) -> bool:
        """Whether none of the options will do."""
        return self.chosen == (OTHER,)


def read(setting: Setting, server: Server, given: Given, *, sheet: int) -> object:
    """The value that the setting gets.

    Raises
    ------
    RefusalError
        It can't be that: gone meanwhile, out of range, or not to be read at all.
    """
    if given.typed is not None:
        return _READERS[setting.name](given.typed[:_LONGEST].strip(), server)
    match setting.control:
        case Channels(most=1):
            return next(iter(_existing(given)), None)
        case Channels():
            return _existing(given)
        case Roles():
            return _roles(setting, server, _existing(given))
        case Choice(options=options):
            return _option(given, {one.key: one.value for one in options(server)})
        case Switches():
            return _off(server, given, sheet)
        case Form():
            raise RefusalError(words.CHOICE_IS_GONE())  # a select of old has become a form


def _existing(given: Given) -> frozenset[int]:
    """All that is chosen, if all of it exists: to choose none has a meaning of its own."""
    if not given.existing.issuperset(given.chosen):
        raise RefusalError(words.SOME_ARE_GONE())
    return frozenset(int(one) for one in given.chosen)


def _roles(setting: Setting, server: Server, chosen: frozenset[int]) -> frozenset[int]:
    """@everyone, whose id is the server's, is what goes without saying for members, and no moderator."""
    if server.guild_id not in chosen:
        return chosen
    if setting.name == "moderator_roles":
        raise RefusalError(words.NOT_EVERYBODY())
    return frozenset()


def _option(given: Given, values: Mapping[str, object]) -> object:
    key = given.chosen[0] if given.chosen else ""
    if key not in values:
        raise RefusalError(words.CHOICE_IS_GONE())
    return values[key]


def _off(server: Server, given: Given, sheet: int) -> frozenset[str]:
    """The styles that are off: those of this sheet that are not ticked, and those of others as they were."""
    shown = {one.id for one in switches(server, sheet)}
    off = (server.guild.styles_off - shown) | (shown - set(given.chosen))
    if off.issuperset(one.id for one in server.catalogue):
        raise RefusalError(words.KEEP_ONE_STYLE())
    return off


def _limit(typed: str, server: Server) -> int | None:
    if not typed:
        return None
    if re.fullmatch(r"[0-9]{1,4}", typed, re.ASCII) and int(typed) <= MOST:
        return int(typed)
    raise RefusalError(words.not_a_limit(typed, usual=server.usual_limit))


def _hours(typed: str, _server: Server) -> int:
    """Whole hours, rounded up."""
    return 0 if typed in {"", "0", "0h"} else min(_MOST_HOURS, math.ceil(span(typed) / _HOUR))


_READERS: Final[Mapping[str, Callable[[str, Server], object]]] = {
    "zone": lambda typed, _: zone(typed),
    "daily_limit": _limit,
    "new_member_hours": _hours,
}
"""How each setting that is typed is read."""


def _typed(data: Mapping[str, Any]) -> str:
    """The one field of a form."""
    fields = [one.get("component", {}) for one in data.get("components", ())]
    return next((str(one["value"]) for one in fields if one.get("value") is not None), "")
