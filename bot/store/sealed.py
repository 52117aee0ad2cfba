"""Secrets at rest: AES-GCM under a key in a file of its own, each bound to the field that it belongs to.

The signed URL of an attachment *is* the photo for a day, and an interaction's token is a key to the member's card.
"""

import hashlib
import hmac
import os
import stat
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.store import files
from bot.store.errors import KeyFileError

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12  # what GCM is made for: NIST SP 800-38D, 8.2


class Sealer:
    """Seals and opens texts with one key, which no repr shows."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._digest_key = hmac.digest(
            key, b"animify: names of who was erased", hashlib.sha256
        )  # a key for one use each

    def digest(self, user_id: int) -> bytes:
        """A user's name as an erasure leaves it: HMAC-SHA256, which nobody can guess at without the key file."""
        return hmac.digest(self._digest_key, str(user_id).encode(), hashlib.sha256)

    def seal(self, text: str, *, field: str) -> bytes:
        """A random nonce and the encrypted text.

        Parameters
        ----------
        field
            Where it will be stored ("jobs/17-0/url"): moved to another row or column it no longer opens.
        """
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), field.encode())

    def open(self, sealed: bytes, *, field: str) -> str | None:
        """The text; None where this key did not seal it for this field, as after a restore without the key."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], field.encode()).decode()
        except InvalidTag:
            return None


def open_sealer(path: Path) -> Sealer:
    """Read the key file, or make one where there is none. The database's lock must be held.

    Raises
    ------
    KeyFileError
        Others may read it, it has not the length of a key, or the system refuses.
    """
    try:
        if not path.exists():
            files.write_private(path, AESGCM.generate_key(_KEY_BYTES * 8))
        return Sealer(_read_key(path))
    except OSError as error:
        raise KeyFileError(path, f"can't be read: {error.strerror}") from error


def _read_key(path: Path) -> bytes:
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise KeyFileError(path, f"can be read by others: run chmod 600 {path}")
        key = file.read(_KEY_BYTES + 1)
    if len(key) != _KEY_BYTES:
        raise KeyFileError(
            path, f"is no key: it should hold {_KEY_BYTES} bytes; restore it, or move it away for a new one"
        )
    return key
