"""/quota: moderators look at, set, top up and reset a member's quota."""

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.commands.services import Interaction, RefusalError, moderated_guild, whisper
from bot.journey import allowance
from bot.store import Change
from bot.ui import words

_MOST = 1000

# No default permissions: Discord can only ask for all of several, and a moderator is one with Manage Server OR
# Moderate Members. Everybody sees the commands; `moderated_guild` decides, at each call.
quota = app_commands.Group(
    name="quota",
    description="For moderators: members' daily pictures.",
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)


def _is_number(text: str) -> bool:
    """Four digits at most: what is longer is out of range whatever it is."""
    return text.isascii() and text.isdigit() and len(text) <= len(str(_MOST))


class AmountTransformer(app_commands.Transformer):
    """A number of pictures a day, or "unlimited" (None)."""

    async def transform(self, interaction: discord.Interaction[Any], value: str, /) -> int | None:
        text = value.strip().casefold()
        if text == "unlimited":
            return None
        if _is_number(text) and int(text) <= _MOST:
            return int(text)
        raise RefusalError(words.not_an_amount(value))

    async def autocomplete(
        self,
        interaction: discord.Interaction[Any],
        value: float | str,
        /,
    ) -> list[app_commands.Choice[str | int | float]]:
        typed = str(value).strip()
        offered = ([typed] if _is_number(typed) else []) + ["0", "3", "10", "50", "unlimited"]
        return [app_commands.Choice(name=text, value=text) for text in dict.fromkeys(offered) if typed in text]


if TYPE_CHECKING:
    Amount = int | None
else:
    Amount = app_commands.Transform[int, AmountTransformer]

Reason = app_commands.Range[str, 1, 200]


@quota.command(description="See what a member has left today.")
@app_commands.describe(member="Whose quota.")
async def show(interaction: Interaction, member: discord.User) -> None:
    await whisper(interaction, _shown(interaction, member))


@quota.command(name="set", description="Give a member a daily limit of their own.")
@app_commands.describe(
    member="Whose quota.", amount="Pictures a day, 0 to 1000, or “unlimited”.", reason="For the record."
)
async def set_limit(
    interaction: Interaction, member: discord.User, amount: Amount, reason: Reason | None = None
) -> None:
    await whisper(interaction, _set(interaction, _change(interaction, member, reason), amount))


@quota.command(description="Give a member extra pictures for today.")
@app_commands.describe(member="Whose quota.", amount="How many extra pictures.", reason="For the record.")
async def grant(
    interaction: Interaction,
    member: discord.User,
    amount: app_commands.Range[int, 1, _MOST],
    reason: Reason | None = None,
) -> None:
    await whisper(interaction, _granted(interaction, _change(interaction, member, reason), amount))


@quota.command(description="Set a member's count for today back to zero.")
@app_commands.describe(member="Whose quota.")
async def reset(interaction: Interaction, member: discord.User) -> None:
    await whisper(interaction, _reset(interaction, _change(interaction, member, None)))


async def _shown(interaction: Interaction, member: discord.User) -> str:
    found = await interaction.client.services.store.usage(moderated_guild(interaction), member.id)
    return words.usage(allowance(found), layer=found.layer, grants=found.grants_left, member_id=member.id)


async def _set(interaction: Interaction, change: Change, amount: int | None) -> str:
    await interaction.client.services.store.set_limit(change, amount)
    return words.limit_set(change.member_id, amount)


async def _granted(interaction: Interaction, change: Change, amount: int) -> str:
    after = await interaction.client.services.store.grant(change, amount)
    return words.granted(change.member_id, amount, after.resets_at)


async def _reset(interaction: Interaction, change: Change) -> str:
    await interaction.client.services.store.reset(change)
    return words.reset(change.member_id)


def _change(interaction: Interaction, member: discord.User, reason: str | None) -> Change:
    return Change(
        interaction_id=interaction.id,
        guild_id=moderated_guild(interaction),
        actor_id=interaction.user.id,
        member_id=member.id,
        reason=reason,
    )
