"""The rules, cell by cell."""

import pytest

from bot import policy
from bot.policy import Actor, Declared


def an_actor(user_id: int = 1, *, manages: bool = False, moderates: bool = False) -> Actor:
    return Actor(user_id=user_id, manages_server=manages, moderates_members=moderates)


@pytest.mark.parametrize(
    ("manages", "moderates", "expected"),
    [(False, False, False), (True, False, True), (False, True, True), (True, True, True)],
)
def test_a_moderator_manages_the_server_or_moderates_members(manages: bool, moderates: bool, expected: bool) -> None:
    assert policy.is_moderator(an_actor(manages=manages, moderates=moderates)) is expected


def test_the_requester_may_delete_a_result() -> None:
    assert policy.may_delete(an_actor(7), requester_id=7)


def test_a_moderator_may_delete_anybodys_result() -> None:
    assert policy.may_delete(an_actor(8, moderates=True), requester_id=7)


def test_another_member_may_not_delete_a_result() -> None:
    assert not policy.may_delete(an_actor(8), requester_id=7)


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("image/jpeg", True),
        ("IMAGE/PNG; charset=binary", True),
        ("application/octet-stream", True),  # what HEIC often comes as
        (None, True),
        ("", True),
        ("video/mp4", False),
        ("text/plain", False),
        ("application/pdf", False),
    ],
)
def test_what_an_attachment_declares_decides_whether_it_may_be_a_picture(
    content_type: str | None, expected: bool
) -> None:
    assert policy.declares_a_picture(Declared(size=1, content_type=content_type)) is expected


def test_where_only_the_token_can_answer_the_promised_wait_is_shorter() -> None:
    assert policy.max_wait(token_only=True) == 8 * 60
    assert policy.max_wait(token_only=False) == 13 * 60


def test_a_member_may_have_two_requests_under_way_until_the_wait_is_long() -> None:
    assert policy.in_flight_limit(60) == 2
    assert policy.in_flight_limit(61) == 1


@pytest.mark.parametrize(
    ("adult_style", "restricted", "expected"),
    [(False, False, True), (False, True, True), (True, False, False), (True, True, True)],
)
def test_adult_styles_are_for_age_restricted_channels(adult_style: bool, restricted: bool, expected: bool) -> None:
    assert policy.age_allows(adult_style=adult_style, age_restricted_channel=restricted) is expected
