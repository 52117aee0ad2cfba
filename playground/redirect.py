"""Sends an unmodified client to the playground: every aiohttp session rewrites Discord's hosts to one origin."""

import ipaddress
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import aiohttp
from yarl import URL

HOSTS = frozenset(
    {
        "discord.com",
        "cdn.discordapp.com",
        "media.discordapp.net",
        "images-ext-1.discordapp.net",
        "images-ext-2.discordapp.net",
    }
)
GATEWAYS = ".discord.gg"


class NotLoopbackError(ValueError):
    """The origin is not on this machine: a bot's token must not travel anywhere else."""


def check_origin(origin: str) -> URL:
    """The origin as a URL, if it is ``http`` on a loopback address."""
    url = URL(origin)
    try:
        loopback = ipaddress.ip_address(url.host or "").is_loopback
    except ValueError:
        loopback = url.host == "localhost"
    if not loopback or url.scheme != "http":
        raise NotLoopbackError(f"{origin!r} is no http address of this machine")
    return url


def rewritten(address: str | URL, origin: URL) -> URL:
    """The address below `origin` with Discord's host as first part of its path; other hosts stay as they are."""
    url = URL(address)
    host = url.host or ""
    if host not in HOSTS and not host.endswith(GATEWAYS):
        return url
    return URL(f"{origin.origin()}/{host}{url.raw_path_qs}", encoded=True)


@contextmanager
def redirect(origin: str) -> Iterator[None]:
    """Send requests and websockets of every aiohttp session to `origin` while the context lasts."""
    target = check_origin(origin)
    original: Callable[..., Awaitable[aiohttp.ClientResponse]] = aiohttp.ClientSession._request  # noqa: SLF001 - HTTP and websockets meet nowhere public

    async def request(
        session: aiohttp.ClientSession, method: str, str_or_url: str | URL, **options: object
    ) -> aiohttp.ClientResponse:
        return await original(session, method, rewritten(str_or_url, target), **options)

    aiohttp.ClientSession._request = request  # type: ignore[method-assign,assignment]  # noqa: SLF001 - as above
    try:
        yield
    finally:
        aiohttp.ClientSession._request = original  # type: ignore[method-assign,assignment]  # noqa: SLF001 - as above
