"""Importing torch beside an event loop, without the stalls that an import in another thread causes.

Measured on two cores: torch and diffusers take some five seconds, in which the loop stalled seven times, by up to
0.4 s: once while the dynamic linker loads torch's libraries and the interpreter's lock is held, and at every collection
of cyclic garbage, which walks over half a million new objects.
"""

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Final

_SWITCH: Final = 0.0005  # seconds; a tenth of the usual, so that the loop gets its turn ten times as often
_ONE_AT_A_TIME: Final = Lock()  # or the second thread would keep the first one's interval, and a collector that is off


@contextmanager
def beside_a_loop(module: str) -> Iterator[None]:
    """Importing this module inside stalls other threads as little as can be. A second thread waits for the first.

    What was imported is left out of later collections: it lives as long as the process. Where the module is there
    already nothing happens.
    """
    with _ONE_AT_A_TIME:
        if module in sys.modules:
            yield
            return
        _load_libraries()
        interval = sys.getswitchinterval()
        gc.collect()
        gc.disable()
        sys.setswitchinterval(_SWITCH)
        try:
            yield
        finally:
            sys.setswitchinterval(interval)
            gc.freeze()
            gc.enable()


def _load_libraries() -> None:
    """Let the linker load torch's libraries without the interpreter's lock: a foreign call gives it up, an import not.

    Where that fails the import does it, and fails with a better message if it can't either.
    """
    torch = find_spec("torch")
    if torch is None or torch.origin is None or sys.platform != "linux":
        return
    library = Path(torch.origin).parent / "lib" / "libtorch_python.so"
    ctypes.CDLL(None).dlopen(os.fsencode(library), os.RTLD_NOW | os.RTLD_LOCAL)
