"""What a command can reach, and how it says no."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import discord
from discord import app_commands, ui

from bot import policy
from bot.commands.pending import Pending
from bot.commands.previews import Previews
from bot.commands.shelf import Shelf
from bot.comparing import Comparer
from bot.delivery import scope_of
from bot.delivery.answer import PATIENCE
from bot.delivery.turns import Turns
from bot.journey import Journey
from bot.store import Act, Change, Job, Store
from bot.ui import links, words
from bot.ui.status import Order, Shown
from bot.values.rules import Actor, Guild, House
from engine.contract import Medium
from styles import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of the house that commands use.

    Attributes
    ----------
    shelf
        What suggestions are made from.
    changed
        Set once something may have changed that log channels are told of.
    turns
        Who may change a request's result now.
    """

    journey: Journey
    store: Store
    catalogue: Catalogue
    house: House
    shelf: Shelf
    pending: Pending = field(default_factory=Pending)
    comparer: Comparer
    previews: Previews = field(default_factory=Previews)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    turns: Turns = field(default_factory=Turns)


@dataclass(frozen=True, slots=True)
class Moderated:
    """A server in a moderator's hands."""

    guild_id: int
    guild: Guild


class ServiceClient(discord.Client):
    """A client whose interactions lead to the services: `interaction.client.services`."""

    services: Services


Interaction = discord.Interaction[ServiceClient]
T = TypeVar("T")


class RefusalError(app_commands.AppCommandError):
    """A command says no: the sentence is for the member, alone."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def actor(interaction: discord.Interaction[Any]) -> Actor:
    """Who acts, from the payload's own permissions and roles at this moment."""
    member = interaction.user if isinstance(interaction.user, discord.Member) else None
    return Actor(
        user_id=interaction.user.id,
        manages_server=interaction.permissions.manage_guild,
        moderates_members=interaction.permissions.moderate_members,
        roles=roles_of(member),
        joined_at=member.joined_at.timestamp() if member and member.joined_at else None,
    )


def named(member: discord.User | discord.Member) -> Actor:
    """Somebody whom a command names, or whom we asked Discord for: who left, or was never here, has no rights here."""
    if not isinstance(member, discord.Member):
        return Actor(user_id=member.id)
    may = member.guild_permissions if member.resolved_permissions is None else member.resolved_permissions
    return Actor(
        user_id=member.id,
        manages_server=may.manage_guild,
        moderates_members=may.moderate_members,
        roles=roles_of(member),
    )


def roles_of(member: discord.User | discord.Member | None) -> frozenset[int]:
    """The roles that somebody holds in the server; @everyone is none."""
    if not isinstance(member, discord.Member):
        return frozenset()
    return frozenset(role.id for role in member.roles if not role.is_default())


async def moderated(interaction: Interaction) -> Moderated:
    """The server that this person may moderate, and what it has set.

    Raises
    ------
    RefusalError
        Outside a server that installed the bot, or for anybody else.
    """
    guild_id = scope_of(interaction)
    if not guild_id:
        raise RefusalError(words.GUILD_ONLY())
    guild = await interaction.client.services.store.desk.guild(guild_id)
    if not policy.is_moderator(actor(interaction), guild):
        raise RefusalError(words.moderators_only(guild.moderator_roles))
    return Moderated(guild_id, guild)


async def managed(interaction: Interaction) -> Moderated:
    """The server whose settings this person may change: that takes Manage Server.

    Raises
    ------
    RefusalError
    """
    guild_id = scope_of(interaction)
    if not guild_id:
        raise RefusalError(words.GUILD_ONLY())
    if not actor(interaction).manages_server:
        raise RefusalError(words.MANAGERS_ONLY())
    return Moderated(guild_id, await interaction.client.services.store.desk.guild(guild_id))


def act(interaction: discord.Interaction[Any], *, reason: str | None = None) -> Act:
    """What this interaction changes in its server, for the audit."""
    return Act(cause=str(interaction.id), guild_id=scope_of(interaction), actor_id=interaction.user.id, reason=reason)


def change(
    interaction: discord.Interaction[Any],
    member_id: int,
    *,
    roles: frozenset[int] = frozenset(),
    reason: str | None = None,
) -> Change:
    """The same where it is about one member; `roles` are theirs, where their quota is."""
    return Change(
        cause=str(interaction.id),
        guild_id=scope_of(interaction),
        actor_id=interaction.user.id,
        reason=reason,
        member_id=member_id,
        roles=roles,
    )


def order_of(job: Job, catalogue: Catalogue) -> Order:
    """What a job's card says; a style that is gone is called by its id."""
    style = catalogue.get(job.style)
    label, emoji = (job.style, "🎨") if style is None else (style.label, style.emoji)
    return Order(
        job_id=job.id, user_id=job.user_id, style=label, emoji=emoji, language=job.language, private=job.private
    )


def shown_of(job: Job) -> Shown:
    """What its card tells of a picture; its file's name and whether it is a spoiler are read off the message."""
    return Shown(
        position=job.position,
        filename="",
        engine=job.engine,
        medium=None if job.medium is None else Medium(job.medium),
        seed=job.seed,
        strength=job.strength,
        seconds=job.seconds,
    )


def link_of(job: Job) -> str:
    """The address of a result's message."""
    return links.message(job.place_id, job.result_channel_id, job.result_message_id)


def style_name(style_id: str, catalogue: Catalogue) -> str:
    """A style's name; of one that is gone, its id."""
    return catalogue[style_id].label if style_id in catalogue else style_id


async def in_time(interaction: discord.Interaction[Any], work: Awaitable[T], *, new: bool) -> T:
    """What comes of it. If that takes long the interaction is acknowledged first, or Discord would give it up.

    Parameters
    ----------
    new
        The answer will be a message for the asker alone; else the one whose button was pressed is edited, if any.
    """
    working = asyncio.ensure_future(work)
    await asyncio.wait({working}, timeout=PATIENCE)
    if not working.done():
        await interaction.response.defer(ephemeral=new, thinking=new)
    return await working


async def acknowledged(interaction: discord.Interaction[Any], asked: Awaitable[T]) -> T:
    """What a click needs to know, its right above all; then "@original" is the message whose button was pressed."""
    known = await in_time(interaction, asked, new=False)
    if not interaction.response.is_done():
        await interaction.response.defer()
    return known


async def redraw(interaction: discord.Interaction[Any], view: Awaitable[ui.LayoutView]) -> None:
    """Edit the card whose button was pressed in place."""
    shown = await in_time(interaction, view, new=False)
    if interaction.response.is_done():
        await interaction.edit_original_response(view=shown)
    else:
        await interaction.response.edit_message(view=shown)


async def whisper(interaction: discord.Interaction[Any], answer: Awaitable[str | ui.LayoutView]) -> None:
    """Answer the asker alone."""
    said = await in_time(interaction, answer, new=True)
    interaction.client.services.changed.set()  # perhaps; to look costs little
    await tell(interaction, {"content": said} if isinstance(said, str) else {"view": said})


async def tell(interaction: discord.Interaction[Any], what: dict[str, Any]) -> None:
    """Say this to the asker alone: parameters of discord.py's `send`."""
    if interaction.response.is_done():
        await interaction.followup.send(**what, ephemeral=True)
    else:
        await interaction.response.send_message(**what, ephemeral=True)
