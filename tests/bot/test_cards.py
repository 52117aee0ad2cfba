"""Cards keep Discord's rules, and their buttons are found again by their ids."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from discord import ui

from bot.ui import cards, custom_ids
from bot.ui.custom_ids import Action
from bot.ui.status import (
    Allowance,
    Choice,
    Done,
    Failed,
    FirstFew,
    Order,
    Painting,
    Result,
    Shown,
    Statement,
    Statuses,
    Waiting,
)
from engine.contract import Detour, Medium, Why
from styles import load

MENU = tuple(Choice(style.id, style.label, style.emoji) for style in load().values())
MANY = tuple(Choice(f"style{number}", f"Style {number}", "🎨") for number in range(60))
ORDER = Order(job_id="1234567890123456789-0", user_id=42, style="Ghibli", emoji="🌿", menu=MENU, long_wait=True)
TEN = replace(ORDER, count=10)
LEFT = Allowance(limit=3, left=2, resets_at=0)


def a_picture(position: int = 0, detour: Detour | None = None) -> Shown:
    return Shown(
        position=position,
        filename="animify-ghibli.jpg" if position == 0 else f"animify-ghibli-{position + 1}.jpg",
        engine="painter",
        medium=Medium.FILTER,
        seed=7,
        strength=0.5,
        seconds=1.25,
        several_frames=True,
        detour=detour,
    )


PICTURES = tuple(a_picture(position) for position in range(10))
EVERYTHING: Statuses = (
    Waiting(3, 1_800_000_000, 1),
    Painting(1, 4),
    Done("painter", 1.0),
    Failed(lambda: "No. " * 60),
    *([Waiting(9, 1_800_000_000)] * 6),
)


def text_of(view: ui.LayoutView) -> str:
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay))


def labels_of(view: ui.LayoutView) -> list[str | None]:
    return [item.label for item in view.walk_children() if isinstance(item, ui.Button)]


@pytest.mark.parametrize(
    "render",
    [
        lambda: cards.request(ORDER, (Waiting(3, 1_800_000_000),)),
        lambda: cards.request(TEN, EVERYTHING, preview=True),
        lambda: cards.finished(ORDER, "https://discord.com/channels/1/2/3", (Done("painter", 1.0),)),
        lambda: cards.finished(TEN, "https://discord.com/channels/1/2/3", EVERYTHING),
        lambda: cards.finished(ORDER, "https://discord.com/channels/1/2/3", (Done(None, None),)),
        lambda: cards.failed(ORDER, lambda: "No.", retry=1),
        lambda: cards.sorry(ORDER, lambda: "No.", retry=1),
        lambda: cards.result(ORDER, (a_picture(),), allowance=LEFT),
        lambda: cards.result(replace(ORDER, menu=MANY), (a_picture(0, Detour("FLUX.2 klein", Why.UNFIT)),)),
        lambda: cards.result(TEN, PICTURES, allowance=LEFT, statuses=EVERYTHING),
        lambda: cards.result(TEN, PICTURES[:3], pending=7, cancel=True),
        lambda: cards.single(replace(ORDER, menu=MANY), a_picture(), None, keep=True),
        lambda: cards.more_styles(ORDER.job_id, MANY),
        lambda: cards.refusal("No.", Statement()),
        lambda: cards.refusal("No.", FirstFew(1, 2)),
    ],
)
async def test_a_card_is_finished_before_it_is_sent_and_small_enough(render: Callable[[], ui.LayoutView]) -> None:
    view = render()
    assert view.is_finished()
    assert view.content_length() <= 4000
    items = list(view.walk_children())
    assert len(items) <= 40
    custom_ids_used = [item.custom_id for item in items if isinstance(item, ui.Button | ui.Select)]
    assert len(set(custom_ids_used)) == len(custom_ids_used)
    assert all(len(one or "") <= 100 for one in custom_ids_used)
    assert all(len(item.options) <= 25 for item in items if isinstance(item, ui.Select))


def test_the_result_card_says_who_painted_and_what_is_left() -> None:
    text = text_of(cards.result(ORDER, (a_picture(),), allowance=LEFT))
    for part in ("painter", "not AI", "strength 0.5", "2 left today", "first frame", "<@42>"):
        assert part in text


def test_the_result_card_says_what_its_buttons_cost_before_they_are_pressed() -> None:
    text = text_of(cards.result(ORDER, (a_picture(),), allowance=LEFT))
    assert "cost 1 picture each, four strengths cost 4" in text


def test_the_result_card_says_why_the_first_engine_did_not_paint() -> None:
    text = text_of(cards.result(ORDER, (a_picture(0, Detour("FLUX.2 klein", Why.LOST)),)))
    assert "painter (a painterly filter, not AI), because FLUX.2 klein broke down" in text


def test_every_picture_is_shown_with_alt_text() -> None:
    (gallery,) = [item for item in cards.result(TEN, PICTURES).walk_children() if isinstance(item, ui.MediaGallery)]
    assert [item.media.url for item in gallery.items] == [f"attachment://{one.filename}" for one in PICTURES]
    assert all("Ghibli" in (item.description or "") for item in gallery.items)


def test_a_gallery_says_how_many_are_still_to_come() -> None:
    assert "7 more are on their way" in text_of(cards.result(TEN, PICTURES[:3], pending=7))


def test_more_styles_than_a_select_takes_are_one_choice_away() -> None:
    card = cards.result(replace(ORDER, menu=MANY), (a_picture(),))
    (select,) = [item for item in card.walk_children() if isinstance(item, ui.Select)]
    assert len(select.options) == 25
    assert select.options[-1].value == custom_ids.MORE_STYLES
    more = [item for item in cards.more_styles(ORDER.job_id, MANY).walk_children() if isinstance(item, ui.Select)]
    assert [option.value for each in more for option in each.options] == [one.style_id for one in MANY]


def test_cancelling_is_offered_while_anything_is_under_way_and_a_mention_where_the_wait_is_long() -> None:
    assert labels_of(cards.request(ORDER, (Waiting(0, 0),))) == ["Cancel", "Mention me when done"]
    assert labels_of(cards.request(replace(ORDER, long_wait=False), (Waiting(0, 0),))) == ["Cancel"]
    assert labels_of(cards.request(TEN, (Done("painter", 1.0),) * 10)) == []


def test_trying_again_is_offered_only_where_it_may_help() -> None:
    assert labels_of(cards.failed(ORDER, lambda: "No.", retry=1)) == ["Try again (1 picture)"]
    assert labels_of(cards.failed(ORDER, lambda: "No.")) == []


def test_a_result_hides_its_bytes() -> None:
    result = Result(order=ORDER, shown=a_picture(), data=b"secret pixels", allowance=LEFT)
    assert "secret" not in repr(result)


def test_a_button_is_found_again_by_its_id() -> None:
    custom_id = custom_ids.write(Action.DELETE, ORDER.job_id)
    assert len(custom_id) <= 100
    assert custom_ids.names_request(custom_id, ORDER.interaction_id)
    assert not custom_ids.names_request(custom_id, 123456789012345678)
    assert not custom_ids.names_request("somebody:else", ORDER.interaction_id)
