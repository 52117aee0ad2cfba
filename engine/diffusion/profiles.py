"""How a model is run on a device: chosen by its free memory, or said by the operator. Knows no torch."""

from dataclasses import dataclass, replace
from enum import StrEnum

from engine.diffusion.buckets import Canvases
from engine.diffusion.models import KLEIN, SD15, Family
from engine.diffusion.strength import share
from engine.diffusion.traits import TRAITS, Offload, Precision
from styles import Lora, Style

_GIB = 2**30
_FP8_FROM = (8, 9)  # compute capability with fp8 arithmetic: Ada and later


class Kind(StrEnum):
    """What computes, as torch calls it."""

    CUDA = "cuda"
    MPS = "mps"
    CPU = "cpu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device as it was found.

    Attributes
    ----------
    total, free
        Bytes of its memory.
    capability
        CUDA's compute capability.
    """

    kind: Kind
    index: int = 0
    name: str
    total: int
    free: int
    capability: tuple[int, int] | None = None

    @property
    def torch_name(self) -> str:
        """How torch names it, as in "cuda:0"."""
        return f"{self.kind}:{self.index}" if self.kind is Kind.CUDA else self.kind.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the operator said; None is for us to choose. `size` in pixels, the side of a square canvas."""

    model: str | None = None
    precision: Precision | None = None
    offload: Offload | None = None
    size: int | None = None
    batch: int | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """What jobs have in common that may share a run, if their photos have one canvas; `share` is of noise."""

    share: float
    steps: int
    guidance: float
    lora: Lora | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a model is run.

    Attributes
    ----------
    model
        A repository on the hub or a local folder.
    size
        Of a square canvas, in pixels.
    batch
        The most photos in one run; what is free once the model is loaded may allow fewer.
    why
        Why so, as a phrase.
    """

    model: str
    family: Family
    precision: Precision
    offload: Offload
    size: int
    batch: int
    why: str

    @property
    def canvases(self) -> Canvases:
        """Free ones where no photos share a run."""
        return Canvases(self.family, self.size, free=self.batch == 1 and TRAITS[self.family].free)

    def alike(self, style: Style, strength: float) -> Alike | None:
        """What a style and a strength mean to the model; None where the style has nothing for it."""
        tuning = self.family.tuning(style.models)
        if tuning is None:
            return None
        return Alike(share(tuning, strength), tuning.steps, tuning.guidance, tuning.lora)


class ProfileError(Exception):
    """What the operator wishes can't be had; the text names the settings and says why, a problem a line."""


_LEAST_FOR_KLEIN = 6.5  # GiB; below it klein would wait for its weights at every layer, and SD 1.5 would not
_LEAST = 2.0  # GiB; below it nothing runs without waiting for weights


def default_model(device: Device) -> str | None:
    """The known model that suits the device, or None where only a named one would run; the painter is better there."""
    if device.kind is Kind.CPU:
        return SD15.id
    gib = device.free / _GIB
    return None if gib < _LEAST else KLEIN.id if gib >= _LEAST_FOR_KLEIN else SD15.id


def choose(device: Device, wishes: Wishes, model: str, family: Family) -> Profile:
    """How this model runs on this device.

    Raises
    ------
    ProfileError
        A wish can't be had.
    """
    profile = _suited(device, model, family)
    wished = {
        name: value
        for name in ("precision", "offload", "size", "batch")
        if (value := getattr(wishes, name)) is not None
    }
    if wished:
        said = ", ".join(f"{name} {value}" for name, value in wished.items())
        profile = replace(profile, **wished, why=f"{profile.why}; {said} as you say")
    if problems := _problems(device, profile):
        raise ProfileError("\n".join(problems))
    return profile


def _suited(device: Device, model: str, family: Family) -> Profile:
    if device.kind is Kind.CPU:
        why = "on the CPU there is nothing to choose, and it is slow"
        return Profile(
            model=model, family=family, precision=Precision.FP32, offload=Offload.NONE, size=512, batch=1, why=why
        )
    gib = device.free / _GIB
    rung = next(rung for rung in TRAITS[family].rungs if gib >= rung.gib)
    precision = rung.precision
    if precision is Precision.FP8 and (device.capability is None or device.capability < _FP8_FROM):
        precision = Precision.INT8
    return Profile(
        model=model,
        family=family,
        precision=precision,
        offload=rung.offload,
        size=rung.size,
        batch=rung.batch if device.kind is Kind.CUDA else 1,  # elsewhere nobody can tell what a photo takes
        why=f"{gib:.1f} GiB are free on it",
    )


def check(wishes: Wishes, family: Family | None) -> None:
    """Look at what no device could do, for a family or, where it is not known yet, for any.

    Raises
    ------
    ProfileError
    """
    if problems := _impossible(wishes.precision, wishes.offload, wishes.size, family):
        raise ProfileError("\n".join(problems))


def _problems(device: Device, profile: Profile) -> list[str]:
    problems = _impossible(profile.precision, profile.offload, profile.size, profile.family)
    if profile.offload is not Offload.NONE and device.kind is not Kind.CUDA:
        problems.append(f"ANIMIFY_OFFLOAD: {profile.offload} needs a CUDA GPU; {device.name} is none")
    if device.kind is Kind.CUDA and profile.offload is Offload.NONE and (needed := _weights(profile)) > device.free:
        problems.append(
            f"ANIMIFY_PRECISION: the weights take {needed / _GIB:.1f} GiB in {profile.precision}, and"
            f" {device.free / _GIB:.1f} are free; ANIMIFY_OFFLOAD=layers would do"
        )
    return problems


def _weights(profile: Profile) -> float:
    """Bytes of the network that paints, about: some modules of a quantised one keep their precision."""
    bytes_each = {Precision.FP32: 4, Precision.BF16: 2, Precision.FP8: 1.05, Precision.INT8: 1.05}
    return TRAITS[profile.family].parameters * bytes_each[profile.precision]


def _impossible(
    precision: Precision | None, offload: Offload | None, size: int | None, family: Family | None
) -> list[str]:
    problems = []
    quantised = precision in {Precision.FP8, Precision.INT8}
    if quantised and family is not None and not TRAITS[family].quantised:
        problems.append(f"ANIMIFY_PRECISION: {precision} is not for {family} models; they take bf16 or fp32")
    if quantised and offload is Offload.LAYERS:
        problems.append(f"ANIMIFY_OFFLOAD: layers can't be moved one by one in {precision}; take bf16")
    if size is not None and family is not None and size > (largest := TRAITS[family].largest):
        problems.append(f"ANIMIFY_SIZE: {size} is more than {family} models can hold: {largest}")
    return problems
