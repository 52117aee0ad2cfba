"""/quota: moderators look at members' quotas and change them; managers do so for roles and for the server."""

import time

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.answers import standing
from bot.commands.options import MOST, Amount, Reason, Span
from bot.commands.services import Interaction, act, change, managed, moderated, roles_of, whisper
from bot.store import Change, RoleLimit
from bot.ui import quotas

# No default permissions: Discord can only ask for all of several, and a moderator is one with Manage Server OR
# Moderate Members OR a role. Everybody sees the commands; `moderated` and `managed` decide, at each call.
quota = app_commands.Group(
    name="quota",
    description=locale_str("For moderators: members' daily pictures."),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)
role_quota = app_commands.Group(
    name="role",
    description=locale_str("For whoever manages the server: daily pictures of whoever holds a role."),
    parent=quota,
)
server_quota = app_commands.Group(
    name="server",
    description=locale_str("For whoever manages the server: daily pictures of everybody in it."),
    parent=quota,
)

_AMOUNT = locale_str("Pictures a day, 0 to 1000, or “unlimited”.")
_REASON = locale_str("For the record.")


@quota.command(description=locale_str("For moderators: see what a member has left today."))
@app_commands.describe(member=locale_str("Whose quota."))
async def show(interaction: Interaction, member: discord.User) -> None:
    await whisper(interaction, _shown(interaction, member))


@quota.command(name="set", description=locale_str("For moderators: give a member a daily limit of their own."))
@app_commands.describe(member=locale_str("Whose quota."), amount=_AMOUNT, reason=_REASON)
async def set_limit(
    interaction: Interaction, member: discord.User, amount: Amount, reason: Reason | None = None
) -> None:
    await whisper(interaction, _set(interaction, member, amount, reason))


@quota.command(name="unset", description=locale_str("For moderators: take a member's own daily limit away."))
@app_commands.describe(member=locale_str("Whose quota."), reason=_REASON)
async def unset_limit(interaction: Interaction, member: discord.User, reason: Reason | None = None) -> None:
    await whisper(interaction, _unset(interaction, member, reason))


@quota.command(description=locale_str("For moderators: give a member extra pictures."))
@app_commands.describe(
    member=locale_str("Whose quota."),
    amount=locale_str("How many extra pictures."),
    reason=_REASON,
    expires=locale_str("How long they last, such as 12h, 7d or 4w; until the day ends if you don't say."),
)
async def grant(
    interaction: Interaction,
    member: discord.User,
    amount: app_commands.Range[int, 1, MOST],
    reason: Reason | None = None,
    expires: Span = None,
) -> None:
    await whisper(interaction, _granted(interaction, member, amount, reason, expires))


@quota.command(description=locale_str("For moderators: set a member's count for today back to zero."))
@app_commands.describe(member=locale_str("Whose quota."), reason=_REASON)
async def reset(interaction: Interaction, member: discord.User, reason: Reason | None = None) -> None:
    await whisper(interaction, _reset(interaction, member, reason))


@role_quota.command(
    name="set",
    description=locale_str("For whoever manages the server: set a role's daily limit. Of several, the best counts."),
)
@app_commands.describe(role=locale_str("The role."), amount=_AMOUNT, reason=_REASON)
async def set_role(interaction: Interaction, role: discord.Role, amount: Amount, reason: Reason | None = None) -> None:
    await whisper(interaction, _role_set(interaction, role, amount, reason))


@role_quota.command(
    name="unset", description=locale_str("For whoever manages the server: take a role's daily limit away.")
)
@app_commands.describe(role=locale_str("The role."), reason=_REASON)
async def unset_role(interaction: Interaction, role: discord.Role, reason: Reason | None = None) -> None:
    await whisper(interaction, _role_unset(interaction, role, reason))


@role_quota.command(
    name="list", description=locale_str("For whoever manages the server: see the roles that have a daily limit.")
)
async def list_roles(interaction: Interaction) -> None:
    await whisper(interaction, _roles_listed(interaction))


@server_quota.command(name="show", description=locale_str("For whoever manages the server: see its daily limit."))
async def show_server(interaction: Interaction) -> None:
    await whisper(interaction, _server_shown(interaction))


@server_quota.command(
    name="set", description=locale_str("For whoever manages the server: give everybody in it a daily limit.")
)
@app_commands.describe(
    amount=locale_str("Pictures a day, 0 to 1000; leave it out for the bot's usual one."),
    reason=_REASON,
)
async def set_server(
    interaction: Interaction, amount: app_commands.Range[int, 0, MOST] | None = None, reason: Reason | None = None
) -> None:
    await whisper(interaction, _server_set(interaction, amount, reason))


async def _shown(interaction: Interaction, member: discord.User) -> str:
    here = await moderated(interaction)
    found = await interaction.client.services.store.usage(here.guild_id, member.id, roles_of(member))
    return quotas.usage(standing(found), member_id=member.id)


async def _set(interaction: Interaction, member: discord.User, amount: int | None, reason: str | None) -> str:
    await moderated(interaction)
    await interaction.client.services.store.desk.set_limit(_change(interaction, member, reason), amount)
    return quotas.limit_set(member.id, amount)


async def _unset(interaction: Interaction, member: discord.User, reason: str | None) -> str:
    await moderated(interaction)
    after = await interaction.client.services.store.desk.unset_limit(_change(interaction, member, reason))
    return quotas.limit_unset(member.id, after.limit)


async def _granted(
    interaction: Interaction, member: discord.User, amount: int, reason: str | None, expires: int | None
) -> str:
    await moderated(interaction)
    expires_at = None if expires is None else int(time.time()) + expires
    _, until = await interaction.client.services.store.desk.grant(
        _change(interaction, member, reason), amount, expires_at=expires_at
    )
    return quotas.granted(member.id, amount, until)


async def _reset(interaction: Interaction, member: discord.User, reason: str | None) -> str:
    await moderated(interaction)
    await interaction.client.services.store.desk.reset(_change(interaction, member, reason))
    return quotas.reset(member.id)


async def _role_set(interaction: Interaction, role: discord.Role, amount: int | None, reason: str | None) -> str:
    await managed(interaction)
    limit = RoleLimit(role.id, amount)
    await interaction.client.services.store.desk.set_role_limit(act(interaction, reason=reason), limit)
    return quotas.role_limit_set(role.id, amount)


async def _role_unset(interaction: Interaction, role: discord.Role, reason: str | None) -> str:
    await managed(interaction)
    had_one = await interaction.client.services.store.desk.unset_role_limit(act(interaction, reason=reason), role.id)
    return quotas.role_limit_unset(role.id, had_one=had_one)


async def _roles_listed(interaction: Interaction) -> str:
    here = await managed(interaction)
    limits = await interaction.client.services.store.desk.role_limits(here.guild_id)
    return quotas.role_limits([(limit.role_id, limit.amount) for limit in limits])


async def _server_shown(interaction: Interaction) -> str:
    here = await managed(interaction)
    return quotas.server_limit(here.guild.daily_limit, usual=interaction.client.services.store.default_limit)


async def _server_set(interaction: Interaction, amount: int | None, reason: str | None) -> str:
    await managed(interaction)
    store = interaction.client.services.store
    await store.desk.change_guild(act(interaction, reason=reason), daily_limit=amount)
    return quotas.server_limit(amount, usual=store.default_limit)


def _change(interaction: Interaction, member: discord.User, reason: str | None) -> Change:
    return change(interaction, member.id, roles=roles_of(member), reason=reason)
