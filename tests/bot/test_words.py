"""What people read: every fault has its sentence, and numbers read like language."""

import pytest

from bot.ui import words
from bot.ui.status import Allowance, Finishing, Painting, Preparing, QuotaCard, Waiting
from bot.values.rules import Block, Guild, Refusal, Standing
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


def a_quota(allowance: Allowance, *, layer: str, day_left: int | None = None, grants: int = 0) -> QuotaCard:
    return QuotaCard(allowance=allowance, layer=layer, day_left=day_left, grants=grants, cap=None)


def test_usage_tells_what_is_left_of_the_day_and_of_grants_and_when_the_day_turns() -> None:
    text = words.usage(a_quota(Allowance(limit=5, left=4, resets_at=9), layer="role", day_left=2, grants=2))
    assert "From the day: 2 of 5 (the best of your roles)" in text
    assert "<t:9:R>" in text


def test_usage_names_the_operators_cap() -> None:
    allowance = Allowance(limit=5, left=1, resets_at=9)
    text = words.usage(QuotaCard(allowance=allowance, layer="default", day_left=5, grants=0, cap=(1, 77)))
    assert "1 more until <t:77:t>" in text


@pytest.mark.parametrize("mention", ["@everyone", "@here", "<@123456789012345678>", "<@&123456789012345678>"])
def test_strangers_words_mention_nobody(mention: str) -> None:
    assert mention not in words.quoted(f"see {mention}")


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("**bold**", "\\*\\*bold\\*\\*"),
        ("[x](http://y) [z](http://z)", "\\[x\\]\\(http://y\\) \\[z\\]\\(http://z\\)"),
        ("<#70> <t:1:R>", "\\<\\#70\\> \\<t:1:R\\>"),
        ("a\nb\r\n# c", "a b \\# c"),
        ("a\u202eb\u200b", "a b"),
    ],
)
def test_strangers_words_are_quoted_as_one_plain_line(hostile: str, shown: str) -> None:
    assert words.quoted(hostile) == f"“{shown}”"


def test_roles_with_a_limit_fit_into_one_message() -> None:
    assert len(words.role_limits([(2**63 - 1 - number, None) for number in range(250)])) <= 2000


def test_strangers_words_are_cut() -> None:
    assert len(words.quoted("x" * 10_000)) < 210


def test_a_refusal_names_what_it_takes() -> None:
    here = Standing(guild=Guild(channels=frozenset({5, 6}), roles=frozenset({7}), new_member_hours=24))
    assert "<#5>, <#6>" in words.refusal(Refusal.CHANNEL, here)
    assert "<@&7>" in words.refusal(Refusal.ROLE, here)
    assert "1 day" in words.refusal(Refusal.NEW_MEMBER, here)


@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_refusal_has_a_sentence(refusal: Refusal) -> None:
    assert words.refusal(refusal, Standing()).endswith((".", "?"))


def test_a_block_says_until_when_and_why() -> None:
    blocked = Standing(block=Block(reason="spam @everyone", expires_at=99))
    said = words.refusal(Refusal.BLOCKED, blocked)
    assert "<t:99:f>" in said
    assert "@everyone" not in said


def test_usage_says_who_decided() -> None:
    text = words.usage(a_quota(Allowance(limit=5, left=4, resets_at=9), layer="server", day_left=2, grants=2))
    assert "**4 pictures** left" in text
    assert "this server's" in text
    assert "2 extra pictures" in text


def test_usage_about_another_member_names_them() -> None:
    text = words.usage(a_quota(Allowance(limit=None, left=None, resets_at=9), layer="member"), member_id=77)
    assert text.startswith("<@77> has no daily limit")


def test_a_thread_name_keeps_to_discords_hundred_characters() -> None:
    assert len(words.thread_name("Ghibli", "x" * 200)) == 100
