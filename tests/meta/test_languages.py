"""Every text that members read is a message, and every language says all of them, with the same fields in them."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import discord
import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po

from bot.delivery import rights
from bot.ui.language import ENGLISH, LANGUAGES
from docs.messages import FOLDER, KEYWORDS, ROOT, messages, update

OTHERS: Final = sorted(set(LANGUAGES) - {ENGLISH})
TEMPLATE: Final = {one.id: one for one in messages() if one.id}
CODE: Final = sorted((ROOT / "bot").rglob("*.py"))
DESCRIPTION: Final = 100  # characters of a command's, an option's or a choice's

_FIELD: Final = re.compile(r"\{(\w*)\}")
_MARKUP: Final = re.compile(r"<(?:@&?|#|t:)[^>]*>|`[^`]*`|\*\*|^(?:-# |#+ |- )", re.MULTILINE)


def catalogue(language: str, folder: Path = FOLDER) -> Catalog:
    with (folder / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def calls(path: Path) -> Iterator[tuple[str, ast.expr]]:
    """The texts of a file's calls of `_` and the like: the call's name, and each argument that is a message."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            yield from ((node.func.id, text) for text in node.args[: 2 if node.func.id == "ngettext" else 1])


def forms(message: Message) -> tuple[str, ...]:
    said: Any = message.string  # its types allow more than there is
    return said if isinstance(said, tuple) else (said,)


def english(message: Message, number: int) -> str:
    """What a form translates: the first of several is of one, and any other of many."""
    if isinstance(message.id, str):
        return message.id
    return message.id[0] if number == 0 and len(forms(message)) > 1 else message.id[1]


def named(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def test_german_and_japanese_are_spoken_besides_english() -> None:
    assert {"de", "ja"} <= set(OTHERS)
    assert LANGUAGES["de"] == "Deutsch"
    assert LANGUAGES["ja"] == "日本語"


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_are_whole_and_found_by_the_extraction(path: Path) -> None:
    """A text that is put together, or stands inside of an f-string, is translated nowhere."""
    known = {text for id_ in TEMPLATE for text in ([id_] if isinstance(id_, str) else id_)}
    for name, text in calls(path):
        assert not isinstance(text, ast.JoinedStr | ast.BinOp), f"{name} at line {text.lineno}"
        if isinstance(text, ast.Constant):
            assert text.value in known, f"{name} at line {text.lineno}"


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_everything_that_there_is_and_nothing_else(language: str) -> None:
    found = catalogue(language)
    assert {one.id for one in found if one.id} == set(TEMPLATE), "run `make messages`"
    assert not found.obsolete
    assert [named(one) for one in found if one.id and not all(forms(one))] == []
    assert [named(one) for one in found if one.id and one.fuzzy] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_its_own_number_of_plural_forms(language: str) -> None:
    found = catalogue(language)
    wanted = {False: 1, True: found.num_plurals}
    assert [named(one) for one in found if one.id and len(forms(one)) != wanted[one.pluralizable]] == []


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("tokens", [_FIELD, _MARKUP], ids=["fields", "markup"])
def test_translations_keep_what_stands_in_a_text(language: str, tokens: re.Pattern[str]) -> None:
    changed = {
        text: english(one, number)
        for one in catalogue(language)
        if one.id
        for number, text in enumerate(forms(one))
        if Counter(tokens.findall(text)) != Counter(tokens.findall(english(one, number)))
    }
    assert changed == {}


@pytest.mark.parametrize("language", OTHERS)
def test_descriptions_of_commands_fit(language: str) -> None:
    texts = {
        str(text.value)
        for path in CODE
        for name, text in calls(path)
        if name == "locale_str" and isinstance(text, ast.Constant)
    }
    assert len(texts) > 50
    assert [one for one in texts if len(one) > DESCRIPTION] == []
    said = [forms(one)[0] for one in catalogue(language) if one.id in texts]
    assert [one for one in said if len(one) > DESCRIPTION] == []


def test_what_discord_calls_permissions_is_translated() -> None:
    nothing = discord.Permissions.none()
    assert set(rights.missing(nothing, rights.INVITE_PERMISSIONS & ~discord.Permissions(view_channel=True))) <= set(
        TEMPLATE
    )
    assert set(rights.missing(nothing)) <= set(TEMPLATE)


def test_an_update_adds_and_drops_and_keeps_what_is_translated(tmp_path: Path) -> None:
    path = tmp_path / "fr.po"
    update(path)
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('msgid "Delete"\nmsgstr ""', 'msgid "Delete"\nmsgstr "Supprimer"\n\nmsgid "Old"\nmsgstr "Vieux"')
    )
    update(path)
    found = catalogue("fr", tmp_path)
    assert found["Delete"].string == "Supprimer"
    assert "Old" not in found
    assert {one.id for one in found if one.id} == set(TEMPLATE)
