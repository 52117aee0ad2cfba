"""The styles as members see them: a page of the gallery, a suggestion while one types, and one that there is not."""

from collections.abc import Container, Sequence
from typing import Final

import discord
from discord import ui

from bot.ui import custom_ids, layout, words
from bot.ui.language import Phrase, _, listed
from styles import Style

PER_PAGE: Final = 8
"""Styles on a page: each takes three of a message's 40 components, and one of its 10 files."""

NOTHING_HERE = Phrase("No style can be had here.")
USE = Phrase("Use a style…")
EXAMPLES = Phrase("-# The pictures are examples. Choose a style, and I ask for your photo.")

_COLOUR: Final = discord.Colour(0x6BAA75)
_CHOICE: Final = 100  # characters of a suggestion, and of an option's description


def pages(styles: Sequence[Style]) -> int:
    """How many pages they fill, one at least."""
    return max(1, -(-len(styles) // PER_PAGE))


def shown(styles: Sequence[Style], page: int) -> Sequence[Style]:
    """Those on this page, from 0; a page that is no longer there is the last."""
    start = min(page, pages(styles) - 1) * PER_PAGE
    return styles[start : start + PER_PAGE]


def filename(style: Style) -> str:
    """The file that its preview comes in."""
    return f"{style.id}.webp"


def card(styles: Sequence[Style], page: int, previews: Container[str]) -> ui.LayoutView:
    """A page of the gallery.

    Parameters
    ----------
    styles
        All that can be had there.
    previews
        The ids of styles whose `filename` is among the message's attachments.
    """
    items: list[str | layout.Item] = [_heading(styles, page)]
    here = shown(styles, page)
    items += [_entry(style, with_preview=style.id in previews) for style in here]
    if here:
        items += [EXAMPLES(), ui.ActionRow(_select(here))]
    if pages(styles) > 1:
        items.append(_turning(page, pages(styles) - 1))
    return layout.card(*items, colour=_COLOUR)


def suggestion(style: Style, *, last: bool) -> str:
    """A style in the list that opens while one types; `last`: the member used it last."""
    pattern = _("{emoji} {label}, your last one: {summary}") if last else _("{emoji} {label}: {summary}")
    return words.cut(pattern.format(emoji=style.emoji, label=_(style.label), summary=_(style.summary)), _CHOICE)


def unknown(typed: str, alike: Sequence[Style]) -> str:
    """There is no such style; what may have been meant, and where all of them are."""
    name = words.quoted(typed, most=40)
    if not alike:
        return _("There is no style {name}. `/styles` shows all of them.").format(name=name)
    return _("There is no style {name}. The closest: {styles}. `/styles` shows all of them.").format(
        name=name, styles=listed([_(style.label) for style in alike])
    )


def _heading(styles: Sequence[Style], page: int) -> str:
    if not styles:
        return NOTHING_HERE()
    last = pages(styles)
    title = _("Styles") if last == 1 else _("Styles, page {page} of {last}").format(page=min(page + 1, last), last=last)
    return f"### {title}\n{words.COST()}"


def _entry(style: Style, *, with_preview: bool) -> str | layout.Item:
    lines = [f"{style.emoji} **{_(style.label)}**", _(style.summary)]
    if style.moods:
        lines.append("-# " + " · ".join(map(_, style.moods)))
    said = "\n".join(lines)
    if not with_preview:
        return said
    alt_text = _("An example of the style “{style}”.").format(style=_(style.label))
    return ui.Section(said, accessory=ui.Thumbnail(f"attachment://{filename(style)}", description=alt_text))


def _select(styles: Sequence[Style]) -> "ui.Select[ui.LayoutView]":
    select: ui.Select[ui.LayoutView] = ui.Select(custom_id=custom_ids.USE_STYLE, placeholder=USE())
    for style in styles:
        select.add_option(
            label=_(style.label), value=style.id, description=words.cut(_(style.summary), _CHOICE), emoji=style.emoji
        )
    return select


def _turning(page: int, last: int) -> "ui.ActionRow[ui.LayoutView]":
    page = min(page, last)
    back, forward = max(0, page - 1), min(last, page + 1)
    return ui.ActionRow(
        ui.Button(label=_("Back"), emoji="⬅️", custom_id=custom_ids.gallery(back, forward=False), disabled=page == 0),
        ui.Button(
            label=_("Next"), emoji="➡️", custom_id=custom_ids.gallery(forward, forward=True), disabled=page == last
        ),
    )
