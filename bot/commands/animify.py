"""/animify: a photo and a style in, a picture in the thread."""

import secrets
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot import attachments, policy
from bot.commands.services import Interaction, RefusalError
from bot.delivery import DiscordDelivery
from bot.policy import Declared
from bot.request import Request
from bot.ui import words
from styles import Catalogue, Style

_DEFAULT_STRENGTH = 0.5
_MOST_CHOICES = 25


class StyleTransformer(app_commands.Transformer):
    """The text of the option becomes a Style: autocomplete only suggests, so it is looked up here."""

    async def transform(self, interaction: discord.Interaction[Any], value: str, /) -> Style:
        catalogue: Catalogue = interaction.client.services.catalogue
        wanted = value.strip().casefold()
        for style in catalogue.values():
            if wanted in (style.id, style.label.casefold()):
                return style
        raise RefusalError(words.unknown_style(list(catalogue)))

    async def autocomplete(
        self,
        interaction: discord.Interaction[Any],
        value: float | str,
        /,
    ) -> list[app_commands.Choice[str | int | float]]:
        typed = str(value).strip().casefold()
        return [
            app_commands.Choice(name=f"{style.emoji} {style.label}: {style.summary}"[:100], value=style.id)
            for style in interaction.client.services.catalogue.values()
            if typed in style.id or typed in style.label.casefold()
        ][:_MOST_CHOICES]


if TYPE_CHECKING:
    StyleOption = Style
else:  # discord.py reads the transformer off the annotation; a type checker wants the type it gives
    StyleOption = app_commands.Transform[Style, StyleTransformer]


@app_commands.command(description="Turn a photo into an anime picture.")
@app_commands.describe(
    photo="Your photo: JPEG, PNG, WebP, GIF, AVIF or HEIC.",
    style="The look to paint it in.",
    strength="From 0 (subtle) to 1 (bold).",
    seed="The same seed paints the same clouds and brush marks again.",
    max_wait="Let the painter do it if the wait would be longer than so many minutes.",
)
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def animify(
    interaction: Interaction,
    photo: discord.Attachment,
    style: StyleOption,
    *,
    strength: app_commands.Range[float, 0.0, 1.0] = _DEFAULT_STRENGTH,
    seed: app_commands.Range[int, 0, 2**32 - 1] | None = None,
    max_wait: app_commands.Range[int, 1, policy.MAX_WAIT_MINUTES] | None = None,
) -> None:
    delivery = DiscordDelivery.answering(interaction)
    request = Request(
        interaction_id=interaction.id,
        guild_id=delivery.site.guild_id,
        channel_id=delivery.site.channel_id,
        user_id=interaction.user.id,
        style=style,
        strength=strength,
        seed=secrets.randbits(32) if seed is None else seed,
        max_wait=None if max_wait is None else max_wait * 60.0,
        declared=Declared(size=photo.size, content_type=photo.content_type),
        photo_url=photo.url,
        photo_expires_at=attachments.expires_at(photo.url, asked_at=interaction.created_at.timestamp()),
        token=interaction.token,
        token_only=not delivery.site.bot_is_here,
        age_restricted=_age_restricted(interaction.channel),
    )
    await interaction.client.services.journey.begin(request, delivery)


def _age_restricted(channel: object) -> bool:
    """A thread is as its parent; direct messages never are."""
    places = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
    return isinstance(channel, places) and channel.is_nsfw()
