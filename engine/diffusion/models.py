"""The models that Animify knows: by family, with what fetching them means. Knows no torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from styles import Lora, Models, Tuning


class Family(StrEnum):
    """Models that are run in the same way; the values are the keys of a style's `models` table."""

    EDIT = "edit"  # FLUX.2 klein: the photo stays in view as a reference
    SD15 = "sd15"  # Stable Diffusion 1.5 and its like: image to image
    SDXL = "sdxl"  # Stable Diffusion XL and its like: image to image

    def tuning(self, models: Models) -> Tuning | None:
        """What a style says to this family, or None where it does not offer the style."""
        tuning: Tuning | None = getattr(models, self.value)
        return tuning


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A model that may be chosen without being named: open, and not gated.

    Attributes
    ----------
    id
        Its repository on the hub.
    licence
        As its card said in November 2026; `animify models fetch` records what it says then.
    download
        About how many bytes are fetched.
    few_steps
        The LoRA that makes few steps enough, fused into the model when it is loaded; None where the model is distilled.
    """

    id: str
    family: Family
    licence: str
    download: int
    few_steps: Lora | None = None


KLEIN = Known(id="black-forest-labs/FLUX.2-klein-4B", family=Family.EDIT, licence="apache-2.0", download=16_000_000_000)

SD15 = Known(
    id="stable-diffusion-v1-5/stable-diffusion-v1-5",
    family=Family.SD15,
    licence="creativeml-openrail-m",
    download=4_400_000_000,
    few_steps=Lora(repo="latent-consistency/lcm-lora-sdv1-5", file="pytorch_lora_weights.safetensors"),
)

SDXL = Known(
    id="stabilityai/stable-diffusion-xl-base-1.0",
    family=Family.SDXL,
    licence="openrail++",
    download=14_300_000_000,
    few_steps=Lora(repo="ByteDance/SDXL-Lightning", file="sdxl_lightning_4step_lora.safetensors"),
)

KNOWN: Mapping[str, Known] = MappingProxyType({model.id: model for model in (KLEIN, SD15, SDXL)})
"""By id, the best first."""
