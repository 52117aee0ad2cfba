"""The gallery keeps Discord's limits, whatever styles are called, and its pages lead through all of them."""

import re

import pytest
from discord import ui

import styles
from bot.ui import custom_ids, gallery
from bot.ui.language import LANGUAGES, speaking
from styles import Catalogue, Style
from tests.styles.many import many


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The built-in styles and sixty more, with words as long as they may be."""
    return many(tmp_path_factory.mktemp("styles"), 60)


def items(view: ui.LayoutView, kind: type[ui.Item[ui.LayoutView]]) -> list[ui.Item[ui.LayoutView]]:
    return [item for item in view.walk_children() if isinstance(item, kind)]


def turning(view: ui.LayoutView) -> dict[str, int | None]:
    """Where the buttons lead, by their labels; None where they can't be pressed."""
    pressed = {}
    for button in items(view, ui.Button):
        assert isinstance(button, ui.Button)
        found = re.fullmatch(custom_ids.GALLERY_TEMPLATE, button.custom_id or "")
        assert found
        pressed[button.label or ""] = None if button.disabled else int(found["page"])
    return pressed


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_keeps_the_limits_and_together_they_show_every_style_once(
    catalogue: Catalogue, language: str
) -> None:
    had = list(catalogue.values())
    seen: list[str] = []
    for page in range(gallery.pages(had)):
        with speaking(language):
            view = gallery.card(had, page, catalogue)
        assert view.is_finished()
        assert view.content_length() <= 4000
        assert len(list(view.walk_children())) <= 40
        assert len(items(view, ui.Thumbnail)) <= 10  # a file each
        [select] = items(view, ui.Select)
        assert isinstance(select, ui.Select)
        seen += [option.value for option in select.options]
    assert seen == list(catalogue)


async def test_pages_are_turned_to_the_next_and_back_and_no_further(catalogue: Catalogue) -> None:
    had = list(catalogue.values())
    assert gallery.pages(had) == 9
    assert turning(gallery.card(had, 0, catalogue)) == {"Back": None, "Next": 1}
    assert turning(gallery.card(had, 4, catalogue)) == {"Back": 3, "Next": 5}
    assert turning(gallery.card(had, 8, catalogue)) == {"Back": 7, "Next": None}


async def test_a_page_that_is_gone_is_the_last_and_a_single_one_has_nothing_to_turn(catalogue: Catalogue) -> None:
    had = list(catalogue.values())[:12]
    assert turning(gallery.card(had, 7, catalogue)) == {"Back": 0, "Next": None}
    assert not items(gallery.card(had[:8], 7, catalogue), ui.Button)


async def test_a_style_is_shown_with_its_moods_and_an_alternative_text(catalogue: Catalogue) -> None:
    view = gallery.card([catalogue["ghibli"]], 0, {"ghibli"})
    [section] = items(view, ui.Section)
    assert isinstance(section, ui.Section)
    [said] = section.children
    assert isinstance(said, ui.TextDisplay)
    assert "**Ghibli**" in said.content
    assert "dreamy · gentle" in said.content
    assert isinstance(section.accessory, ui.Thumbnail)
    assert section.accessory.media.url == "attachment://ghibli.webp"
    assert "Ghibli" in (section.accessory.description or "")


async def test_a_style_without_a_preview_is_shown_in_words() -> None:
    view = gallery.card(list(styles.load().values()), 0, {"ghibli"})
    assert len(items(view, ui.Section)) == 1
    assert any("**Manga**" in item.content for item in items(view, ui.TextDisplay) if isinstance(item, ui.TextDisplay))


async def test_where_nothing_can_be_had_it_says_so() -> None:
    nothing: list[Style] = []
    [said] = items(gallery.card(nothing, 0, ()), ui.TextDisplay)
    assert isinstance(said, ui.TextDisplay)
    assert said.content == gallery.NOTHING_HERE()
