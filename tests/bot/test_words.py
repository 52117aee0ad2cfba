"""What people read: every fault has its sentence, and numbers read like language."""

import pytest

from bot.ui import words
from bot.ui.language import LANGUAGES, speaking
from bot.ui.status import Allowance
from bot.values.rules import Block, Guild, Refusal, Standing
from engine.errors import PhotoFault


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


def test_a_limit_of_one_is_no_plural() -> None:
    said = words.over_quota(Allowance(limit=1, left=0, resets_at=0))
    assert said == "You have used your 1 picture of today. A new one comes <t:0:R>."


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


def test_strangers_words_are_cut() -> None:
    assert len(words.quoted("x" * 10_000)) < 210


def test_a_refusal_names_what_it_takes() -> None:
    here = Standing(guild=Guild(channels=frozenset({5, 6}), roles=frozenset({7}), new_member_hours=24))
    assert "<#5>, <#6>" in words.refusal(Refusal.CHANNEL, here)
    assert "<@&7>" in words.refusal(Refusal.ROLE, here)
    assert "1 day" in words.refusal(Refusal.NEW_MEMBER, here)


def test_a_new_member_is_told_from_when_on_they_may_ask() -> None:
    here = Standing(guild=Guild(new_member_hours=48))
    said = words.refusal(Refusal.NEW_MEMBER, here, joined_at=1000.2)
    assert said == (
        f"In this server I paint for members who have been here for 2 days. You can ask me <t:{1001 + 48 * 3600}:R>."
    )


def test_where_there_is_no_server_none_is_spoken_of() -> None:
    assert "this server" in words.refusal(Refusal.NOT_YOURS, Standing())
    assert "server" not in words.refusal(Refusal.NOT_YOURS, Standing(), in_server=False)


@pytest.mark.parametrize(
    ("count", "again_at", "said"),
    [
        (1, 9, "You already have 1 request on the way. Please try again <t:9:R>."),
        (2, None, "You already have 2 requests on the way. `/queue` shows how long it takes."),
    ],
)
def test_what_is_on_the_way_is_counted_in_requests(count: int, again_at: int | None, said: str) -> None:
    assert words.too_many_in_flight(count, again_at) == said


def test_text_that_does_not_fit_is_cut_with_a_sign() -> None:
    assert words.cut("12345", 5) == "12345"
    assert words.cut("123456", 5) == "1234…"


@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_refusal_has_a_sentence(refusal: Refusal) -> None:
    assert words.refusal(refusal, Standing()).endswith((".", "?"))


def test_a_block_says_until_when_and_why() -> None:
    blocked = Standing(block=Block(reason="spam @everyone", expires_at=99))
    said = words.refusal(Refusal.BLOCKED, blocked)
    assert "<t:99:f>" in said
    assert "@everyone" not in said


def test_a_thread_is_called_after_its_member_whatever_the_style() -> None:
    assert words.thread_name("{Mika}") == "{Mika}'s pictures"
    assert words.thread_name(None) == "Pictures"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_thread_name_keeps_to_discords_hundred_characters(language: str) -> None:
    with speaking(language):
        assert len(words.thread_name("x" * 200)) == 100
