"""Logs an unmodified discord.py client in to a playground."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import discord

from playground import Playground, redirect

Client = TypeVar("Client", bound=discord.Client)


@asynccontextmanager
async def logged_in(client: Client, playground: Playground) -> AsyncIterator[Client]:
    with redirect(playground.origin):
        async with client:
            running = asyncio.create_task(client.start(playground.token))
            await playground.connected
            await client.wait_until_ready()
            yield client
            await client.close()
            await running
