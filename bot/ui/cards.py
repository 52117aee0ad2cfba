"""Cards: a value in, a `LayoutView` out, with plain components and no callbacks, in the language of the request."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

import discord
from discord import ui

from bot.ui import captions, custom_ids, layout, presses, words
from bot.ui.custom_ids import Action
from bot.ui.language import Phrase, _, speaking
from bot.ui.layout import Item
from bot.ui.status import (
    Allowance,
    Choice,
    Failed,
    FirstFew,
    Order,
    Saying,
    Shown,
    Statuses,
    WayOut,
    ended,
)

PREVIEW: Final = "preview.jpg"
"""The name of the file with a rough picture of what is being painted."""

_WAITING = discord.Colour(0xF2A65A)
_DONE = discord.Colour(0x6BAA75)
_OPTIONS: Final = 25  # of a select

_P = ParamSpec("_P")


def _in_its_language(
    card: Callable[Concatenate[Order, _P], ui.LayoutView],
) -> Callable[Concatenate[Order, _P], ui.LayoutView]:
    @wraps(card)
    def speaks(order: Order, /, *args: _P.args, **kwargs: _P.kwargs) -> ui.LayoutView:
        with speaking(order.language):
            return card(order, *args, **kwargs)

    return speaks


@_in_its_language
def request(order: Order, statuses: Statuses, *, preview: bool = False) -> ui.LayoutView:
    """The card that answers the command and shows where the request stands.

    Parameters
    ----------
    preview
        Whether `PREVIEW` is among the message's attachments.
    """
    items: list[str | Item] = [captions.headline(order), captions.progress(statuses)]
    if preview:
        rough: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
        rough.add_item(media=f"attachment://{PREVIEW}", description=captions.PREVIEW_ALT())
        items.append(rough)
    if not all(map(ended, statuses)):
        buttons = [_cancel(order)]
        if order.long_wait:
            buttons.append(_button(Action.MENTION, order.job_id, captions.MENTION, "🔔"))
        items += [ui.ActionRow(*buttons), captions.CANCELLING()]
    return layout.card(*items, colour=_WAITING)


@_in_its_language
def finished(order: Order, link: str, statuses: Statuses) -> ui.LayoutView:
    """The request card once its pictures lie elsewhere, where `link` leads."""
    said = captions.finished(link, statuses)
    return layout.card(captions.headline(order), said, colour=_DONE)


@_in_its_language
def failed(order: Order, why: Saying, *, retry: int = 0) -> ui.LayoutView:
    """The request card when no picture came of it; with the way to try so many of them again, if that may help."""
    return layout.card(captions.headline(order), *_sentence(why(), order, retry=retry), colour=_WAITING)


def sorry(order: Order, why: Saying, *, retry: int) -> ui.LayoutView:
    """The same for the member alone, in their own language."""
    return layout.card(*_sentence(why(), order, retry=retry), colour=_WAITING)


@_in_its_language
def result(
    order: Order,
    shown: tuple[Shown, ...],
    *,
    pending: int = 0,
    allowance: Allowance | None = None,
    statuses: Statuses = (),
    cancel: bool = False,
) -> ui.LayoutView:
    """The card with the pictures; each needs its file among the message's attachments.

    Parameters
    ----------
    pending
        How many more will join them.
    allowance
        What the member has left; None where nobody knows.
    statuses
        Where the request stands: what failed of it is said, and can be tried again once nothing is pending.
    cancel
        Whether what is pending can be cancelled here: no other card says so.
    """
    if len(shown) == order.count == 1:
        return single(order, shown[0], allowance)
    first = f"{order.interaction_id}-{shown[0].position}"
    below = [_cancel(order)] if cancel and pending else []
    if not pending and (lost := to_retry(statuses)):
        below.append(_retry(order, lost))
    return layout.card(
        captions.headline(order),
        _gallery(order, shown),
        "\n".join([*captions.failures(statuses), captions.gallery_print(shown, pending, allowance)]),
        ui.ActionRow(_pick(first, shown)),
        ui.ActionRow(*_below(order, first, count=len(shown))),
        *map(ui.ActionRow, below),
        *_farewell(order),
        colour=_DONE,
    )


@_in_its_language
def single(
    order: Order, shown: Shown, allowance: Allowance | None, *, keep: bool = False, reached: bool = True
) -> ui.LayoutView:
    """One picture, with all that can be done with it.

    Parameters
    ----------
    keep
        It is one of several, and the others can go.
    reached
        Whether the message that all see can be changed from this card.
    """
    job_id = f"{order.interaction_id}-{shown.position}"
    variations = (
        _button(Action.AGAIN, job_id, captions.AGAIN, "🔁"),
        _button(Action.SUBTLER, job_id, captions.SUBTLER, "\N{HEAVY MINUS SIGN}"),
        _button(Action.BOLDER, job_id, captions.BOLDER, "\N{HEAVY PLUS SIGN}"),
        _button(Action.FOUR, job_id, captions.FOUR, "🎚️"),
    )
    free = [
        _button(Action.COMPARE, job_id, captions.COMPARE, "🌓"),
        _button(Action.DETAILS, job_id, captions.DETAILS, "🔎"),
    ]
    if keep:
        free.append(_button(Action.KEEP, job_id, captions.KEEP, "📌"))
    styles = [ui.ActionRow(_styles(job_id, order.menu))] if order.menu else []
    which = [] if order.count == 1 else [captions.one_of(shown, order.count)]
    below = _below(order, job_id, count=1, reached=reached)
    return layout.card(
        "\n".join([captions.headline(order), *which]),
        _gallery(order, (shown,)),
        captions.small_print(shown, allowance),
        ui.ActionRow(*variations),
        *styles,
        ui.ActionRow(*free),
        *([ui.ActionRow(*below)] if below else []),
        captions.COSTS(),
        *_farewell(order),
        colour=_DONE,
    )


def more_styles(job_id: str, menu: tuple[Choice, ...]) -> ui.LayoutView:
    """All other styles, for the one who found too few in the select of a card."""
    rows = [
        ui.ActionRow(_select(Action.STYLE, job_id, captions.ANOTHER_STYLE(), _style_options(page), part=number))
        for number, page in enumerate(discord.utils.as_chunks(menu, _OPTIONS), start=1)
    ]
    return layout.card(*rows, colour=_DONE)


def refusal(sentence: str, way_out: WayOut) -> ui.LayoutView:
    """A refusal with the button that leads on: for the statement that uploads are one's own, or for fewer pictures."""
    if isinstance(way_out, FirstFew):
        label = captions.first_few(way_out.count)
        custom_id = custom_ids.first_few(way_out.interaction_id, way_out.count)
    else:
        label, custom_id = words.MINE(), custom_ids.STATE
    leads_on: ui.Button[ui.LayoutView] = ui.Button(label=label, style=discord.ButtonStyle.primary, custom_id=custom_id)
    return layout.card(sentence, ui.ActionRow(leads_on), colour=_WAITING)


