"""A server's log channel: posts that call nobody, and are made once."""

import asyncio
from collections.abc import Awaitable, Callable

import discord
from discord import ui

from bot.delivery.calls import call


async def post(
    client: discord.Client,
    view: ui.LayoutView,
    *,
    guild_id: int,
    channel_id: int,
    nonce: str,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Post a message; for some minutes Discord answers another one with the same nonce with the first.

    Parameters
    ----------
    nonce
        At most 25 characters.
    pause
        Waits between two tries.

    Raises
    ------
    DeliveryError
    """
    channel = client.get_partial_messageable(channel_id, guild_id=guild_id)
    nobody = discord.AllowedMentions.none()
    await call(lambda: channel.send(view=view, nonce=nonce, allowed_mentions=nobody), pause=pause)
