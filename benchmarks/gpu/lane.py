"""A crowd of photos through the dispatcher, and the share of the time in which the device computes."""

import asyncio
import time
from collections.abc import Hashable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from benchmarks.bare import Painter, photo, styles
from benchmarks.passes import Passes
from engine.contract import Engine, Job, OnStep, Picture
from engine.diffusion.models import Family
from engine.diffusion.plan import Plan
from engine.diffusion.runner import DiffusionRunner
from engine.dispatcher import Dispatcher, Ticket
from engine.errors import EngineError
from engine.fitted import FittedEngine
from engine.local import LocalEngine

_GUILDS = 5
_CAMERA = (4, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """How busy the device was, from the first run's begin to the last one's end.

    Attributes
    ----------
    running
        The share of the time inside runs.
    computing
        The share inside the forward passes of the networks; on a GPU by its own clock.
    rows
        Photos a run, on average.
    pace
        Pictures in a second.
    """

    running: float
    computing: float
    rows: float
    pace: float


def lane(runner: DiffusionRunner, plan: Plan, count: int) -> Lane:
    """Load the runner, and serve so many photos as the bot would, all of which wait from the beginning."""
    watched = _Watched(runner, plan.profile.family)
    return asyncio.run(_served(watched, plan, count))


async def _served(watched: "_Watched", plan: Plan, count: int) -> Lane:
    local = LocalEngine([watched], ahead=plan.profile.batch)
    engine = FittedEngine(local, plan.profile.canvases.choose)
    some = [_job(plan, seed) for seed in range(count)]
    try:
        await _serve(engine, some[: plan.profile.batch])  # the first run allocates
        watched.runs.clear()
        assert watched.passes is not None
        watched.passes.clear()
        await _serve(engine, some)
    finally:
        await engine.close()
    wall = watched.runs[-1].end - watched.runs[0].begin
    return Lane(
        running=sum(run.end - run.begin for run in watched.runs) / wall,
        computing=watched.passes.seconds / wall,
        rows=count / len(watched.runs),
        pace=count / wall,
    )


async def _serve(engine: Engine, some: Sequence[Job]) -> None:
    dispatcher = Dispatcher(lambda: engine.slots)

    async def served(member: int, job: Job) -> None:
        async with dispatcher.turn(Ticket(guild=member % _GUILDS, user=member, cost=1)) as turn:
            await turn.granted()
            async with aclosing(engine.stylize(job)) as events:
                async for _ in events:
                    pass

    await asyncio.gather(*(served(member, job) for member, job in enumerate(some)))


def _job(plan: Plan, seed: int) -> Job:
    """A photo that must be fitted: of a camera's aspect, and larger than the canvas."""
    width, height = (plan.profile.size * side // 2 for side in _CAMERA)
    wanted = styles(plan.profile.family)
    style = wanted[seed % len(wanted)]
    return Job(id=f"job-{seed}", pixels=photo(width, height, seed), style=style, strength=0.5, seed=seed)


@dataclass(frozen=True, slots=True)
class _Span:
    begin: float
    end: float


@dataclass(slots=True, eq=False)
class _Watched:
    """A Runner around a Runner, which notes its runs and the passes of its networks."""

    inner: DiffusionRunner
    family: Family
    runs: list[_Span] = field(default_factory=list)
    passes: Passes | None = None

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def batch(self) -> int:
        return self.inner.batch

    def key(self, job: Job) -> Hashable:
        return self.inner.key(job)

    def load(self) -> None:
        self.inner.load()
        self.passes = Passes(Painter(self.inner, self.family).pipe)

    def run(self, jobs: Sequence[Job], on_step: OnStep) -> Sequence[Picture | EngineError]:
        begin = time.perf_counter()
        try:
            return self.inner.run(jobs, on_step)
        finally:
            self.runs.append(_Span(begin, time.perf_counter()))

    def close(self) -> None:
        self.inner.close()
