"""The forms that ask for photos, or which of a message's pictures, and how to paint them; nothing of them is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from discord import ui

from bot.ui import words
from bot.ui.custom_ids import Preset
from bot.ui.language import Phrase, _, joined, ngettext
from bot.ui.status import Allowance
from styles import Style

PHOTOS: Final = "photos"
PICTURES: Final = "pictures"
STYLE: Final = "style"
STRENGTH: Final = "strength"
PRIVATE: Final = "private"

MOST_STYLES: Final = 25
"""Options of a select."""

STRENGTHS: Final[Mapping[float, Phrase]] = {
    0.2: Phrase("Subtle: {strength}"),
    0.35: Phrase("Gentle: {strength}"),
    0.5: Phrase("Usual: {strength}"),
    0.7: Phrase("Bold: {strength}"),
    0.95: Phrase("Boldest: {strength}"),
}
"""The steps that a form offers, 0..1."""

TITLE_PHOTOS = Phrase("Paint your photos")
TITLE_PICTURE = Phrase("Paint this picture")
TITLE_PICTURES = Phrase("Paint these pictures")
TITLE_AVATAR = Phrase("Paint this avatar")

CHOOSE_AGAIN = Phrase("I no longer have those pictures in mind. Please use the menu on them again.")
OFFER_GONE = Phrase("That offer is used, or too old. Please ask again.")

_NAME: Final = 60  # characters of a file's name
_DESCRIPTION: Final = 100  # characters that Discord takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a form says and offers besides the pictures.

    Attributes
    ----------
    settled
        The style that they are painted in; None where the form asks.
    styles
        To choose from, the suggested one first.
    more_styles
        There are others.
    others_see
        The member may want to be the only one who sees it.
    allowance
        What the member has left; None where nobody knows.
    """

    settled: Style | None = None
    styles: Sequence[Style] = ()
    more_styles: bool = False
    others_see: bool = True
    allowance: Allowance | None = None


def upload(preset: Preset, terms: Terms) -> ui.Modal:
    """Ask for photos, and for what the preset leaves open. Several strengths are for a single photo."""
    each = max(1, len(preset.strengths))
    most = 1 if each > 1 else 10
    photos: ui.FileUpload[ui.Modal] = ui.FileUpload(custom_id=PHOTOS, min_values=1, max_values=most)
    kinds = _("JPEG, PNG, WebP, GIF, AVIF or HEIC.")
    asked = ngettext("Your photo", "Up to {count} photos", most).format(count=most)
    modal = _modal(TITLE_PHOTOS(), str(preset), "\n".join([*_settled(preset, terms), price(each, terms.allowance)]))
    modal.add_item(ui.Label(text=asked, description=kinds, component=photos))
    return _with_questions(modal, preset, terms)


def pictures(custom_id: str, names: Sequence[str], terms: Terms, *, title: str, found: int) -> ui.Modal:
    """Ask how to paint pictures that are known already, and which of them, where there are several.

    Parameters
    ----------
    names
        Of their files, as strangers gave them; nothing where a picture has none.
    found
        How many there are: these are the first of them.
    """
    modal = _modal(title, custom_id, price(1, terms.allowance))
    if len(names) > 1:
        hint = None
        if found > len(names):
            hint = _("These are the first {count} of the {found} in that message.").format(
                count=len(names), found=found
            )
        modal.add_item(ui.Label(text=_("Pictures"), description=hint, component=_which(names)))
    return _with_questions(modal, Preset(), terms)


def price(each: int, allowance: Allowance | None) -> str:
    """What it costs, and what the member has left.

    Parameters
    ----------
    each
        Pictures that are painted of one photo.
    """
    costs = words.COST()
    if each > 1:
        costs = _("It makes {count} pictures of your photo, and each costs one of your pictures of the day.").format(
            count=each
        )
    if allowance is None or allowance.left is None:
        return costs
    return joined(costs, _("You have {count} left today.").format(count=allowance.left))


def no_pictures(names: Sequence[str]) -> str:
    """Files among several that are none."""
    named = ", ".join(words.quoted(name, most=_NAME) for name in names)
    return ngettext(
        "{names} is no picture, so nothing was asked for. Please send the others without it.",
        "{names} are no pictures, so nothing was asked for. Please send the others without them.",
        len(names),
    ).format(names=named)


def _modal(title: str, custom_id: str, said: str) -> ui.Modal:
    modal = ui.Modal(title=title, custom_id=custom_id)
    modal.add_item(ui.TextDisplay(said))
    modal.stop()  # not kept by discord.py: a form outlives a restart
    return modal


def _with_questions(modal: ui.Modal, preset: Preset, terms: Terms) -> ui.Modal:
    if terms.settled is None and terms.styles:
        hint = _("`/styles` shows more than fit in here.") if terms.more_styles else None
        modal.add_item(ui.Label(text=_("Style"), description=hint, component=_styles(terms.styles)))
    if not preset.strengths:
        how = _("How far it goes from the photo.")
        modal.add_item(ui.Label(text=_("Strength"), description=how, component=_strengths()))
    if terms.others_see and not preset.private:
        box: ui.Checkbox[ui.Modal] = ui.Checkbox(custom_id=PRIVATE)
        until = _("It is gone once you dismiss it, so save what you like.")
        modal.add_item(ui.Label(text=_("Only I see it"), description=until, component=box))
    return modal


def _settled(preset: Preset, terms: Terms) -> list[str]:
    """A line with what is not asked for, if there is anything."""
    parts = [] if terms.settled is None else [f"{terms.settled.emoji} **{_(terms.settled.label)}**"]
    if len(preset.strengths) == 1:
        parts.append(_("strength {strength}").format(strength=f"{preset.strengths[0]:.2g}"))
    if preset.seed is not None:
        parts.append(_("seed {seed}").format(seed=preset.seed))
    return [" · ".join(parts)] if parts else []


def _which(names: Sequence[str]) -> "ui.Select[ui.Modal]":
    select: ui.Select[ui.Modal] = ui.Select(custom_id=PICTURES, min_values=1, max_values=len(names))
    for number, name in enumerate(names, start=1):
        select.add_option(label=_named(number, name), value=str(number), default=True)
    return select


def _named(number: int, name: str) -> str:
    plain = words.one_line(name)
    if not plain:
        return _("Picture {number}").format(number=number)
    return _("Picture {number}: {name}").format(number=number, name=words.cut(plain, _NAME))


def _styles(styles: Sequence[Style]) -> "ui.Select[ui.Modal]":
    select: ui.Select[ui.Modal] = ui.Select(custom_id=STYLE)
    for style in styles:
        select.add_option(
            label=_(style.label),
            value=style.id,
            description=words.cut(_(style.summary), _DESCRIPTION),
            emoji=style.emoji,
            default=style == styles[0],
        )
    return select


def _strengths() -> "ui.Select[ui.Modal]":
    select: ui.Select[ui.Modal] = ui.Select(custom_id=STRENGTH)
    for strength, label in STRENGTHS.items():
        select.add_option(label=label(strength=f"{strength:g}"), value=f"{strength:g}", default=label is STRENGTHS[0.5])
    return select
