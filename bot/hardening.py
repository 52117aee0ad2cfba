"""What the bot's process gives up before it holds a secret: core dumps, eyes from outside, a memory for addresses."""

import inspect
from typing import Final

from yarl import _url

from engine.confinement import keep_memory_private

_REMEMBERING: Final = ("encode_url", "pre_encoded_url", "build_pre_encoded_url", "from_parts")


def harden() -> None:
    """Do all of it, for the rest of the process's life.

    Raises
    ------
    OSError
        The system refuses.
    """
    keep_memory_private()
    remember_no_addresses()


def remember_no_addresses() -> None:
    """Have yarl parse each address anew: it keeps the last 128, and a signed link, which is the photo, is one of them.

    The paths of Discord's interactions, with their tokens, are others. A quiet bot would hold them for days.
    """
    for name in _REMEMBERING:
        setattr(_url, name, inspect.unwrap(getattr(_url, name)))
