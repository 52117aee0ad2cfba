"""The place that a request is made in, read off an interaction's payload."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import discord

from bot.values.rules import Place


class Venue(StrEnum):
    """Where results go."""

    CHANNEL = "channel"  # a text channel: a thread on the card takes it
    CARD = "card"  # threads, direct messages, voice and stage channels, user installs: on the card itself


_NEEDED: Final = {
    Venue.CHANNEL: discord.Permissions(send_messages_in_threads=True, attach_files=True, create_public_threads=True),
    Venue.CARD: discord.Permissions.none(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The place a request was made in.

    Attributes
    ----------
    bot_is_here
        False where only the member installed us, and for what is private: nothing but the interaction's token can
        answer there.
    upload_limit
        Bytes that one file may have there.
    age_restricted
        Whether it is a channel for adults, now.
    private
        The member alone sees what is answered.
    """

    guild_id: int
    channel_id: int
    venue: Venue
    bot_is_here: bool
    upload_limit: int
    age_restricted: bool
    private: bool = False


def scope_of(interaction: discord.Interaction[Any]) -> int:
    """The server whose quota counts: 0 outside a server that installed the bot."""
    return (interaction.guild_id or 0) if interaction.is_guild_integration() else 0


def place_of(interaction: discord.Interaction[Any]) -> Place:
    """Where somebody acts, as the rules look at it."""
    channel = interaction.channel
    parent = channel.parent if isinstance(channel, discord.Thread) else None
    category = getattr(parent or channel, "category_id", None)
    parents = (getattr(channel, "parent_id", None), category)
    return Place(
        guild_id=scope_of(interaction),
        server_id=interaction.guild_id or 0,
        channel_id=interaction.channel_id or 0,
        parents=frozenset(one for one in parents if one is not None),
        age_restricted=age_restricted(channel),
    )


def age_restricted(channel: object) -> bool:
    """A thread is as its parent; direct messages never are."""
    places = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
    return isinstance(channel, places) and channel.is_nsfw()


def site_of(interaction: discord.Interaction[Any], *, private: bool = False) -> Site:
    """Read the place off an interaction's payload."""
    in_guild = interaction.guild_id is not None
    bot_is_here = interaction.is_guild_integration() if in_guild else bool(interaction.context.dm_channel)
    bot_is_here = bot_is_here and not private
    limit = interaction.filesize_limit
    if in_guild and bot_is_here and interaction.guild is not None:
        # a post in the thread is ours: the member's own plan is no help there
        limit = min(limit, interaction.guild.filesize_limit)
    return Site(
        guild_id=scope_of(interaction),
        channel_id=interaction.channel_id or 0,
        venue=_allowed(venue_of(interaction.channel), interaction.app_permissions) if bot_is_here else Venue.CARD,
        bot_is_here=bot_is_here,
        upload_limit=limit,
        age_restricted=age_restricted(interaction.channel),
        private=private,
    )


def venue_of(channel: object) -> Venue:
    """Where results of requests in this channel go."""
    return Venue.CHANNEL if isinstance(channel, discord.TextChannel) else Venue.CARD


def _allowed(venue: Venue, ours: discord.Permissions) -> Venue:
    """Not to post where we may not, so that no thread is left empty; what changes later is met when it happens."""
    return venue if ours.is_superset(_NEEDED[venue]) else Venue.CARD
