"""What may make a model faster: measured on no GPU yet, so all of it is off, and `benchmarks/gpu` tries it."""

from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderTiny

from engine.diffusion.families import FamilyModel
from engine.diffusion.families.base import Pipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Levers:
    """Each is independent of the others.

    Attributes
    ----------
    compiled
        The network's repeated blocks go through torch.compile; on a GPU every canvas is then tried when the model is
        loaded.
    channels_last
        Weights of convolutions lie as GPUs read them.
    fused
        Queries, keys and values come out of one product.
    attention
        The name of an attention back end of diffusers, for transformers alone: a UNet takes no notice. It holds for
        the whole process.
    decoder
        The folder of a small VAE (`AutoencoderTiny`) that takes the place of Stable Diffusion's.
    """

    compiled: bool = False
    channels_last: bool = False
    fused: bool = False
    attention: str | None = None
    decoder: Path | None = None


NONE = Levers()


def pull(pipe: Pipe, family: FamilyModel, levers: Levers) -> None:
    """Set a loaded pipeline up so."""
    network = getattr(pipe, family.network)
    if levers.decoder is not None:
        pipe.vae = AutoencoderTiny.from_pretrained(levers.decoder, dtype=pipe.vae.dtype).to(pipe.vae.device)
    if levers.channels_last:
        network.to(memory_format=torch.channels_last)
        pipe.vae.to(memory_format=torch.channels_last)
    if levers.fused:
        network.fuse_qkv_projections()
    if levers.attention is not None:
        network.set_attention_backend(levers.attention)
    if levers.compiled:
        network.compile_repeated_blocks(fullgraph=True, dynamic=True)  # dynamic: no new compilation for each canvas
