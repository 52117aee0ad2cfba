"""The bot as it is, in a process of its own, on a playground in this one."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playground import Playground

_ONLINE_WITHIN = 60.0
_STOPPED_WITHIN = 15.0
_LIMIT = 1000
_LAST_WORDS = 2000  # bytes of the log that are shown when something goes wrong


@asynccontextmanager
async def a_bot(playground: Playground) -> AsyncIterator[int]:
    """`animify run`, unmodified, online on the playground; gives its process id.

    A figure that can't be measured fails with the end of the bot's log.
    """
    with tempfile.TemporaryDirectory(prefix="animify-bench-") as home:
        log = Path(home, "bot.log")
        process = await _start(playground, home, log)
        try:
            await asyncio.wait_for(playground.connected.wait(), _ONLINE_WITHIN)
            yield process.pid
        except Exception as error:
            error.add_note(f"The bot's log ends with:\n{_last_words(log)}")
            raise
        finally:
            await _stop(process)


async def _start(playground: Playground, home: str, log: Path) -> asyncio.subprocess.Process:
    settings = {
        "DISCORD_TOKEN": playground.token,
        "ANIMIFY_DATABASE": str(Path(home, "animify.db")),
        "ANIMIFY_DAILY_LIMIT": str(_LIMIT),
    }
    output = os.open(log, os.O_WRONLY | os.O_CREAT)
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "playground.launch", playground.origin, "bot", "run"),
            cwd=home,
            env=settings,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    finally:
        os.close(output)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _STOPPED_WITHIN)
    except TimeoutError:
        process.kill()
        await process.wait()


def _last_words(log: Path) -> str:
    return log.read_bytes()[-_LAST_WORDS:].decode(errors="replace")
