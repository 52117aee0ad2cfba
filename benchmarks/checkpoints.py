"""Random weights in the architectures of real models, kept as if they had been fetched: what is timed, never looked at.

There are no text encoders in them: what these would make of the styles' prompts is random too, and lies in the store.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from importlib import import_module
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from engine.diffusion import loading, weights
from engine.diffusion.embeddings import Embeddings, Wording
from engine.diffusion.families.base import Tensors
from engine.diffusion.models import Family
from engine.diffusion.prompts import KEPT
from styles import load

Config = Mapping[str, Any]
"""What diffusers keeps beside a network, or a scheduler, as JSON."""

_COMMIT = "0" * 40
_TOKENS = {Family.EDIT: 512, Family.SD15: 77, Family.SDXL: 77}
_VARIANCE = 3.0  # of FLUX.2's latents, as its VAE has it: 2.9 to 3.5

_FILES: Mapping[Family, Mapping[str, str]] = MappingProxyType(
    {
        Family.EDIT: {"transformer": "klein4b_transformer", "vae": "flux2_vae", "scheduler": "klein_scheduler"},
        Family.SD15: {"unet": "sd15_unet", "vae": "sd15_vae", "scheduler": "sd15_scheduler_lcm"},
        Family.SDXL: {"unet": "sdxl_unet", "vae": "sdxl_vae_fp16fix", "scheduler": "sdxl_scheduler_euler_trailing"},
    }
)
"""The files of each part's configuration."""

_CLIP = {"text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"]}
_INDEXES: Mapping[Family, Config] = MappingProxyType(
    {
        Family.EDIT: {
            "_class_name": "Flux2KleinPipeline",
            "is_distilled": True,
            "text_encoder": ["transformers", "Qwen3ForCausalLM"],
            "tokenizer": ["transformers", "Qwen2Tokenizer"],
        },
        Family.SD15: {
            "_class_name": "StableDiffusionPipeline",
            "feature_extractor": [None, None],
            "safety_checker": [None, None],
            "requires_safety_checker": False,
            **_CLIP,
        },
        Family.SDXL: {
            "_class_name": "StableDiffusionXLPipeline",
            "force_zeros_for_empty_prompt": True,
            "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"],
            "tokenizer_2": ["transformers", "CLIPTokenizer"],
            **_CLIP,
        },
    }
)
"""What `model_index.json` says of the parts that are not there, and of the pipeline."""

_SMALL_VAE = {"block_out_channels": [8] * 4, "layers_per_block": 1, "norm_num_groups": 4}
_SMALL_UNET = {"block_out_channels": [8, 16, 32, 32], "layers_per_block": 1, "norm_num_groups": 4}
_SMALL: Mapping[str, Config] = MappingProxyType(
    {
        "klein4b_transformer": {
            "in_channels": 16,  # four times the latent channels
            "num_layers": 1,
            "num_single_layers": 1,
            "attention_head_dim": 16,
            "num_attention_heads": 2,
            "joint_attention_dim": 48,
            "axes_dims_rope": [4] * 4,  # they add up to a head
        },
        "flux2_vae": {**_SMALL_VAE, "latent_channels": 4},
        "sd15_unet": {**_SMALL_UNET, "attention_head_dim": 2, "cross_attention_dim": 32},
        "sd15_vae": _SMALL_VAE,
        "sdxl_unet": {
            **_SMALL_UNET,
            "block_out_channels": [8, 16, 32],
            "attention_head_dim": [1, 2, 4],
            "transformer_layers_per_block": [1, 1, 2],
            "cross_attention_dim": 64,
            "addition_time_embed_dim": 8,
            "projection_class_embeddings_input_dim": 6 * 8 + 32,
        },
        "sdxl_vae_fp16fix": _SMALL_VAE,
        "taesd_autoencoder_tiny": {"encoder_block_out_channels": [8] * 4, "decoder_block_out_channels": [8] * 4},
    }
)
"""What makes a network small enough for a CPU and leaves its architecture alone."""

_MID_SIZE: Mapping[str, Config] = MappingProxyType(
    {
        "unet": {
            "_class_name": "UNet2DConditionModel",
            "block_out_channels": [128, 256, 512, 512],
            "cross_attention_dim": 768,
            "sample_size": 32,
        },
        "vae": {
            "_class_name": "AutoencoderKL",
            "block_out_channels": [32, 64, 128, 128],
            "down_block_types": ["DownEncoderBlock2D"] * 4,
            "up_block_types": ["UpDecoderBlock2D"] * 4,
            "layers_per_block": 2,
        },
        "scheduler": {
            "_class_name": "LCMScheduler",
            "beta_schedule": "scaled_linear",
            "beta_start": 0.00085,
            "beta_end": 0.012,
            "clip_sample": False,
            "steps_offset": 1,
        },
    }
)
"""Stable Diffusion 1.5 with four tenths of its channels: 142 million parameters."""


