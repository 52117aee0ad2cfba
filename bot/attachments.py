"""Discord's bytes: a photo fetched over https from Discord's own hosts, through a counting stream."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self

import aiohttp
import structlog
from yarl import URL

from engine.errors import PhotoError, PhotoFault

_HOSTS: Final = frozenset(
    {"cdn.discordapp.com", "media.discordapp.net", "images-ext-1.discordapp.net", "images-ext-2.discordapp.net"}
)
_CHUNK = 64 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)  # it may hold a slot of the engine meanwhile
_PAUSES = (0.5, 2.0)
_SIGNATURE_LIFE = 24 * 60 * 60

_log = structlog.stdlib.get_logger(__name__)


class FetchError(Exception):
    """The photo could not be fetched.

    Attributes
    ----------
    gone
        It will never come: the link has expired or the message was deleted.
    """

    def __init__(self, *, gone: bool) -> None:
        super().__init__("the attachment is gone" if gone else "the attachment could not be fetched")
        self.gone = gone


class Attachments:
    """Fetches photos. One session for the bot's life; use it as a context manager.

    Parameters
    ----------
    max_bytes
        The most that is read of one attachment, whatever it declares.
    pause
        Waits between tries; tests put their own here.
    """

    def __init__(self, *, max_bytes: int, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._max_bytes = max_bytes
        self._pause = pause
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            timeout=_TIMEOUT, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, url: str) -> bytes:
        """The attachment's bytes.

        Raises
        ------
        FetchError
            It is gone, or it did not come in three tries.
        PhotoError
            It is larger than `max_bytes`, or empty.
        """
        target = _checked(url)
        for pause in _PAUSES:
            try:
                return await self._read(target)
            except FetchError as error:
                if error.gone:
                    raise
            await self._pause(pause)
        return await self._read(target)

    async def _read(self, url: URL) -> bytes:
        """One try. The boundary where aiohttp's errors end: their texts hold the URL, so they are not chained."""
        if self._session is None:
            raise RuntimeError("Attachments is used outside its context")
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                _judge(response.status)
                return await self._capped(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            _log.info("an attachment did not arrive", reason=type(error).__name__)
            raise FetchError(gone=False) from None

    async def _capped(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > self._max_bytes:
                raise PhotoError(PhotoFault.TOO_MANY_BYTES, self._max_bytes)
        if not body:
            raise PhotoError(PhotoFault.EMPTY)
        return bytes(body)


def is_discords(url: str) -> bool:
    """Whether a link leads to one of Discord's own hosts: no other is ever asked for anything."""
    try:
        target = URL(url)
    except ValueError:
        return False
    return target.scheme == "https" and target.host in _HOSTS and target.explicit_port is None and not target.user


def _checked(url: str) -> URL:
    """Refuse what is not Discord's: checked at every fetch, since stored URLs come back after a restart."""
    if not is_discords(url):
        raise FetchError(gone=True)
    return URL(url)


def _judge(status: int) -> None:
    if status == HTTPStatus.OK:
        return
    raise FetchError(gone=status in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.GONE))


def expires_at(url: str, *, asked_at: float) -> int:
    """When Discord's signature on a link ends, in epoch seconds: its own `ex`, in hexadecimal, else a day from asking.

    Source: https://discord.com/developers/docs/reference#signed-attachment-cdn-urls
    """
    try:
        return int(URL(url).query["ex"], 16)
    except (KeyError, ValueError):
        return int(asked_at) + _SIGNATURE_LIFE
