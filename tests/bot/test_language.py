"""Words are in the language that is spoken: the reader's, or the server's, and English where we have no other."""

import asyncio
from typing import Any

import discord
import pytest
from discord import Locale, app_commands
from discord.app_commands import locale_str

from bot.commands.privacy import privacy
from bot.commands.quota import quota
from bot.commands.removal import delete_picture
from bot.commands.translator import Translator
from bot.ui.language import LANGUAGES, Phrase, _, joined, listed, nearest, ngettext, number, speak, speaking, spoken

DELETE = Phrase("Delete")
MOVED = Phrase("✅ Done: {link}")


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en-US", "en"), ("en-GB", "en"), ("de", "de"), ("ja", "ja"), ("pl", "en"), ("zh-TW", "en"), ("", "en")],
)
def test_a_reader_is_answered_in_the_nearest_language_that_there_is(locale: str, language: str) -> None:
    assert nearest(locale) == language


def test_every_locale_of_discord_leads_to_a_language() -> None:
    assert {nearest(one.value) for one in Locale} == set(LANGUAGES)


def test_a_phrase_is_in_the_language_that_is_spoken_where_it_is_called() -> None:
    assert DELETE() == "Delete"
    with speaking("de"):
        assert DELETE() == "Löschen"
        with speaking("ja"):
            assert DELETE() == "削除"
        assert DELETE() == "Löschen"
    assert spoken() == "en"


def test_a_phrase_fills_its_fields_in() -> None:
    with speaking("de"):
        assert MOVED(link="https://example.com/{x}") == "✅ Fertig: https://example.com/{x}"


def test_a_language_that_nobody_speaks_is_english() -> None:
    with speaking("xx"):
        assert DELETE() == "Delete"


def test_what_has_no_translation_stays_as_it_is() -> None:
    with speaking("de"):
        assert _("a style of the operator's own") == "a style of the operator's own"
        assert _("") == ""


@pytest.mark.parametrize(
    ("language", "one", "two"), [("en", "1 day", "2 days"), ("de", "1 Tag", "2 Tage"), ("ja", "1日", "2日")]
)
def test_each_language_has_plurals_of_its_own(language: str, one: str, two: str) -> None:
    with speaking(language):
        assert ngettext("{count} day", "{count} days", 1).format(count=1) == one
        assert ngettext("{count} day", "{count} days", 2).format(count=2) == two


@pytest.mark.parametrize(
    ("language", "sentences", "names", "many"),
    [
        ("en", "A. B. C.", "a, b, and c", "1,800.5"),
        ("de", "A. B. C.", "a, b und c", "1.800,5"),
        ("ja", "A.B.C.", "a、b、c", "1,800.5"),
    ],
)
def test_sentences_lists_and_numbers_are_put_together_as_the_language_does(
    language: str, sentences: str, names: str, many: str
) -> None:
    with speaking(language):
        assert joined("A.", "B.", "C.") == sentences
        assert listed(["a", "b", "c"]) == names
        assert number(1800.5) == many


async def test_a_task_speaks_what_was_spoken_where_it_began_and_changes_nothing_there() -> None:
    async def said() -> tuple[str, str]:
        before = DELETE()
        speak("ja")
        return before, DELETE()

    with speaking("de"):
        task = asyncio.create_task(said())
    assert await task == ("Löschen", "削除")
    assert DELETE() == "Delete"


async def payload(command: app_commands.Group | app_commands.ContextMenu) -> dict[str, Any]:
    tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
    return await command.get_translated_payload(tree, Translator())


async def test_commands_are_described_in_every_language_and_called_the_same_in_all() -> None:
    told = await payload(quota)
    assert told["description"] == "For moderators: members' daily pictures."
    assert set(told["description_localizations"]) == {"de", "ja"}
    assert told["description_localizations"]["de"].startswith("Für die Moderation")
    assert not told.get("name_localizations")
    member = next(one for one in told["options"] if one["name"] == "show")["options"][0]
    assert member["description_localizations"]["de"] == "Wessen Kontingent."
    assert not member.get("name_localizations")


async def test_choices_are_called_differently_in_every_language_and_mean_the_same() -> None:
    optout = next(one for one in (await payload(privacy))["options"] if one["name"] == "optout")
    nobody = optout["options"][0]["choices"][0]
    assert (nobody["name"], nobody["value"]) == ("nobody", "nobody")
    assert nobody["name_localizations"]["de"] == "niemand"


async def test_menus_are_called_as_their_readers_say_it() -> None:
    assert (await payload(delete_picture))["name_localizations"] == {"de": "Bild löschen", "ja": "画像を削除"}


async def test_where_we_have_no_language_discord_shows_english_by_itself() -> None:
    where: Any = app_commands.TranslationContext(app_commands.TranslationContextLocation.other, None)
    for locale in (Locale.british_english, Locale.polish):
        assert await Translator().translate(locale_str("Delete"), locale, where) is None
    assert await Translator().translate(locale_str("Delete"), Locale.german, where) == "Löschen"
