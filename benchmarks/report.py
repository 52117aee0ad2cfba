"""The figures as people read them: lines on the terminal, and the page `docs/benchmarks/README.md` with its picture."""

import datetime as dt
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import chart
from benchmarks.figures import Figure, Section

COMMAND = "make bench"
_GIBIBYTE = 2**30


@dataclass(frozen=True, slots=True)
class Machine:
    """Where and when it was measured; the load is the system's own average of the minute before."""

    processor: str
    cores: int
    memory: float
    system: str
    python: str
    load: float
    date: dt.date

    @classmethod
    def this(cls) -> "Machine":
        """The machine that we are on, now."""
        return cls(
            processor=_processor(),
            cores=os.cpu_count() or 1,
            memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIBIBYTE,
            system=f"{platform.system()} {platform.release()}",
            python=platform.python_version(),
            load=os.getloadavg()[0],
            date=dt.datetime.now(dt.UTC).date(),
        )

    def __str__(self) -> str:
        """One sentence."""
        return (
            f"{self.processor}, {self.cores} cores, {self.memory:.0f} GiB, {self.system}, Python {self.python},"
            f" {self.date:%Y-%m-%d}, load before the run {self.load:.1f}"
        )


def as_lines(section: Section) -> str:
    """A section for the terminal."""
    width = max(len(figure.name) for figure in section.figures)
    lines = [f"  {each.name:<{width}}  {_value(each):>12}  {_verdict(each)}".rstrip() for each in section.figures]
    steps = [f"  {step.seconds * 1e3:8.0f} ms  {step.name}" for step in section.steps]
    return "\n".join([section.title, *lines, *steps])


def write(folder: Path, machine: Machine, sections: Sequence[Section]) -> None:
    """Replace the page and the picture of the journey."""
    folder.mkdir(parents=True, exist_ok=True)
    for section in sections:
        if section.steps:
            (folder / "journey.svg").write_text(chart.draw(section.steps), encoding="utf-8")
    (folder / "README.md").write_text(_page(machine, sections), encoding="utf-8")


def _page(machine: Machine, sections: Sequence[Section]) -> str:
    aimed = [each for section in sections for each in section.figures if each.target and each.value is not None]
    missed = [each.name for each in aimed if each.missed]
    verdict = f"{len(aimed) - len(missed)} of {len(aimed)} targets are met."
    if missed:
        verdict += f" Missed: {', '.join(missed)}."
    parts = [
        "# Figures",
        f"`{COMMAND}` measures them and writes this page; `.venv/bin/python -m benchmarks --only NAME` looks at one.",
        str(machine) + ".",
        verdict,
    ]
    return "\n\n".join([*parts, *(_chapter(section) for section in sections)]) + "\n"


def _chapter(section: Section) -> str:
    rows = [f"| {each.name} | {_value(each)} | {_target(each)} | {_verdict(each)} |" for each in section.figures]
    table = "\n".join(["| figure | measured | target | |", "|---|--:|--:|---|", *rows])
    picture = ["![The steps of one journey, in milliseconds](journey.svg)"] if section.steps else []
    return "\n\n".join([f"## {section.title}", section.how, table, *picture])


def _value(figure: Figure) -> str:
    return "n/a" if figure.value is None else _number(figure.value, figure.unit)


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return f"{'≥' if figure.target.at_least else '<'} {_number(figure.target.bound, figure.unit)}"


def _verdict(figure: Figure) -> str:
    """How far it is from its target."""
    if figure.target is None or figure.value is None:
        return ""
    share = abs(figure.value / figure.target.bound - 1)
    side = "over" if figure.value > figure.target.bound else "under"
    return f"{'MISSED' if figure.missed else 'met'}, {share:.0%} {side}"


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip().replace(" /s", "/s")


def _processor() -> str:
    """What the processor calls itself: `platform` knows only its family on Linux."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
