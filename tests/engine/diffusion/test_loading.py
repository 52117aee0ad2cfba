"""Folders that passed the look at their files are loaded, or what is wrong with them is told in one sentence."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.diffusion import loading
from engine.diffusion.devices import cpu
from engine.diffusion.families import family_model
from engine.diffusion.families.base import Pipe
from engine.diffusion.foreign import LoadError
from engine.diffusion.models import Family
from engine.diffusion.traits import TRAITS, Offload
from tests.engine.diffusion.conftest import Planner


@pytest.fixture
def folder(family: Family, checkpoints: Callable[[Family], Path], tmp_path: Path) -> Path:
    """A checkpoint that may be changed."""
    loading.quiet()
    return shutil.copytree(checkpoints(family), tmp_path / "model")


def weights_of(folder: Path, part: str) -> Path:
    (file,) = folder.joinpath(part).glob("*.safetensors")
    return file


def as_fp16(file: Path) -> Path:
    return file.with_name(f"{file.stem}.fp16{file.suffix}")


def without(file: Path, gone: str) -> None:
    kept = {name: tensor for name, tensor in load_file(file).items() if name != gone}
    save_file(kept, file, metadata={"format": "pt"})


def painting(family: Family, folder: Path, planned: Planner, offload: Offload = Offload.NONE) -> Pipe:
    """What is loaded of a folder, after the look at its files."""
    plan = planned(family, folder=folder)
    profile = replace(plan.profile, offload=offload)
    return loading.open_painting(family_model(family), plan.weights.folder, profile, cpu(), None)


def failure(family: Family, folder: Path, planned: Planner, offload: Offload = Offload.NONE) -> str:
    with pytest.raises(LoadError) as error:
        painting(family, folder, planned, offload)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("part", ["vae", "network"])
def test_a_part_that_is_there_in_fp16_only_is_loaded_beside_a_plain_one(
    part: str, family: Family, folder: Path, planned: Planner
) -> None:
    file = weights_of(folder, TRAITS[family].network if part == "network" else part)
    file.rename(as_fp16(file))
    pipe = painting(family, folder, planned)
    assert getattr(pipe, file.parent.name).dtype is torch.float32


def test_of_a_part_in_both_that_variant_is_loaded_which_another_part_needs(
    family: Family, folder: Path, planned: Planner
) -> None:
    vae, network = (weights_of(folder, part) for part in ("vae", TRAITS[family].network))
    vae.rename(as_fp16(vae))
    ones = {name: torch.ones_like(tensor) for name, tensor in load_file(network).items()}
    save_file(ones, as_fp16(network), metadata={"format": "pt"})
    pipe = painting(family, folder, planned)
    assert all(bool((value == 1).all()) for value in getattr(pipe, network.parent.name).parameters())


def test_a_text_encoder_in_fp16_only_is_loaded_whatever_paints(family: Family, folder: Path, planned: Planner) -> None:
    for part in folder.glob("text_encoder*"):
        file = weights_of(folder, part.name)
        file.rename(as_fp16(file))
    plan = planned(family, folder=folder)
    assert plan.weights.has_text_encoder
    pipe = loading.open_text(family_model(family), folder, plan.profile, "cpu")
    assert pipe.text_encoder.dtype is torch.float32


@pytest.mark.parametrize("offload", list(Offload))
@pytest.mark.parametrize("part", ["vae", "network"])
def test_tensors_that_are_missing_in_a_file_are_told(
    part: str, offload: Offload, family: Family, folder: Path, planned: Planner
) -> None:
    file = weights_of(folder, TRAITS[family].network if part == "network" else part)
    gone = next(name for name in load_file(file) if name.endswith(".weight"))
    without(file, gone)
    text = failure(family, folder, planned, offload)
    assert text.startswith(f"{folder}: tensors are missing in the model's files, {file.parent.name}.{gone} among them")


def test_a_file_in_a_part_that_a_loader_trips_over_is_told(family: Family, folder: Path, planned: Planner) -> None:
    file = weights_of(folder, "vae")
    file.rename(as_fp16(file))
    (folder / "vae" / "LICENSE").touch()  # names without a dot are beyond those who look for variants
    assert failure(family, folder, planned).startswith(f"{folder}: the model can't be loaded (IndexError")
