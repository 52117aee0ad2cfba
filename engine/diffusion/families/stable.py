"""Stable Diffusion 1.5 and XL: image to image in few steps."""

from collections.abc import Sequence
from math import ceil
from pathlib import Path

import torch
from diffusers import (
    EulerDiscreteScheduler,
    LCMScheduler,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionXLImg2ImgPipeline,
)

from engine.diffusion.families.base import (
    FamilyModel,
    OnLatents,
    Pipe,
    Row,
    Run,
    Tensors,
    generators,
    images,
    pooled,
    stacked,
    step_callback,
)
from styles import Prompt

_MOST = 50  # steps of a whole schedule: latent consistency models were distilled from so many


class _ImageToImage(FamilyModel):
    network = "unet"

    def add_lora(self, pipe: Pipe, file: Path, name: str) -> None:
        """The part for the UNet: what many bring for the text encoder too is left out, since none is loaded."""
        weights, alphas, metadata = pipe.lora_state_dict(
            file.parent,
            weight_name=file.name,
            unet_config=pipe.unet.config,
            return_lora_metadata=True,
            local_files_only=True,
        )
        pipe.load_lora_into_unet(
            weights, network_alphas=alphas, unet=pipe.unet, adapter_name=name, metadata=metadata, _pipeline=pipe
        )

    def paint(self, pipe: Pipe, rows: Sequence[Row], run: Run, on_latents: OnLatents) -> torch.Tensor:
        """Paint over the photos."""
        painted: torch.Tensor = pipe(
            image=images(rows),
            **stacked(rows, pipe),
            strength=run.share,
            num_inference_steps=_schedule(run),
            guidance_scale=run.guidance,
            generator=generators(rows),
            callback_on_step_end=step_callback(on_latents),
            output_type="pt",
        ).images
        return painted

    def preview(self, pipe: Pipe, latents: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:  # noqa: ARG002 - these latents know their size
        """Average the latents, and decode."""
        scaled = pooled(latents) / pipe.vae.config.scaling_factor
        decoded: torch.Tensor = pipe.vae.decode(scaled, return_dict=False)[0]
        return decoded


class StableDiffusion15(_ImageToImage):
    """Stable Diffusion 1.5, as a latent consistency model."""

    pipeline = StableDiffusionImg2ImgPipeline
    text = ("text_encoder", "tokenizer")
    unused = ("safety_checker", "feature_extractor", "image_encoder")

    def schedule(self, pipe: Pipe) -> None:
        """LCM."""
        pipe.scheduler = LCMScheduler.from_config(pipe.scheduler.config)

    def embed(self, pipe: Pipe, prompt: Prompt) -> Tensors:
        """Both prompts; without guidance the negative one is not used."""
        names = ("prompt_embeds", "negative_prompt_embeds")
        device = pipe.text_encoder.device
        encoded = pipe.encode_prompt(
            prompt.positive, device, 1, do_classifier_free_guidance=True, negative_prompt=prompt.negative
        )
        return dict(zip(names, encoded, strict=True))


class StableDiffusionXL(_ImageToImage):
    """Stable Diffusion XL, distilled to few steps like SDXL Lightning."""

    pipeline = StableDiffusionXLImg2ImgPipeline
    text = ("text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2")
    unused = ("feature_extractor", "image_encoder")

    def schedule(self, pipe: Pipe) -> None:
        """Euler with the last step at full noise, as SDXL Lightning says."""
        pipe.scheduler = EulerDiscreteScheduler.from_config(pipe.scheduler.config, timestep_spacing="trailing")

    def embed(self, pipe: Pipe, prompt: Prompt) -> Tensors:
        """Both prompts, with what the second encoder says of each as a whole."""
        names = (
            "prompt_embeds",
            "negative_prompt_embeds",
            "pooled_prompt_embeds",
            "negative_pooled_prompt_embeds",
        )
        encoded = pipe.encode_prompt(
            prompt=prompt.positive, negative_prompt=prompt.negative, do_classifier_free_guidance=True
        )
        return dict(zip(names, encoded, strict=True))


def _schedule(run: Run) -> int:
    """The steps of a whole schedule, of which the share of noise leaves so many as are wished."""
    whole = min(_MOST, ceil(run.steps / run.share))
    while whole < _MOST and int(whole * run.share) < min(run.steps, int(_MOST * run.share)):
        whole += 1  # a product of floats may fall just short
    return whole
