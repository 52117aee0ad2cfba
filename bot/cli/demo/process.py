"""The bot of a demo: `animify run`, unmodified, in a process of its own that takes the playground for Discord."""

import asyncio
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playground import Playground


@asynccontextmanager
async def the_bot(playground: Playground, log: Path, *, daily_limit: int, **settings: str) -> AsyncIterator[Process]:
    """Run it with a database that goes when it goes; `settings` are further variables of its environment."""
    with tempfile.TemporaryDirectory(prefix="animify-demo-") as home, log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "playground.launch", playground.origin, "bot", "run"),
            cwd=home,
            env={
                "DISCORD_TOKEN": playground.token,
                "ANIMIFY_DATABASE": str(Path(home, "animify.db")),
                "ANIMIFY_DAILY_LIMIT": str(daily_limit),
                "ANIMIFY_TELEMETRY": "none",  # a bot of the machine's own may be there
            }
            | settings,
            stdin=DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
