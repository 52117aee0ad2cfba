"""What /usage and /quota say: who decided, what is left, and never more than a message holds."""

import pytest

from bot.ui import quotas
from bot.ui.status import Allowance, QuotaCard


def a_quota(allowance: Allowance, *, layer: str, day_left: int | None = None, grants: int = 0) -> QuotaCard:
    return QuotaCard(allowance=allowance, layer=layer, day_left=day_left, grants=grants, cap=None)


def test_usage_tells_what_is_left_of_the_day_and_of_grants_and_when_the_day_turns() -> None:
    text = quotas.usage(a_quota(Allowance(limit=5, left=4, resets_at=9), layer="role", day_left=2, grants=2))
    assert text.splitlines() == [
        "You have 2 of 5 pictures left today. New ones come <t:9:R>, at <t:9:t>.",
        "Your limit is the best of your roles'.",
        "There are 2 extra pictures from a moderator, for when the day's are used.",
        "Each picture costs one.",
    ]


def test_usage_names_the_operators_cap() -> None:
    allowance = Allowance(limit=5, left=1, resets_at=9)
    text = quotas.usage(QuotaCard(allowance=allowance, layer="default", day_left=5, grants=0, cap=(1, 77)))
    assert "1 more until <t:77:t>" in text


def test_roles_with_a_limit_fit_into_one_message() -> None:
    assert len(quotas.role_limits([(2**63 - 1 - number, None) for number in range(250)])) <= 2000


@pytest.mark.parametrize(
    ("limit", "left", "said"),
    [
        (50, 0, "You have used all 50 pictures of today. New ones come <t:9:R>, at <t:9:t>."),
        (1, 0, "You have used your 1 picture of today. A new one comes <t:9:R>, at <t:9:t>."),
        (1, 1, "You have 1 of 1 picture left today. A new one comes <t:9:R>, at <t:9:t>."),
        (0, 0, "Your daily limit is 0."),
    ],
)
def test_usage_tells_of_a_day_that_is_used_up_and_of_limits_of_one_and_none(limit: int, left: int, said: str) -> None:
    allowance = Allowance(limit=limit, left=left, resets_at=9)
    lines = quotas.usage(a_quota(allowance, layer="server", day_left=left)).splitlines()
    assert lines[:2] == [said, "Your limit is this server's."]


def test_usage_about_another_member_names_them() -> None:
    text = quotas.usage(a_quota(Allowance(limit=None, left=None, resets_at=9), layer="member"), member_id=77)
    assert text.startswith("<@77> has no daily limit here (set by a moderator).")
    text = quotas.usage(a_quota(Allowance(limit=5, left=2, resets_at=9), layer="role", day_left=2), member_id=77)
    assert text.startswith("<@77> has 2 of 5 pictures left today.")
    assert "Their limit is the best of their roles'." in text
