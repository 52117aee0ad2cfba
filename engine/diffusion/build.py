"""From plans to an engine: a runner a device behind one inbox, with photos fitted to its canvases on the way."""

from collections.abc import Sequence
from typing import Final

from engine.aside import aside
from engine.contract import Engine
from engine.diffusion.importing import beside_a_loop
from engine.diffusion.plan import Plan
from engine.diffusion.profiles import Kind
from engine.fitted import FittedEngine
from engine.local import LocalEngine, Observer
from styles import Style

_DEADLINES: Final = {Kind.CUDA: 60.0, Kind.MPS: 600.0, Kind.CPU: 600.0}
"""Seconds without a step; on slow devices a large model takes minutes for one."""


async def build(
    plans: Sequence[Plan], styles: Sequence[Style], *, waits: bool, observer: Observer = lambda *_: None
) -> Engine:
    """An engine that has begun to load. What is imported for it is imported in a thread.

    Parameters
    ----------
    plans
        One for each device, all with the same profile.
    styles
        Those that it is prepared for.
    waits
        Whether jobs may wait for it while it loads.
    """
    await aside(_import_diffusers, "importing")
    from engine.diffusion.runner import DiffusionRunner  # noqa: PLC0415 - only who has weights waits for diffusers

    profile = plans[0].profile
    engine = LocalEngine(
        [DiffusionRunner(plan, styles) for plan in plans],
        waits=waits,
        ahead=profile.batch,
        deadline=_DEADLINES[plans[0].device.kind],
        observer=observer,
    )
    engine.start()
    return FittedEngine(engine, profile.canvases.choose)


def _import_diffusers() -> None:
    with beside_a_loop("engine.diffusion.runner"):
        import engine.diffusion.runner  # noqa: F401, PLC0415 - the same
