"""What a process gives up so that its memory ends up on no disk and before no other process."""

import ctypes
import os
import resource
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4  # <linux/prctl.h>


def keep_memory_private() -> None:
    """Leave no core dump, and let no other process of the same user look in (on Linux; root still can).

    It holds until the process runs another program, and for the limit in that one, too.

    Raises
    ------
    OSError
        The system refuses.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # where a dump that is piped to a program (core(5)) does not ask for that limit
        system = ctypes.CDLL(None, use_errno=True)
        if system.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"the memory of this process can't be kept private: {os.strerror(number)}")
