"""The ladder: what is tried when memory is short, rung by rung, with memory that a test hands out."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from engine.contract import CancelledRunError
from engine.diffusion.buckets import Canvases
from engine.diffusion.devices import UnknownMemory
from engine.diffusion.families import Row
from engine.diffusion.ladder import Ladder, Outcome
from engine.diffusion.models import Family
from engine.errors import BusyError, LostError


class Memory(UnknownMemory):
    """Counts how often it was given back."""

    def __init__(self) -> None:
        self.released = 0

    def release(self) -> None:
        self.released += 1


class Device:
    """Paints rows of at most so many pixels a side in batches of at most so many; a tiled decoder needs a quarter."""

    def __init__(self, *, rows: int = 8, side: int = 512) -> None:
        self.rows, self.side = rows, side
        self.tiled = False
        self.tries: list[tuple[int, int]] = []

    def tile(self) -> None:
        self.tiled = True

    def paint(self, rows: Sequence[Row]) -> list[Outcome]:
        side = max(rows[0].pixels.shape[:2])
        self.tries.append((len(rows), side))
        if len(rows) > self.rows or side > self.side * (2 if self.tiled else 1):
            raise torch.OutOfMemoryError("injected")
        return [row.pixels for row in rows]


def ladder(device: Device, memory: Memory, batch: int = 4) -> Ladder:
    return Ladder(batch=batch, canvases=Canvases(Family.EDIT, 512), memory=memory, tile=device.tile)


def rows(count: int) -> list[Row]:
    return [Row(pixels=np.full((512, 512, 3), number, np.uint8), embeddings={}, seed=number) for number in range(count)]


def values(outcomes: Sequence[Outcome]) -> list[int]:
    return [int(outcome[0, 0, 0]) for outcome in outcomes if isinstance(outcome, np.ndarray)]


def test_enough_memory_is_one_run() -> None:
    device, memory = Device(), Memory()
    assert values(ladder(device, memory).paint(rows(4), device.paint)) == [0, 1, 2, 3]
    assert device.tries == [(4, 512)]
    assert memory.released == 0


def test_the_first_rung_is_half_the_batch_for_good() -> None:
    device, memory = Device(rows=1), Memory()
    one = ladder(device, memory)
    assert values(one.paint(rows(4), device.paint)) == [0, 1, 2, 3]
    assert [count for count, _ in device.tries] == [4, 2, 1, 1, 1, 1]
    assert one.batch == 1
    assert memory.released == 2
    device.tries.clear()
    one.paint(rows(2), device.paint)
    assert [count for count, _ in device.tries] == [1, 1]


def test_the_second_rung_is_a_tiled_decoder() -> None:
    device, memory = Device(rows=1, side=256), Memory()
    assert values(ladder(device, memory, batch=1).paint(rows(1), device.paint)) == [0]
    assert device.tiled
    assert device.tries == [(1, 512), (1, 512)]


def test_the_third_rung_is_a_smaller_canvas_and_the_picture_keeps_its_size() -> None:
    device, memory = Device(rows=1, side=192), Memory()
    (outcome,) = ladder(device, memory, batch=1).paint(rows(1), device.paint)
    assert isinstance(outcome, np.ndarray)
    assert outcome.shape == (512, 512, 3)
    assert device.tries == [(1, 512), (1, 512), (1, 384)]


def test_the_last_rung_is_the_painter_and_the_engine_lives_on() -> None:
    device, memory = Device(rows=1, side=64), Memory()
    one = ladder(device, memory, batch=1)
    (outcome,) = one.paint(rows(1), device.paint)
    assert isinstance(outcome, BusyError)
    assert memory.released == len(device.tries)
    device.side = 512
    assert values(one.paint(rows(1), device.paint)) == [0]


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("MPS backend out of memory (MPS allocated: 5 GB)"),
        torch.AcceleratorError("CUDA error: out of memory", 2),
    ],
)
def test_memory_that_is_short_below_torch_is_no_broken_device(error: Exception) -> None:
    device = Device(rows=1)

    def cramped(some: Sequence[Row]) -> list[Outcome]:
        if len(some) > 1:
            raise error
        return device.paint(some)

    assert values(ladder(device, Memory()).paint(rows(2), cramped)) == [0, 1]


@pytest.mark.parametrize("error", [torch.AcceleratorError("broken", 700), RuntimeError("CUDA error: launch failure")])
def test_an_error_of_the_device_is_the_end(error: Exception) -> None:
    def broken(_: Sequence[Row]) -> list[Outcome]:
        raise error

    with pytest.raises(LostError):
        ladder(Device(), Memory()).paint(rows(2), broken)


def test_a_cancellation_passes_through() -> None:
    def cancelled(_: Sequence[Row]) -> list[Outcome]:
        raise CancelledRunError

    with pytest.raises(CancelledRunError):
        ladder(Device(), Memory()).paint(rows(2), cancelled)
