"""Bring the files of translations up to date with the code and the styles: `make messages`, `make messages NEW=fr`."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.pofile import read_po, write_po

import styles

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "bot" / "ui" / "locales"
KEYWORDS: Final = parse_keywords(("_", "ngettext:1,2", "Phrase", "locale_str"))
"""The calls whose literal texts are messages."""

WIDTH: Final = 120


def messages() -> Catalog:
    """Every text that members read: those in the code, and what the styles that ship say of themselves."""
    catalog = Catalog()
    for message in (*_in_code(), *_of_styles()):
        catalog.add(message)
    return catalog


def update(path: Path) -> None:
    """Add what is new, without guessing its translation, and drop what is gone."""
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.stem)
    else:
        catalog = _new(path.stem)
    catalog.update(messages(), no_fuzzy_matching=True, update_creation_date=False)
    with path.open("wb") as file:
        write_po(file, catalog, width=WIDTH, sort_output=True, no_location=True, ignore_obsolete=True)


def _new(language: str) -> Catalog:
    name = Locale.parse(language).get_display_name("en") or language
    return Catalog(
        locale=language,
        project="Animify",
        version="0",
        header_comment=f"# Animify in {name}.",
        msgid_bugs_address="the project's issues",
        last_translator="the project",
        language_team=name,
        revision_date=datetime.now(UTC),
        fuzzy=False,
    )


def _in_code() -> Iterator[str | tuple[str, ...]]:
    found = extract_from_dir(ROOT / "bot", method_map=[("**.py", "python")], keywords=KEYWORDS)
    for _file, _line, message, _comments, _context in found:
        yield message


def _of_styles() -> Iterator[str]:
    for style in styles.load().values():
        yield from (style.label, style.summary, *style.moods)


if __name__ == "__main__":
    for path in {*FOLDER.glob("*.po"), *(FOLDER / f"{code}.po" for code in sys.argv[1:])}:
        update(path)
