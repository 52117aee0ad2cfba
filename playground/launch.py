"""Runs any aiohttp bot against a playground: ``python -m playground.launch ORIGIN MODULE ARGS…``."""

import runpy
import sys

from playground.redirect import NotLoopbackError, redirect

USAGE = "usage: python -m playground.launch ORIGIN MODULE ARGS…"


def main(arguments: list[str]) -> None:
    """Run MODULE as ``__main__`` with its hosts rewritten to ORIGIN, which must be on this machine."""
    if len(arguments) < 2:  # noqa: PLR2004 - ORIGIN and MODULE
        sys.exit(USAGE)
    origin, module, *rest = arguments
    sys.argv = [module, *rest]
    try:
        with redirect(origin):
            runpy.run_module(module, run_name="__main__", alter_sys=True)
    except NotLoopbackError as error:
        sys.exit(f"playground.launch: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
