"""The boundary to the libraries' loaders: one model at a time, and what they raise as one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

import torch
from safetensors import SafetensorError

FOREIGN: Final = (
    OSError,
    ValueError,
    RuntimeError,
    LookupError,
    TypeError,
    AttributeError,
    ImportError,
    SafetensorError,
)
"""What loaders raise of files that don't go together."""

ONE_AT_A_TIME: Final = Lock()
"""To be held by whoever loads a model.

Loaders replace methods of torch's modules while they work, for all threads: of two at once the second one would put the
first one's replacements back, and no module made after that would have weights.
"""


class LoadError(Exception):
    """The model can't be loaded; the text is one sentence that names what is wrong, and no traceback of a library."""


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """What a loader raises of a folder that was looked at before: rare, and told by its kind and first line.

    Raises
    ------
    LoadError
    """
    try:
        yield
    except torch.OutOfMemoryError:
        raise LoadError(
            f"{folder}: the model is too large for the device: set ANIMIFY_PRECISION or ANIMIFY_OFFLOAD"
        ) from None
    except FOREIGN as error:
        raise LoadError(f"{folder}: the model can't be loaded ({type(error).__name__}: {_first_line(error)})") from None


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200]
