"""A diffusion model as a Runner: it belongs to one thread and one device, and paints several photos at once."""

import logging
import time
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from engine.canvas import Size
from engine.contract import Job, Medium, OnStep, Picture, Pixels
from engine.diffusion import loading
from engine.diffusion.devices import Memory, memory
from engine.diffusion.families import FamilyModel, Row, Run, family_model
from engine.diffusion.families.base import Pipe, Tensors
from engine.diffusion.foreign import ONE_AT_A_TIME, LoadError
from engine.diffusion.ladder import Ladder, Outcome
from engine.diffusion.levers import NONE, Levers, pull
from engine.diffusion.plan import Plan
from engine.diffusion.profiles import Alike, Kind
from engine.diffusion.prompts import embed
from engine.diffusion.weights import WeightsError, lora_file
from engine.errors import BusyError, DeclinedError, EngineError, LostError, UnfitError
from styles import Lora, Prompt, Style

PREVIEWED = 8
"""A run of more steps than these shows what is coming; one of fewer is over before anybody could look."""

_PREVIEW_EVERY = 4
_RESERVE = 0.9  # the share of free memory that photos may take; what a run needs varies with what else is there

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False, kw_only=True)
class _Loaded:
    """What there is once the model is loaded; `guidance` is the most that a style wants."""

    pipe: Pipe
    prompts: Mapping[Prompt, Tensors]
    loras: Mapping[Lora, str]
    ladder: Ladder
    guidance: float

    def prepared(self, prompt: Prompt, lora: Lora | None) -> bool:
        """Whether everything that a style needs was there."""
        return prompt in self.prompts and (lora is None or lora in self.loras)

    def wear(self, lora: Lora | None) -> None:
        """Put these weights on top of the model, and take others off."""
        if lora is not None:
            self.pipe.enable_lora()
            self.pipe.set_adapters(self.loras[lora], lora.weight)
        elif self.loras:
            self.pipe.disable_lora()


