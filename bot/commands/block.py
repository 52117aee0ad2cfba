"""/block and /unblock: whom a server's moderators don't want to be served in it, whoever installed the bot."""

import time
from functools import partial

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot import policy
from bot.answers import refunded
from bot.commands.options import Reason, Span
from bot.commands.services import Interaction, RefusalError, Services, change, moderated, named, whisper
from bot.store import Blocked
from bot.ui import moderation, words
from bot.values.rules import Refusal, Standing


@app_commands.command(description=locale_str("For moderators: serve a member in this server no more."))
@app_commands.describe(
    member=locale_str("Whom; people who have left can be named, too."),
    reason=locale_str("They read it, and so does the audit."),
    expires=locale_str("How long, such as 12h, 7d or 4w; until you lift it if you don't say."),
)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
async def block(
    interaction: Interaction, member: discord.User, reason: Reason | None = None, expires: Span | None = None
) -> None:
    await whisper(interaction, _blocked(interaction, member, reason, expires))


@app_commands.command(description=locale_str("For moderators: serve a member in this server again."))
@app_commands.describe(member=locale_str("Whom."), reason=locale_str("For the record."))
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
async def unblock(interaction: Interaction, member: discord.User, reason: Reason | None = None) -> None:
    await whisper(interaction, _unblocked(interaction, member, reason))


def recall(services: Services, blocked: Blocked) -> None:
    """End what somebody who is blocked now was waiting for; it was cancelled and refunded with the block."""
    standing = Standing(block=blocked.block)
    services.journey.recall(blocked.cancelled, refunded(partial(words.refusal, Refusal.BLOCKED, standing)))


async def _blocked(interaction: Interaction, member: discord.User, reason: str | None, expires: int | None) -> str:
    here = await moderated(interaction)
    if member.id == interaction.user.id:
        raise RefusalError(moderation.NOT_ONESELF())
    if member.id == interaction.application_id or member == interaction.client.user:
        raise RefusalError(moderation.NOT_ME())
    if not policy.may_block(named(member), here.guild):
        raise RefusalError(moderation.NOT_BLOCKABLE())
    services = interaction.client.services
    expires_at = None if expires is None else int(time.time()) + expires
    blocked = await services.store.desk.block(change(interaction, member.id, reason=reason), expires_at=expires_at)
    recall(services, blocked)
    return moderation.blocked(member.id, blocked.block.expires_at, cancelled=len(blocked.cancelled))


async def _unblocked(interaction: Interaction, member: discord.User, reason: str | None) -> str:
    await moderated(interaction)
    lifted = await interaction.client.services.store.desk.unblock(change(interaction, member.id, reason=reason))
    return moderation.unblocked(member.id, was_blocked=lifted)
