"""What cards say: one clear line for everything that may happen, and numbers that read like language."""

from dataclasses import replace

import pytest

from bot.ui import captions
from bot.ui.language import speaking
from bot.ui.status import Allowance, Done, Failed, Finishing, Painting, Preparing, Waiting
from engine.contract import Detour, Why
from tests.bot.test_cards import ORDER, TEN, a_picture

SOON = 1_800_000_000


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        (Waiting(0, SOON), "next in line"),
        (Waiting(1, SOON), "1 picture ahead"),
        (Waiting(12, SOON), "12 pictures ahead"),
        (Waiting(1, SOON, yours=1), "1 picture ahead, which is yours"),
        (Waiting(2, SOON, yours=1), "2 pictures ahead, one of them yours"),
        (Waiting(5, SOON, yours=2), "5 pictures ahead, 2 of them yours"),
        (Waiting(2, SOON, yours=2), "2 pictures ahead, all yours"),
    ],
)
def test_the_place_in_the_queue_is_a_phrase(waiting: Waiting, said: str) -> None:
    assert captions.place(waiting) == said


def test_the_bar_is_empty_at_first_full_at_last_and_of_one_width() -> None:
    bars = [captions.bar(share) for share in (-1, 0, 0.5, 1, 2)]
    assert {len(bar) for bar in bars} == {12}
    assert bars[0] == bars[1] == "▱" * 12
    assert bars[3] == bars[4] == "▰" * 12


def test_every_status_has_its_line() -> None:
    statuses = (Waiting(2, SOON), Preparing(), Painting(2, 6), Finishing(), Done("painter", 1), Failed(lambda: "No."))
    lines = [captions.progress((one,)) for one in statuses]
    assert len(set(lines)) == len(statuses)
    assert f"<t:{SOON}:R>" in lines[0]
    assert "step 2 of 6" in lines[2]


def test_several_pictures_are_told_of_together() -> None:
    text = captions.progress(
        (Done("painter", 1), Painting(1, 4), Waiting(2, SOON), Waiting(5, SOON + 60), Failed(lambda: "No picture."))
    )
    assert "1 of 5 done" in text
    assert "Painting, step 1 of 4" in text
    assert f"2 wait: 2 pictures ahead · the last expected <t:{SOON + 60}:R>" in text
    assert "1 picture failed. No picture." in text


def test_failures_for_the_same_reason_are_one_line() -> None:
    failed = Failed(lambda: "No picture.")
    assert captions.failures((failed, Done("painter", 1), failed)) == ["⚠️ 2 pictures failed. No picture."]


def test_the_last_word_says_how_long_it_took_and_who_painted() -> None:
    assert captions.finished("LINK", (Done("painter", 1.25),)) == "✅ Done in 1.2 s by painter: LINK"
    several = captions.finished("LINK", (Done("painter", 1), Failed(lambda: "No."), Done("klein", 2)))
    assert several.splitlines() == ["✅ 2 pictures, done in 3 s by painter, klein: LINK", "⚠️ 1 picture failed. No."]


def test_the_last_word_makes_nothing_up_about_pictures_of_an_earlier_run() -> None:
    assert captions.finished("LINK", (Done(None, None),)) == "✅ Done: LINK"


def test_the_headline_says_how_many_were_asked_for() -> None:
    assert captions.headline(ORDER) == "### 🌿 Ghibli\nfor <@42>"
    assert captions.headline(TEN) == "### 🌿 Ghibli\n10 pictures for <@42>"


@pytest.mark.parametrize("why", list(Why))
def test_every_detour_has_its_reason(why: Why) -> None:
    said = captions.painter(a_picture(0, Detour("FLUX {.2} klein", why)))
    assert said.startswith("painter (a painterly filter, not AI), because ")
    assert "FLUX {.2} klein" in said


def test_no_two_detours_have_the_same_reason() -> None:
    assert len({captions.painter(a_picture(0, Detour("model", why))) for why in Why}) == len(Why)


def test_without_a_limit_nothing_is_counted() -> None:
    assert captions.left(Allowance(limit=None, left=None, resets_at=0)) == "no daily limit"


def test_a_gallery_says_once_what_its_pictures_have_in_common() -> None:
    alike = captions.gallery_print((a_picture(0), a_picture(1)), 0, None)
    assert alike == "-# painter (a painterly filter, not AI) · strength 0.5 · only the first frame was painted"
    strengths = (replace(a_picture(0), strength=0.2), replace(a_picture(1), strength=0.95))
    assert "strengths 0.2 and 0.95" in captions.gallery_print(strengths, 0, None)


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    with speaking("de"):
        assert captions.strength(0.45) == "0,45"
        assert captions.seconds(1.25) == "1,2"
