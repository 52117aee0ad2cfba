"""/styles: a gallery of what can be had here, with the way to use each."""

import io
from dataclasses import dataclass

import discord
from discord import app_commands, ui

from bot.commands.choosing import to_be_had
from bot.commands.forms import open_preset
from bot.commands.pressing import chosen
from bot.commands.services import Interaction, in_time, tell
from bot.delivery import place_of
from bot.ui import gallery
from bot.ui.custom_ids import GALLERY_TEMPLATE, USE_STYLE, Preset


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of the gallery, and the previews that it shows."""

    view: ui.LayoutView
    files: list[discord.File]


@app_commands.command(description=app_commands.locale_str("See the styles, each with an example, and use one."))
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def styles(interaction: Interaction) -> None:
    page = await in_time(interaction, _page(interaction, 0), new=True)
    await tell(interaction, {"view": page.view, "files": page.files})


async def _turned(interaction: Interaction, *, page: str) -> None:
    """Another page, in place of the one whose button was pressed."""
    shown = await in_time(interaction, _page(interaction, int(page)), new=False)
    if interaction.response.is_done():
        await interaction.edit_original_response(view=shown.view, attachments=shown.files)
    else:
        await interaction.response.edit_message(view=shown.view, attachments=shown.files)


async def _used(interaction: Interaction) -> None:
    """A style was chosen: the form asks for the photo."""
    await open_preset(interaction, Preset(style_id=chosen(interaction)))


BUTTONS = ((GALLERY_TEMPLATE, _turned), (USE_STYLE, _used))
"""Those of the gallery."""


async def _page(interaction: Interaction, number: int) -> _Page:
    services, place = interaction.client.services, place_of(interaction)
    guild = await services.store.desk.guild(place.guild_id)
    services.shelf.learn(place.guild_id, guild)
    had = to_be_had(services, place, guild.styles_off)
    shown = gallery.shown(had, number)
    previews = await services.previews.of(shown)
    files = [
        discord.File(io.BytesIO(previews[style.id]), gallery.filename(style)) for style in shown if style.id in previews
    ]
    return _Page(gallery.card(had, number, previews), files)
