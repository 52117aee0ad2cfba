"""How long other people's cartoon filters take on the same core, where their weights lie beside the checkout."""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import photos
from benchmarks.corpus import PEERS
from benchmarks.figures import Effort, Figure, Section, median
from benchmarks.painter import seconds
from engine.painter import task
from engine.worker import Worker
from styles import load

SIDE = 512
"""The size that all of them take."""

Filter = Callable[[NDArray[np.float32]], object]
"""Takes a picture of (1, 512, 512, 3) in -1..1."""

_FILES = {
    "AnimeGANv3 Hayao": "AnimeGANv3_Hayao_36_QUANTIZED_fp16.tflite",
    "White-box": "whitebox_cartoon_gan_dr.tflite",
    "AnimeGANv3 tiny Cute": "AnimeGANv3_tiny_Cute.onnx",
}


def _filters() -> Mapping[str, Filter]:
    """Those whose weights and whose runtime are here."""
    loaders = {".tflite": ("ai_edge_litert", _tflite), ".onnx": ("onnxruntime", _onnx)}
    found: dict[str, Filter] = {}
    for name, file in _FILES.items():
        runtime, loader = loaders[Path(file).suffix]
        if (PEERS / file).exists() and find_spec(runtime) is not None:
            found[name] = loader(PEERS / file)
    return found


def _tflite(file: Path) -> Filter:
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415 - installed for the benchmarks alone

    interpreter = Interpreter(str(file), num_threads=1)
    interpreter.allocate_tensors()
    entry = interpreter.get_input_details()[0]["index"]

    def run(picture: NDArray[np.float32]) -> None:
        interpreter.set_tensor(entry, picture)
        interpreter.invoke()

    return run


def _onnx(file: Path) -> Filter:
    import onnxruntime  # noqa: PLC0415 - installed for the benchmarks alone

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(file, options)
    entry = session.get_inputs()[0].name
    return lambda picture: session.run(None, {entry: picture})


def _timed(run: Filter, picture: NDArray[np.float32]) -> float:
    begin = time.perf_counter()
    run(picture)
    return time.perf_counter() - begin


def measure(effort: Effort) -> Section:
    """Let the painter and the others paint the same photos, in turns."""
    filters = _filters() if effort is not Effort.TINY else {}
    side = effort.of(SIDE, SIDE, 96)
    catalogue = load()
    times: dict[str, list[float]] = {name: [] for name in ("painter", *filters)}
    with closing(Worker(task.run, name="painter")) as worker:
        for number in range(effort.of(5, 2)):
            for photo in photos.squares(side):
                picture = (photo.astype(np.float32) / 127.5 - 1)[None]
                times["painter"] += [seconds(worker, style, photo, number) for style in catalogue.values()]
                for name, run in filters.items():
                    times[name].append(_timed(run, picture))
    ours = median(times["painter"])
    return Section(
        title="Beside other filters",
        how=(
            f"{side} x {side} px on one core, in turns in one run: the painter over all its styles, and learned filters"
            " with one thread each (their weights are no part of this project; n/a where they are not at hand)."
        ),
        figures=(
            Figure("painter, median style", ours, "s"),
            *(Figure(name, median(times[name]) if name in filters else None, "s") for name in _FILES),
            *(
                Figure(
                    f"{name}, of what the painter takes", median(times[name]) / ours if name in filters else None, "x"
                )
                for name in _FILES
            ),
        ),
    )
