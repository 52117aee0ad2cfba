"""What all cards are built of: one container with a coloured edge."""

import discord
from discord import ui

Item = ui.Item[ui.LayoutView]


def card(*items: str | Item, colour: discord.Colour | int | None) -> ui.LayoutView:
    """A card of these items, one below the other; text is shown as it is."""
    shown = (ui.TextDisplay[ui.LayoutView](item) if isinstance(item, str) else item for item in items)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*shown, accent_colour=colour))
    view.stop()  # a stopped view is not kept by discord.py: buttons are answered by their custom id alone
    return view
