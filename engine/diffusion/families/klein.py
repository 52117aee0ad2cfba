"""FLUX.2 klein: edits a photo that stays in view as a reference."""

import math
from collections.abc import Sequence

import torch
from diffusers import Flux2KleinInpaintPipeline
from diffusers.pipelines.flux2.pipeline_flux2_klein import compute_empirical_mu
from PIL import Image

from engine.diffusion.families.base import (
    FamilyModel,
    OnLatents,
    Pipe,
    Row,
    Run,
    Scheduler,
    Tensors,
    generators,
    images,
    stacked,
    step_callback,
)
from styles import Prompt

_PATCH = 16  # pixels a side that one token stands for
_WORDS = 512  # tokens of a prompt; shorter ones are padded to it


class Klein(FamilyModel):
    """The inpainting pipeline with a mask that is white all over.

    It takes a photo, a prompt and a seed for each row, where the plain pipeline takes several photos as references for
    every prompt; and it starts from the photo's latents, where the plain one starts from noise alone. Where both can
    do a thing, they do the same to the bit.
    """

    pipeline = Flux2KleinInpaintPipeline
    network = "transformer"
    text = ("text_encoder", "tokenizer")
    # 5 % of the parameters, and nearly all of what fp8 would cost in exactness
    unquantised = (
        "x_embedder",
        "context_embedder",
        "proj_out",
        "norm_out",
        "time_guidance_embed",
        "double_stream_modulation_img",
        "double_stream_modulation_txt",
        "single_stream_modulation",
    )

    def schedule(self, pipe: Pipe) -> None:
        """Leave it: the model was distilled with its own."""

    def embed(self, pipe: Pipe, prompt: Prompt) -> Tensors:
        """The instruction; and for models that are not distilled, and so have guidance, no words at all."""
        wanted = {"prompt_embeds": prompt.instruction} | (
            {} if pipe.config.is_distilled else {"negative_prompt_embeds": ""}
        )
        return {name: pipe.encode_prompt(prompt=words, max_sequence_length=_WORDS)[0] for name, words in wanted.items()}

    def paint(self, pipe: Pipe, rows: Sequence[Row], run: Run, on_latents: OnLatents) -> torch.Tensor:
        """Redraw the whole photo, from its own latents with so much noise."""
        photos = images(rows)
        painted: torch.Tensor = pipe(
            image=photos,
            mask_image=Image.new("L", photos[0].size, 255),
            **stacked(rows, pipe),
            strength=1.0,  # a lower one would leave steps out, and never start with less than 70 % noise
            sigmas=_sigmas(pipe.scheduler, run, photos[0].width * photos[0].height // _PATCH**2),
            num_inference_steps=run.steps,
            guidance_scale=run.guidance,
            generator=generators(rows),
            callback_on_step_end=step_callback(on_latents),
            output_type="pt",
        ).images
        return painted

    def preview(self, pipe: Pipe, latents: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
        """Unpack the tokens, thin them out, and decode: each is a patch of its own, so that some may be left out."""
        rows, _, channels = latents.shape
        width, height = size[0] // _PATCH, size[1] // _PATCH
        by = -(-max(width, height) // 16)
        tokens = latents.view(rows, height, width, channels)[:, ::by, ::by].permute(0, 3, 1, 2)
        norm = pipe.vae.bn
        deviation = torch.sqrt(norm.running_var + pipe.vae.config.batch_norm_eps)
        scaled = tokens * deviation.view(1, -1, 1, 1).to(tokens) + norm.running_mean.view(1, -1, 1, 1).to(tokens)
        unpacked = pipe._unpatchify_latents(scaled)  # noqa: SLF001 - the layout of patches is the pipeline's own
        decoded: torch.Tensor = pipe.vae.decode(unpacked, return_dict=False)[0]
        return decoded


def _sigmas(scheduler: Scheduler, run: Run, tokens: int) -> list[float] | None:
    """The schedule whose first value, once shifted, is the share of noise; None is the model's own, from noise alone.

    The scheduler shifts what it is given, s = e u / (1 + (e - 1) u), with e from the number of tokens; u is the
    inverse of that for the wished s.
    """
    if run.share >= 1:
        return None
    config = scheduler.config
    shift = math.exp(compute_empirical_mu(tokens, run.steps)) if config.use_dynamic_shifting else config.shift
    start = run.share / (run.share + (1 - run.share) * shift)
    return [start * (1 - step / run.steps) for step in range(run.steps)]
