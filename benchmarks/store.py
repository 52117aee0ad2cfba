"""Quota reserves a second, each with its job row and safe on the disk: `python benchmarks/store.py [FOLDER]`."""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.store import NewRequest, Store

CONCURRENT = 100
RESERVES = 10_000
MEMBERS = 5_000


@dataclass(frozen=True, slots=True)
class Figures:
    """Reserves a second, and how long one took, in seconds."""

    rate: float
    p50: float
    p99: float


async def measure(folder: Path) -> Figures:
    """Let `CONCURRENT` callers reserve at the same time, each the next one when its last is safe on the disk."""
    interactions = iter(range(1, RESERVES + 1))
    async with await Store.open(folder / "bench.db", default_limit=1000) as store:
        began = time.perf_counter()
        callers = (_reserve(store, interactions) for _ in range(CONCURRENT))
        times = [seconds for caller in await asyncio.gather(*callers) for seconds in caller]
        took = time.perf_counter() - began
        assert await store.audit_faults() == []
    cuts = statistics.quantiles(times, n=100)
    return Figures(rate=len(times) / took, p50=cuts[49], p99=cuts[98])


async def _reserve(store: Store, interactions: Iterator[int]) -> list[float]:
    times = []
    for interaction_id in interactions:
        began = time.perf_counter()
        await store.submit(_request(interaction_id), in_flight_limit=RESERVES)
        times.append(time.perf_counter() - began)
    return times


def _request(interaction_id: int) -> NewRequest:
    return NewRequest(
        interaction_id=interaction_id,
        guild_id=1,
        user_id=interaction_id % MEMBERS,
        channel_id=1,
        style="ghibli",
        strength=0.5,
        seed=interaction_id,
        token="t" * 200,
        photo_url="https://cdn.discordapp.com/" + "u" * 200,
        url_expires_at=int(time.time()) + 86_400,
    )


def main() -> None:
    """Measure on the disk of the given folder, or of the system's temporary one."""
    parent = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        figures = asyncio.run(measure(Path(folder)))
    print(
        f"quota: {figures.rate:,.0f} reserves/s, p50 {figures.p50 * 1e3:.1f} ms, p99 {figures.p99 * 1e3:.1f} ms"
        f" ({CONCURRENT} at once, {RESERVES:,} in all)"
    )


if __name__ == "__main__":
    main()
