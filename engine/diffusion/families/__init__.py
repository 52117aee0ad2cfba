"""The families of models, a small class each: what it loads, how it is prompted, and how one run is called."""

from engine.diffusion.families.base import FamilyModel, Row, Run
from engine.diffusion.families.klein import Klein
from engine.diffusion.families.stable import StableDiffusion15, StableDiffusionXL
from engine.diffusion.models import Family

__all__ = ["FamilyModel", "Row", "Run", "family_model"]

_FAMILIES: dict[Family, FamilyModel] = {
    Family.EDIT: Klein(),
    Family.SD15: StableDiffusion15(),
    Family.SDXL: StableDiffusionXL(),
}


def family_model(family: Family) -> FamilyModel:
    """How a family is run."""
    return _FAMILIES[family]
