"""FittedEngine: an Engine for photos of every size around one that paints on canvases of certain sizes."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from engine.around import EngineAround
from engine.canvas import Fit, Size, cropped, fit, unfit
from engine.contract import Engine, Job, Picture, Progress


class FittedEngine(EngineAround):
    """An Engine around an Engine. Fitting runs in threads of its own, so that the engine's never waits for it.

    Parameters
    ----------
    canvas
        The canvas for a photo of this size.
    """

    def __init__(self, engine: Engine, canvas: Callable[[Size], Size]) -> None:
        super().__init__(engine)
        self._canvas = canvas

    async def stylize(self, job: Job) -> AsyncGenerator[Progress | Picture, None]:
        """Paint as the contract says; the picture has the photo's shape.

        Raises
        ------
        EngineError
            What the engine raised.
        """
        height, width = job.pixels.shape[:2]
        pixels, where = await asyncio.to_thread(fit, job.pixels, self._canvas((width, height)))
        async with aclosing(self._engine.stylize(replace(job, pixels=pixels))) as events:
            async for event in events:
                yield await _undone(event, where)


async def _undone(event: Progress | Picture, where: Fit) -> Progress | Picture:
    if isinstance(event, Picture):
        return replace(event, pixels=await asyncio.to_thread(unfit, event.pixels, where))
    if event.preview is not None:
        return replace(event, preview=cropped(event.preview, where))
    return event
