"""However many pictures a card shows, they are hidden together and come back as they were."""

from collections.abc import Sequence

import discord
import pytest
from discord import ui

from bot.ui import hiding
from bot.ui.compare import describing

NOTICE = "🙈 hidden"
FOUR = ("animify-ghibli-1.jpg", "animify-ghibli-2.jpg", "animify-ghibli-3.jpg", "animify-ghibli-10.jpg")
describe = describing("Ghibli", "en")

Shown = list[tuple[str, str | None, bool]]


def a_card(names: Sequence[str], spoilers: Sequence[str] = (), *, signed: bool = False) -> ui.LayoutView:
    """Signed: as Discord gives a message back."""
    gallery: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
    for name in names:
        url = f"https://cdn.discordapp.com/attachments/1/2/{name}?ex=1&is=2&hm=3" if signed else f"attachment://{name}"
        gallery.add_item(media=url, description=describe(name), spoiler=name in spoilers)
    view = ui.LayoutView(timeout=None)
    texts = ui.TextDisplay[ui.LayoutView]("### headline"), ui.TextDisplay[ui.LayoutView]("-# small print")
    view.add_item(ui.Container(texts[0], gallery, texts[1], accent_colour=discord.Colour(7)))
    view.stop()
    return view


def shown(card: ui.LayoutView) -> Shown:
    galleries = [one for one in card.walk_children() if isinstance(one, ui.MediaGallery)]
    return [
        (item.media.url.rpartition("/")[2], item.description, item.spoiler)
        for gallery in galleries
        for item in gallery.items
    ]


def texts(card: ui.LayoutView) -> list[str]:
    return [one.content for one in card.walk_children() if isinstance(one, ui.TextDisplay)]


@pytest.mark.parametrize("spoilers", [(), FOUR[1:2], (FOUR[0], FOUR[3]), FOUR], ids=["none", "one", "two", "all"])
@pytest.mark.parametrize("signed", [False, True])
def test_what_was_hidden_comes_back_in_order_and_behind_the_same_clicks(spoilers: Sequence[str], signed: bool) -> None:
    before = a_card(FOUR, spoilers, signed=signed)
    hidden = hiding.hide(before, FOUR, NOTICE)
    assert hidden is not None
    assert shown(hidden) == []
    assert texts(hidden) == ["### headline", NOTICE, "-# small print"]
    again = hiding.show(hidden, tuple(reversed(FOUR)), describe)  # in whatever order Discord lists them
    assert again is not None
    assert shown(again) == shown(a_card(FOUR, spoilers))
    assert texts(again) == texts(before)


def test_the_photo_stands_before_the_picture_and_the_animation_behind_it() -> None:
    names = ["wipe.webp", "animify-ghibli.jpg", "before.jpg"]
    hidden = hiding.hide(a_card(names), names, NOTICE)
    assert hidden is not None
    again = hiding.show(hidden, names, describe)
    assert again is not None
    assert [name for name, *_ in shown(again)] == ["before.jpg", "animify-ghibli.jpg", "wipe.webp"]
    alt_texts = [alt_text for _, alt_text, _ in shown(again)]
    assert all(alt_texts)
    assert len(set(alt_texts)) == 3


def test_what_is_hidden_is_not_hidden_again_and_what_is_shown_not_shown_again() -> None:
    card = a_card(FOUR)
    hidden = hiding.hide(card, FOUR, NOTICE)
    assert hidden is not None
    assert hiding.hide(hidden, FOUR, NOTICE) is None
    assert hiding.show(card, FOUR, describe) is None


def test_where_nobody_knows_which_ones_were_behind_a_click_all_come_back_behind_one() -> None:
    hidden = hiding.hide(a_card(("renamed.jpg", FOUR[0]), ("renamed.jpg",)), FOUR[:2], NOTICE)
    assert hidden is not None
    again = hiding.show(hidden, FOUR[:2], describe)
    assert again is not None
    assert [spoiler for *_, spoiler in shown(again)] == [True, True]


@pytest.mark.parametrize("spoilers", [(), ("animify-ghibli.jpg",)])
def test_what_joins_a_picture_behind_a_click_is_behind_one_too(spoilers: Sequence[str]) -> None:
    joined = hiding.add(a_card(["animify-ghibli.jpg"], spoilers), ["animify-ghibli.jpg", "before.jpg"], describe)
    assert joined is not None
    assert [(name, spoiler) for name, _, spoiler in shown(joined)] == [
        ("before.jpg", bool(spoilers)),
        ("animify-ghibli.jpg", bool(spoilers)),
    ]


def test_nothing_joins_what_is_hidden() -> None:
    hidden = hiding.hide(a_card(FOUR[:1]), FOUR[:1], NOTICE)
    assert hidden is not None
    assert hiding.add(hidden, [FOUR[0], "before.jpg"], describe) is None
