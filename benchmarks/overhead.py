"""What a job takes besides the engine: opening the photo, the checks, and encoding the picture."""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

from benchmarks import photos
from benchmarks.figures import Effort, Figure, Section, Target, median, percentile
from bot.engines import studio
from bot.settings import EngineChoice
from engine.checks import Verdict, examine
from engine.studio import Look
from playground.values import MEBIBYTE
from styles import load

UPLOAD_LIMIT = 10 * MEBIBYTE
TARGET = Target(150)

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Parts:
    """Seconds of each round, by part of a job; `paint` is the engine's."""

    decode: list[float] = field(default_factory=list)
    paint: list[float] = field(default_factory=list)
    check: list[float] = field(default_factory=list)
    encode: list[float] = field(default_factory=list)

    @property
    def overhead(self) -> list[float]:
        """Everything but the engine, round by round."""
        return [sum(parts) for parts in zip(self.decode, self.check, self.encode, strict=True)]


def look(seed: int) -> Look:
    """What is asked for in every benchmark: ghibli, half strength."""
    return Look(style=load()["ghibli"], strength=0.5, seed=seed)


async def time_parts(data: bytes, rounds: int) -> Parts:
    """Call the studio's parts one after the other, `rounds` times, after one round that starts the processes."""
    parts = Parts()
    async with studio(EngineChoice.PAINTER, workers=1, checks=False) as pixels:
        await pixels.render("warm-up", data, look(0), limit=UPLOAD_LIMIT)
        for seed in range(rounds):
            wanted = look(seed)
            photo = await timed(pixels.prepare(data), parts.decode)
            picture = await timed(pixels.paint(f"job-{seed}", photo, wanted, lambda _: None), parts.paint)
            check = asyncio.to_thread(examine, photo.pixels, picture.pixels, wanted.style.checks)
            assert await timed(check, parts.check) is Verdict.FIT
            await timed(pixels.finish(picture, wanted, limit=UPLOAD_LIMIT), parts.encode)
    return parts


async def timed(work: Awaitable[_Result], into: list[float]) -> _Result:
    """Await, and note the seconds that it took."""
    begin = time.perf_counter()
    result = await work
    into.append(time.perf_counter() - begin)
    return result


def measure(effort: Effort) -> Section:
    """Decode, check and encode a phone's photo."""
    rounds = effort.of(20, 6)
    parts = asyncio.run(time_parts(photos.photo(effort), rounds))
    named = {"open the photo": parts.decode, "checks": parts.check, "encode": parts.encode}
    split = [Figure(f"{name}, median", median(times) * 1e3, "ms") for name, times in named.items()]
    return Section(
        title="Everything but the engine, per job",
        how=(
            f"{rounds} rounds through the studio's own parts, one at a time, 12 MP JPEG, ghibli. Opening includes the"
            " way to the decoding process and back; checks and encoding run in a thread, as in the bot."
        ),
        figures=(
            Figure("everything but the engine, median", median(parts.overhead) * 1e3, "ms", TARGET),
            Figure("everything but the engine, p95", percentile(parts.overhead, 95) * 1e3, "ms"),
            *split,
        ),
    )
