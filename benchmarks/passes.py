"""The time that a pipeline's networks take: all the rest is what a run costs besides."""

import time

import torch

from engine.diffusion.families.base import Pipe


class Passes:
    """The forward passes of what paints, encodes and decodes, from when they are watched on."""

    def __init__(self, pipe: Pipe) -> None:
        self._passes: list[tuple[_Mark, _Mark]] = []
        network = pipe.transformer if hasattr(pipe, "transformer") else pipe.unet
        for module in (network, pipe.vae.encoder, pipe.vae.decoder):
            self._watch(module)

    def clear(self) -> None:
        """Forget those that were."""
        self._passes.clear()

    def __len__(self) -> int:
        """How many there were."""
        return len(self._passes)

    @property
    def seconds(self) -> float:
        """How long they took together; told once the device is through with them."""
        return sum(begin.until(end) for begin, end in self._passes)

    def _watch(self, module: torch.nn.Module) -> None:
        begun: list[_Mark] = []
        module.register_forward_pre_hook(lambda *_: begun.append(_Mark()))
        module.register_forward_hook(lambda *_: self._passes.append((begun.pop(), _Mark())))


class _Mark:
    """A moment on the device: on a GPU when it gets there, which is later than when it is told."""

    def __init__(self) -> None:
        self.event = torch.cuda.Event(enable_timing=True) if torch.cuda.is_available() else None
        if self.event is not None:
            self.event.record()
        self.time = time.perf_counter()

    def until(self, end: "_Mark") -> float:
        """Seconds."""
        if self.event is None or end.event is None:
            return end.time - self.time
        return float(self.event.elapsed_time(end.event)) / 1e3
