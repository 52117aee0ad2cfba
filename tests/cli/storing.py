"""A store that is open in this process while commands of the shell run beside it."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from bot.store import Store

T = TypeVar("T")

DATABASE = Path("animify.db")


class Running:
    """Holds the lock, as a bot does. Commands run between its steps, since they don't wait for an event loop."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self.store = self.do(Store.open(DATABASE, default_limit=3))

    def do(self, step: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(step)

    def look(self, _seconds: float) -> None:
        """The shell waits, and the bot looks for commands meanwhile."""
        self.do(self.store.operator.answer())


def made() -> Path:
    """A database that no bot is working on."""

    async def open_and_close() -> None:
        await (await Store.open(DATABASE, default_limit=3)).close()

    asyncio.run(open_and_close())
    return DATABASE
