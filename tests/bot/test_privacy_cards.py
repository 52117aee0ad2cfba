"""The cards of /privacy: whatever is kept, Discord takes them, and strangers' words stay words."""

import pytest
from discord import ui

from bot.ui import privacy
from bot.values.kept import Kind, Remnant, Summary
from bot.values.rules import PicturesOfMe

NOW = 1_772_366_400
MOST = 4_000


def a_lot(kind: Kind) -> Summary:
    """Large numbers of everything, and more of what lasts than can be listed."""
    counts = dict.fromkeys(("used", "cancels", "reports"), 1_000_000)
    value = {"day": "2026-03-01", "said": "nobody", "amount": 1000, "reason": "x" * 200, **counts}
    many = tuple(Remnant(kind=kind, guild_id=10**18 + one, value=value, until=NOW) for one in range(50))
    number = 1_000_000_000
    return Summary(
        since=NOW, under_way=number, delivered=number, failed=number, cancelled=number, jobs_until=NOW, links=number,
        links_until=NOW, results=number, results_of_me=number, ledger=number, grants=number, grants_until=NOW,
        reports=number, audit=number, audit_until=NOW, told_at=NOW, stated_at=NOW, lasting=many,
    )  # fmt: skip


def text_of(view: ui.LayoutView) -> str:
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay))


@pytest.mark.parametrize("kind", Kind)
def test_whatever_is_kept_the_cards_are_not_too_long(kind: Kind) -> None:
    for view in (
        privacy.shown(a_lot(kind), lambda _: "*" * 100),
        privacy.confirmation(a_lot(kind), lambda _: "*" * 100, user_id=10**19),
    ):
        assert 500 < view.content_length() < MOST
        assert "and 42 more" in text_of(view)


def test_of_messages_that_stay_only_some_are_linked() -> None:
    links = [f"https://discord.com/channels/{10**18}/{10**18}/{10**18 + one}" for one in range(500)]
    view = privacy.erased(100, links)
    assert view.content_length() < MOST
    assert "and 490 more" in text_of(view)


def test_a_servers_name_is_shown_as_text() -> None:
    kept = Summary(lasting=(Remnant(kind=Kind.BLOCK, guild_id=1, value={"reason": "spam"}, until=None),))
    told = text_of(privacy.shown(kept, lambda _: "@everyone\n# **big** \u202egnp"))
    assert "@everyone" not in told
    assert "**big**" not in told
    assert "\u202e" not in told
    assert "\n# " not in told
    assert "Until it is lifted" in told


def test_what_somebody_has_said_is_shown_in_their_words() -> None:
    said = Remnant(kind=Kind.PICTURES_OF_ME, guild_id=0, value={"said": "nobody"}, until=None)
    assert "nobody" in text_of(privacy.shown(Summary(lasting=(said,)), str))
    assert "3 pictures" in privacy.said(PicturesOfMe.NOBODY, 3)


def test_a_day_is_shown_as_its_reader_writes_dates() -> None:
    used = Remnant(kind=Kind.CAP_USAGE, guild_id=0, value={"used": 2, "day": "2026-03-01"}, until=None)
    noon = NOW
    assert f"**2 pictures used** on <t:{noon}:D>" in text_of(privacy.shown(Summary(lasting=(used,)), str))