def from_configs(configs: Path, family: Family, home: Path, *, dtype: torch.dtype, shrink: bool) -> str:
    """Make a family's model among the fetched ones under `home`, and give its name.

    Parameters
    ----------
    configs
        The folder of published configurations, one JSON file a part.
    shrink
        Few layers and channels, for a CPU.
    """
    parts = {part: _config(configs, stem, shrink=shrink) for part, stem in _FILES[family].items()}
    return _write(home, family, parts, dtype)


def mid_size_sd15(home: Path) -> str:
    """Make a Stable Diffusion 1.5 that a CPU paints with in a second, among the fetched models, and give its name."""
    return _write(home, Family.SD15, _MID_SIZE, torch.float32)


def tiny_decoder(configs: Path, folder: Path, *, dtype: torch.dtype, shrink: bool) -> Path:
    """Write a small VAE for Stable Diffusion into the folder."""
    _random(_config(configs, "taesd_autoencoder_tiny", shrink=shrink), dtype).save_pretrained(folder)
    return folder


def _config(configs: Path, stem: str, *, shrink: bool) -> Config:
    published: Config = json.loads((configs / f"{stem}.json").read_bytes())
    return {**published, **_SMALL.get(stem, {})} if shrink else published


def _write(home: Path, family: Family, parts: Mapping[str, Config], dtype: torch.dtype) -> str:
    loading.quiet()
    name = f"random/{family}"
    folder = weights.place(name, home)
    for part, config in parts.items():
        made = _class(config).from_config(config) if part == "scheduler" else _random(config, dtype)
        made.save_pretrained(folder / part)
    classes = {part: ["diffusers", config["_class_name"]] for part, config in parts.items()}
    folder.joinpath(weights.INDEX).write_text(json.dumps({**_INDEXES[family], **classes}), encoding="utf-8")
    folder.joinpath(weights.MANIFEST).write_text(_manifest(name, folder).model_dump_json(), encoding="utf-8")
    _keep_words(home, name, family, parts)
    return name


def _class(config: Config) -> Any:  # noqa: ANN401 - diffusers' classes share no typed interface
    """Import diffusers after `engine.diffusion`, which silences it."""
    return getattr(import_module("diffusers"), config["_class_name"])


def _random(config: Config, dtype: torch.dtype) -> Any:  # noqa: ANN401 - the same
    """Build a network where torch is fastest, with weights whose products neither fade nor overflow."""
    with torch.device("meta"):
        network = _class(config).from_config(config)
    network = network.to(dtype).to_empty(device="cuda" if torch.cuda.is_available() else "cpu")
    with torch.no_grad():
        for name, tensor in _tensors(network):
            _fill(name, tensor)
    return network


def _tensors(network: torch.nn.Module) -> Iterable[tuple[str, torch.Tensor]]:
    return chain(network.named_parameters(), network.named_buffers())


def _fill(name: str, tensor: torch.Tensor) -> None:
    if name.endswith("running_var"):
        tensor.fill_(_VARIANCE)
    elif tensor.ndim > 1:
        tensor.normal_(std=tensor[0].numel() ** -0.5)
    else:
        tensor.fill_(1 if name.endswith("weight") else 0)  # of norms, and of biases


def _manifest(name: str, folder: Path) -> weights.Manifest:
    kept = [path for path in folder.rglob("*") if path.is_file()]
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in kept}
    today = dt.datetime.now(dt.UTC).date()
    return weights.Manifest(repo=name, commit=_COMMIT, licence=None, gated=False, fetched=today, files=files)


def _keep_words(home: Path, name: str, family: Family, parts: Mapping[str, Config]) -> None:
    """Put embeddings of every style's prompt into the store, in each precision that may be asked for."""
    store = Embeddings(home / KEPT)
    for number, style in enumerate(load().values()):
        words = _words(family, parts, torch.Generator().manual_seed(number))
        for dtype in (torch.bfloat16, torch.float32):
            wording = Wording(name, _COMMIT, str(dtype), style.prompt)
            store.put(wording, {key: tensor.to(dtype) for key, tensor in words.items()})


def _words(family: Family, parts: Mapping[str, Config], noise: torch.Generator) -> Tensors:
    def random(*shape: int) -> torch.Tensor:
        return torch.randn(1, *shape, generator=noise)

    tokens = _TOKENS[family]
    if family is Family.EDIT:
        return {"prompt_embeds": random(tokens, parts["transformer"]["joint_attention_dim"])}
    unet = parts["unet"]
    words = {key: random(tokens, unet["cross_attention_dim"]) for key in ("prompt_embeds", "negative_prompt_embeds")}
    if family is Family.SD15:
        return words
    pooled = unet["projection_class_embeddings_input_dim"] - 6 * unet["addition_time_embed_dim"]
    return words | {key: random(pooled) for key in ("pooled_prompt_embeds", "negative_pooled_prompt_embeds")}
