"""Fixtures of the store's tests, and the option that asks for more rounds of the kill loop."""

from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path

import pytest

from bot.store import Store
from tests.store.stage import Clock, Probe


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kill-rounds", type=int, default=20, help="how often the store's process is killed")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "animify.db"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def probe() -> Probe:
    return Probe()


@pytest.fixture
def number() -> Callable[[], int]:
    """Another number at each call, for what must be new: an interaction, a server, a member."""
    return count(1_000).__next__


@pytest.fixture
async def store(path: Path, clock: Clock, probe: Probe) -> AsyncIterator[Store]:
    """A store with a default limit of 3 whose books must balance at the end of each test."""
    async with await Store.open(path, default_limit=3, now=clock, on_statement=probe) as opened:
        yield opened
        probe.off()
        assert await opened.audit_faults() == []
