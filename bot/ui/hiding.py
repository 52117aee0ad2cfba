"""A result's card without its picture, and with it again: made of the message itself, whose file stays attached."""

from typing import Final

from discord import ui

_PLAIN: Final = 1001
_SPOILER: Final = 1002
"""Ids of the line that stands where the picture stood; which of them says how it was shown."""


def hide(card: ui.LayoutView, notice: str) -> ui.LayoutView | None:
    """The card with a line instead of its picture; None where it shows none."""
    container = _container(card)
    gallery = next((one for one in container.children if isinstance(one, ui.MediaGallery)), None) if container else None
    if container is None or gallery is None:
        return None
    behind_a_click = any(item.spoiler for item in gallery.items)
    return _with(container, gallery, ui.TextDisplay(notice, id=_SPOILER if behind_a_click else _PLAIN))


def show(card: ui.LayoutView, filename: str, alt_text: str) -> ui.LayoutView | None:
    """The card as it was before `hide`, behind a click if it was so; None where nothing is hidden."""
    container = _container(card)
    line = next((one for one in container.children if one.id in (_PLAIN, _SPOILER)), None) if container else None
    if container is None or line is None:
        return None
    gallery: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
    gallery.add_item(media=f"attachment://{filename}", description=alt_text, spoiler=line.id == _SPOILER)
    return _with(container, line, gallery)


def _container(card: ui.LayoutView) -> "ui.Container[ui.LayoutView] | None":
    return next((one for one in card.children if isinstance(one, ui.Container)), None)


def _with(
    container: "ui.Container[ui.LayoutView]", old: ui.Item[ui.LayoutView], new: ui.Item[ui.LayoutView]
) -> ui.LayoutView:
    items = [new if one is old else one for one in container.children]
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*items, accent_colour=container.accent_colour))
    view.stop()  # not kept by discord.py, like every card
    return view
