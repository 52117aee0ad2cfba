"""A terminal in an empty folder, with no setting of the machine's own."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.settings import variables
from engine.diffusion.models import Family
from tests.cli.storing import Running
from tests.flow.stage import a_photo


@pytest.fixture(autouse=True)
def an_empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ANIMIFY_TELEMETRY", "none")  # a bot of the machine's own may be there
    return tmp_path


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """`animify run` sends the log to this test's stderr, which is closed after it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(autouse=True)
def _this_process_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """`animify run` gives things up for good, and the processes of later tests would inherit it."""
    monkeypatch.setattr("bot.cli.run.harden", lambda: None)


@pytest.fixture
def photo(an_empty_place: Path) -> Path:
    path = an_empty_place / "me.jpg"
    path.write_bytes(a_photo())
    return path


@pytest.fixture
def running(an_empty_place: Path) -> Iterator[Running]:
    """A store at work in the folder where commands are called."""
    assert an_empty_place == Path.cwd()
    with asyncio.Runner() as runner:
        bot = Running(runner)
        yield bot
        bot.do(bot.store.close())


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Family], Path]:
    """The folder of a family's tiny checkpoint; not to be changed. Built before a test listens to what is said."""
    from tests.engine.diffusion.tiny import build  # noqa: PLC0415 - most tests here do without torch

    home = tmp_path_factory.mktemp("checkpoints")
    return {family: build(family, home / family) for family in Family}.__getitem__