class DiffusionRunner:
    """Paints on canvases of its profile; a FittedEngine around the engine brings photos into that form.

    Parameters
    ----------
    styles
        The styles whose prompts are read when the model is loaded; a job in another one is declined.
    """

    def __init__(self, plan: Plan, styles: Sequence[Style], levers: Levers = NONE) -> None:
        self._plan = plan
        self._styles = styles
        self._levers = levers
        self._family: FamilyModel = family_model(plan.profile.family)
        self._memory: Memory = memory(plan.device)
        self._loaded: _Loaded | None = None

    @property
    def name(self) -> str:
        """The model's name, as members read it."""
        return self._plan.name

    @property
    def batch(self) -> int:
        """The profile's, or what memory allowed."""
        return self._loaded.ladder.batch if self._loaded else self._plan.profile.batch

    def key(self, job: Job) -> Hashable:
        """Canvas, steps, share of noise, guidance and LoRA; prompts and seeds may differ. None is what is declined."""
        alike = self._alike(job)
        return None if alike is None else (job.pixels.shape, alike)

    def load(self) -> None:
        """Read the prompts, then load what paints, and paint a grey canvas to see that it works and what it takes.

        Raises
        ------
        LostError
            The model can't be loaded, or does not paint; the text is one sentence that says why.
        """
        loading.quiet()
        if self._plan.device.kind is Kind.CUDA:
            torch.cuda.set_device(self._plan.device.index)  # for this thread alone
        try:
            with ONE_AT_A_TIME:
                self._loaded = self._load()
        except (LoadError, WeightsError) as error:
            raise LostError(str(error)) from None
        self._warm_up(self._loaded)

    def run(self, jobs: Sequence[Job], on_step: OnStep) -> Sequence[Picture | EngineError]:
        """Paint the jobs in one run, or in smaller ones where memory is short.

        Raises
        ------
        LostError
            The device is broken.
        CancelledRunError
            `on_step` raised it; the next run starts afresh.
        """
        loaded, alike = self._loaded, self._alike(jobs[0])
        if loaded is None or alike is None:
            return [DeclinedError(f"{self.name} does not do {job.style.id}") for job in jobs]
        started = time.monotonic()
        loaded.wear(alike.lora)
        run = Run(share=alike.share, steps=alike.steps, guidance=alike.guidance)
        rows = [Row(pixels=job.pixels, embeddings=loaded.prompts[job.style.prompt], seed=job.seed) for job in jobs]

        def attempt(some: Sequence[Row]) -> Sequence[Outcome]:
            shown = run.steps > PREVIEWED and len(some) == len(rows)
            return self._paint(loaded.pipe, some, run, on_step, previewed=shown)

        outcomes = loaded.ladder.paint(rows, attempt)
        seconds = time.monotonic() - started
        return [self._result(job, outcome, seconds) for job, outcome in zip(jobs, outcomes, strict=True)]

    def close(self) -> None:
        """Give the model's memory back."""
        self._loaded = None
        self._memory.release()

    def _alike(self, job: Job) -> Alike | None:
        """What the job means to the model; None for one that it does not do, or was not prepared for."""
        alike = self._plan.profile.alike(job.style, job.strength)
        if alike is None or (self._loaded and not self._loaded.prepared(job.style.prompt, alike.lora)):
            return None
        return alike

    def _load(self) -> _Loaded:
        plan, tunings = self._plan, [self._plan.profile.family.tuning(style.models) for style in self._styles]
        offered = [style.prompt for style, tuning in zip(self._styles, tunings, strict=True) if tuning is not None]
        prompts = embed(plan, self._family, offered, self._memory)
        pipe = loading.open_painting(self._family, plan.weights.folder, plan.profile, plan.device, plan.few_steps)
        loras = self._add_loras(pipe, {tuning.lora for tuning in tunings if tuning and tuning.lora})
        pull(pipe, self._family, self._levers)
        ladder = Ladder(
            batch=plan.profile.batch,
            canvases=plan.profile.canvases,
            memory=self._memory,
            tile=lambda: loading.tile(pipe.vae, plan.profile.size),
        )
        guidance = max((tuning.guidance for tuning in tunings if tuning), default=1.0)
        return _Loaded(pipe=pipe, prompts=prompts, loras=loras, ladder=ladder, guidance=guidance)

    def _add_loras(self, pipe: Pipe, wanted: Iterable[Lora]) -> Mapping[Lora, str]:
        """Load the styles' own weights; a style whose weights don't fit is left to the painter, and the log says so."""
        loaded: dict[Lora, str] = {}
        for number, lora in enumerate(wanted):
            name = f"style_{number}"  # peft looks for "lora_" in the names of weights, and would find it in this one
            try:
                loading.add_lora(self._family, pipe, lora_file(lora, self._plan.home), name)
            except (LoadError, WeightsError) as error:
                _log.error("%s: styles with it are left to the painter: %s", self.name, error)
            else:
                loaded[lora] = name
        return loaded

    def _warm_up(self, loaded: _Loaded) -> None:
        """The first run allocates, compiles, and says how many photos a run has room for.

        Raises
        ------
        LostError
            Nothing can be painted at all.
        """
        if not loaded.prompts:
            return
        canvases = sorted(self._plan.profile.canvases.fixed(), key=lambda canvas: canvas[0] * canvas[1])
        self._memory.begin()
        for canvas in canvases if self._levers.compiled else canvases[-1:]:
            self._try_out(loaded, canvas)
        free, taken = self._memory.free(), self._memory.peak()
        if free is not None and taken:
            loaded.ladder.batch = max(1, min(loaded.ladder.batch, int(_RESERVE * free / taken)))
        if self._levers.compiled and loaded.ladder.batch > 1:
            self._try_out(loaded, canvases[-1], count=2)  # what was compiled for one is compiled again for several

    def _try_out(self, loaded: _Loaded, canvas: Size, *, count: int = 1) -> None:
        """Paint grey, one step, with the most guidance that a style wants: it doubles what a photo takes."""
        words = next(iter(loaded.prompts.values()))
        grey = Row(pixels=np.full((canvas[1], canvas[0], 3), 127, np.uint8), embeddings=words, seed=0)
        run = Run(share=1, steps=1, guidance=loaded.guidance)
        outcomes = loaded.ladder.paint(
            [grey] * count, lambda rows: self._paint(loaded.pipe, rows, run, lambda *_: None)
        )
        if isinstance(outcomes[0], LostError | BusyError):
            raise LostError(f"{self._plan.weights.folder}: a first run of the model failed: {outcomes[0]}")

    def _paint(
        self, pipe: Pipe, rows: Sequence[Row], run: Run, on_step: OnStep, *, previewed: bool = False
    ) -> Sequence[Outcome]:
        height, width = rows[0].pixels.shape[:2]

        def on_latents(step: int, latents: torch.Tensor) -> None:
            previews: Sequence[Pixels] = ()
            if previewed and step % _PREVIEW_EVERY == 0 and step < run.steps:
                previews = _as_pixels(self._family.preview(pipe, latents, (width, height)) / 2 + 0.5)
            on_step(min(step, run.steps), run.steps, previews)

        painted = self._family.paint(pipe, rows, run, on_latents)
        whole = painted.isfinite().flatten(1).all(1).tolist()
        return [
            pixels if finite else UnfitError("broken")
            for pixels, finite in zip(_as_pixels(painted), whole, strict=True)
        ]

    def _result(self, job: Job, outcome: Outcome, seconds: float) -> Picture | EngineError:
        if isinstance(outcome, EngineError):
            return outcome
        return Picture(pixels=outcome, engine=self.name, medium=Medium.MODEL, seed=job.seed, seconds=seconds)


def _as_pixels(pictures: torch.Tensor) -> list[Pixels]:
    """(rows, 3, height, width) in 0..1 as pixels; what is not finite becomes black."""
    scaled = pictures.float().nan_to_num(0.0, 0.0, 0.0).clamp(0, 1).mul(255).round().to(torch.uint8)
    return [row.copy() for row in scaled.permute(0, 2, 3, 1).cpu().numpy()]  # or each would keep its neighbours alive
