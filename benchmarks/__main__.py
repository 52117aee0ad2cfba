"""`python -m benchmarks`: measure, print, and write the page."""

import argparse
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

import engine.diffusion  # noqa: F401 - silences diffusers, which must not have been imported before
from benchmarks import report
from benchmarks.figures import Effort, Section

NAMES = (
    "journey",
    "acknowledge",
    "autocomplete",
    "overhead",
    "eventloop",
    "opening",
    "painter",
    "stages",
    "scaling",
    "peers",
    "fairness",
    "verdicts",
    "store",
    "fairqueue",
    "start",
    "memory",
    "diffusion",
    "diffusionloop",
)


def _measure(name: str, effort: Effort) -> Section:
    """Import a benchmark only now: torch in this process would weigh on those that come before it."""
    section: Section = import_module(f"benchmarks.{name}").measure(effort)
    return section


BENCHMARKS: Mapping[str, Callable[[Effort], Section]] = MappingProxyType(
    {name: partial(_measure, name) for name in NAMES}
)
"""By name, in the order of the page."""

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks"


def main() -> None:
    """Run what is asked for. Only a full run of everything is fit for the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure, print, and write the page.")
    parser.add_argument("--only", action="append", choices=BENCHMARKS, help="one of them (may be repeated); no page")
    parser.add_argument("--quick", action="store_true", help="fewer rounds; no page")
    options = parser.parse_args()
    machine = report.Machine.this()
    print(machine, flush=True)
    sections = []
    for name in options.only or BENCHMARKS:
        sections.append(BENCHMARKS[name](Effort.QUICK if options.quick else Effort.FULL))
        print(report.as_lines(sections[-1]), end="\n\n", flush=True)
    if not options.only and not options.quick:
        report.write(PAGE, machine, sections)
        print(PAGE / "README.md")


if __name__ == "__main__":
    main()
