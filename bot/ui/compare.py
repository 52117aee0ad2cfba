"""Before and after: the card on which the requester compares, and what is said about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import discord
from discord import ui

from bot.ui import captions, custom_ids, hiding, layout
from bot.ui.custom_ids import Action
from bot.ui.hiding import Describe
from bot.ui.language import Phrase, speaking
from bot.ui.status import Shown
from engine.encoding import PHOTO
from engine.wipe import WIPE

PHOTO_GONE = Phrase("I can't get that photo any more, so there is nothing to compare. It works for a day at most.")
NOT_TAKEN = Phrase("Discord did not take the comparison just now. Please try again in a moment.")
ONE_AT_A_TIME = Phrase("I am still at your last comparison. Please try again in a moment.")
NOT_HERE = Phrase("I can't change that picture's message, so the comparison stays with you.")

_WIPE: Final = Phrase("As an animation")
_SIDES: Final = Phrase("Side by side")
_POST: Final = Phrase("Post it")
_TITLE: Final = Phrase("### Before and after")
_WOULD_POST: Final = Phrase("-# “Post it” adds your photo to the picture's message, for everyone to see.")
_POSTED: Final = Phrase("✅ Everyone sees it now: {link}")
_ALT_TEXTS: Final = {
    PHOTO: Phrase("The photo before it was painted."),
    WIPE: Phrase("An animation: a line moves across, from the photo to the picture and back."),
}
_COLOUR: Final = discord.Colour(0x6BAA75)


class Form(Enum):
    """How the two are compared."""

    SIDES = auto()  # one beside the other
    WIPE = auto()  # as an animation


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What the card compares.

    Attributes
    ----------
    picture
        The name of the picture's file.
    style
        Its English label.
    spoiler
        It is shown behind a click.
    """

    job_id: str
    picture: str
    style: str
    spoiler: bool


def card(value: Comparison, form: Form, *, may_post: bool = False, link: str | None = None) -> ui.LayoutView:
    """Photo and picture in one of the two forms, each a file of the message; `link` leads to where it is posted."""
    gallery: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
    for name in (PHOTO, value.picture) if form is Form.SIDES else (WIPE,):
        gallery.add_item(media=f"attachment://{name}", description=alt_text(name, value.style), spoiler=value.spoiler)
    items: list[str | layout.Item] = [_TITLE(), gallery]
    if link is not None:
        items.append(_POSTED(link=link))
    else:
        items += [_WOULD_POST()] if may_post else []
        items.append(_buttons(value.job_id, form, may_post=may_post))
    return layout.card(*items, colour=_COLOUR)


def alt_text(filename: str, style: str, pictures: Sequence[Shown] = ()) -> str:
    """What a screen reader says for a file of a result's message, or of a comparison.

    Parameters
    ----------
    style
        Its English label.
    pictures
        All those of the message.
    """
    if known := _ALT_TEXTS.get(filename):
        return known()
    position = max(0, hiding.place(filename) - 1)
    shown = next((one for one in pictures if one.position == position), None)
    return captions.alt_text(style, shown, len(pictures))


def describing(style: str, language: str, pictures: Sequence[Shown] = ()) -> Describe:
    """The alt texts of a message with these pictures, in this language."""

    def describe(filename: str) -> str:
        with speaking(language):
            return alt_text(filename, style, pictures)

    return describe


def _buttons(job_id: str, form: Form, *, may_post: bool) -> "ui.ActionRow[ui.LayoutView]":
    if form is Form.SIDES:
        buttons = [_button(_WIPE(), "🎞️", Action.WIPE, job_id)]
    else:
        buttons = [_button(_SIDES(), "🌓", Action.SIDES, job_id)]
    if may_post:
        buttons.append(_button(_POST(), "📣", Action.POST if form is Form.SIDES else Action.POST_WIPE, job_id))
    return ui.ActionRow(*buttons)


def _button(label: str, emoji: str, action: Action, job_id: str) -> "ui.Button[ui.LayoutView]":
    return ui.Button(label=label, emoji=emoji, custom_id=custom_ids.write(action, job_id))
