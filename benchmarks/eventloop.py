"""How late the event loop is while photos are opened, painted, checked and encoded."""

import asyncio
import itertools

from benchmarks import photos
from benchmarks.figures import Effort, Figure, Section, Target, percentile
from benchmarks.overhead import UPLOAD_LIMIT, look
from bot.engines import painter_workers, studio
from bot.settings import EngineChoice
from engine.dispatcher import PREFETCH
from engine.studio import Studio

TARGET = Target(20)
NAP = 0.005
"""Seconds."""


async def lateness(over: asyncio.Event) -> list[float]:
    """How many seconds late each nap ended."""
    loop = asyncio.get_running_loop()
    late = []
    while not over.is_set():
        due = loop.time() + NAP
        await asyncio.sleep(NAP)
        late.append(loop.time() - due)
    return late


async def _paint(pixels: Studio, data: bytes, seeds: "itertools.count[int]", jobs: int) -> None:
    for seed in itertools.islice(seeds, jobs):
        await pixels.render(f"job-{seed}", data, look(seed), limit=UPLOAD_LIMIT)


async def _watch(effort: Effort) -> tuple[list[float], list[float]]:
    """Lateness while idle, then while as many photos are under way as the bot keeps in memory."""
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(effort.of(1000, 400, 4) * NAP, over.set)
    idle = await lateness(over)
    workers, data, seeds = painter_workers(None), photos.photo(effort), itertools.count()
    async with studio(EngineChoice.PAINTER, workers=workers) as pixels:
        await _paint(pixels, data, seeds, 1)
        over.clear()
        watching = asyncio.create_task(lateness(over))
        under_way = workers * (1 + PREFETCH)
        await asyncio.gather(*(_paint(pixels, data, seeds, effort.of(6, 2)) for _ in range(under_way)))
        over.set()
        return idle, await watching


def measure(effort: Effort) -> Section:
    """Watch the loop nap."""
    idle, busy = (sorted(late) for late in asyncio.run(_watch(effort)))
    return Section(
        title="Lag of the event loop while the painter works",
        how=(
            f"A task naps for {NAP * 1e3:.0f} ms again and again and notes how late it wakes: first in an idle"
            f" process, then beside photos of 12 MP going through the studio, as many at once as the bot holds"
            f" ({painter_workers(None)} painting, {PREFETCH} prefetched for each). {len(busy)} naps."
        ),
        figures=(
            Figure("idle, p99", percentile(idle, 99) * 1e3, "ms"),
            Figure("while painting, p50", percentile(busy, 50) * 1e3, "ms"),
            Figure("while painting, p99", percentile(busy, 99) * 1e3, "ms", TARGET),
            Figure("while painting, worst", busy[-1] * 1e3, "ms"),
        ),
    )
