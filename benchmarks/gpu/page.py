"""What came of a trial on a GPU, as people read it."""

from importlib.metadata import version

import torch

from benchmarks.figures import Figure
from benchmarks.gpu.cells import Cell
from benchmarks.gpu.lane import Lane
from benchmarks.gpu.trial import Trial, of_bare, of_floor
from benchmarks.report import Machine

_LIBRARIES = ("torch", "diffusers", "transformers", "torchao")
_GIBIBYTE = 2**30

_HEAD = (
    "| how | px | photos | our run | bare call | of bare | of floor | of plain | peak | off bare | off alone | |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|"
)
_LEGEND = (
    "A run paints so many photos in 4 steps without guidance, from pixels to pixels of a square canvas. The bare call"
    " is that of diffusers' plain pipeline for one photo, with the same networks, tensors and seeds, in turns with our"
    " run; medians. Of bare and of floor are per photo; the floor is the least that the arithmetic takes. Of plain"
    " compares with the plain way to load the model: bf16, no lever pulled. Off bare and off alone are the farthest"
    " that any value, of 255, lies from the bare call's picture, and from that of a run of its own."
)
_CROWD = (
    "Photos that all wait from the beginning go through dispatcher, fitting and engine as in the bot. The GPU computes"
    " while a forward pass of the network, the encoder or the decoder lasts, by its own clock."
)
_NEVER = (
    "Real weights: the looks, and what fp8 or a small decoder does to them.",
    "Attention back ends that are downloaded as they are used.",
    "Canvases that are not square, but for those of the crowd.",
    "Weights of styles, previews, and text encoders.",
)


def line(cell: Cell) -> str:
    """A cell for the terminal."""
    told = f"{_ms(cell.ours)}, bare {_ms(cell.bare)}, {cell.note}" if cell.ours else cell.note
    return f"{cell.setup.name}, {cell.side} px, {cell.count} a run: {told}".removesuffix(", ")


def page(trial: Trial) -> str:
    """All of it, as Markdown."""
    parts = [
        "# Small networks on a CPU: no figure means anything" if trial.shrink else "# On a GPU",
        f"**Random weights: timing only.** {_machine()}",
        "\n".join(["| goal | measured | target | |", "|---|--:|--:|---|", *map(_goal, trial.goals())]),
        "## Run by run",
        _LEGEND,
        "\n".join([_HEAD, *(_row(trial, cell) for cell in trial.cells)]),
        "## A crowd",
        _CROWD,
        "\n".join(f"- {setup.name}: {crowd(lane)}" for setup, lane in trial.lanes.items()),
        "## Not tried",
        "\n".join(f"- {what}" for what in (*trial.untried(), *_NEVER)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def crowd(lane: Lane | str) -> str:
    """What came of a crowd."""
    if isinstance(lane, str):
        return lane
    return (
        f"{lane.computing:.1%} computing, {lane.running:.1%} inside runs, {lane.rows:.1f} photos a run,"
        f" {lane.pace:.2f} pictures in a second"
    )


def _machine() -> str:
    gpu = "No GPU"
    if torch.cuda.is_available():
        about = torch.cuda.get_device_properties(0)
        gpu = f"{about.name}, {about.total_memory / _GIBIBYTE:.0f} GiB, CUDA {torch.version.cuda}"
    return f"{gpu}; {', '.join(f'{name} {version(name)}' for name in _LIBRARIES)}; {Machine.this()}."


def _goal(figure: Figure) -> str:
    target = figure.target
    assert target is not None
    bound = f"{'≥' if target.at_least else '<'} {target.bound:g} {figure.unit}".rstrip()
    if figure.value is None:
        return f"| {figure.name} | n/a | {bound} |  |"
    return f"| {figure.name} | {figure.value:.4g} {figure.unit} | {bound} | {'MISSED' if figure.missed else 'met'} |"


def _row(trial: Trial, cell: Cell) -> str:
    values = [
        cell.setup.name,
        cell.side,
        cell.count,
        _ms(cell.ours),
        _ms(cell.bare),
        _times(of_bare(cell)),
        _times(of_floor(cell)),
        _times(trial.of_plain(cell)),
        "" if cell.peak is None else f"{cell.peak / _GIBIBYTE:.1f} GiB",
        "" if cell.from_bare is None else cell.from_bare,
        "" if cell.from_alone is None else cell.from_alone,
        cell.note.replace("|", "/"),
    ]
    return f"| {' | '.join(map(str, values))} |"


def _ms(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1e3:,.1f} ms"


def _times(share: float | None) -> str:
    return "" if share is None else f"{share:.3f} x"