def cancel_question(job_id: str, count: int) -> ui.LayoutView:
    """What it costs to cancel, and the button that does it all the same."""
    anyway: ui.Button[ui.LayoutView] = ui.Button(
        label=captions.CANCEL_ANYWAY(), style=discord.ButtonStyle.danger, custom_id=custom_ids.cancel_charged(job_id)
    )
    return layout.card(presses.would_charge(count), ui.ActionRow(anyway), colour=_WAITING)


def said(sentence: str) -> ui.LayoutView:
    """A sentence where there was a card: a message can't become a plain one again."""
    return layout.card(sentence, colour=_DONE)


def to_retry(statuses: Statuses) -> int:
    """How many pictures of a request can be tried again: those that failed, if one of them may well succeed now."""
    failed = [one for one in statuses if isinstance(one, Failed) and not one.called_off]
    return len(failed) if any(one.retry for one in failed) else 0


def _sentence(sentence: str, order: Order, *, retry: int) -> tuple[str | Item, ...]:
    return (sentence, ui.ActionRow(_retry(order, retry))) if retry else (sentence,)


def _retry(order: Order, count: int) -> "ui.Button[ui.LayoutView]":
    return ui.Button(label=captions.retry(count), emoji="🔁", custom_id=custom_ids.write(Action.RETRY, order.job_id))


def _cancel(order: Order) -> "ui.Button[ui.LayoutView]":
    return _button(Action.CANCEL, order.job_id, captions.CANCEL, "✖️")


def _gallery(order: Order, shown: tuple[Shown, ...]) -> "ui.MediaGallery[ui.LayoutView]":
    gallery: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
    for one in shown:
        alt_text = captions.alt_text(order.style, one, order.count)
        gallery.add_item(media=f"attachment://{one.filename}", description=alt_text, spoiler=one.spoiler)
    return gallery


def _below(order: Order, job_id: str, *, count: int, reached: bool = True) -> tuple["ui.Button[ui.LayoutView]", ...]:
    """What anybody may want with these pictures; who alone sees private ones reports them to nobody."""
    same = _button(Action.SAME, job_id, captions.SAME, "🖼️")
    if not reached:
        return (same,)
    delete: ui.Button[ui.LayoutView] = ui.Button(
        label=captions.delete(count),
        emoji="🗑️",
        custom_id=custom_ids.write(Action.DELETE, job_id),
    )
    if order.private:
        return same, delete
    return same, _button(Action.REPORT, job_id, captions.REPORT, "🚩"), delete


def _farewell(order: Order) -> tuple[str, ...]:
    return (captions.VANISHES(),) if order.private else ()


def _button(action: Action, job_id: str, label: Phrase, emoji: str) -> "ui.Button[ui.LayoutView]":
    return ui.Button(label=label(), emoji=emoji, custom_id=custom_ids.write(action, job_id))


def _pick(job_id: str, shown: tuple[Shown, ...]) -> "ui.Select[ui.LayoutView]":
    alike = len({one.strength for one in shown}) == 1
    options = [discord.SelectOption(label=captions.picked(one, alike=alike), value=str(one.position)) for one in shown]
    return _select(Action.PICK, job_id, captions.PICK(), options)


def _styles(job_id: str, menu: tuple[Choice, ...]) -> "ui.Select[ui.LayoutView]":
    if len(menu) <= _OPTIONS:
        options = _style_options(menu)
    else:
        more = discord.SelectOption(label=captions.MORE_STYLES(), value=custom_ids.MORE_STYLES, emoji="📚")
        options = [*_style_options(menu[: _OPTIONS - 1]), more]
    return _select(Action.STYLE, job_id, captions.ANOTHER_STYLE(), options)


def _style_options(menu: Iterable[Choice]) -> list[discord.SelectOption]:
    return [discord.SelectOption(label=_(one.label), value=one.style_id, emoji=one.emoji) for one in menu]


def _select(
    action: Action, job_id: str, placeholder: str, options: list[discord.SelectOption], *, part: int = 0
) -> "ui.Select[ui.LayoutView]":
    return ui.Select(custom_id=custom_ids.write(action, job_id, part=part), placeholder=placeholder, options=options)
