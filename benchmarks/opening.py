"""What the worst files within the limits cost to open: memory and CPU time of the decoding process."""

import functools
import io
from collections.abc import Callable, Mapping
from contextlib import closing

import numpy as np
import pillow_heif
import psutil  # type: ignore[import-untyped]  # it comes without types
from PIL import Image

from benchmarks.figures import Effort, Figure, Section, Target
from benchmarks.memory_of import peak
from engine.decoding import MAX_PIXELS, MAX_SAMPLES_KEPT, decode
from engine.images import MAX_SIDE, MIN_SIDE
from engine.worker import Worker

MEMORY = Target(300)
CPU = Target(3)
_DEADLINE = 30.0
_MARGIN = 0.99  # of a limit, so that rounding does not exceed it


def _picture(pixels: int, bands: int) -> Image.Image:
    """Soft blobs of 4:3: files of a few MB, as photos make them."""
    height = int((pixels * _MARGIN * 3 / 4) ** 0.5)
    width = height * 4 // 3
    blobs = np.random.default_rng(0).integers(0, 256, (height // 32 + 1, width // 32 + 1, bands), dtype=np.uint8)
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[bands]
    return Image.fromarray(blobs[..., 0] if bands == 1 else blobs, mode).resize(
        (width, height), Image.Resampling.BICUBIC
    )


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _palette(pixels: int) -> Image.Image:
    return _picture(pixels, 3).quantize(64, method=Image.Quantize.FASTOCTREE)


def _worst(share: float) -> Mapping[str, Callable[[], bytes]]:
    """Makers of files by name, at a share of each format's most pixels."""
    pillow_heif.register_heif_opener()
    most = {kind: int(limit * share) for kind, limit in MAX_PIXELS.items()}
    kept = int(MAX_SAMPLES_KEPT * share)
    progressive = {"quality": 80, "progressive": True, "subsampling": 0}
    return {
        "JPEG": lambda: _saved(_picture(most["JPEG"], 3), "JPEG", quality=60),
        "JPEG, progressive": lambda: _saved(_picture(kept // 3, 3), "JPEG", **progressive),
        "JPEG, progressive CMYK": lambda: _saved(_picture(kept // 4, 3).convert("CMYK"), "JPEG", **progressive),
        "PNG with alpha": lambda: _saved(_picture(most["PNG"], 4), "PNG", compress_level=1),
        "PNG, grey with alpha": lambda: _saved(_picture(most["PNG"], 2), "PNG", compress_level=1),
        "PNG, palette with alpha": lambda: _saved(_palette(most["PNG"]), "PNG", transparency=3, compress_level=1),
        "GIF with alpha": lambda: _saved(_palette(most["GIF"]), "GIF", transparency=3),
        "WebP with alpha": lambda: _saved(_picture(most["WEBP"], 4), "WEBP", quality=60, method=0),
        "WebP, lossless": lambda: _saved(_picture(most["WEBP"], 4), "WEBP", lossless=True, quality=0, method=0),
        "AVIF with alpha": lambda: _saved(_picture(most["AVIF"], 4), "AVIF", quality=40, speed=10),
        "HEIC with alpha": lambda: _saved(_picture(most["HEIF"], 4), "HEIF", quality=40),
    }


@functools.cache
def _cost(name: str, share: float) -> tuple[float | None, float]:
    """Peak MB and CPU seconds of a decoding process that opens nothing but this file."""
    data = _worst(share)[name]()
    with closing(Worker(decode, name="decoder")) as worker:
        worker.start()
        worker.call({"min_side": MIN_SIDE, "max_side": MAX_SIDE}, data, deadline=_DEADLINE)
        times = psutil.Process(worker.pid).cpu_times()
        return peak(worker.pid), float(times.user + times.system)


def measure(effort: Effort) -> Section:
    """Open the largest file of each kind."""
    share = 1.0 if effort is Effort.FULL else 0.25 if effort is Effort.QUICK else 0.0005
    costs = {name: _cost(name, share) for name in _worst(share)}
    return Section(
        title="The largest files that are opened",
        how=(
            "A file of the most pixels that each format may have, in a decoding process of its own; the most memory"
            " that it ever held, and its CPU time with starting and importing."
        ),
        figures=(
            *(Figure(f"{name}, memory", memory, "MB", MEMORY) for name, (memory, _) in costs.items()),
            *(Figure(f"{name}, CPU time", cpu, "s", CPU) for name, (_, cpu) in costs.items()),
        ),
    )
