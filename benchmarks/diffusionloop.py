"""How late the event loop is while a diffusion model is imported, loaded and worked with, each in a fresh process."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.eventloop import NAP, TARGET, lateness
from benchmarks.figures import Effort, Figure, Section, percentile
from benchmarks.photos import pixels
from engine.contract import Engine, Job, Pixels
from engine.diffusion import plan
from engine.diffusion.build import build
from engine.diffusion.profiles import Wishes
from engine.local import Moment
from styles import Catalogue, Style, load

SIDE = 256
PHOTO = 1600

_ROOT = Path(__file__).resolve().parents[1]
_IDLE, _LOADING, _WORKING = "idle", "while importing and loading", "while working"
_IDLE_FOR = 200 * NAP

Late = dict[str, list[float]]
"""Seconds of each nap, by what went on."""


async def _watch(model: str, home: Path, jobs: int) -> Late:
    """Do as the bot does when the weights are there."""
    late: Late = {}
    photo, styles = pixels(PHOTO), load()
    async with _watching(late, _IDLE):
        await asyncio.sleep(_IDLE_FOR)
    async with _watching(late, _LOADING):
        engine = await _loaded(Wishes(model=model, size=SIDE, batch=1), home, styles)
    async with _watching(late, _WORKING):
        await asyncio.gather(*(_paint(engine, photo, styles["ghibli"], seed) for seed in range(jobs)))
    await engine.close()
    return late


@asynccontextmanager
async def _watching(late: Late, what: str) -> AsyncIterator[None]:
    over = asyncio.Event()
    naps = asyncio.create_task(lateness(over))
    yield
    over.set()
    late[what] = await naps


async def _loaded(wishes: Wishes, home: Path, styles: Catalogue) -> Engine:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()

    def observer(moment: Moment, _: object) -> None:
        assert moment is not Moment.GONE or ready.is_set()
        loop.call_soon_threadsafe(ready.set)

    plans = await asyncio.to_thread(plan.make, wishes, home, on_cpu=True)
    engine = await build(plans, list(styles.values()), waits=True, observer=observer)
    await ready.wait()
    assert engine.slots
    return engine


async def _paint(engine: Engine, photo: Pixels, style: Style, seed: int) -> None:
    job = Job(id=f"job-{seed}", pixels=photo, style=style, strength=0.5, seed=seed)
    async with aclosing(engine.stylize(job)) as events:
        async for _ in events:
            pass


def _child(model: str, home: Path, jobs: int) -> Late:
    """Watch in a process that has imported nothing yet."""
    command = [sys.executable, "-m", "benchmarks.diffusionloop", model, str(home), str(jobs)]
    ended = subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    late: Late = json.loads(ended.stdout)
    return late


def _checkpoint(effort: Effort, home: Path) -> str:
    # here and not above: the child imports this file too, and is to import torch while it is watched
    from benchmarks.checkpoints import mid_size_sd15  # noqa: PLC0415 - see above
    from engine.diffusion.models import Family  # noqa: PLC0415 - see above
    from tests.engine.diffusion import tiny  # noqa: PLC0415 - see above

    return str(tiny.build(Family.SD15, home / "tiny")) if effort is Effort.TINY else mid_size_sd15(home)


def measure(effort: Effort) -> Section:
    """Watch a few processes, and put their naps together."""
    processes, jobs = effort.of(3, 1), effort.of(4, 2, 1)
    with TemporaryDirectory(prefix="animify-bench-") as folder:
        model = _checkpoint(effort, Path(folder))
        runs = [_child(model, Path(folder), jobs) for _ in range(processes)]
    late = {what: sorted(nap for run in runs for nap in run[what]) for what in (_IDLE, _LOADING, _WORKING)}
    figures = [Figure(f"{_IDLE}, p99", percentile(late[_IDLE], 99) * 1e3, "ms")]
    for what in (_LOADING, _WORKING):
        figures += [
            Figure(f"{what}, p50", percentile(late[what], 50) * 1e3, "ms"),
            Figure(f"{what}, p99", percentile(late[what], 99) * 1e3, "ms", TARGET),
            Figure(f"{what}, worst", late[what][-1] * 1e3, "ms"),
        ]
    return Section(
        title="Lag of the event loop while a model arrives and works",
        how=(
            f"A task naps for {NAP * 1e3:.0f} ms again and again and notes how late it wakes, in {processes} fresh"
            " processes: idle, while torch and diffusers are imported and Stable Diffusion 1.5 with 142 million random"
            f" parameters is loaded as the bot loads it, and while it paints {jobs} photos of {PHOTO} px on the CPU."
            f" {sum(map(len, late.values()))} naps."
        ),
        figures=tuple(figures),
    )


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_watch(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))))
