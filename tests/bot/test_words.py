"""What people read: every fault has its sentence, and numbers read like language."""

import pytest

from bot.ui import words
from bot.ui.status import Allowance, Finishing, Painting, Preparing, Waiting
from engine.contract import Detour, Why
from engine.errors import PhotoFault
from tests.bot.test_cards import a_result


@pytest.mark.parametrize("fault", list(PhotoFault))
def test_every_photo_fault_is_one_clear_sentence(fault: PhotoFault) -> None:
    sentence = words.photo_fault(fault, 64_000_000)
    assert sentence.endswith(".")
    assert "None" not in sentence
    assert "{" not in sentence


def test_limits_are_told_in_units_that_people_know() -> None:
    assert "25 MiB" in words.photo_fault(PhotoFault.TOO_MANY_BYTES, 25 * 1024 * 1024)
    assert "40 megapixels" in words.photo_fault(PhotoFault.TOO_MANY_PIXELS, 40_000_000)
    assert "32 pixels" in words.photo_fault(PhotoFault.TOO_SMALL, 32)


def test_the_place_in_the_queue_is_a_phrase() -> None:
    assert words.place(0) == "next in line"
    assert words.place(1) == "1 picture before yours"
    assert words.place(12) == "12 pictures before yours"


def test_the_bar_is_empty_at_first_full_at_last_and_of_one_width() -> None:
    bars = [words.bar(share) for share in (-1, 0, 0.5, 1, 2)]
    assert {len(bar) for bar in bars} == {12}
    assert bars[0] == bars[1] == "▱" * 12
    assert bars[3] == bars[4] == "▰" * 12


def test_every_status_has_its_line() -> None:
    lines = [words.status(one) for one in (Waiting(2, 1_800_000_000), Preparing(), Painting(2, 6), Finishing())]
    assert len(set(lines)) == 4
    assert "<t:1800000000:R>" in lines[0]
    assert "step 2 of 6" in lines[2]


@pytest.mark.parametrize("why", list(Why))
def test_every_detour_has_its_reason(why: Why) -> None:
    first, *_ = words.result(a_result(Detour("FLUX {.2} klein", why))).split(" · ")
    assert first.startswith("-# painter (a painterly filter, not AI), because ")
    assert "FLUX {.2} klein" in first


def test_no_two_detours_have_the_same_reason() -> None:
    assert len({words.result(a_result(Detour("model", why))) for why in Why}) == len(Why)


def test_without_a_detour_there_is_nothing_to_explain() -> None:
    assert "because" not in words.result(a_result())


def test_a_limit_of_one_is_no_plural() -> None:
    assert "1 picture for" in words.over_quota(Allowance(limit=1, left=0, resets_at=0))


def test_usage_says_who_decided() -> None:
    text = words.usage(Allowance(limit=5, left=4, resets_at=9), layer="server", grants=2)
    assert "**4 pictures** left" in text
    assert "this server's" in text
    assert "2 extra pictures" in text


def test_usage_about_another_member_names_them() -> None:
    text = words.usage(Allowance(limit=None, left=None, resets_at=9), layer="member", grants=0, member_id=77)
    assert text.startswith("<@77> has no daily limit")


def test_a_thread_name_keeps_to_discords_hundred_characters() -> None:
    assert len(words.thread_name("Ghibli", "x" * 200)) == 100
