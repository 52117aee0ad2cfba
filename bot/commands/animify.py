"""/animify: a photo and a style in, a picture in the thread; without a photo, a form asks for some."""

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot import policy
from bot.commands.asking import DEFAULT_STRENGTH, Picture, Wish, ask
from bot.commands.choosing import StyleOption
from bot.commands.forms import open_preset
from bot.commands.services import Interaction
from bot.ui.custom_ids import Preset
from bot.values.rules import Source


@app_commands.command(
    description=locale_str("Turn photos into anime pictures. Each costs one of your pictures of the day.")
)
@app_commands.describe(
    photo=locale_str("Your photo: JPEG, PNG, WebP, GIF, AVIF or HEIC. Without one, I ask for up to 10."),
    style=locale_str("The look to paint it in; if you name none, the usual one."),
    strength=locale_str("From 0 (subtle) to 1 (bold)."),
    seed=locale_str("The same seed paints the same clouds and brush marks again."),
    max_wait=locale_str("Use the quick painterly filter if the wait would be longer than this many minutes."),
    private=locale_str("Only you see it, until you dismiss it."),
)
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def animify(
    interaction: Interaction,
    photo: discord.Attachment | None = None,
    style: StyleOption = None,
    *,
    strength: app_commands.Range[float, 0.0, 1.0] | None = None,
    seed: app_commands.Range[int, 0, 2**32 - 1] | None = None,
    max_wait: app_commands.Range[int, 1, policy.MAX_WAIT_MINUTES] | None = None,
    private: bool = False,
) -> None:
    if photo is None:
        settled = Preset(
            style_id=style.id if style else None,
            strengths=() if strength is None else (strength,),
            seed=seed,
            max_wait=max_wait,
            private=private,
        )
        await open_preset(interaction, settled)
        return
    wish = Wish(
        style=style,
        strengths=(DEFAULT_STRENGTH if strength is None else strength,),
        seed=seed,
        max_wait=None if max_wait is None else max_wait * 60.0,
        private=private,
    )
    await ask(interaction, (Picture.attached(photo, Source()),), wish)
