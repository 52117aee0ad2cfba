"""/styles: what can be had here."""

from discord import app_commands, ui

from bot.commands.services import Interaction, whisper
from bot.delivery import scope_of
from bot.ui import cards


@app_commands.command(description="See the styles.")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def styles(interaction: Interaction) -> None:
    await whisper(interaction, _styles(interaction))


async def _styles(interaction: Interaction) -> ui.LayoutView:
    services = interaction.client.services
    off = (await services.store.desk.guild(scope_of(interaction))).styles_off
    return cards.styles([style for style in services.catalogue.values() if style.id not in off])
