"""The card of /queue: how much there is to do, what is the reader's own, and what a new picture would wait."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import discord
from discord import ui

from bot.ui import captions, custom_ids, words
from bot.ui.language import Phrase, _, listed, ngettext
from bot.ui.status import Waiting
from engine.dispatcher import Quote
from styles import Style

NOTHING_WAITS = Phrase("Nothing waits, and nothing is being painted.")
NOTHING_YOURS = Phrase("Nothing of yours is on the way.")
PAINTED = Phrase("being painted, expected {when}")
ENTERING = Phrase("on its way into the queue")
LEAVING = Phrase("on its way to you")

_COLOUR: Final = discord.Colour(0xF2A65A)
_MOST_JOBS: Final = 10
_MOST_NAMES: Final = 12
_MINUTE: Final = 60
_FULL_BAR: Final = 60  # seconds of waiting, at the least
_STEP: Final = 5  # seconds: waits that differ by less are told as one


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What an engine has to do now; `open`: it takes jobs at all."""

    engine: str
    waiting: int
    running: int
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Yours:
    """One of the reader's pictures that are under way.

    Attributes
    ----------
    where
        Its place in the queue; None once it is being painted, and where the queue does not know it.
    ready_at
        When it is expected, in epoch seconds; None where nobody can say.
    started
        Its photo has been fetched.
    card
        The address of its card; None where no address leads to it.
    """

    emoji: str
    label: str
    where: Waiting | None
    ready_at: int | None
    started: bool
    card: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What new pictures would wait.

    Attributes
    ----------
    quotes
        By the style's id.
    longest
        The most seconds that are promised there.
    now
        Epoch seconds.
    """

    quotes: Mapping[str, Quote]
    longest: float
    now: float


def card(loads: Sequence[Load], yours: Sequence[Yours], styles: Sequence[Style], outlook: Outlook) -> ui.LayoutView:
    """The card, with the button that brings it up to date."""
    refresh: ui.Button[ui.LayoutView] = ui.Button(label=_("Refresh"), emoji="🔄", custom_id=custom_ids.QUEUE)
    items: list[ui.Item[ui.LayoutView]] = [
        ui.TextDisplay("\n".join(["### " + _("Queue"), *_loads(loads)])),
        ui.TextDisplay("\n".join([_("**Your pictures**"), *_yours(yours)])),
    ]
    if styles and loads[0].open:
        items.append(ui.TextDisplay("\n".join([_("**A new picture would take**"), *_waits(styles, outlook)])))
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*items, ui.ActionRow(refresh), accent_colour=_COLOUR))
    view.stop()  # not kept by discord.py, like every card
    return view


def _loads(loads: Sequence[Load]) -> list[str]:
    if not loads[0].open:
        return [words.ENGINE_DOWN()]
    busy = [load for load in loads if load.waiting or load.running]
    if not busy:
        return [NOTHING_WAITS()]
    pattern = _("{engine}: {waiting} waiting, {running} being painted")
    return [pattern.format(engine=load.engine, waiting=load.waiting, running=load.running) for load in busy]


def _yours(yours: Sequence[Yours]) -> list[str]:
    if not yours:
        return [NOTHING_YOURS()]
    lines = [_job(one) for one in yours[:_MOST_JOBS]]
    if more := len(yours) - len(lines):
        lines.append(ngettext("… and {count} more", "… and {count} more", more).format(count=more))
    return lines


def _job(one: Yours) -> str:
    where = one.label if one.card is None else f"[{one.label}]({one.card})"
    return _("{emoji} {picture}: {state}").format(emoji=one.emoji, picture=where, state=_state(one))


def _state(one: Yours) -> str:
    when = f"<t:{one.ready_at}:R>"
    if one.where is not None:
        return _("{place} · expected {when}").format(place=captions.place(one.where), when=when)
    if one.ready_at is not None:
        return PAINTED(when=when)
    return LEAVING() if one.started else ENTERING()


def _waits(styles: Sequence[Style], outlook: Outlook) -> list[str]:
    """A line for each span, the shortest first, with the styles that would take as long."""
    groups: dict[int, list[str]] = {}
    too_long: list[str] = []
    for style in styles:
        eta = outlook.quotes[style.id].eta
        (too_long if eta > outlook.longest else groups.setdefault(_span(eta), [])).append(_(style.label))
    scale = max(_FULL_BAR, *groups)
    lines = [_wait(span, labels, scale) for span, labels in sorted(groups.items())]
    return [*lines, _too_long(outlook, too_long)] if too_long else lines


def _span(eta: float) -> int:
    """Seconds as they are told: in steps, above a minute in minutes."""
    step = _STEP if eta <= _MINUTE else _MINUTE
    return max(_STEP, step * math.ceil(eta / step))


def _wait(span: int, labels: Sequence[str], scale: float) -> str:
    return _("{bar} {span}: {styles}").format(bar=captions.bar(span / scale), span=_told(span), styles=_names(labels))


def _told(span: int) -> str:
    if span < _MINUTE:
        return ngettext("about {count} second", "about {count} seconds", span).format(count=span)
    minutes = span // _MINUTE
    return ngettext("about {count} minute", "about {count} minutes", minutes).format(count=minutes)


def _too_long(outlook: Outlook, labels: Sequence[str]) -> str:
    soonest = min(quote.eta for quote in outlook.quotes.values() if quote.eta > outlook.longest)
    return _("{bar} too many are waiting, please come back {when}: {styles}").format(
        bar=captions.bar(1), when=f"<t:{round(outlook.now + soonest - outlook.longest)}:R>", styles=_names(labels)
    )


def _names(labels: Sequence[str]) -> str:
    """All of them, or the first, where they would fill the card."""
    if len(labels) <= _MOST_NAMES:
        return listed(labels)
    more = len(labels) - _MOST_NAMES
    rest = ngettext("{count} more style", "{count} more styles", more).format(count=more)
    return listed([*labels[:_MOST_NAMES], rest])
