"""Our runner beside bare calls of diffusers: the same networks, tensors and seeds, called in turns."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import torch
from diffusers import Flux2KleinPipeline
from PIL import Image

from engine.contract import Job, Picture, Pixels
from engine.diffusion.families.base import Pipe, Tensors
from engine.diffusion.models import Family
from engine.diffusion.runner import DiffusionRunner
from styles import Prompt, Style, Tuning, load

STEPS = 4


def styles(family: Family) -> list[Style]:
    """The styles with one tuning: few steps, no guidance; noise alone where the photo stays in view, and else half."""
    tuning = Tuning(strength=1 if family is Family.EDIT else 0.5, guidance=1, steps=STEPS, source="A benchmark.")
    return [
        style.model_copy(update={"models": style.models.model_copy(update={family.value: tuning})})
        for style in load().values()
    ]


def jobs(family: Family, side: int, count: int) -> list[Job]:
    """Jobs that may share a run, and differ in photo, prompt and seed."""
    wanted = styles(family)
    return [
        Job(id=f"job-{seed}", pixels=photo(side, side, seed), style=wanted[seed % len(wanted)], strength=0.5, seed=seed)
        for seed in range(count)
    ]


def photo(width: int, height: int, seed: int) -> Pixels:
    """A few soft colours."""
    colours = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(colours).resize((width, height), Image.Resampling.BICUBIC))


@dataclass(frozen=True, slots=True)
class Painter:
    """A runner that has loaded a model, and what diffusers makes of the same model alone."""

    runner: DiffusionRunner
    family: Family

    @property
    def pipe(self) -> Pipe:
        """What the runner has loaded."""
        loaded = self.runner._loaded  # noqa: SLF001 - a second copy of the networks might not fit beside the first
        assert loaded is not None
        return loaded.pipe

    def ours(self, some: Sequence[Job]) -> list[Pixels]:
        """Run the jobs together.

        Raises
        ------
        EngineError
            One of them failed.
        """
        return [_pixels(result) for result in self.runner.run(some, lambda *_: None)]

    def bare(self, job: Job) -> Callable[[], Pixels]:
        """The call of the plain pipeline that a script would make; the job's embeddings wait on the device."""
        pipe, tuning = self._plain(), self.family.tuning(job.style.models)
        assert tuning is not None
        words = {name: tensor.to(pipe.device, pipe.dtype) for name, tensor in self._words(job.style.prompt).items()}
        share = {} if self.family is Family.EDIT else {"strength": tuning.strength}

        def call() -> Pixels:
            made = pipe(
                image=Image.fromarray(job.pixels),
                num_inference_steps=ceil(tuning.steps / tuning.strength),
                guidance_scale=tuning.guidance,
                generator=torch.Generator().manual_seed(job.seed),
                **words,
                **share,
            )
            return np.asarray(made.images[0])

        return call

    def _plain(self) -> Pipe:
        """Stable Diffusion's runner has the plain pipeline itself; klein's has the one for inpainting."""
        if self.family is not Family.EDIT:
            return self.pipe
        plain: Pipe = Flux2KleinPipeline(**self.pipe.components, is_distilled=True)
        plain.set_progress_bar_config(disable=True)
        return plain

    def _words(self, prompt: Prompt) -> Tensors:
        loaded = self.runner._loaded  # noqa: SLF001 - the same
        assert loaded is not None
        return loaded.prompts[prompt]


def _pixels(result: object) -> Pixels:
    if isinstance(result, Picture):
        return result.pixels
    assert isinstance(result, Exception)
    raise result


def in_turns(rounds: int, *calls: Callable[[], object]) -> list[tuple[float, ...]]:
    """Seconds of each call in each round; every other round goes backwards, so that a trend favours nobody."""
    taken = []
    for number in range(rounds):
        order = range(len(calls)) if number % 2 == 0 else reversed(range(len(calls)))
        seconds = {index: _seconds(calls[index]) for index in order}
        taken.append(tuple(seconds[index] for index in range(len(calls))))
    return taken


def _seconds(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin
