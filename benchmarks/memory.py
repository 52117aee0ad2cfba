"""How much memory the bot's processes take together: idle, and after its first picture."""

import asyncio

import psutil  # type: ignore[import-untyped]  # it comes without types; only this file uses it

from benchmarks import photos
from benchmarks.child import a_bot
from benchmarks.figures import Effort, Figure, Section, Target
from benchmarks.journey import Members
from playground import Playground, Upload

TARGET = Target(150)


def proportional(pid: int) -> float | None:
    """MB (of 10^6 bytes) of a process and all its children, shared pages divided by who shares them; Linux only."""
    if not psutil.LINUX:
        return None
    process = psutil.Process(pid)
    tree = [process, *process.children(recursive=True)]
    return float(sum(each.memory_full_info().pss for each in tree)) / 1e6


async def _weigh(effort: Effort) -> tuple[float | None, float | None]:
    async with Playground() as playground:
        guild = playground.guild("Cosy Corner")
        channel, mika = guild.text_channel("photos"), guild.member("Mika")
        async with a_bot(playground) as pid:
            await (await mika.slash(channel, "usage")).response()
            idle = proportional(pid)
            await Members(playground, guild, channel, Upload("me.jpg", photos.photo(effort), "image/jpeg")).travel()
            return idle, proportional(pid)


def measure(effort: Effort) -> Section:
    """Weigh the bot once it is online, and again after a picture."""
    idle, used = asyncio.run(_weigh(effort))
    return Section(
        title="Memory",
        how=(
            "The sum of Pss over the process tree: online, one command answered and no worker started; then after"
            " the first picture of 12 MP, with the decoding and the painting process."
        ),
        figures=(
            Figure("idle, workers not started", idle, "MB", TARGET),
            Figure("after the first picture", used, "MB"),
        ),
    )
