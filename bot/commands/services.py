"""What a command can reach, and how it says no."""

from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from bot import policy
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


def quota_guild(interaction: discord.Interaction[Any]) -> int:
    """The server whose quota counts: 0 outside a server that installed the bot."""
    return interaction.guild_id or 0 if interaction.is_guild_integration() else 0
