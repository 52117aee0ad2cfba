"""Files that nobody else may read: created 0600 before a byte is in them, and locked against a second process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PRIVATE = 0o600


def beside(database: Path, suffix: str) -> Path:
    """The file that belongs to a database: `animify.db` has `animify.db.key` and `animify.db.lock`."""
    return database.with_name(database.name + suffix)


def make_private(path: Path) -> None:
    """Create the file, or take others' rights to it away. Its journals inherit the mode from SQLite.

    Raises
    ------
    OSError
        The folder is missing, or the file is not ours.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    try:
        os.fchmod(handle, PRIVATE)
    finally:
        os.close(handle)


@contextmanager
def drafted(path: Path) -> Iterator[Path]:
    """An empty draft beside a file, for nobody else to read, that takes the file's place at the end.

    A crash in between must not leave half a file under its name; if anything is raised, no draft is left either.
    """
    draft = beside(path, ".new")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE))
    try:
        yield draft
        draft.replace(path)
        _sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    with drafted(path) as draft, draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def lock(path: Path) -> int:
    """Take the lock, which the system releases when the process ends in any way; returns the handle to close.

    The file stays behind: removing it would let two processes lock two files of the same name.

    Raises
    ------
    BlockingIOError
        Another process holds it.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _sync_folder(folder: Path) -> None:
    """A rename is safe from a power cut only once its folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
