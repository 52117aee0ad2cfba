"""Discord's REST as it fails: cut connections are tried again, and its errors are translated here, once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Final, TypeVar

import aiohttp
import discord

T = TypeVar("T")

PAUSES: Final = (0.5, 2.0)
ONCE: Final[tuple[float, ...]] = ()
_DEADLINE = 60.0  # seconds for one try; aiohttp alone would wait five minutes


class Trouble(StrEnum):
    """Why Discord did not do what we asked."""

    GONE = "gone"  # the channel or message is no more
    FORBIDDEN = "forbidden"  # we lack a permission, or the thread is locked
    TOO_MANY_THREADS = "too_many_threads"
    HAS_THREAD = "has_thread"  # the message already carries a thread
    EXPIRED = "expired"  # the interaction is over, or was answered by somebody else
    UNREACHABLE = "unreachable"  # no connection, or Discord's own fault, after every try
    REFUSED = "refused"  # anything else it refuses


class DeliveryError(Exception):
    """Discord did not take what we sent."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes
_BY_CODE: Final[dict[int, Trouble]] = {
    10003: Trouble.GONE,  # unknown channel
    10008: Trouble.GONE,  # unknown message
    10015: Trouble.EXPIRED,  # unknown webhook: the interaction was never answered, or is over
    10062: Trouble.EXPIRED,  # unknown interaction
    40060: Trouble.EXPIRED,  # already acknowledged
    50001: Trouble.FORBIDDEN,  # missing access
    50013: Trouble.FORBIDDEN,  # missing permissions
    50027: Trouble.EXPIRED,  # invalid webhook token
    50083: Trouble.FORBIDDEN,  # the thread is archived, and locked
    160004: Trouble.HAS_THREAD,
    160005: Trouble.FORBIDDEN,  # the thread is locked
    160006: Trouble.TOO_MANY_THREADS,
}


async def call(
    make: Callable[[], Awaitable[T]],
    *,
    pauses: tuple[float, ...] = PAUSES,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> T:
    """Do one request, anew at each try (a file is read only once).

    discord.py tries again after a 5xx but, on Linux, not after a cut connection: without this the last upload would
    be lost and the card would say "painting" for ever. What is sent must be safe to send twice (an edit, or a post
    with a nonce), or else be sent with `pauses=ONCE`.

    Raises
    ------
    DeliveryError
        Whatever discord.py or aiohttp raised.
    """
    for wait in (*pauses, None):
        try:
            async with asyncio.timeout(_DEADLINE):
                return await make()
        except discord.InteractionResponded:
            raise DeliveryError(Trouble.EXPIRED) from None
        except discord.HTTPException as error:
            raise DeliveryError(_trouble(error)) from None
        except (aiohttp.ClientError, discord.RateLimited, OSError, TimeoutError):
            if wait is None:
                raise DeliveryError(Trouble.UNREACHABLE) from None
            await pause(wait)
    raise AssertionError("the last try returns or raises")


@contextmanager
def already_gone() -> Iterator[None]:
    """To delete what somebody else has deleted is to have deleted it."""
    try:
        yield
    except DeliveryError as error:
        if error.trouble is not Trouble.GONE:
            raise


def _trouble(error: discord.HTTPException) -> Trouble:
    if known := _BY_CODE.get(error.code):
        return known
    if isinstance(error, discord.DiscordServerError):
        return Trouble.UNREACHABLE
    if isinstance(error, discord.Forbidden):
        return Trouble.FORBIDDEN
    return Trouble.GONE if isinstance(error, discord.NotFound) else Trouble.REFUSED
