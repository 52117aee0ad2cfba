"""What a family of models has to say."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from engine.contract import Pixels
from styles import Prompt

Pipe = Any
"""A pipeline of diffusers; they share no typed interface."""

Scheduler = Any
"""A scheduler of diffusers; the same."""

Tensors = Mapping[str, torch.Tensor]
"""Prompt embeddings by the names under which a pipeline takes them, each with a batch of one."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Row:
    """One photo in a run.

    Attributes
    ----------
    pixels
        On a canvas of the family; the same for all rows of a run.
    seed
        0 <= seed < 2**32.
    """

    pixels: Pixels = field(repr=False)
    embeddings: Tensors = field(repr=False)
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What all rows of a run have in common.

    Attributes
    ----------
    share
        Of noise at the start, 0.02..1.
    steps
        How often the network is asked.
    """

    share: float
    steps: int
    guidance: float


OnLatents = Callable[[int, torch.Tensor], None]
"""Called after each step with its number, from 1 on, and the latents; raises to end the run."""


class FamilyModel(ABC):
    """How the models of a family are loaded and run. Has no state: that is the pipeline's."""

    pipeline: type[Any]
    """The pipeline's class."""

    network: str
    """The component that paints, and that may be quantised."""

    text: tuple[str, ...]
    """The components that only prompts need."""

    unused: tuple[str, ...] = ()
    """The components that are never loaded."""

    unquantised: tuple[str, ...] = ()
    """The network's modules that keep their precision."""

    @abstractmethod
    def schedule(self, pipe: Pipe) -> None:
        """Set the scheduler that goes with few steps."""

    def add_lora(self, pipe: Pipe, file: Path, name: str) -> None:
        """Load LoRA weights for the network under a name; raises what diffusers raises where they don't fit."""
        pipe.load_lora_weights(file.parent, weight_name=file.name, adapter_name=name, local_files_only=True)

    @abstractmethod
    def embed(self, pipe: Pipe, prompt: Prompt) -> Tensors:
        """What the text encoders make of a prompt; needs the `text` components only."""

    @abstractmethod
    def paint(self, pipe: Pipe, rows: Sequence[Row], run: Run, on_latents: OnLatents) -> torch.Tensor:
        """Call the pipeline: (rows, 3, height, width), 0..1, not finite where it broke."""

    @abstractmethod
    def preview(self, pipe: Pipe, latents: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
        """Decode a small copy of the latents of a canvas of this width and height: (rows, 3, height, width), -1..1."""


def images(rows: Sequence[Row]) -> list[Image.Image]:
    """The photos as pipelines take them.

    Raises
    ------
    ValueError
        They have different sizes: pipelines would resize them silently to the first one's.
    """
    if len({row.pixels.shape for row in rows}) != 1:
        raise ValueError("the photos of a run have one size")
    return [Image.fromarray(row.pixels) for row in rows]


def stacked(rows: Sequence[Row], pipe: Pipe) -> dict[str, torch.Tensor]:
    """The rows' embeddings as batches, on the pipeline's device and in its network's precision."""
    device = pipe._execution_device  # noqa: SLF001 - there is no public name for where an offloaded pipeline computes
    return {
        name: torch.cat([row.embeddings[name] for row in rows]).to(device, pipe.dtype) for name in rows[0].embeddings
    }


def generators(rows: Sequence[Row]) -> list[torch.Generator]:
    """One for each row, on the CPU, where a seed gives the same noise on every machine."""
    return [torch.Generator().manual_seed(row.seed) for row in rows]


def step_callback(on_latents: OnLatents) -> Callable[[Any, int, Any, dict[str, Any]], dict[str, Any]]:
    """What pipelines call after a step: it follows the GPU, one step behind.

    Nothing in the loop waits for the GPU, so that all steps are launched at once and a cancellation would come too
    late. Waiting for the step before this one keeps the GPU busy and the steps honest.
    """
    events: list[torch.cuda.Event] = []

    def callback(_pipe: object, step: int, _time: object, values: dict[str, Any]) -> dict[str, Any]:
        latents = values["latents"]
        if latents.is_cuda:
            events.append(torch.cuda.current_stream(latents.device).record_event())
            if step:
                events[-2].synchronize()
        if latents.is_mps:
            torch.mps.synchronize()  # its events can't be waited for one by one
        on_latents(step + 1, latents)
        return values

    return callback


def pooled(latents: torch.Tensor, most: int = 32) -> torch.Tensor:
    """Latents (rows, channels, height, width), averaged down to at most so many a side: cheap to decode, less noisy."""
    by = -(-max(latents.shape[-2:]) // most)
    return torch.nn.functional.avg_pool2d(latents.float(), by, ceil_mode=True).to(latents.dtype) if by > 1 else latents
