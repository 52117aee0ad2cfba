"""Details: all that is known of how a picture came about, for the one who asked for it."""

from dataclasses import dataclass
from typing import Final

import discord
from discord import ui

from bot.ui import captions, layout
from bot.ui.language import Phrase, _
from bot.ui.status import Order, Shown

_COLOUR: Final = discord.Colour(0x6BAA75)

_NOBODY_KNOWS: Final = Phrase("Painted before a restart, so I don't know by whom")
_PHOTO_GONE: Final = Phrase("Your photo: gone. If you want another picture of it, I ask you for it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the card tells.

    Attributes
    ----------
    asked_at, done_at
        Epoch seconds; `done_at` is None while there is no picture.
    photo_until
        Until when the photo's link is kept, in epoch seconds; None where it is gone.
    """

    order: Order
    shown: Shown
    asked_at: int
    done_at: int | None
    photo_until: int | None


def card(details: Details) -> ui.LayoutView:
    """The card, in the reader's language."""
    return layout.card("\n".join(_lines(details)), colour=_COLOUR)


def _lines(details: Details) -> list[str]:
    order, shown = details.order, details.shown
    lines = [
        f"### {order.emoji} {_(order.style)}",
        _NOBODY_KNOWS() if shown.engine is None else _("Painted by: {painter}").format(painter=captions.painter(shown)),
        _("Strength: {strength}").format(strength=captions.strength(shown.strength)),
        _("Seed: {seed}").format(seed=shown.seed),
    ]
    if shown.seconds is not None:
        lines.append(_("Painted in {seconds} s").format(seconds=captions.seconds(shown.seconds)))
    if details.done_at is None:
        lines.append(_("Asked for: {when}").format(when=f"<t:{details.asked_at}:f>"))
    else:
        lines.append(_("Done: {when}").format(when=f"<t:{details.done_at}:f>"))
    return [*lines, _photo(details.photo_until)]


def _photo(until: int | None) -> str:
    if until is None:
        return _PHOTO_GONE()
    return _("Until {when} ({ticking}) the buttons use your photo; then they ask for it again.").format(
        when=f"<t:{until}:f>", ticking=f"<t:{until}:R>"
    )
