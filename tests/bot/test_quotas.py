"""What /usage and /quota say: who decided, what is left, and never more than a message holds."""

from bot.ui import quotas
from bot.ui.status import Allowance, QuotaCard


def a_quota(allowance: Allowance, *, layer: str, day_left: int | None = None, grants: int = 0) -> QuotaCard:
    return QuotaCard(allowance=allowance, layer=layer, day_left=day_left, grants=grants, cap=None)


def test_usage_tells_what_is_left_of_the_day_and_of_grants_and_when_the_day_turns() -> None:
    text = quotas.usage(a_quota(Allowance(limit=5, left=4, resets_at=9), layer="role", day_left=2, grants=2))
    assert "From the day: 2 of 5 (the best of your roles)" in text
    assert "<t:9:R>" in text


def test_usage_names_the_operators_cap() -> None:
    allowance = Allowance(limit=5, left=1, resets_at=9)
    text = quotas.usage(QuotaCard(allowance=allowance, layer="default", day_left=5, grants=0, cap=(1, 77)))
    assert "1 more until <t:77:t>" in text


def test_roles_with_a_limit_fit_into_one_message() -> None:
    assert len(quotas.role_limits([(2**63 - 1 - number, None) for number in range(250)])) <= 2000


def test_usage_says_who_decided() -> None:
    text = quotas.usage(a_quota(Allowance(limit=5, left=4, resets_at=9), layer="server", day_left=2, grants=2))
    assert "**4 pictures** left" in text
    assert "this server's" in text
    assert "2 extra pictures" in text


def test_usage_about_another_member_names_them() -> None:
    text = quotas.usage(a_quota(Allowance(limit=None, left=None, resets_at=9), layer="member"), member_id=77)
    assert text.startswith("<@77> has no daily limit")
