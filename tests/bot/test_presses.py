"""What is said to who presses a button, and the card of Details."""

import pytest
from discord import ui

from bot.ui import captions, cards, details, presses
from bot.ui.details import Details
from bot.ui.status import Failed, Order, Shown
from bot.ui.words import ENGINE_FAILED
from engine.contract import Medium

ORDER = Order(job_id="1234567890123456789-0", user_id=42, style="Ghibli", emoji="🌿")


@pytest.mark.parametrize(
    ("charged", "refunded", "said"),
    [
        (0, 1, "You cancelled 1 picture. It did not count toward your daily limit."),
        (0, 3, "You cancelled 3 pictures. They did not count toward your daily limit."),
        (1, 0, "You cancelled 1 picture. It counts toward your daily limit, since it was being painted."),
        (2, 0, "You cancelled 2 pictures. They count toward your daily limit, since they were being painted."),
        (1, 2, "You cancelled 3 pictures. 1 of them counts toward your daily limit, since it was being painted."),
        (2, 1, "You cancelled 3 pictures. 2 of them count toward your daily limit, since they were being painted."),
    ],
)
def test_who_cancels_is_told_what_it_cost(charged: int, refunded: int, said: str) -> None:
    assert captions.cancelled(charged, refunded) == said


def test_what_was_called_off_did_not_fail() -> None:
    lost, unwanted = Failed(ENGINE_FAILED), Failed(lambda: captions.cancelled(0, 2), called_off=True)
    assert captions.failures((lost, unwanted, unwanted)) == [
        f"⚠️ 1 picture failed. {ENGINE_FAILED()}",
        "✖️ You cancelled 2 pictures. They did not count toward your daily limit.",
    ]


def test_the_question_names_the_price_and_the_button_pays_it() -> None:
    card = cards.cancel_question(ORDER.job_id, 2)
    assert presses.would_charge(2) in text_of(card)
    assert [one.label for one in card.walk_children() if isinstance(one, ui.Button)] == ["Cancel, it still counts"]


@pytest.mark.parametrize(("medium", "how"), [(Medium.MODEL, "AI-made"), (Medium.FILTER, "not AI"), (None, "klein")])
def test_details_say_how_a_picture_was_made(medium: Medium | None, how: str) -> None:
    assert how in text_of(details.card(told_of("klein", medium)))


def test_details_of_a_picture_that_nobody_remembers_making_say_so() -> None:
    text = text_of(details.card(told_of(None, None)))
    assert "before a restart" in text
    assert "Time in the engine" not in text


def told_of(engine: str | None, medium: Medium | None) -> Details:
    seconds = None if engine is None else 1.5
    shown = Shown(position=0, filename="", engine=engine, medium=medium, seed=7, strength=0.5, seconds=seconds)
    return Details(order=ORDER, shown=shown, asked_at=0, done_at=5, photo_until=None)


def text_of(view: ui.LayoutView) -> str:
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay))
