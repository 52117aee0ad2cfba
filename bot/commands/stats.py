"""/stats: a server's pictures, waits, refusals and engines as a chart, for its moderators."""

import io
from functools import partial
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.commands.services import Interaction, in_time, moderated, tell
from bot.ui import charts, statistics
from bot.values.figures import DAYS, MOST_DAYS
from engine.aside import aside


@app_commands.command(description=locale_str("For moderators: pictures, waits and refusals of this server as a chart."))
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.describe(days=locale_str("How many days, today included; 30 unless you say."))
async def stats(interaction: Interaction, days: app_commands.Range[int, 1, MOST_DAYS] = DAYS) -> None:
    await tell(interaction, await in_time(interaction, _drawn(interaction, days), new=True))


async def _drawn(interaction: Interaction, days: int) -> dict[str, Any]:
    where = await moderated(interaction)
    services = interaction.client.services
    figures = await services.store.insight.server(where.guild_id, days=days)
    if figures.empty:
        return {"content": statistics.NOTHING_YET()}
    labels = {style.id: style.label for style in services.catalogue.values()}
    chart = discord.File(
        io.BytesIO(await aside(partial(charts.draw, figures, labels), "chart")),
        "stats.png",
        description=statistics.alt_text(figures, labels),
    )
    return {"content": statistics.summary(figures, labels), "file": chart}
