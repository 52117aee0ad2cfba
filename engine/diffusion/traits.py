"""What sets one family of models apart, as far as it can be known without torch: a row for each.

A new family is a row here, a class in `families/`, and a tuning in the styles that offer it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from engine.canvas import Size
from engine.diffusion.models import Family


class Precision(StrEnum):
    """How the weights of the network that paints are kept."""

    FP32 = "fp32"
    BF16 = "bf16"
    FP8 = "fp8"  # weights alone; it computes in bf16
    INT8 = "int8"  # the same


class Offload(StrEnum):
    """Where weights wait that are not computed with."""

    NONE = "none"  # on the device
    MODEL = "model"  # in main memory, network by network
    LAYERS = "layers"  # in main memory, layer by layer: needs the least, and is the slowest


@dataclass(frozen=True, slots=True)
class Rung:
    """How a model is run with at least so many GiB free."""

    gib: float
    precision: Precision
    offload: Offload
    size: int
    batch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """One family.

    Attributes
    ----------
    pipelines
        The classes that a `model_index.json` of the family names.
    network
        The component that paints.
    quantised
        Whether fp8 and int8 are for it: a UNet's convolutions would stay as they are.
    trained
        The side of the square that it was trained on, in pixels.
    largest
        The largest side of a square that it draws on without repeating itself.
    multiple
        Each side of a canvas is a multiple of so many pixels.
    free
        Whether it was trained on so many shapes that any will do.
    wide
        Its canvases at `trained`, from the square on; upright ones are their mirrors.
    parameters
        Of the network that paints.
    rungs
        From the most memory to the least: the weights and what computing takes besides. Computed, not measured.
    """

    pipelines: frozenset[str]
    network: str
    quantised: bool
    trained: int
    largest: int
    multiple: int
    free: bool
    wide: tuple[Size, ...]
    parameters: float
    rungs: tuple[Rung, ...]


TRAITS: Mapping[Family, Traits] = MappingProxyType(
    {
        Family.EDIT: Traits(
            pipelines=frozenset({"Flux2KleinPipeline", "Flux2KleinInpaintPipeline"}),
            network="transformer",
            quantised=True,
            trained=1024,
            largest=1024,  # its pipelines shrink silently what has more than 2**20 pixels
            multiple=16,  # 2x2 latents of 8x8 pixels are one token
            free=True,
            wide=((1024, 1024), (1152, 864), (1248, 832), (1344, 752), (1536, 640)),
            parameters=3.876e9,
            rungs=(
                Rung(20, Precision.BF16, Offload.NONE, 1024, 4),
                Rung(10.5, Precision.BF16, Offload.NONE, 1024, 1),
                Rung(6.5, Precision.FP8, Offload.NONE, 768, 1),
                Rung(0, Precision.BF16, Offload.LAYERS, 512, 1),
            ),
        ),
        Family.SDXL: Traits(
            pipelines=frozenset({"StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline"}),
            network="unet",
            quantised=False,
            trained=1024,
            largest=1024,
            multiple=64,  # the UNet halves latents of 8x8 pixels; from this on all halves are whole
            free=False,
            # sizes that it was trained on: https://arxiv.org/abs/2307.01952, appendix I
            wide=((1024, 1024), (1152, 896), (1216, 832), (1344, 768), (1536, 640)),
            parameters=2.567e9,
            rungs=(
                Rung(14, Precision.BF16, Offload.NONE, 1024, 4),
                Rung(8, Precision.BF16, Offload.NONE, 1024, 1),
                Rung(6.5, Precision.BF16, Offload.MODEL, 768, 1),
                Rung(0, Precision.BF16, Offload.LAYERS, 512, 1),
            ),
        ),
        Family.SD15: Traits(
            pipelines=frozenset(
                {
                    "StableDiffusionPipeline",
                    "StableDiffusionImg2ImgPipeline",
                    "LatentConsistencyModelPipeline",
                    "LatentConsistencyModelImg2ImgPipeline",
                }
            ),
            network="unet",
            quantised=False,
            trained=512,
            largest=768,
            multiple=64,
            free=False,
            wide=((512, 512), (576, 448), (640, 448), (704, 384), (768, 320)),
            parameters=0.860e9,
            rungs=(
                Rung(6.5, Precision.BF16, Offload.NONE, 512, 4),
                Rung(3, Precision.BF16, Offload.NONE, 512, 1),
                Rung(0, Precision.BF16, Offload.MODEL, 512, 1),
            ),
        ),
    }
)
