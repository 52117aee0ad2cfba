"""What lies here of a model, as `animify doctor` and `animify models` tell it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.diffusion import classifier, weights
from engine.diffusion.models import KNOWN
from engine.diffusion.weights import Fault, Manifest, WeightsError

SHORT: Final = 8
"""Letters of a commit that tell it from others."""

SAFETY: Final = "safety"
"""What safety classifiers have for a family."""

_SMALL: Final = 100_000_000  # bytes that are said in MB below


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A model, a LoRA, or a safety classifier.

    Attributes
    ----------
    family
        "lora" for LoRAs, "safety" for safety classifiers; None where it is not known.
    state
        "fetched", "local", or what is wrong in one word.
    size
        In bytes; of a known model that is not here, about.
    problem
        What is wrong, as a sentence.
    """

    name: str
    family: str | None
    state: str
    size: int | None
    licence: str | None
    commit: str | None = None
    problem: str | None = None


def model(name: str, home: Path) -> Item:
    """What lies here of a model, with the LoRA that it can't do without."""
    known = KNOWN.get(name)
    try:
        found = weights.find(name, home)
        if known and known.few_steps:
            weights.lora_file(known.few_steps, home)
    except WeightsError as error:
        return _lacking(name, error.fault, str(error))
    except ImportError:  # the format is read by its own library
        return _lacking(name, "unread", _unread(name))
    return Item(
        name=name,
        family=found.family,
        state="fetched" if found.commit else "local",
        size=found.size,
        licence=found.licence,
        commit=found.commit,
    )


def _lacking(name: str, state: str, problem: str) -> Item:
    known = KNOWN.get(name)
    return Item(
        name=name,
        family=known.family if known else None,
        state=state,
        size=known.download if known else None,
        licence=known.licence if known else None,
        problem=problem,
    )


def lora(manifest: Manifest, folder: Path) -> Item:
    """What lies here of a LoRA."""
    whole = weights.whole(folder, manifest.files)
    return Item(
        name=manifest.repo,
        family="lora",
        state="fetched" if whole else Fault.DAMAGED,
        size=sum(manifest.files.values()),
        licence=manifest.licence,
        commit=manifest.commit,
        problem=None if whole else f"{folder} is not whole; `animify models fetch` mends it",
    )


def safety(name: str, home: Path) -> Item:
    """What lies here of a safety classifier."""
    try:
        found = classifier.find(name, home)
    except WeightsError as error:
        return _no_checks(name, error.fault, str(error))
    except ImportError:  # the format is read by its own library
        return _no_checks(name, "unread", _unread(name))
    return Item(
        name=name,
        family=SAFETY,
        state="fetched" if found.commit else "local",
        size=found.size,
        licence=found.licence,
        commit=found.commit,
    )


def _no_checks(name: str, state: str, problem: str) -> Item:
    size = classifier.DOWNLOAD if name == classifier.DEFAULT else None
    return Item(name=name, family=SAFETY, state=state, size=size, licence=None, problem=problem)


def _unread(name: str) -> str:
    return f"{name} can't be looked into before the libraries are installed"


def said(size: int) -> str:
    """Bytes for people."""
    return f"{size / 1e9:.1f} GB" if size >= _SMALL else f"{size / 1e6:.1f} MB"
