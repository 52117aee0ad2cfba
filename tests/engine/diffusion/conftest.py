"""Tiny checkpoints, one of each family for the whole run, and what loads them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.diffusion.models import Family
from engine.diffusion.plan import Plan, make
from engine.diffusion.profiles import Wishes
from tests.engine.diffusion.tiny import build

Planner = Callable[..., Plan]


@pytest.fixture(scope="session", params=list(Family))
def family(request: pytest.FixtureRequest) -> Family:
    chosen: Family = request.param
    return chosen


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Family], Path]:
    """The folder of a family's checkpoint; not to be changed."""
    home = tmp_path_factory.mktemp("checkpoints")

    def folder(family: Family) -> Path:
        return home / family if (home / family).exists() else build(family, home / family)

    return folder


@pytest.fixture(scope="session")
def planned(checkpoints: Callable[[Family], Path], tmp_path_factory: pytest.TempPathFactory) -> Planner:
    """The plan of a family's checkpoint on this CPU: canvases of 256 pixels, unless the wishes say otherwise."""
    kept = tmp_path_factory.mktemp("models")

    def plan(family: Family, *, home: Path | None = None, folder: Path | None = None, **wishes: object) -> Plan:
        model = str(folder or checkpoints(family))
        wished = Wishes(model=model, **{"size": 256, "batch": 4} | wishes)  # type: ignore[arg-type]  # as the test says
        return make(wished, home or kept, on_cpu=True)[0]

    return plan
