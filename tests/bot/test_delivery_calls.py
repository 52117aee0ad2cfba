"""Discord's errors, translated once: every one that discord.py can raise over REST becomes a DeliveryError."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.delivery.calls import DeliveryError, Trouble, call


def an_error(kind: type[discord.HTTPException], status: int, code: int = 0) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="because")
    return kind(response, {"code": code, "message": "no"})


async def no_pause(_seconds: float) -> None:
    pass


async def outcome(*errors: Exception) -> Trouble | str:
    """What comes of a request that raises these, one at each try, and then succeeds."""
    left = list(errors)

    async def request() -> str:
        if left:
            raise left.pop(0)
        return "done"

    try:
        return await call(request, pause=no_pause)
    except DeliveryError as error:
        return error.trouble


@pytest.mark.parametrize(
    ("status", "code", "kind", "trouble"),
    [
        (404, 10003, discord.NotFound, Trouble.GONE),
        (404, 10008, discord.NotFound, Trouble.GONE),
        (404, 10062, discord.NotFound, Trouble.EXPIRED),
        (404, 10015, discord.NotFound, Trouble.EXPIRED),
        (404, 99999, discord.NotFound, Trouble.GONE),
        (400, 40060, discord.HTTPException, Trouble.EXPIRED),
        (401, 50027, discord.HTTPException, Trouble.EXPIRED),
        (403, 50001, discord.Forbidden, Trouble.FORBIDDEN),
        (403, 50013, discord.Forbidden, Trouble.FORBIDDEN),
        (403, 99999, discord.Forbidden, Trouble.FORBIDDEN),
        (400, 160004, discord.HTTPException, Trouble.HAS_THREAD),
        (400, 160006, discord.HTTPException, Trouble.TOO_MANY_THREADS),
        (500, 0, discord.DiscordServerError, Trouble.UNREACHABLE),
        (400, 50035, discord.HTTPException, Trouble.REFUSED),
        (413, 40005, discord.HTTPException, Trouble.REFUSED),
    ],
)
async def test_an_answer_of_discords_is_a_trouble(
    status: int, code: int, kind: type[discord.HTTPException], trouble: Trouble
) -> None:
    assert await outcome(an_error(kind, status, code)) is trouble


async def test_every_error_over_rest_is_translated() -> None:
    kinds = [
        each for each in vars(discord).values() if isinstance(each, type) and issubclass(each, discord.HTTPException)
    ]
    assert len(kinds) >= 4
    for kind in kinds:
        assert isinstance(await outcome(an_error(kind, 418)), Trouble)


@pytest.mark.parametrize("make", [aiohttp.ServerDisconnectedError, ConnectionResetError, TimeoutError])
async def test_a_cut_connection_is_tried_again_and_at_last_told(make: Callable[[], Exception]) -> None:
    assert await outcome(make(), make()) == "done"
    assert await outcome(make(), make(), make()) is Trouble.UNREACHABLE


async def test_a_refusal_is_not_tried_again() -> None:
    assert await outcome(an_error(discord.Forbidden, 403, 50013), ConnectionResetError()) is Trouble.FORBIDDEN


async def test_what_is_no_error_of_discords_is_left_alone() -> None:
    with pytest.raises(ZeroDivisionError):
        await outcome(ZeroDivisionError())
