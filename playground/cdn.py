"""The content network: attachments under signed addresses that expire, and avatars under plain ones.

Signature parameters `ex` (expiry), `is` (issue) and `hm` (HMAC): Discord's documentation, reference, "Signed
Attachment CDN URLs".
"""

import hashlib
import hmac
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, unquote, urlsplit

from playground.clock import Clock
from playground.imagesize import plain_picture
from playground.values import CDN

LIFETIME = 24 * 3600.0
AVATARS, PLAIN_AVATARS = "/avatars/", "/embed/avatars/"


@dataclass(frozen=True, slots=True)
class Blob:
    data: bytes = field(repr=False)
    content_type: str | None


class Cdn:
    """All uploaded files, in memory."""

    def __init__(self, clock: Clock, secret: bytes) -> None:
        self._clock = clock
        self._secret = secret
        self._blobs: dict[str, Blob] = {}
        self._generation: Counter[str] = Counter()

    def put(self, path: str, data: bytes, content_type: str | None) -> None:
        self._blobs[path] = Blob(data, content_type)

    def remove(self, path: str) -> None:
        self._blobs.pop(path, None)

    def sign(self, path: str) -> str:
        """The full address at which a client gets the file for the next 24 hours."""
        issued = int(self._clock())
        until = issued + int(LIFETIME)
        seal = self._seal(path, f"{until:x}", f"{issued:x}")
        return f"{CDN}{quote(path)}?ex={until:x}&is={issued:x}&hm={seal}&"

    def expire(self, url: str) -> None:
        """End every address given out so far for this file (named by any address of it), as after 24 hours."""
        self._generation[_path(url)] += 1

    def open(self, path: str, query: str) -> Blob | None:
        """The file, or None where the address is unsigned, forged or expired, or the file is gone."""
        if path.startswith((AVATARS, PLAIN_AVATARS)):
            return self._find(path)
        given = {key: values[0] for key, values in parse_qs(query).items()}
        until, issued = given.get("ex", ""), given.get("is", "")
        if not hmac.compare_digest(given.get("hm", "").encode(), self._seal(path, until, issued).encode()):
            return None
        if int(until, 16) < self._clock():
            return None
        return self._find(path)

    def read(self, url: str) -> Blob | None:
        """The file as a person sees it: their own client renews the signature."""
        return self._find(_path(url))

    def _find(self, path: str) -> Blob | None:
        """An avatar is there in every format, which here is always the one that was uploaded."""
        if path.startswith(PLAIN_AVATARS):
            return Blob(plain_picture(), "image/png")
        return self._blobs.get(path.rpartition(".")[0] if path.startswith(AVATARS) else path)

    def _seal(self, path: str, until: str, issued: str) -> str:
        signed = f"{path}?{until}&{issued}&{self._generation[path]}"
        return hmac.new(self._secret, signed.encode(), hashlib.sha256).hexdigest()


def _path(url: str) -> str:
    return unquote(urlsplit(url).path)
