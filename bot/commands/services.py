"""What a command can reach, and how it says no."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from bot import policy
from bot.delivery.answer import PATIENCE
from bot.journey import Journey
from bot.policy import Actor
from bot.store import Store
from bot.ui import words
from styles import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of the house that commands use."""

    journey: Journey
    store: Store
    catalogue: Catalogue


class ServiceClient(discord.Client):
    """A client whose interactions lead to the services: `interaction.client.services`."""

    services: Services


Interaction = discord.Interaction[ServiceClient]


class RefusalError(app_commands.AppCommandError):
    """A command says no: the sentence is for the member, alone."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def actor(interaction: discord.Interaction[Any]) -> Actor:
    """Who acts, from the payload's own permissions at this moment."""
    return Actor(
        user_id=interaction.user.id,
        manages_server=interaction.permissions.manage_guild,
        moderates_members=interaction.permissions.moderate_members,
    )


def moderated_guild(interaction: discord.Interaction[Any]) -> int:
    """The server that this person may moderate.

    Raises
    ------
    RefusalError
        Outside a server, or for anybody else.
    """
    if interaction.guild_id is None or not interaction.is_guild_integration():
        raise RefusalError(words.GUILD_ONLY)
    if not policy.is_moderator(actor(interaction)):
        raise RefusalError(words.MODERATORS_ONLY)
    return interaction.guild_id


async def whisper(interaction: discord.Interaction[Any], answer: Awaitable[str]) -> None:
    """Answer the asker alone; one that takes long is announced first, or Discord would give the interaction up."""
    working = asyncio.ensure_future(answer)
    await asyncio.wait({working}, timeout=PATIENCE)
    if not working.done():
        await interaction.response.defer(ephemeral=True, thinking=True)
    sentence = await working
    if interaction.response.is_done():
        await interaction.followup.send(sentence, ephemeral=True)
    else:
        await interaction.response.send_message(sentence, ephemeral=True)
