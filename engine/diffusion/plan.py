"""What would paint on this machine: devices, profile and weights put together. Imports torch only when it is asked."""

import platform
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from engine.diffusion import weights
from engine.diffusion.importing import beside_a_loop
from engine.diffusion.models import KNOWN
from engine.diffusion.profiles import Device, Kind, Profile, Wishes, choose, default_model
from engine.diffusion.weights import Weights

_LIBRARIES = ("torch", "diffusers", "transformers", "accelerate", "peft", "torchao", "safetensors")

INSTALL = "pip install -e '.[diffusion]'"
"""What installs the libraries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A model on a device, and where its files lie.

    Attributes
    ----------
    few_steps
        The LoRA that makes few steps enough, or None where the model needs none.
    home
        The folder of fetched models; embeddings are kept in it too.
    """

    device: Device
    profile: Profile
    weights: Weights
    few_steps: Path | None
    home: Path

    @property
    def name(self) -> str:
        """The model, as members read it."""
        return short(self.weights.name)


def short(model: str) -> str:
    """A model's name, without its owner or the way to its folder."""
    return model.rstrip("/").rsplit("/", 1)[-1]


class NoDeviceError(Exception):
    """There is no device that a model should run on; the text says why."""


def installed() -> bool:
    """Whether the libraries are there; they are not imported."""
    return all(find_spec(name) is not None for name in _LIBRARIES)


def likely_gpu() -> bool:
    """Whether a GPU's driver has left its mark. That is known at once; torch takes seconds to say whether it works."""
    marks = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")  # NVIDIA, AMD, and either in WSL
    return any(Path(mark).exists() for mark in marks) or (platform.system(), platform.machine()) == ("Darwin", "arm64")


def survey() -> list[Device]:
    """Every GPU, or the CPU. Imports torch: call it in a thread.

    Raises
    ------
    NoDeviceError
        The libraries are not installed, or don't work.
    """
    try:
        with beside_a_loop("engine.diffusion.devices"):
            from engine.diffusion.devices import devices  # noqa: PLC0415 - only who has a use for torch waits for it
    except (ImportError, OSError) as error:  # a library that does not fit the system is an OSError
        raise NoDeviceError(f"torch can't be imported ({error}); {INSTALL} installs it") from None
    try:
        return devices()
    except (RuntimeError, OSError) as error:  # a driver that does not answer, or a GPU that another process has
        raise NoDeviceError(f"the GPU can't be asked for its memory ({type(error).__name__})") from None


def make(wishes: Wishes, home: Path, *, on_cpu: bool) -> list[Plan]:
    """One plan for each GPU, all with the profile of the one with the least free memory. Call it in a thread.

    Parameters
    ----------
    on_cpu
        Whether the CPU will do where there is no GPU.

    Raises
    ------
    NoDeviceError, ProfileError, WeightsError
    """
    devices = survey()
    least = min(devices, key=lambda device: device.free)
    if least.kind is Kind.CPU and not on_cpu:
        raise NoDeviceError("torch sees no GPU here")
    model = wishes.model or default_model(least)
    if model is None:
        raise NoDeviceError(f"{least.name} has {least.free / 2**30:.1f} GiB free: too little for any model")
    found = weights.find(model, home)
    known = KNOWN.get(model)
    few_steps = weights.lora_file(known.few_steps, home) if known and known.few_steps else None
    profile = choose(least, wishes, model, found.family)
    return [Plan(device=device, profile=profile, weights=found, few_steps=few_steps, home=home) for device in devices]
