"""The language that words are in: English in the code, any other a file of translations in `locales`.

Whoever answers says once whose language it is (`speak`, `speaking`), and every word asks for it by itself: a task
inherits it.
"""

import gettext as catalogues
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, reduce
from importlib import resources
from types import MappingProxyType
from typing import Final

from babel import Locale
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

ENGLISH: Final = "en"
"""What the code itself is written in."""

_FILES: Final = resources.files("bot.ui") / "locales"
_spoken: Final = ContextVar("language", default=ENGLISH)


def _named(code: str) -> str:
    return Locale.parse(code).get_display_name() or code


LANGUAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        code: _named(code)
        for code in (
            ENGLISH,
            *sorted(file.name.removesuffix(".po") for file in _FILES.iterdir() if file.name.endswith(".po")),
        )
    }
)
"""The languages that there are, by their codes: their names as their speakers write them."""


class Phrase:
    """A sentence or a label without a place of its own in the code: called, it is in the language that is spoken.

    Its English has fields in braces, which a call fills in.
    """

    def __init__(self, english: str) -> None:
        self.english = english

    def __call__(self, **fields: object) -> str:
        return _(self.english).format(**fields) if fields else _(self.english)


def _(english: str) -> str:
    """What this is in the language that is spoken; as it is where that has no translation."""
    return _catalogue(_spoken.get()).gettext(english) if english else ""  # gettext's own "" is a catalogue's header


def ngettext(one: str, many: str, number: int) -> str:
    """The form that fits the number, by the language's own rule."""
    return _catalogue(_spoken.get()).ngettext(one, many, number)


def joined(*sentences: str) -> str:
    """Whole sentences, one after the other; not every language puts a space between them."""
    return reduce(lambda first, second: _("{first} {second}").format(first=first, second=second), sentences)


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them, one at least: "a, b, and c"."""
    return format_list(names, locale=_spoken.get())


def number(value: float) -> str:
    """A number as it is written in the language that is spoken: "1,800" or "4.5"."""
    return format_decimal(value, locale=_spoken.get())


def spoken() -> str:
    """The code of the language that is spoken."""
    return _spoken.get()


def speak(language: str) -> None:
    """From here on in this task, and in those that it starts, words are in this language."""
    _spoken.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Words are in this language while the body runs."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def nearest(locale: str) -> str:
    """The language that we have for one of Discord's locales, such as "en-GB" or "ja"; English where we have none."""
    tag = locale.replace("-", "_")
    return next((code for code in (tag, tag.partition("_")[0]) if code in LANGUAGES), ENGLISH)


@cache
def _catalogue(language: str) -> catalogues.NullTranslations:
    """Compiled when it is first spoken: nothing has to be built."""
    if language not in LANGUAGES or language == ENGLISH:
        return catalogues.NullTranslations()
    with (_FILES / f"{language}.po").open("rb") as file:
        read = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return catalogues.GNUTranslations(compiled)
