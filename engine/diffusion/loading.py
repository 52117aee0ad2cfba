"""Weights from disk to a pipeline that is ready to paint, by diffusers' loaders."""

import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import torch
from diffusers.quantizers.pipe_quant_config import PipelineQuantizationConfig
from diffusers.quantizers.quantization_config import TorchAoConfig
from diffusers.utils import logging as diffusers_logging
from torchao.quantization import Float8WeightOnlyConfig, Int8WeightOnlyConfig
from transformers.utils import logging as transformers_logging

from engine.diffusion.families import FamilyModel
from engine.diffusion.families.base import Pipe
from engine.diffusion.foreign import FOREIGN, LoadError, translated
from engine.diffusion.profiles import Device, Profile
from engine.diffusion.traits import Offload, Precision
from engine.diffusion.weights import variants

_DTYPES: Final = {Precision.FP32: torch.float32}
_QUANTISED: Final = {Precision.FP8: Float8WeightOnlyConfig, Precision.INT8: Int8WeightOnlyConfig}


def dtype(profile: Profile) -> torch.dtype:
    """What is computed in: bf16, unless fp32 is asked for; fp16 would overflow in SDXL's decoder."""
    return _DTYPES.get(profile.precision, torch.bfloat16)


def quiet() -> None:
    """The libraries' bars and notes are about their own use; what matters to us they raise."""
    diffusers_logging.set_verbosity_error()
    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
    warnings.filterwarnings("ignore", "Already found a `peft_config`")  # several styles, several LoRAs
    torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))  # a core is the event loop's


def open_text(family: FamilyModel, folder: Path, profile: Profile, device: str) -> Pipe:
    """Only the part of the pipeline that reads prompts.

    Raises
    ------
    LoadError
    """
    silent = dict.fromkeys((family.network, "vae", *family.unused))
    with translated(folder):
        return _opened(family, folder, profile, silent).to(device)


def open_painting(family: FamilyModel, folder: Path, profile: Profile, device: Device, few_steps: Path | None) -> Pipe:
    """Everything else of it, on the device.

    Parameters
    ----------
    few_steps
        A LoRA to be fused into the network.

    Raises
    ------
    LoadError
    """
    silent = dict.fromkeys((*family.text, *family.unused))
    with translated(folder):
        pipe = _opened(family, folder, profile, silent, quantization_config=_quantisation(family, profile))
        family.schedule(pipe)
        if few_steps is not None:
            add_lora(family, pipe, few_steps, "few_steps")
            pipe.fuse_lora()
            pipe.unload_lora_weights()
        _place(pipe, profile, device)
    return pipe


def _opened(family: FamilyModel, folder: Path, profile: Profile, silent: Mapping[str, None], **more: object) -> Pipe:
    """The one call of `from_pretrained`: from this folder alone, without the silent parts, and never from pickle."""
    parts = {family.network, "vae", *family.text}.difference(silent)
    pipe = family.pipeline.from_pretrained(
        folder,
        dtype=dtype(profile),
        variant=min(variants(folder, parts), default=None),
        local_files_only=True,
        use_safetensors=True,
        **silent,
        **more,
    )
    pipe.set_progress_bar_config(disable=True)
    if (lacking := _lacking(pipe)) is not None:
        raise LoadError(f"{folder}: tensors are missing in the model's files, {lacking} among them; bring whole ones")
    return pipe


def _lacking(pipe: Pipe) -> str | None:
    """A tensor that no file had: loaders only warn of it, and it fails much later, wherever it is first needed."""
    networks = [(name, part) for name, part in pipe.components.items() if isinstance(part, torch.nn.Module)]
    tensors = (
        f"{name}.{tensor}" for name, part in networks for tensor, value in part.named_parameters() if value.is_meta
    )
    return next(tensors, None)


def add_lora(family: FamilyModel, pipe: Pipe, file: Path, name: str) -> None:
    """Load LoRA weights under a name, or leave the model as it was.

    Raises
    ------
    LoadError
        They don't fit.
    """
    try:
        family.add_lora(pipe, file, name)
    except FOREIGN as error:
        pipe.delete_adapters(name)
        raise LoadError(f"{file}: this LoRA does not fit the model ({type(error).__name__})") from None
    if not any(name in names for names in pipe.get_list_adapters().values()):  # keys of another family are skipped
        raise LoadError(f"{file}: this LoRA has nothing for the model")


def tile(vae: Pipe, side: int) -> None:
    """Let it decode squares of this side in tiles; by default nothing up to the size it was trained on is tiled."""
    pixels_a_latent = vae.tile_sample_min_size // vae.tile_latent_min_size
    vae.tile_sample_min_size = side // 2
    vae.tile_latent_min_size = side // 2 // pixels_a_latent
    vae.enable_tiling()


def _quantisation(family: FamilyModel, profile: Profile) -> PipelineQuantizationConfig | None:
    scheme = _QUANTISED.get(profile.precision)
    if scheme is None:
        return None
    kept = list(family.unquantised)
    return PipelineQuantizationConfig(
        quant_mapping={family.network: TorchAoConfig(scheme(), modules_to_not_convert=kept)}
    )


def _place(pipe: Pipe, profile: Profile, device: Device) -> None:
    match profile.offload:
        case Offload.NONE:
            pipe.to(device.torch_name)
        case Offload.MODEL:
            pipe.enable_model_cpu_offload(device=device.torch_name)
        case Offload.LAYERS:
            pipe.enable_sequential_cpu_offload(device=device.torch_name)
