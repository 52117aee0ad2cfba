"""What a run does when memory is short or a photo breaks it: smaller and smaller, and its neighbours go on."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from engine.canvas import fit, unfit
from engine.contract import CancelledRunError, Pixels
from engine.diffusion.buckets import Canvases
from engine.diffusion.devices import Memory
from engine.diffusion.families import Row
from engine.errors import BusyError, EngineError, LostError

Outcome = Pixels | EngineError
"""What became of one row."""

Attempt = Callable[[Sequence[Row]], Sequence[Outcome]]
"""Paints rows that share a run; raises what torch raises."""

_SMALLEST = 256  # pixels of a square canvas; below it nothing is recognised
_NO_ROOM = "its memory is too small for this photo"

_log = logging.getLogger(__name__)


class Ladder:
    """Around the painting of a batch. The rungs: half the batch, a tiled decoder, a smaller canvas, and BusyError.

    What was too much once is not tried again: `batch` shrinks and the decoder stays tiled.

    Parameters
    ----------
    batch
        The most rows in one run.
    tile
        Makes the decoder need less memory.
    """

    def __init__(self, *, batch: int, canvases: Canvases, memory: Memory, tile: Callable[[], None]) -> None:
        self.batch = batch
        self._canvases = canvases
        self._memory = memory
        self._tile: Callable[[], None] | None = tile

    def paint(self, rows: Sequence[Row], attempt: Attempt) -> list[Outcome]:
        """Paint the rows, one outcome each, in their order.

        Raises
        ------
        LostError
            The device is broken for the rest of this process.
        CancelledRunError
            A step raised it.
        """
        outcomes: list[Outcome] = []
        while len(outcomes) < len(rows):  # the batch may shrink on the way
            outcomes += self._climb(rows[len(outcomes) : len(outcomes) + self.batch], attempt)
        return outcomes

    def _climb(self, rows: Sequence[Row], attempt: Attempt) -> list[Outcome]:
        outcomes = self._try(rows, attempt)
        if outcomes is not None:
            return list(outcomes)
        self._memory.release()  # only now: while the error was handled its traceback held the tensors
        if len(rows) > 1:
            self.batch = len(rows) // 2
            _log.warning("out of memory: at most %d photos a run from now on", self.batch)
            return self.paint(rows, attempt)
        if self._tile is not None:
            self._tile()
            self._tile = None
            _log.warning("out of memory: pictures are decoded in tiles from now on")
            return self._climb(rows, attempt)
        return [self._smaller(rows[0], attempt)]

    def _try(self, rows: Sequence[Row], attempt: Attempt) -> Sequence[Outcome] | None:
        """Paint them, or give None when memory is short."""
        try:
            return attempt(rows)
        except torch.OutOfMemoryError:
            return None
        except (CancelledRunError, EngineError):
            raise
        except Exception as error:  # noqa: BLE001 - the boundary to the pipelines: what one raises is told apart here
            if _is_short(error):
                return None
            if _is_sticky(error):
                raise LostError("the GPU failed, and only a restart gets it back") from None
            _log.error("a run of %d failed: %s", len(rows), type(error).__name__)  # its text may quote pixels
        if len(rows) == 1:
            return [LostError("the model failed on this photo")]
        return [outcome for row in rows for outcome in self._climb([row], attempt)]

    def _smaller(self, row: Row, attempt: Attempt) -> Outcome:
        """Paint on the next smaller canvas, and enlarge what comes of it."""
        height, width = row.pixels.shape[:2]
        canvases = self._canvases
        while (side := canvases.side * 3 // 4 // 64 * 64) >= _SMALLEST:
            canvases = replace(canvases, side=side)
            pixels, where = fit(row.pixels, canvases.choose((width, height)))
            outcomes = self._try([replace(row, pixels=pixels)], attempt)
            if outcomes is not None:
                return outcomes[0] if isinstance(outcomes[0], EngineError) else unfit(outcomes[0], where)
            self._memory.release()
        return BusyError(_NO_ROOM)


def _is_short(error: Exception) -> bool:
    """Whether it is memory after all: not every layer below torch says so with the error that it has for it."""
    return any(words in str(error) for words in ("out of memory", "ALLOC_FAILED"))


def _is_sticky(error: Exception) -> bool:
    """Whether every later call on the device would fail too."""
    return isinstance(error, torch.AcceleratorError) or "CUDA error" in str(error)
