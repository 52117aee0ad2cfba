"""`python -m benchmarks`: measure, print, and write the page."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from benchmarks import (
    acknowledge,
    eventloop,
    fairness,
    fairqueue,
    journey,
    memory,
    opening,
    overhead,
    painter,
    peers,
    report,
    scaling,
    stages,
    start,
    store,
    verdicts,
)
from benchmarks.figures import Effort, Section

BENCHMARKS: Mapping[str, Callable[[Effort], Section]] = MappingProxyType(
    {
        "journey": journey.measure,
        "acknowledge": acknowledge.measure,
        "overhead": overhead.measure,
        "eventloop": eventloop.measure,
        "opening": opening.measure,
        "painter": painter.measure,
        "stages": stages.measure,
        "scaling": scaling.measure,
        "peers": peers.measure,
        "fairness": fairness.measure,
        "verdicts": verdicts.measure,
        "store": store.measure,
        "fairqueue": fairqueue.measure,
        "start": start.measure,
        "memory": memory.measure,
    }
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
