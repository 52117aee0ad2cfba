"""Cards keep Discord's rules, and their buttons are found again by their ids."""

from collections.abc import Callable

import pytest
from discord import ui

from bot.ui import cards, custom_ids
from bot.ui.custom_ids import Action
from bot.ui.status import Allowance, Order, Result, Waiting
from engine.contract import Detour, Why
from styles import load

ORDER = Order(job_id="1234567890123456789-0", user_id=42, style="Ghibli", emoji="🌿")


def a_result(detour: Detour | None = None) -> Result:
    return Result(
        order=ORDER,
        data=b"secret pixels",
        filename="animify-ghibli.jpg",
        engine="painter",
        made_by_model=False,
        seed=7,
        strength=0.5,
        seconds=1.25,
        several_frames=True,
        allowance=Allowance(limit=3, left=2, resets_at=0),
        detour=detour,
    )


def text_of(view: ui.LayoutView) -> str:
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay))


@pytest.mark.parametrize(
    "render",
    [
        lambda: cards.request(ORDER, Waiting(3, 1_800_000_000)),
        lambda: cards.finished(ORDER, "https://discord.com/channels/1/2/3"),
        lambda: cards.failed(ORDER, "No."),
        lambda: cards.result(a_result()),
        lambda: cards.result(a_result(Detour("FLUX.2 klein", Why.UNFIT))),
        lambda: cards.styles(list(load().values())),
    ],
)
async def test_a_card_is_finished_before_it_is_sent_and_small_enough(render: Callable[[], ui.LayoutView]) -> None:
    view = render()
    assert view.is_finished()
    assert view.content_length() <= 4000
    assert len(list(view.walk_children())) <= 40


def test_the_result_card_says_who_painted_and_what_is_left() -> None:
    text = text_of(cards.result(a_result()))
    for part in ("painter", "not AI", "1.2 s", "seed 7", "2 left today", "first frame", "<@42>"):
        assert part in text


def test_the_result_card_says_why_the_first_engine_did_not_paint() -> None:
    text = text_of(cards.result(a_result(Detour("FLUX.2 klein", Why.LOST))))
    assert "painter (a painterly filter, not AI), because FLUX.2 klein broke down" in text


def test_the_result_card_shows_its_attachment_with_alt_text() -> None:
    (gallery,) = [item for item in cards.result(a_result()).walk_children() if isinstance(item, ui.MediaGallery)]
    assert gallery.items[0].media.url == "attachment://animify-ghibli.jpg"
    assert "Ghibli" in (gallery.items[0].description or "")


def test_a_result_hides_its_bytes() -> None:
    assert "secret" not in repr(a_result())


def test_a_button_is_found_again_by_its_id() -> None:
    custom_id = custom_ids.write(Action.DELETE, ORDER.job_id)
    assert len(custom_id) <= 100
    assert custom_ids.names_job(custom_id, ORDER.job_id)
    assert not custom_ids.names_job(custom_id, "1234567890123456789-1")
    assert not custom_ids.names_job("somebody:else", ORDER.job_id)
