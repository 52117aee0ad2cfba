"""Canaries: a photo, a link, tokens and words that can be told from everything else, and ways to look for them."""

import gc
import hashlib
import io
import sys
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident
from traceback import walk_stack
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

from playground import Attachment, Interaction, Playground, Upload
from tests.flow.stage import a_photo

Canaries = Mapping[str, bytes]
"""What is looked for, by what it is."""

COLOUR = (17, 203, 110)
"""Of a patch that a photo has: 8 pixels of it side by side are nowhere else, and no fake runner paints it."""

_CONTAINERS = {dict, list, tuple, set, frozenset, deque}

_HOLDING = {str, bytes, bytearray, memoryview, io.BytesIO, np.ndarray}
"""Told by type, not by isinstance, which some of torch's objects answer with a warning."""


def marker(name: str) -> str:
    """A word that nobody else would write, and that stands in no source code."""
    return "canary-" + hashlib.sha256(name.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo in whose file and in whose pixels there are canaries."""

    data: bytes
    name: str

    @classmethod
    def make(cls, name: str) -> "Photo":
        """A PNG, so that its pixels arrive as they are."""
        picture = Image.open(io.BytesIO(a_photo(seed=len(name))))
        picture.paste(COLOUR, (60, 40, 100, 80))
        words = PngImagePlugin.PngInfo()
        words.add_text("Comment", marker(name))
        file = io.BytesIO()
        picture.save(file, "PNG", pnginfo=words)
        return cls(file.getvalue(), name)

    def upload(self, *, damaged: bool = False) -> Upload:
        """As a member sends it; `damaged` is what is left of it where an upload broke off."""
        data = self.data[: len(self.data) // 2] if damaged else self.data
        return Upload("me.png", data, "image/png")

    @property
    def canaries(self) -> Canaries:
        middle = len(self.data) // 4
        return {
            "words in the file": marker(self.name).encode(),
            "packed pixels": self.data[middle : middle + 24],
            "pixels": bytes(COLOUR) * 8,
        }


def of_link(playground: Playground, photo: Attachment) -> Canaries:
    """Where the photo lies, and the signature that opens it."""
    query = playground.cdn.sign(photo.path).partition("?")[2]
    return {
        f"place {photo.id}": photo.path.rpartition("/")[0].encode(),
        f"signature {photo.id}": query.partition("hm=")[2].strip("&").encode(),
    }


def of_interaction(playground: Playground, interaction: Interaction) -> Canaries:
    """Its token, and the links of its photos."""
    found: dict[str, bytes] = {f"token {interaction.id}": interaction.token.encode()}
    for photo in interaction.attachments:
        found |= of_link(playground, photo)
    return found


def found(canaries: Canaries, data: bytes) -> list[str]:
    """Which of them are in there, as they are or as Python would write them."""
    return [name for name, canary in canaries.items() if canary in data or repr(canary)[2:-1].encode() in data]


def files(*folders: Path) -> dict[str, bytes]:
    """Every file below, by its path."""
    return {
        str(path.relative_to(folder.parent)): path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def live(canaries: Canaries) -> list[str]:
    """Which of them a live object of this process holds, but for the playground's and the tests' own."""
    gc.collect()
    skipped = _held_by({"playground", "tests"}) | {id(canary) for canary in canaries.values()}
    shortest = min(map(len, canaries.values()))
    return [
        f"{name}: {type(one).__name__} of {len(content)}"
        for one in _reachable()
        if id(one) not in skipped and len(content := _content(one)) >= shortest
        for name, canary in canaries.items()
        if canary in content
    ]


def _reachable() -> Iterator[object]:
    """What can hold a canary, of what tracked objects and other threads' stacks refer to: bytes are not tracked.

    Nor are tuples and dicts of such things, so they are opened.
    """
    level = gc.get_objects()  # all but this list itself; in another one it would find that, and stay for good
    level += _on_stacks()
    seen = {id(one) for one in level}
    yield from (one for one in level if type(one) in _HOLDING)
    while level:
        fresh = {id(one): one for one in gc.get_referents(*level)}
        fresh = {number: one for number, one in fresh.items() if number not in seen}
        seen |= fresh.keys()
        yield from (one for one in fresh.values() if type(one) in _HOLDING)
        level = [one for one in fresh.values() if type(one) in (dict, tuple)]


def _on_stacks() -> Iterator[object]:
    """But for this thread's: a frame that looks at itself keeps all that it has seen."""
    frames = sys._current_frames()
    del frames[get_ident()]
    for frame in frames.values():
        for each, _ in walk_stack(frame):
            yield from each.f_locals.values()


def _held_by(packages: Collection[str]) -> set[int]:
    """What objects of these packages hold, by themselves or in containers."""
    objects = gc.get_objects()
    theirs = {kind for kind in set(map(type, objects)) if str(kind.__module__).partition(".")[0] in packages}
    level = [one for one in objects if type(one) in theirs]
    held: set[int] = set()
    while level:
        fresh = {id(one): one for one in gc.get_referents(*level) if type(one) in theirs | _CONTAINERS | {str, bytes}}
        fresh = {number: one for number, one in fresh.items() if number not in held}
        held |= fresh.keys()
        level = [one for one in fresh.values() if type(one) not in (str, bytes)]
    return held


def _content(one: Any) -> bytes:
    match one:
        case str():
            return one.encode(errors="replace")
        case np.ndarray():
            return _pixels(one)
        case io.BytesIO():
            return b"" if one.closed else one.getvalue()
        case memoryview():
            with suppress(ValueError):  # it was released
                return one.tobytes()
            return b""
        case _:
            return bytes(one)


def _pixels(array: np.ndarray) -> bytes:
    """An array as bytes, and where it holds floats, as the colours that they stand for."""
    if array.dtype.kind == "f" and array.size:
        with np.errstate(all="ignore"):
            scale = 255 if np.nanmax(np.abs(array)) <= 1 else 1
            array = np.rint(array * scale).clip(0, 255).astype(np.uint8)
    return b"" if array.dtype.hasobject else array.tobytes()


def named(canaries: Canaries, kinds: Collection[str]) -> Canaries:
    """Those of these kinds alone."""
    return {name: canary for name, canary in canaries.items() if name.partition(" ")[0] in kinds}
