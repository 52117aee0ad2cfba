"""What our runner adds to the calls of diffusers that it makes, and what photos gain that share a run."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bare import STEPS, Painter, in_turns, jobs, styles
from benchmarks.checkpoints import mid_size_sd15
from benchmarks.figures import Effort, Figure, Section, Target, median
from benchmarks.passes import Passes
from engine.diffusion import loading, plan
from engine.diffusion.models import Family
from engine.diffusion.profiles import Wishes
from engine.diffusion.runner import DiffusionRunner
from tests.engine.diffusion import tiny

TARGET = Target(1.03)
SIDE = 256
ABREAST = 4

_FAMILY = Family.SD15
_PASSES = STEPS + 2  # of the network, the encoder and the decoder


@contextmanager
def _loaded(model: str, home: Path) -> Iterator[Painter]:
    runner = DiffusionRunner(
        plan.make(Wishes(model=model, size=SIDE, batch=ABREAST), home, on_cpu=True)[0], styles(_FAMILY)
    )
    runner.load()
    try:
        yield Painter(runner, _FAMILY)
    finally:
        runner.close()


def _overhead(name: str, painter: Painter, rounds: int, target: Target | None) -> list[Figure]:
    """One photo, by us and by diffusers alone."""
    (job,) = jobs(_FAMILY, SIDE, 1)
    calls = [_Call(call, Passes(painter.pipe)) for call in (lambda: painter.ours([job]), painter.bare(job))]
    in_turns(1, *calls)
    walls = in_turns(rounds, *calls)
    ours, alone = (median(call.around[1:]) for call in calls)
    whole = median([bare for _, bare in walls])
    return [
        Figure(f"{name}: our run, of the bare call", 1 + (ours - alone) / whole, "x", target),
        Figure(f"{name}: the same with the networks' own noise", median([one / bare for one, bare in walls]), "x"),
        Figure(f"{name}: around the networks, our run", ours * 1e3, "ms"),
        Figure(f"{name}: around the networks, the bare call", alone * 1e3, "ms"),
        Figure(f"{name}: the bare call", whole, "s"),
    ]


@dataclass(slots=True)
class _Call:
    """A call that notes how long it took around the passes of the networks."""

    call: Callable[[], object]
    passes: Passes
    around: list[float] = field(default_factory=list)

    def __call__(self) -> None:
        self.passes.clear()
        begin = time.perf_counter()
        self.call()
        whole = time.perf_counter() - begin
        assert len(self.passes) == _PASSES
        self.around.append(whole - self.passes.seconds)


def _gain(name: str, painter: Painter, rounds: int) -> Figure:
    some = jobs(_FAMILY, SIDE, ABREAST)
    pairs = in_turns(rounds, lambda: painter.ours(some), lambda: [painter.ours([job]) for job in some])
    together, alone = (min(seconds) for seconds in zip(*pairs, strict=True))
    return Figure(f"{name}: pictures in a second with {ABREAST} a run, of one a run", alone / together, "x")


def measure(effort: Effort) -> Section:
    """Tiny networks show what a run costs us, larger ones how little that is."""
    loading.quiet()
    rounds = effort.of(12, 3, 2)
    figures = []
    with TemporaryDirectory(prefix="animify-bench-") as folder:
        small, home = str(tiny.build(_FAMILY, Path(folder, "tiny"))), Path(folder)
        with _loaded(small, home) as painter:
            figures += _overhead("tiny", painter, effort.of(40, 20, 2), None)
        if effort is not Effort.TINY:
            with _loaded(mid_size_sd15(home), home) as painter:
                figures += [
                    *_overhead("mid-size", painter, rounds, TARGET),
                    _gain("mid-size", painter, effort.of(3, 1)),
                ]
    return Section(
        title="The diffusion runner beside diffusers alone",
        how=(
            f"Stable Diffusion 1.5 with random weights at {SIDE} px, {STEPS} steps without guidance, on this machine:"
            " a tiny one, and one with 142 million parameters. Our run and the bare call of the same pipeline with the"
            f" same tensors take turns, {rounds} times; medians. Both ask the networks for the same, and how long these"
            " take varies by more than all we add; so what each takes around them is compared, of the whole bare call."
        ),
        figures=tuple(figures),
    )
