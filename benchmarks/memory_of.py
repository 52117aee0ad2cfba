"""How much memory a process ever held."""

import re
import sys
from pathlib import Path

_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


def peak(pid: int | None) -> float | None:
    """The most MB (of 10^6 bytes) that a process ever held; Linux only."""
    if sys.platform != "linux":
        return None
    found = _PEAK.search(Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024 / 1e6
