"""How much more two painting processes do than one."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks import photos
from benchmarks.figures import Effort, Figure, Section, Target
from benchmarks.painter import seconds
from engine.painter import task
from engine.worker import Worker
from styles import load

TARGET = Target(1.85, at_least=True)


def _rate(workers: list[Worker], side: int, rounds: int) -> float:
    """Pictures in a second, all styles, each worker painting its own."""
    styles, squares = list(load().values()), photos.squares(side)

    def paint(worker: Worker) -> None:
        for number in range(rounds):
            for style in styles:
                seconds(worker, style, squares[number % 2], number)

    begin = time.perf_counter()
    with ThreadPoolExecutor(len(workers)) as threads:
        list(threads.map(paint, workers))
    return len(workers) * rounds * len(styles) / (time.perf_counter() - begin)


def measure(effort: Effort) -> Section:
    """Let one worker paint, then two at once, in turns."""
    side, rounds = effort.of(1024, 1024, 96), effort.of(2, 1)
    workers = [Worker(task.run, name=f"painter {number}") for number in (1, 2)]
    try:
        _rate(workers, 96, 1)
        alone, together = 0.0, 0.0
        for _ in range(effort.of(7, 1)):
            alone = max(alone, _rate(workers[:1], side, rounds))
            together = max(together, _rate(workers, side, rounds))
    finally:
        for worker in workers:
            worker.close()
    return Section(
        title="Two painters",
        how=(
            f"Pictures in a second at {side} x {side} px, all styles in turn: one painting process, then two at once,"
            f" on {os.cpu_count()} cores. The best of several turns each, since what else runs can only slow them."
        ),
        figures=(
            Figure("two do, of what one does", together / alone, "x", TARGET if (os.cpu_count() or 1) > 1 else None),
            Figure("pictures in a second, two together", together, "/s"),
        ),
    )
