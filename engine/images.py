"""Untrusted bytes to safe pixels: the Decoder, which has each photo opened in a process of its own."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from engine.contract import Pixels
from engine.decoding import MAX_BYTES, decode
from engine.errors import DeadlineError, LostError, PhotoError, PhotoFault
from engine.link import Header
from engine.worker import Worker

MIN_SIDE: Final = 512
"""Pixels of the longer side of a photo below which it is enlarged: strokes and lines need room."""

MAX_SIDE: Final = 1600
"""Pixels of the longer side of a photo: what the painter paints as it is."""

_MEMORY: Final = 512 << 20  # bytes of address space; the libraries alone take 55 MB of it
_CPU_SECONDS: Final = 3  # a detailed 12 MP HEIC takes 1.1
_SECONDS: Final = 10.0  # the same on a machine whose cores are all painting


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A member's photo as the engine takes it.

    Attributes
    ----------
    pixels
        (height, width, 3), uint8, RGB in sRGB, upright, read-only.
    original
        Width and height of the upright photo before it was scaled.
    frames
        How many pictures the file had; the first one is `pixels`.
    """

    pixels: Pixels = field(repr=False)
    original: tuple[int, int]
    frames: int


class Decoder:
    """Opens strangers' bytes, one file at a time, in a child that holds no secret and may be killed.

    Parameters
    ----------
    min_side, max_side
        The longer side of a photo has at least and at most this many pixels; others are scaled.
    """

    def __init__(self, *, min_side: int = MIN_SIDE, max_side: int = MAX_SIDE) -> None:
        self._sides = {"min_side": min_side, "max_side": max_side}
        self._worker = Worker(decode, name="decoder", memory=_MEMORY, cpu_seconds=_CPU_SECONDS)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="decoder")
        self._closed = False

    async def decode(self, data: bytes) -> Photo:
        """Decode a photo. A cancelled await leaves the decoder usable: what was begun is finished and dropped.

        Raises
        ------
        PhotoError
            The bytes are no photo we can use; also when decoding them killed the child.
        LostError
            The photo was not to blame: no child could be started, or the decoder is closed.
        """
        if not data:
            raise PhotoError(PhotoFault.EMPTY)
        if len(data) > MAX_BYTES:
            raise PhotoError(PhotoFault.TOO_MANY_BYTES, MAX_BYTES)
        if self._closed:
            raise LostError("decoder: closed")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._decode, data)

    def close(self) -> None:
        """End the child and the thread; decodes that wait end with LostError."""
        self._closed = True
        self._worker.close()
        self._thread.shutdown()

    def _decode(self, data: bytes) -> Photo:
        self._worker.start()
        try:
            header, pixels = self._worker.call(self._sides, data, deadline=_SECONDS)
        except DeadlineError:
            raise PhotoError(PhotoFault.TOO_COSTLY) from None
        except LostError:
            if self._closed:
                raise
            raise PhotoError(PhotoFault.DAMAGED) from None
        return _photo(header, pixels)


def _photo(header: Header, pixels: bytes) -> Photo:
    """Read the child's answer, and trust it no more than the bytes that it was made from."""
    try:
        if "fault" in header:
            raise PhotoError(PhotoFault(header["fault"]), header["limit"])
        width, height = header["size"]
        original_width, original_height = header["original"]
        return Photo(
            pixels=np.frombuffer(pixels, np.uint8).reshape(height, width, 3),
            original=(int(original_width), int(original_height)),
            frames=int(header["frames"]),
        )
    except (LookupError, TypeError, ValueError):
        raise PhotoError(PhotoFault.DAMAGED) from None
