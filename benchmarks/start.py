"""How long the bot takes from the start of its process to being ready."""

import asyncio
import subprocess
import sys
import time

from benchmarks.child import a_bot
from benchmarks.figures import Effort, Figure, Section, Target, median
from playground import EventKind, Playground

TARGET = Target(2)


async def _start() -> tuple[float, float]:
    """Seconds until the gateway's READY, and until a command given then is answered."""
    async with Playground() as playground:
        guild = playground.guild("Cosy Corner")
        channel, mika = guild.text_channel("photos"), guild.member("Mika")
        begin = time.time()
        async with a_bot(playground):
            ready = await playground.wait_for(lambda event: event.kind is EventKind.READY)
            interaction = await mika.slash(channel, "usage")
            await interaction.response()
            assert interaction.answered_at is not None
            return ready.at - begin, interaction.answered_at - begin


def _help() -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-m", "bot", "--help"], check=True, capture_output=True)
    return time.perf_counter() - begin


def measure(effort: Effort) -> Section:
    """Start the bot a few times."""
    rounds = effort.of(7, 3)
    starts = [asyncio.run(_start()) for _ in range(rounds)]
    return Section(
        title="Start to ready",
        how=(
            f"Medians of {rounds} starts with an empty database, from the start of the process; the first command is"
            " `/usage`, given at READY. Python's compiled files are there, as after any first start."
        ),
        figures=(
            Figure("process start to the gateway's READY", median([ready for ready, _ in starts]), "s", TARGET),
            Figure(
                "process start to the first command answered", median([answer for _, answer in starts]), "s", TARGET
            ),
            Figure("`animify --help`", median([_help() for _ in range(rounds)]), "s"),
        ),
    )
