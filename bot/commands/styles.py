"""/styles: what can be had."""

from discord import app_commands

from bot.commands.services import Interaction
from bot.ui import cards


@app_commands.command(description="See the styles.")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def styles(interaction: Interaction) -> None:
    catalogue = interaction.client.services.catalogue
    await interaction.response.send_message(view=cards.styles(list(catalogue.values())), ephemeral=True)
