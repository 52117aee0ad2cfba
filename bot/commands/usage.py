"""/usage: what is left of one's own quota, and which layer decided it."""

from discord import app_commands

from bot.commands.services import Interaction, quota_guild
from bot.journey import allowance
from bot.ui import words


@app_commands.command(description="See how many pictures you have left today.")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def usage(interaction: Interaction) -> None:
    found = await interaction.client.services.store.usage(quota_guild(interaction), interaction.user.id)
    sentence = words.usage(allowance(found), layer=found.layer, grants=found.grants_left)
    await interaction.response.send_message(sentence, ephemeral=True)
