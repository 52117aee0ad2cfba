"""Which styles are suggested, in which order, and what is said of one that there is not."""

from pathlib import Path

import pytest

import styles
from bot.commands import choosing
from bot.commands.choosing import alike, fold, matching
from bot.ui import gallery
from tests.styles.many import many

CATALOGUE = list(styles.load().values())


def found(typed: str, *, last: str | None = None) -> list[str]:
    return [style.id for style in matching(CATALOGUE, typed, last=last)]


def test_nothing_typed_is_all_of_them_in_their_order_the_last_one_first() -> None:
    assert found("") == [style.id for style in CATALOGUE]
    assert found("  ", last="watercolor") == ["watercolor", *[s.id for s in CATALOGUE if s.id != "watercolor"]]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("MANGA", ["manga"]),
        ("Ukiyo-e", ["ukiyoe"]),
        ("retro 9", ["retro90s"]),
        ("nëon", ["cyberpunk"]),
        ("ink black", ["manga"]),
        ("ink dreamy", []),
    ],
)
def test_names_and_moods_are_found_whatever_their_case_and_accents(typed: str, expected: list[str]) -> None:
    assert found(typed) == expected


def test_what_begins_so_comes_before_what_has_such_a_word_and_that_before_what_holds_it() -> None:
    assert found("s") == ["shinkai", "shoujo", "watercolor", "retro90s"]  # the third by its mood "soft"
    assert found("pu") == ["cyberpunk"]


def test_the_last_style_comes_first_only_where_it_fits() -> None:
    assert found("s", last="watercolor")[0] == "watercolor"
    assert found("s", last="manga")[0] == "shinkai"


def test_a_name_in_the_readers_language_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    german = {"Watercolor": "Aquarell", "dreamy": "verträumt"}
    monkeypatch.setattr(choosing, "_", lambda english: german.get(english, english))
    assert found("aqua") == ["watercolor"]
    assert found("WATER") == ["watercolor"]
    assert found("vertraumt") == ["ghibli"]


def test_text_of_any_script_and_length_is_only_looked_up() -> None:
    for typed in ("が", "👩‍👩‍👧‍👦", "\x00", "a" * 6000, "ﷺ", "\u0301"):
        matching(CATALOGUE, typed)
        assert len(alike(CATALOGUE, typed)) <= 3


def test_text_is_compared_without_case_accents_and_widths() -> None:
    assert fold("STRAẞE Éclair ﬁn ｶ\uff9e") == "strasse eclair fin カ"


@pytest.mark.parametrize(
    ("typed", "meant"), [("gibli", "ghibli"), ("water color", "watercolor"), ("neon", "cyberpunk")]
)
def test_a_style_that_there_is_not_brings_up_those_that_may_be_meant(typed: str, meant: str) -> None:
    assert alike(CATALOGUE, typed)[0].id == meant
    said = gallery.unknown(typed, alike(CATALOGUE, typed))
    assert f"“{typed}”" in said
    assert styles.load()[meant].label in said
    assert "/styles" in said


def test_where_nothing_comes_near_the_gallery_is_named() -> None:
    said = gallery.unknown("<@1> **x**", alike(CATALOGUE, "<@1> **x**"))
    assert "/styles" in said
    assert "<@1>" not in said


def test_every_one_of_sixty_styles_is_found_and_fits(tmp_path: Path) -> None:
    catalogue = many(tmp_path, 60)
    for style in catalogue.values():
        assert matching(catalogue.values(), style.label)[0].id == style.id
        assert len(gallery.suggestion(style, last=True)) <= 100
