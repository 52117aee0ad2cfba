"""Prompt embeddings, computed once and kept: the text encoders, half of a model, are not opened again."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from styles import Prompt

_FORMAT = 1
"""Counts up when what is kept under a key changes."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What embeddings depend on: the model with its revision and precision, and the words.

    Attributes
    ----------
    precision
        Of the text encoders, as torch calls it.
    """

    model: str
    revision: str
    precision: str
    prompt: Prompt

    @property
    def key(self) -> str:
        """The name of the file: a SHA-256 in hexadecimal digits."""
        words = [self.prompt.instruction, self.prompt.positive, self.prompt.negative]
        spelt = json.dumps([_FORMAT, self.model, self.revision, self.precision, *words], ensure_ascii=False)
        return hashlib.sha256(spelt.encode()).hexdigest()


class Embeddings:
    """A folder of safetensors files, one for each wording. A file that can't be read counts as missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def missing(self, wordings: Iterable[Wording]) -> list[Wording]:
        """Those that must be computed."""
        return [wording for wording in wordings if self.get(wording) is None]

    def get(self, wording: Wording) -> Mapping[str, torch.Tensor] | None:
        """What was kept, on the CPU, or None."""
        try:
            with safe_open(self._file(wording), framework="pt") as file:
                return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
        except (OSError, SafetensorError):
            return None

    def put(self, wording: Wording, tensors: Mapping[str, torch.Tensor]) -> None:
        """Keep; a reader never sees half a file.

        Raises
        ------
        OSError
        """
        file = self._file(wording)
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(f".{os.getpid()}")
        save_file(
            {name: tensor.detach().contiguous().cpu() for name, tensor in tensors.items()},
            unfinished,
            metadata={"model": wording.model, "revision": wording.revision},
        )
        unfinished.replace(file)

    def _file(self, wording: Wording) -> Path:
        return self._folder / f"{wording.key}.safetensors"
