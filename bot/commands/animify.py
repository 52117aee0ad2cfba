"""/animify: a photo and a style in, a picture in the thread."""

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot import policy
from bot.commands.asking import DEFAULT_STRENGTH, Pointed, ask
from bot.commands.services import Interaction, RefusalError
from bot.delivery import scope_of
from bot.policy import Declared
from bot.ui import words
from bot.values.rules import Source
from styles import Catalogue, Style

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
        services = interaction.client.services
        off = (await services.store.desk.guild(scope_of(interaction))).styles_off
        return [
            app_commands.Choice(name=f"{style.emoji} {style.label}: {style.summary}"[:100], value=style.id)
            for style in services.catalogue.values()
            if style.id not in off and (typed in style.id or typed in style.label.casefold())
        ][:_MOST_CHOICES]


if TYPE_CHECKING:
    StyleOption = Style | None
else:  # discord.py reads the transformer off the annotation; a type checker wants the type it gives
    StyleOption = app_commands.Transform[Style, StyleTransformer]


@app_commands.command(description="Turn a photo into an anime picture. It costs one of your pictures of the day.")
@app_commands.describe(
    photo="Your photo: JPEG, PNG, WebP, GIF, AVIF or HEIC.",
    style="The look to paint it in; if you name none, this server's usual one.",
    strength="From 0 (subtle) to 1 (bold).",
    seed="The same seed paints the same clouds and brush marks again.",
    max_wait="Let the painter do it if the wait would be longer than so many minutes.",
)
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def animify(
    interaction: Interaction,
    photo: discord.Attachment,
    style: StyleOption = None,
    *,
    strength: app_commands.Range[float, 0.0, 1.0] = DEFAULT_STRENGTH,
    seed: app_commands.Range[int, 0, 2**32 - 1] | None = None,
    max_wait: app_commands.Range[int, 1, policy.MAX_WAIT_MINUTES] | None = None,
) -> None:
    picture = Pointed(
        url=photo.url, declared=Declared(size=photo.size, content_type=photo.content_type), source=Source()
    )
    wait = None if max_wait is None else max_wait * 60.0
    await ask(interaction, picture, style=style, strength=strength, seed=seed, max_wait=wait)
