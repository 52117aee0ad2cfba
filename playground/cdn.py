"""The content network: attachments under signed addresses that expire; avatars and others' pictures under plain ones.

Signature parameters `ex` (expiry), `is` (issue) and `hm` (HMAC): Discord's documentation, reference, "Signed
Attachment CDN URLs".
"""

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, unquote, urlsplit

from playground.clock import Clock
from playground.errors import Json
from playground.imagesize import PLAIN_COLOURS, image_size, plain_picture
from playground.renditions import ANIMATED, FORMATS, SIZES, is_animated, rendered
from playground.uploads import Upload
from playground.values import CDN, MEDIA

LIFETIME = 24 * 3600.0
PROXY = "https://images-ext-1.discordapp.net"

_OWN = frozenset({"cdn.discordapp.com", "media.discordapp.net"})

_AVATAR = re.compile(r"((?:/avatars/\d+|/guilds/\d+/users/\d+/avatars)/(a_)?\w+)\.(\w+)")
_PLAIN_AVATAR = re.compile(r"/embed/avatars/([0-5])\.png")


class NotServedError(Exception):
    """The network does not hand out this file; `status` is HTTP's, and `rule` as in `Violation`."""

    def __init__(self, status: int, rule: str, what: str) -> None:
        super().__init__(what)
        self.status = status
        self.rule = rule
        self.what = what


@dataclass(frozen=True, slots=True)
class Blob:
    data: bytes = field(repr=False)
    content_type: str | None

    @property
    def media_type(self) -> str:
        """The content type as it is sent."""
        return self.content_type or "application/octet-stream"


class Cdn:
    """All uploaded files, in memory."""

    def __init__(self, clock: Clock, secret: bytes) -> None:
        self._clock = clock
        self._secret = secret
        self._blobs: dict[str, Blob] = {}
        self._generation: Counter[str] = Counter()
        self._published: dict[str, str] = {}

    def put(self, path: str, data: bytes, content_type: str | None) -> None:
        self._blobs[path] = Blob(data, content_type)

    def remove(self, path: str) -> None:
        self._blobs.pop(path, None)

    def wear(self, picture: Upload | None, folder: str, worn: str | None) -> str | None:
        """Replace the avatar `worn` in this folder by another picture, or by none; the hash of the new one."""
        self.remove(f"{folder}/{worn}")
        if picture is None:
            return None
        moves = ANIMATED if is_animated(picture.data) else ""
        avatar = moves + hashlib.sha256(picture.data).hexdigest()[:32]
        self.put(f"{folder}/{avatar}", picture.data, picture.content_type)
        return avatar

    def sign(self, path: str) -> str:
        """The full address at which a client gets the file for the next 24 hours."""
        issued = int(self._clock())
        until = issued + int(LIFETIME)
        seal = self._seal(path, f"{until:x}", f"{issued:x}")
        return f"{CDN}{quote(path)}?ex={until:x}&is={issued:x}&hm={seal}&"

    def expire(self, url: str) -> None:
        """End every address given out so far for this file (named by any address of it), as after 24 hours."""
        self._generation[_path(url)] += 1

    def publish(self, url: str, picture: Upload) -> None:
        """Put a picture into the outer web, from where messages then show it."""
        address = urlsplit(url)
        digest = hashlib.sha256(url.encode()).hexdigest()[:43]
        query = f"{quote('?' + address.query, safe='')}/" if address.query else ""
        path = f"/external/{digest}/{query}{address.scheme}/{address.netloc}{address.path}"
        self._published[url] = path
        self.put(unquote(path), picture.data, picture.content_type)

    def unfurled(self, url: str) -> Json | None:
        """The picture at this address as an embed shows it, or None where none is known; nothing is signed yet."""
        outer = self._published.get(url)
        path = outer or (_path(url) if urlsplit(url).netloc in _OWN else "")
        blob = self._blobs.get(unquote(path))
        if blob is None:
            return None
        width, height = image_size(blob.data) or (0, 0)
        addresses = (
            {"url": url, "proxy_url": PROXY + outer} if outer else {"url": CDN + path, "proxy_url": MEDIA + path}
        )
        return {**addresses, "width": width, "height": height, "content_type": blob.media_type}

    def open(self, path: str, query: str) -> Blob:
        """The file; raises NotServedError where the address is unsigned, forged or expired, or the file is gone."""
        given = {key: values[0] for key, values in parse_qs(query).items()}
        avatar = _AVATAR.fullmatch(path)
        if avatar:
            _check_rendition(avatar[3], is_animated=bool(avatar[2]), size=given.get("size"))
        elif not path.startswith("/external/") and not _PLAIN_AVATAR.fullmatch(path):
            self._check_signature(path, given)
        blob = self._find(path, given.get("size"))
        if blob is None:
            raise NotServedError(404, "cdn-gone", "there is no such file, or no longer")
        return blob

    def read(self, url: str) -> Blob | None:
        """The file as a person sees it: their own client renews the signature."""
        return self._find(_path(url))

    def _check_signature(self, path: str, given: Mapping[str, str]) -> None:
        until, issued = given.get("ex", ""), given.get("is", "")
        if not hmac.compare_digest(given.get("hm", "").encode(), self._seal(path, until, issued).encode()):
            raise NotServedError(404, "cdn-gone", "the address is not signed, or not by us")
        if int(until, 16) < self._clock():
            raise NotServedError(404, "cdn-gone", "the address has expired")

    def _find(self, path: str, size: str | None = None) -> Blob | None:
        if plain := _PLAIN_AVATAR.fullmatch(path):
            return Blob(plain_picture(colour=PLAIN_COLOURS[int(plain[1])]), "image/png")
        avatar = _AVATAR.fullmatch(path)
        if avatar is None:
            return self._blobs.get(path)
        worn = self._blobs.get(avatar[1])
        if worn is None or avatar[3] not in FORMATS:
            return None
        data = rendered(worn.data, avatar[3], int(size) if size else None)
        return Blob(data, f"image/{FORMATS[avatar[3]].lower()}")

    def _seal(self, path: str, until: str, issued: str) -> str:
        signed = f"{path}?{until}&{issued}&{self._generation[path]}"
        return hmac.new(self._secret, signed.encode(), hashlib.sha256).hexdigest()


def _check_rendition(ending: str, *, is_animated: bool, size: str | None) -> None:
    if ending not in FORMATS or (ending == "gif" and not is_animated):
        raise NotServedError(415, "cdn-format", f"this picture does not exist as {ending}")
    if size is not None and size not in SIZES:
        raise NotServedError(400, "cdn-size", "a size is a power of two from 16 to 4096")


def _path(url: str) -> str:
    return unquote(urlsplit(url).path)
