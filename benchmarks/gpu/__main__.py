"""`python -m benchmarks.gpu`: build, check, time, and write the page."""

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

import engine.diffusion  # noqa: F401 - silences diffusers, which must not have been imported before
from benchmarks.checkpoints import tiny_decoder
from benchmarks.gpu.page import crowd, line, page
from benchmarks.gpu.setups import NAMES, Setup, setups
from benchmarks.gpu.stand import Stand
from benchmarks.gpu.trial import Trial

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Try what there is time for; the page is written again after every way to load a model."""
    options = _options()
    if not options.shrink and not torch.cuda.is_available():
        sys.exit("torch sees no CUDA GPU here; --shrink tries all of this on the CPU, with networks too small to tell.")
    out = options.out or (None if options.shrink else ROOT / "docs" / "benchmarks" / "gpu.md")
    with TemporaryDirectory(prefix="animify-bench-") as home:
        stand = Stand(
            configs=options.configs,
            home=Path(home),
            shrink=options.shrink,
            until=time.monotonic() + options.minutes * 60,
            patience=0.1 if options.shrink else 6.0,
        )
        trial = Trial(planned=_planned(options, Path(home)), shrink=options.shrink)
        for setup in trial.planned:
            _try(setup, stand, trial)
            if out is not None:
                out.write_text(page(trial), encoding="utf-8")
    print(page(trial) if out is None else out)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description="Time the diffusion engine on a GPU.")
    parser.add_argument("--configs", type=Path, default=ROOT.parent / "shared" / "engine-configs", help="of the models")
    parser.add_argument("--shrink", action="store_true", help="few layers, on a CPU: proves that it runs; no page")
    parser.add_argument("--out", type=Path, help="the page; docs/benchmarks/gpu.md, or with --shrink none")
    parser.add_argument("--only", action="append", choices=NAMES, help="one of the models (may be repeated)")
    parser.add_argument("--minutes", type=float, default=8, help="after which nothing new is begun")
    return parser.parse_args()


def _planned(options: argparse.Namespace, home: Path) -> list[Setup]:
    dtype = torch.float32 if options.shrink else torch.bfloat16
    decoder = tiny_decoder(options.configs, home / "decoder", dtype=dtype, shrink=options.shrink)
    return setups([NAMES[name] for name in options.only or NAMES], decoder, shrink=options.shrink)


def _try(setup: Setup, stand: Stand, trial: Trial) -> None:
    for cell in stand.cells(setup):
        trial.cells.append(cell)
        print(line(cell), flush=True)
    if setup.backlog and not stand.over:
        trial.lanes[setup] = stand.lane(setup, trial.pace(setup))
        print(f"{setup.name}, a crowd: {crowd(trial.lanes[setup])}", flush=True)


if __name__ == "__main__":
    main()
