"""Quota reserves a second, each with its job row and safe on the disk."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Effort, Figure, Section, Target, median, percentile
from bot.store import NewJob, NewRequest, Store
from bot.values.rules import Place

CONCURRENT = 100
MEMBERS = 5_000
TARGET = Target(2_000, at_least=True)


async def _reserve_all(folder: Path, reserves: int) -> tuple[float, list[float]]:
    """Let `CONCURRENT` callers reserve at the same time, each the next one when its last is safe on the disk."""
    interactions = iter(range(1, reserves + 1))
    async with await Store.open(folder / "bench.db", default_limit=1000) as store:
        began = time.perf_counter()
        callers = (_reserve(store, interactions, reserves) for _ in range(CONCURRENT))
        times = [seconds for caller in await asyncio.gather(*callers) for seconds in caller]
        took = time.perf_counter() - began
        assert await store.audit_faults() == []
    return took, times


async def _reserve(store: Store, interactions: Iterator[int], reserves: int) -> list[float]:
    times = []
    for interaction_id in interactions:
        began = time.perf_counter()
        await store.submit(_request(interaction_id), judge=lambda *_: None, in_flight_limit=reserves)
        times.append(time.perf_counter() - began)
    return times


def _request(interaction_id: int) -> NewRequest:
    return NewRequest(
        interaction_id=interaction_id,
        place=Place(guild_id=1, server_id=1, channel_id=1),
        user_id=interaction_id % MEMBERS,
        style="ghibli",
        token="t" * 200,
        jobs=(
            NewJob(
                strength=0.5,
                seed=interaction_id,
                photo_url="https://cdn.discordapp.com/" + "u" * 200,
                url_expires_at=int(time.time()) + 86_400,
            ),
        ),
    )


def measure(effort: Effort) -> Section:
    """Reserve on the disk of the system's temporary folder."""
    reserves = effort.of(10_000, 3_000, 200)
    with tempfile.TemporaryDirectory(prefix="animify-bench-") as folder:
        took, times = asyncio.run(_reserve_all(Path(folder), reserves))
    return Section(
        title="Quota reserves",
        how=(
            f"{reserves:,} reserves by {CONCURRENT} concurrent callers; each one is a transaction that charges the"
            " quota, writes the job and seals its link, and counts when it is committed. The audit is clean afterwards."
        ),
        figures=(
            Figure(f"reserves with {CONCURRENT} concurrent", len(times) / took, "/s", TARGET),
            Figure("one reserve, p50", median(times) * 1e3, "ms"),
            Figure("one reserve, p99", percentile(times, 99) * 1e3, "ms"),
        ),
    )
