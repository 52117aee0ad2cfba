"""What is tried on a GPU: each model loaded in several ways, and with each way sizes and counts of photos."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from engine.diffusion.levers import NONE, Levers
from engine.diffusion.models import Family
from engine.diffusion.traits import Offload, Precision

MOST = 4
"""Photos a run."""

NAMES = {"klein": Family.EDIT, "sdxl": Family.SDXL, "sd15": Family.SD15}
PLAIN = "plain"

# `flash` and `sage` need packages of their own; those that would be downloaded as they are used are left alone
ATTENTION = ("_native_cudnn", "_native_flash", "_native_efficient", "flash", "_flash_3", "sage")

Case = tuple[int, int]
"""Pixels a side, and photos a run."""

_SMALLER, _FEW = 8, 3  # where networks are shrunk: times smaller, and cases of the plain way


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A model loaded in one way.

    Attributes
    ----------
    how
        What differs from the plain way.
    backlog
        Whether a crowd of photos is served with it too, through the dispatcher.
    """

    family: Family
    how: str
    cases: tuple[Case, ...]
    precision: Precision = Precision.BF16
    offload: Offload = Offload.NONE
    levers: Levers = NONE
    backlog: bool = False

    @property
    def name(self) -> str:
        """For people."""
        model = next(name for name, family in NAMES.items() if family is self.family)
        return f"{model}, {self.how}"

    @property
    def fits_a_cpu(self) -> bool:
        """Whether a CPU can do it, in seconds, and does not do it anyway."""
        new = self.how == PLAIN or self.precision is not Precision.FP32
        return new and not self.levers.compiled and self.levers.attention is None and self.offload is Offload.NONE

    def shrunk(self) -> "Setup":
        """A few cases of it for small networks on a CPU, which computes in fp32."""
        cases = tuple((side // _SMALLER, count) for side, count in self.cases[: _FEW if self.how == PLAIN else 1])
        plain = self.precision is Precision.BF16
        return replace(self, cases=cases, precision=Precision.FP32 if plain else self.precision)


def setups(families: Iterable[Family], decoder: Path, *, shrink: bool) -> list[Setup]:
    """What matters most of every family comes first, since the time may be up before the end.

    Parameters
    ----------
    decoder
        The folder of a small VAE for Stable Diffusion.
    shrink
        Leave out what a CPU can't do, or takes minutes for.
    """
    ways = [list(_WAYS[family](decoder)) for family in families]
    tiers = [way for tier in range(max(map(len, ways))) for way in (each[tier] for each in ways if tier < len(each))]
    if not shrink:
        return tiers
    return [way.shrunk() for way in tiers if way.fits_a_cpu]


def _klein(_: Path) -> Iterator[Setup]:
    family, one, small = Family.EDIT, ((1024, 1),), ((1024, 1), (768, 1))
    everything = tuple((side, count) for side in (1024, 768, 512) for count in (1, 2, MOST))
    fast = Levers(compiled=True)
    yield Setup(family=family, how=PLAIN, cases=everything, backlog=True)
    yield Setup(family=family, how="compiled", cases=(*small, (1024, 2), (1024, MOST), (512, 1)), levers=fast)
    yield Setup(family=family, how="fp8", cases=small, precision=Precision.FP8)
    yield Setup(family=family, how="fp8, compiled", cases=small, precision=Precision.FP8, levers=fast)
    yield Setup(family=family, how="fused", cases=one, levers=Levers(fused=True))
    yield Setup(family=family, how="channels last", cases=one, levers=Levers(channels_last=True))
    yield Setup(family=family, how="int8", cases=small, precision=Precision.INT8)
    yield Setup(family=family, how="fp32", cases=((512, 1), (512, 2)), precision=Precision.FP32)
    yield Setup(family=family, how="offload by network", cases=one, offload=Offload.MODEL)
    yield Setup(family=family, how="offload by layer", cases=((512, 1),), offload=Offload.LAYERS)
    for name in ATTENTION:  # last: such a choice holds for the whole process
        yield Setup(family=family, how=f"attention {name}", cases=one, levers=Levers(attention=name))


def _sdxl(decoder: Path) -> Iterator[Setup]:
    return _stable(Family.SDXL, 1024, decoder)


def _sd15(decoder: Path) -> Iterator[Setup]:
    return _stable(Family.SD15, 512, decoder)


def _stable(family: Family, side: int, decoder: Path) -> Iterator[Setup]:
    """Without attention back ends: diffusers' UNets take no notice of them."""
    few = ((side, 1), (side, MOST))
    yield Setup(family=family, how=PLAIN, cases=tuple((side, count) for count in (1, 2, MOST)), backlog=True)
    yield Setup(family=family, how="compiled", cases=few, levers=Levers(compiled=True))
    yield Setup(family=family, how="channels last", cases=few, levers=Levers(channels_last=True))
    yield Setup(family=family, how="fused", cases=few, levers=Levers(fused=True))
    yield Setup(family=family, how="small decoder", cases=few, levers=Levers(decoder=decoder))
    yield Setup(family=family, how="fp32", cases=((side, 1), (side, 2)), precision=Precision.FP32)
    yield Setup(family=family, how="offload by network", cases=((side, 1),), offload=Offload.MODEL)


_WAYS: Mapping[Family, Callable[[Path], Iterator[Setup]]] = {
    Family.EDIT: _klein,
    Family.SDXL: _sdxl,
    Family.SD15: _sd15,
}
