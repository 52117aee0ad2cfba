"""The devices of this machine and their memory, as torch sees them."""

import gc
import os
from typing import Protocol

import torch

from engine.diffusion.profiles import Device, Kind


def devices() -> list[Device]:
    """Every GPU; where there is none, the CPU."""
    found = [_cuda(index) for index in range(torch.cuda.device_count())]
    if not found and torch.backends.mps.is_available():
        total = torch.mps.recommended_max_memory()
        found = [Device(kind=Kind.MPS, name="Apple GPU", total=total, free=total)]
    return found or [cpu()]


def cpu() -> Device:
    """The processor, with the machine's memory."""
    page = os.sysconf("SC_PAGE_SIZE")
    total = page * os.sysconf("SC_PHYS_PAGES")
    free = page * os.sysconf("SC_AVPHYS_PAGES") if "SC_AVPHYS_PAGES" in os.sysconf_names else total
    return Device(kind=Kind.CPU, name=f"CPU, {os.cpu_count() or 1} cores", total=total, free=free)


def _cuda(index: int) -> Device:
    free, total = torch.cuda.mem_get_info(index)
    return Device(
        kind=Kind.CUDA,
        index=index,
        name=torch.cuda.get_device_name(index),
        total=total,
        free=free,
        capability=torch.cuda.get_device_capability(index),
    )


class Memory(Protocol):
    """The memory of a device, in bytes."""

    def free(self) -> int | None:
        """What may still be allocated, or None where nobody can tell."""

    def begin(self) -> None:
        """Look for a peak from here on."""

    def peak(self) -> int:
        """The most that was in use since then, beyond what was in use then."""

    def release(self) -> None:
        """Give back what nothing holds any more."""


class CudaMemory:
    """Of a CUDA device."""

    def __init__(self, device: Device) -> None:
        self._device = torch.device(device.torch_name)
        self._before = 0

    def free(self) -> int | None:
        """What the driver has, and what torch has and does not use."""
        unused = torch.cuda.memory_reserved(self._device) - torch.cuda.memory_allocated(self._device)
        return torch.cuda.mem_get_info(self._device)[0] + unused

    def begin(self) -> None:
        """As the protocol says."""
        torch.cuda.reset_peak_memory_stats(self._device)
        self._before = torch.cuda.memory_allocated(self._device)

    def peak(self) -> int:
        """As the protocol says."""
        return torch.cuda.max_memory_allocated(self._device) - self._before

    def release(self) -> None:
        """Collect cycles, which errors leave behind, then empty torch's cache."""
        gc.collect()
        with torch.cuda.device(self._device):
            torch.cuda.empty_cache()


class UnknownMemory:
    """Of a device that does not tell."""

    def free(self) -> int | None:
        """Nobody can tell."""
        return None

    def begin(self) -> None:
        """Nothing is measured."""

    def peak(self) -> int:
        """Nothing was measured."""
        return 0

    def release(self) -> None:
        """Collect cycles, which errors leave behind."""
        gc.collect()


class MpsMemory(UnknownMemory):
    """Of an Apple GPU, which shares the machine's."""

    def release(self) -> None:
        """Empty torch's cache too."""
        super().release()
        torch.mps.empty_cache()


def memory(device: Device) -> Memory:
    """The memory of a device."""
    match device.kind:
        case Kind.CUDA:
            return CudaMemory(device)
        case Kind.MPS:
            return MpsMemory()
        case Kind.CPU:
            return UnknownMemory()
