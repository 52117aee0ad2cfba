"""What people read: every fault has its sentence, and numbers read like language."""

import pytest

from bot.ui import words
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
    assert "1 picture for" in words.over_quota(Allowance(limit=1, left=0, resets_at=0))


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


@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_refusal_has_a_sentence(refusal: Refusal) -> None:
    assert words.refusal(refusal, Standing()).endswith((".", "?"))


def test_a_block_says_until_when_and_why() -> None:
    blocked = Standing(block=Block(reason="spam @everyone", expires_at=99))
    said = words.refusal(Refusal.BLOCKED, blocked)
    assert "<t:99:f>" in said
    assert "@everyone" not in said


def test_a_thread_name_keeps_to_discords_hundred_characters() -> None:
    assert len(words.thread_name("Ghibli", "x" * 200)) == 100
