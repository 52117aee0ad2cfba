"""Photos of people, places, animals and things to judge the painter on: as many as there are.

Four come with scikit-image; more lie in the folders that `ANIMIFY_BENCH_PHOTOS` names, or in
`../shared/photos` where there is one.
"""

import functools
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from skimage import data

from engine.contract import Pixels

_BESIDE = Path(__file__).resolve().parents[2] / "shared"
PEERS = _BESIDE / "peers"
"""Weights of other people's models and of a face detector, where they lie beside the checkout."""

_ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".gif"}


@dataclass(frozen=True, slots=True)
class Sample:
    """A photo by name, at most `side` pixels a side."""

    name: str
    pixels: Pixels = field(repr=False)


def samples(side: int, most: int | None = None) -> list[Sample]:
    """The photos, at most as many as asked for."""
    library = {name: getattr(data, name)() for name in ("astronaut", "chelsea", "coffee", "rocket")}
    found = [Sample(name, _fitted(Image.fromarray(photo), side)) for name, photo in library.items()]
    for file in _files()[: None if most is None else max(0, most - len(found))]:
        with Image.open(file) as image:
            found.append(Sample(file.stem, _fitted(image, side)))
    return found[:most]


@functools.cache
def _files() -> list[Path]:
    folders = [Path(name) for name in os.environ.get("ANIMIFY_BENCH_PHOTOS", "").split(os.pathsep) if name]
    files = [file for folder in folders or [_BESIDE / "photos"] for file in sorted(folder.rglob("*"))]
    # the same four once more, and files made for tests of the decoder
    twice = ("sk_", "derived")
    return [file for file in files if file.suffix.lower() in _ENDINGS and not file.stem.startswith(twice)]


def _fitted(image: Image.Image, side: int) -> Pixels:
    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.asarray(upright)
