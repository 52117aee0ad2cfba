"""Every way the engine can fail, as one tree. Who sees no picture pays nothing, so each of them refunds.

EngineError
├── PhotoError      the bytes are no photo we can use
├── BusyError       nothing was started, or nothing for want of room
├── DeclinedError   this engine does not do this job, and never will
├── LostError       died under the job; it left no effect, so the same seed may run again
│   └── DeadlineError   took too long and was ended
├── UnfitError      made, but not fit to be shown
└── EncodeError     the picture fits under no upload limit
"""

from enum import StrEnum
from typing import final


class EngineError(Exception):
    """The root: what every engine may raise, and nothing else."""


class PhotoFault(StrEnum):
    """What is wrong with bytes that were meant to be a photo."""

    EMPTY = "empty"  # zero bytes
    TOO_MANY_BYTES = "too_many_bytes"
    NOT_A_PICTURE = "not_a_picture"  # no format that we read, whatever the name says
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_FRAMES = "too_many_frames"
    TOO_SMALL = "too_small"
    TOO_NARROW = "too_narrow"  # beyond the widest aspect
    DAMAGED = "damaged"  # begins like a picture and does not end like one
    TOO_COSTLY = "too_costly"  # decoding it took more time or memory than any honest photo


@final
class PhotoError(EngineError):
    """The bytes are no photo we can use.

    Attributes
    ----------
    fault
        What is wrong; the words for it are the caller's.
    limit
        The limit that was passed, where there is one (bytes, pixels, frames, or a side in pixels).
    """

    def __init__(self, fault: PhotoFault, limit: int | None = None) -> None:
        super().__init__(fault.value if limit is None else f"{fault.value} (limit {limit})")
        self.fault = fault
        self.limit = limit


@final
class BusyError(EngineError):
    """The engine took nothing on, and it left no effect: it is full, loading or closing, or its memory is too small."""


@final
class DeclinedError(EngineError):
    """The engine does not do this job, and never will: the style has nothing for it."""


class LostError(EngineError):
    """The engine died under the job. Nothing was kept, so the same job may run again elsewhere."""


@final
class DeadlineError(LostError):
    """The work took longer than its deadline and was ended."""


@final
class UnfitError(EngineError):
    """A picture was made and is not fit to be shown.

    Attributes
    ----------
    verdict
        The name of the check that refused it, as `engine.checks.Verdict` spells it.
    """

    def __init__(self, verdict: str) -> None:
        super().__init__(verdict)
        self.verdict = verdict


@final
class EncodeError(EngineError):
    """The picture fits under the upload limit at no quality that is worth showing."""
