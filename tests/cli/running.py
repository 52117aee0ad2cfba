"""A bot's store and its answers to the operator, in a process of their own, until its input ends: `running.py PATH`."""

import asyncio
import sys
from pathlib import Path

from bot.control import answering
from bot.store import Store


async def main() -> None:
    """Say `up` when the shell may ask."""
    async with (
        await Store.open(Path(sys.argv[1]), default_limit=3) as store,
        answering(store, on_recall=lambda _jobs, _sentence: None),
    ):
        sys.stdout.write("up\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


asyncio.run(main())
