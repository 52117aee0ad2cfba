"""A result's card without its pictures, and with them again: made of the message itself, whose files stay attached."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final
from urllib.parse import unquote

from discord import ui

from bot.ui import layout
from engine.encoding import PHOTO
from engine.wipe import WIPE

Describe = Callable[[str], str]
"""The alt text of a picture, by its file's name."""

_HIDDEN: Final = 1001
_MOST: Final = 10
"""The line that stands where the pictures stood has this id; each of them that was behind a click adds a bit to it."""

_POSITION: Final = re.compile(r"-([0-9]{1,2})\.[a-z]+")
_ENDS: Final = {PHOTO: -1, WIPE: 100}


def hide(card: ui.LayoutView, filenames: Collection[str], notice: str) -> ui.LayoutView | None:
    """The card with a line instead of its pictures; None where it shows none.

    Parameters
    ----------
    filenames
        The message's files, at most ten, each with a name of its own.
    """
    container = _container(card)
    galleries = _galleries(container)
    if container is None or not galleries:
        return None
    behind_a_click = _behind_a_click(galleries)
    if not behind_a_click <= set(filenames):  # nobody knows which ones are meant
        behind_a_click = set(filenames)
    bits = sum(1 << bit for bit, name in enumerate(sorted(filenames)) if name in behind_a_click)
    return _with(container, galleries, ui.TextDisplay(notice, id=_HIDDEN + bits))


def show(card: ui.LayoutView, filenames: Collection[str], describe: Describe) -> ui.LayoutView | None:
    """The card as it was before `hide`, behind a click what was so; None where nothing is hidden."""
    container = _container(card)
    lines = [one for one in container.children if _is_notice(one)] if container else []
    if container is None or not lines:
        return None
    return _with(container, lines, _gallery(filenames, _marked(lines[0], filenames), describe))


def add(card: ui.LayoutView, filenames: Collection[str], describe: Describe) -> ui.LayoutView | None:
    """The card with all these files in its gallery, behind a click if anything in it is; None where it shows none."""
    container = _container(card)
    galleries = _galleries(container)
    if container is None or not galleries:
        return None
    behind_a_click = filenames if _behind_a_click(galleries) else ()
    return _with(container, galleries, _gallery(filenames, behind_a_click, describe))


def spoilers(card: ui.LayoutView, filenames: Collection[str]) -> set[str]:
    """Which of these files the card shows behind a click, or would if it were not hidden."""
    container = _container(card)
    lines = [one for one in container.children if _is_notice(one)] if container else []
    return _marked(lines[0], filenames) if lines else _behind_a_click(_galleries(container))


def is_spoiler(card: ui.LayoutView) -> bool:
    """Whether anything that it shows is behind a click."""
    return bool(_behind_a_click(_galleries(_container(card))))


def place(filename: str) -> int:
    """Where a gallery shows a file: first the photo, then the pictures by their numbers, last the animation."""
    numbered = _POSITION.search(filename)
    return _ENDS.get(filename, int(numbered[1]) if numbered else 0)


def _container(card: ui.LayoutView) -> "ui.Container[ui.LayoutView] | None":
    return next((one for one in card.children if isinstance(one, ui.Container)), None)


def _galleries(container: "ui.Container[ui.LayoutView] | None") -> "list[ui.MediaGallery[ui.LayoutView]]":
    return [one for one in container.children if isinstance(one, ui.MediaGallery)] if container else []


def _is_notice(item: ui.Item[ui.LayoutView]) -> bool:
    return isinstance(item, ui.TextDisplay) and _HIDDEN <= (item.id or 0) < _HIDDEN + (1 << _MOST)


def _marked(notice: ui.Item[ui.LayoutView], filenames: Collection[str]) -> set[str]:
    bits = (notice.id or _HIDDEN) - _HIDDEN
    return {name for bit, name in enumerate(sorted(filenames)) if bits >> bit & 1}


def _behind_a_click(galleries: "Iterable[ui.MediaGallery[ui.LayoutView]]") -> set[str]:
    addresses = [item.media.url for gallery in galleries for item in gallery.items if item.spoiler]
    return {unquote(one.partition("?")[0].rpartition("/")[2]) for one in addresses}


def _gallery(
    filenames: Collection[str], behind_a_click: Collection[str], describe: Describe
) -> "ui.MediaGallery[ui.LayoutView]":
    gallery: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
    for name in sorted(filenames, key=place):
        gallery.add_item(media=f"attachment://{name}", description=describe(name), spoiler=name in behind_a_click)
    return gallery


def _with(
    container: "ui.Container[ui.LayoutView]", old: Sequence[ui.Item[ui.LayoutView]], new: ui.Item[ui.LayoutView]
) -> ui.LayoutView:
    """The card with the new item in the place of the old ones."""
    items = [new if one is old[0] else one for one in container.children if one not in old[1:]]
    return layout.card(*items, colour=container.accent_colour)
