"""What waits between two interactions: once for whoever left it, a quarter of an hour, and never too much of it."""

import asyncio
from collections.abc import Callable

import pytest

from bot.commands.pending import LIFE, MOST, Pending

MIKA, REN = 1, 2


class Now:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def pending(now: Now) -> Pending:
    return Pending(now)


async def test_it_is_there_for_whoever_left_it_as_what_it_is_and_only_once(pending: Pending) -> None:
    pending.keep(7, MIKA, "links")
    assert pending.take(7, REN, str) is None
    assert pending.take(7, MIKA, int) is None
    assert pending.take(8, MIKA, str) is None
    assert pending.take(7, MIKA, str) == "links"
    assert pending.take(7, MIKA, str) is None
    assert not pending._kept


@pytest.mark.parametrize(("after", "found"), [(LIFE - 1, "links"), (LIFE, None)])
async def test_it_is_gone_after_a_quarter_of_an_hour(
    pending: Pending, now: Now, after: float, found: str | None
) -> None:
    pending.keep(7, MIKA, "links")
    now.seconds = after
    assert pending.take(7, MIKA, str) == found


async def test_it_is_gone_from_memory_although_nobody_asks(
    pending: Pending, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    later: list[tuple[float, Callable[[], None]]] = []
    monkeypatch.setattr(asyncio.get_running_loop(), "call_later", lambda *about: later.append(about))
    pending.keep(7, MIKA, "links")
    ((seconds, wakes),) = later
    now.seconds = seconds
    wakes()
    assert not pending._kept


async def test_of_too_much_the_oldest_goes(pending: Pending) -> None:
    for interaction_id in range(MOST + 1):
        pending.keep(interaction_id, MIKA, "links")
    assert pending.take(0, MIKA, str) is None
    assert pending.take(1, MIKA, str) == "links"


async def test_what_a_member_left_goes_with_their_name(pending: Pending) -> None:
    for interaction_id, user_id in ((7, MIKA), (8, MIKA), (9, REN)):
        pending.keep(interaction_id, user_id, "links")
    pending.forget(MIKA)
    assert pending.take(7, MIKA, str) is None
    assert pending.take(8, MIKA, str) is None
    assert pending.take(9, REN, str) == "links"


async def test_no_repr_tells_what_it_is(pending: Pending) -> None:
    pending.keep(7, MIKA, "a-signed-link")
    assert "signed" not in repr(vars(pending))
