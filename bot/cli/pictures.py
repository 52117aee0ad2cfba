"""Files in, files out: what the commands that paint on this machine share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot import policy
from bot.cli.failure import CommandError
from bot.ui import words
from engine.contract import Medium, Pixels
from engine.encoding import Format, encode
from engine.errors import (
    BusyError,
    DeclinedError,
    EncodeError,
    EngineError,
    LostError,
    PhotoError,
    PhotoFault,
    UnfitError,
)
from styles.files import replace

LIMIT = 100 * 1024 * 1024
"""Bytes that a picture may have on disk: no upload bounds it, so only nonsense is refused."""

_FORMATS = {".jpg": Format.JPEG, ".jpeg": Format.JPEG, ".png": Format.PNG, ".webp": Format.WEBP}


def format_of(path: Path) -> Format:
    """The format that a file name asks for.

    Raises
    ------
    CommandError
        It asks for none that we write.
    """
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        raise CommandError(f"{path}: a picture's name ends in .jpg, .png or .webp") from None


def is_picture_name(path: Path) -> bool:
    """Whether a path names a picture file rather than a folder."""
    return path.suffix.lower() in _FORMATS and not path.is_dir()


def read(path: Path) -> bytes:
    """A photo's bytes.

    Raises
    ------
    CommandError
        It can't be read, or is larger than the bot would take.
    """
    try:
        if path.stat().st_size > policy.MAX_PHOTO_BYTES:
            raise CommandError(f"{path}: {words.photo_fault(PhotoFault.TOO_MANY_BYTES, policy.MAX_PHOTO_BYTES)}")
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None


def write(path: Path, data: bytes) -> None:
    """Write whole or not at all: an interrupted command leaves no half picture.

    Raises
    ------
    CommandError
        The place can't be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, data)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None


def write_sheet(path: Path, sheet: Pixels, style: str, medium: Medium) -> None:
    """Write a contact sheet in the format that its name asks for; the file says how its pictures were made.

    Raises
    ------
    CommandError
        The name asks for no format, the format holds no sheet of that size, or the place can't be written to.
    """
    try:
        encoded = encode(
            sheet,
            limit=LIMIT,
            medium=medium,
            engine="contact sheet",
            style=style,
            image_format=format_of(path),
        )
    except EncodeError:
        raise CommandError(f"{path}: so large a sheet does not fit in the file; take fewer photos") from None
    write(path, encoded.data)


@contextmanager
def named(path: Path) -> Iterator[None]:
    """What the engine says against a photo ends the command, with the photo's name.

    Raises
    ------
    CommandError
        It said something.
    """
    try:
        yield
    except EngineError as error:
        raise CommandError(f"{path}: {sentence(error)}") from None


def sentence(error: EngineError) -> str:
    """What to tell a person about a photo that gave no picture."""
    match error:
        case PhotoError(fault=fault, limit=limit):
            return words.photo_fault(fault, limit)
        case UnfitError():
            return words.NOT_REDRAWN()
        case EncodeError():
            return words.TOO_LARGE_TO_SEND()
        case LostError() | BusyError() | DeclinedError():  # who sits at the terminal can do something about it
            return str(error)
        case _:
            return words.ENGINE_FAILED()
