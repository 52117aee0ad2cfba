"""The style option: suggested from memory as one types, and looked up when it is sent."""

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import discord
from discord import app_commands

from bot.commands.services import RefusalError, Services
from bot.delivery import place_of
from bot.ui import gallery
from bot.ui.language import _
from bot.values.rules import Place
from styles import Style

MOST: Final = 25
"""Suggestions that Discord takes."""

_ALIKE: Final = 3  # styles that are named in place of one that there is not
_LIKENESS: Final = 0.5  # of names, 0..1
_TYPED: Final = 100  # characters that are looked at
_FOLDED: Final = 8192  # strings: every word of a few hundred styles in every language


def offered(services: Services, place: Place) -> list[Style]:
    """The styles that can be had there, as far as memory knows what its server has switched off."""
    return to_be_had(services, place, services.shelf.off(place.guild_id))


def to_be_had(services: Services, place: Place, off: frozenset[str]) -> list[Style]:
    """The styles that can be had there with these switched off; those for adults take a classifier, too."""
    adults = place.age_restricted and services.house.classifier
    return [style for style in services.catalogue.values() if style.id not in off and (adults or not style.adult)]


def matching(styles: Iterable[Style], typed: str, *, last: str | None = None) -> list[Style]:
    """The styles that fit every word that was typed.

    First the one that the member used last, then those whose name begins so, then those of whose names or moods a word
    does, then those in whose name it is anywhere; among equals the order stays.
    """
    words = fold(typed[:_TYPED]).split()
    ranked = [(style, _rank(style, words)) for style in styles]
    found = [(style, rank) for style, rank in ranked if rank is not None]
    return [one[0] for one in sorted(found, key=lambda one: (one[0].id != last, one[1]))]


def alike(styles: Iterable[Style], typed: str) -> list[Style]:
    """A few styles that somebody may have meant, the likeliest first."""
    known = list(styles)
    names = {name: style for style in reversed(known) for name in _names(style)}
    close = difflib.get_close_matches(fold(typed[:_TYPED]).strip(), names, n=len(names), cutoff=_LIKENESS)
    found = [*matching(known, typed), *(names[name] for name in close)]
    return list({style.id: style for style in found}.values())[:_ALIKE]


@lru_cache(_FOLDED)
def fold(text: str) -> str:
    """Text as it is compared: without case and accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in parts if not unicodedata.combining(one))


def _rank(style: Style, words: Sequence[str]) -> int | None:
    """How well a style fits: 0 best, None not at all."""
    names = _names(style)
    texts = [*names, *(fold(text) for mood in style.moods for text in (mood, _(mood)))]
    ranks = [_rank_of(word, names, texts) for word in words]
    return None if None in ranks else max((rank for rank in ranks if rank is not None), default=0)


def _rank_of(word: str, names: Sequence[str], texts: Sequence[str]) -> int | None:
    if any(name.startswith(word) for name in names):
        return 0
    if any(part.startswith(word) for text in texts for part in text.split()):
        return 1
    return 2 if any(word in name for name in names) else None


def _names(style: Style) -> tuple[str, str, str]:
    """What it is called, in the reader's language too."""
    return fold(style.id), fold(style.label), fold(_(style.label))


class StyleTransformer(app_commands.Transformer):
    """The text of the option becomes a Style: autocomplete only suggests, so it is looked up here."""

    async def transform(self, interaction: discord.Interaction[Any], value: str, /) -> Style:
        services: Services = interaction.client.services
        wanted = fold(value[:_TYPED]).strip()
        for style in services.catalogue.values():
            if wanted in _names(style):
                return style
        raise RefusalError(gallery.unknown(value, alike(offered(services, place_of(interaction)), value)))

    async def autocomplete(
        self,
        interaction: discord.Interaction[Any],
        value: float | str,
        /,
    ) -> list[app_commands.Choice[str | int | float]]:
        services: Services = interaction.client.services
        last = services.shelf.last(interaction.user.id)
        found = matching(offered(services, place_of(interaction)), str(value), last=last)
        return [
            app_commands.Choice(name=gallery.suggestion(style, last=style.id == last), value=style.id)
            for style in found[:MOST]
        ]


if TYPE_CHECKING:
    StyleOption = Style | None
else:  # discord.py reads the transformer off the annotation; a type checker wants the type it gives
    StyleOption = app_commands.Transform[Style, StyleTransformer]
