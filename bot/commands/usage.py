"""/usage: what is left of one's own quota, and which layer decided it."""

from discord import app_commands
from discord.app_commands import locale_str

from bot.answers import standing
from bot.commands.services import Interaction, actor, whisper
from bot.delivery import scope_of
from bot.ui import quotas


@app_commands.command(description=locale_str("See how many pictures you have left today."))
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def usage(interaction: Interaction) -> None:
    await whisper(interaction, _usage(interaction))


async def _usage(interaction: Interaction) -> str:
    member = actor(interaction)
    found = await interaction.client.services.store.usage(scope_of(interaction), member.user_id, member.roles)
    return quotas.usage(standing(found))
