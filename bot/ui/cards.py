"""Cards: a value in, a `LayoutView` out, with plain components and no callbacks."""

from collections.abc import Sequence

import discord
from discord import ui

from bot.ui import custom_ids, words
from bot.ui.custom_ids import Action
from bot.ui.status import Order, Result, Status
from styles import Style

_WAITING = discord.Colour(0xF2A65A)
_MOST_TEXT = 3900  # of Discord's 4,000 characters a message
_DONE = discord.Colour(0x6BAA75)


def request(order: Order, status: Status) -> ui.LayoutView:
    """The card that answers the command and shows where the request stands."""
    return _card(ui.TextDisplay(words.order(order)), ui.TextDisplay(words.status(status)), colour=_WAITING)


def finished(order: Order, link: str) -> ui.LayoutView:
    """The request card once its picture is posted elsewhere; `link` leads to it."""
    return _card(ui.TextDisplay(words.order(order)), ui.TextDisplay(words.finished(link)), colour=_DONE)


def failed(order: Order, sentence: str) -> ui.LayoutView:
    """The request card when no picture came of it."""
    return _card(ui.TextDisplay(words.order(order)), ui.TextDisplay(sentence), colour=_WAITING)


def result(value: Result) -> ui.LayoutView:
    """The card with the picture; it needs `value.filename` among the message's attachments."""
    picture = ui.MediaGallery[ui.LayoutView]()
    picture.add_item(
        media=f"attachment://{value.filename}", description=words.alt_text(value.order.style), spoiler=value.spoiler
    )
    delete: ui.Button[ui.LayoutView] = ui.Button(
        label="Delete", emoji="🗑️", custom_id=custom_ids.write(Action.DELETE, value.order.job_id)
    )
    report: ui.Button[ui.LayoutView] = ui.Button(
        label="Report", emoji="🚩", custom_id=custom_ids.write(Action.REPORT, value.order.job_id)
    )
    return _card(
        ui.TextDisplay(words.order(value.order)),
        picture,
        ui.TextDisplay(words.result(value)),
        ui.ActionRow(delete, report),
        colour=_DONE,
    )


def statement(question: str) -> ui.LayoutView:
    """The question that a server asks before a member's first picture, with the button that answers it."""
    mine: ui.Button[ui.LayoutView] = ui.Button(
        label=words.MINE(), style=discord.ButtonStyle.primary, custom_id=custom_ids.STATE
    )
    return _card(ui.TextDisplay(question), ui.ActionRow(mine), colour=_WAITING)


def styles(catalogue: Sequence[Style]) -> ui.LayoutView:
    """The answer to /styles: what can be had, and what it costs."""
    lines = [f"{style.emoji} **{style.label}** (`{style.id}`)\n{style.summary}" for style in catalogue]
    return _card(
        ui.TextDisplay(f"### Styles\n{words.COST()}"), ui.TextDisplay("\n".join(lines)[:_MOST_TEXT]), colour=_DONE
    )


def _card(*items: ui.Item[ui.LayoutView], colour: discord.Colour) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*items, accent_colour=colour))
    view.stop()  # a stopped view is not kept by discord.py: buttons are answered by their custom id alone
    return view
