"""Where models are made, loaded in one way after the other, and tried until the time is up."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import torch

from benchmarks import checkpoints
from benchmarks.bare import Painter, styles
from benchmarks.gpu.cells import Cell, told, tried
from benchmarks.gpu.lane import Lane, lane
from benchmarks.gpu.setups import MOST, Setup
from engine.diffusion import plan
from engine.diffusion.models import Family
from engine.diffusion.plan import Plan
from engine.diffusion.profiles import Wishes
from engine.diffusion.runner import DiffusionRunner


@dataclass(slots=True, kw_only=True)
class Stand:
    """Models with random weights, made when they are first asked for.

    Attributes
    ----------
    home
        The folder that they are made in.
    until
        When the time is up, on the monotonic clock.
    patience
        About how many seconds a cell, or a crowd, may take once it is warm.
    """

    configs: Path
    home: Path
    shrink: bool
    until: float
    patience: float
    _models: dict[Family, str] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() > self.until

    def cells(self, setup: Setup) -> Iterator[Cell]:
        """Load the model so, and try its cases while there is time."""
        if self.over:
            return
        failed = ""
        try:
            with self._loaded(setup) as painter:
                for side, count in setup.cases:
                    if not self.over:
                        yield tried(painter, setup, side, count, patience=self.patience)
        except Exception as error:  # noqa: BLE001 - whatever one way to load raises, the others are tried
            failed = told(error)
        if failed:  # not in the handler: while it lasts the error keeps tensors alive
            yield from (Cell(setup=setup, side=side, count=count, note=failed) for side, count in setup.cases)

    def lane(self, setup: Setup, pace: float) -> Lane | str:
        """Serve a crowd with the model loaded so, or tell what failed.

        Parameters
        ----------
        pace
            About how many pictures are made in a second.
        """
        count = MOST * max(3, round(self.patience * pace / MOST))
        try:
            chosen = self._plan(setup)
            return lane(DiffusionRunner(chosen, styles(setup.family), setup.levers), chosen, count)
        except Exception as error:  # noqa: BLE001 - the same
            return told(error)

    @contextmanager
    def _loaded(self, setup: Setup) -> Iterator[Painter]:
        runner = DiffusionRunner(self._plan(setup), styles(setup.family), setup.levers)
        try:
            runner.load()
            yield Painter(runner, setup.family)
        finally:
            runner.close()
            torch.compiler.reset()

    def _plan(self, setup: Setup) -> Plan:
        wishes = Wishes(
            model=self._model(setup.family),
            precision=setup.precision,
            offload=setup.offload,
            size=max(side for side, _ in setup.cases),
            batch=MOST,
        )
        return plan.make(wishes, self.home, on_cpu=self.shrink)[0]

    def _model(self, family: Family) -> str:
        if family not in self._models:
            dtype = torch.float32 if self.shrink else torch.bfloat16
            made = checkpoints.from_configs(self.configs, family, self.home, dtype=dtype, shrink=self.shrink)
            self._models[family] = made
        return self._models[family]
