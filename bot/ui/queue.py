"""The card of /queue: how much there is to do, what is the reader's own, and what a new picture would wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import discord
from discord import ui

from bot.ui import captions, custom_ids, layout, words
from bot.ui.language import Phrase, _, listed, ngettext
from bot.ui.status import Waiting
from engine.dispatcher import Quote
from styles import Style

NOTHING_WAITS = Phrase("Nothing waits, and nothing is being painted.")
NOTHING_YOURS = Phrase("Nothing of yours is on the way.")
PAINTED = Phrase("being painted, expected {when}")
ALL_PAINTED = Phrase("being painted, the last expected {when}")
ENTERING = Phrase("on its way into the queue")
LEAVING = Phrase("on its way to you")

_COLOUR: Final = discord.Colour(0xF2A65A)
_MOST_JOBS: Final = 10
_NAMES: Final = 400  # characters for styles, all lines together: with ten jobs a card is 4000 at the most
_MINUTE: Final = 60
_SPANS: Final = (5, 10, 15, 20, 30, 45, *(_MINUTE * minutes for minutes in (1, 2, 3, 4, 5, 6, 8, 10, 12, 15)))
"""What a wait is told as, in seconds; nothing longer can be promised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What an engine has to do now; `open`: it takes jobs at all."""

    engine: str
    waiting: int
    running: int
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Yours:
    """One of the reader's requests that are under way.

    Attributes
    ----------
    count
        Its pictures that have not ended.
    where
        The place in the queue of the first of them; None once one is being painted, and where no queue knows them.
    ready_at
        When the last one is expected, in epoch seconds; None where nobody can say.
    started
        All photos have been fetched.
    card
        The address of its card; None where no address leads to it.
    """

    emoji: str
    label: str
    count: int = 1
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
    texts = [["### " + _("Queue"), *_loads(loads)], [_("**Your pictures**"), *_yours(yours)]]
    if styles and loads[0].open:
        texts.append([_("**A new picture would take**"), *_waits(styles, outlook)])
    return layout.card(*map("\n".join, texts), ui.ActionRow(refresh), colour=_COLOUR)


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
    several = _("{style} ×{count}").format(style=one.label, count=one.count)  # noqa: RUF001 - a times sign is meant
    name = one.label if one.count == 1 else several
    picture = name if one.card is None else f"[{name}]({one.card})"
    return _("{emoji} {picture}: {state}").format(emoji=one.emoji, picture=picture, state=_state(one))


def _state(one: Yours) -> str:
    when = f"<t:{one.ready_at}:R>"
    if one.where is not None:
        pattern = _("{place} · expected {when}") if one.count == 1 else _("{place} · the last expected {when}")
        return pattern.format(place=captions.place(one.where), when=when)
    if one.ready_at is not None:
        return PAINTED(when=when) if one.count == 1 else ALL_PAINTED(when=when)
    return LEAVING() if one.started else ENTERING()


def _waits(styles: Sequence[Style], outlook: Outlook) -> list[str]:
    """A line for each span, the shortest first, with the styles that would take as long, if they are not all of them.

    Styles keep their order: a line reads the same a moment later.
    """
    groups: dict[int, list[str]] = {}
    too_long: list[str] = []
    for style in styles:
        eta = outlook.quotes[style.id].eta
        (too_long if eta > outlook.longest else groups.setdefault(_span(eta), [])).append(_(style.label))
    if not groups:
        return [_("Too many are waiting. Please come back {when} at the earliest.").format(when=_soonest(outlook))]
    if not too_long and len(groups) == 1:
        return [_in_any_style(*groups)]
    scale, room = max([_MINUTE, *groups]), _NAMES // (len(groups) + 1)
    lines = [_wait(span, _names(groups[span], room), scale) for span in sorted(groups)]
    return [*lines, _too_long(outlook, _names(too_long, room))] if too_long else lines


def _span(eta: float) -> int:
    return next((span for span in _SPANS if eta <= span), _SPANS[-1])


def _wait(span: int, styles: str, scale: float) -> str:
    return _("{bar} {span}: {styles}").format(bar=captions.bar(span / scale), span=_told(span), styles=styles)


def _too_long(outlook: Outlook, styles: str) -> str:
    return _("{bar} too many are waiting, please come back {when} at the earliest: {styles}").format(
        bar=captions.bar(1), when=_soonest(outlook), styles=styles
    )


def _soonest(outlook: Outlook) -> str:
    """When the first of the waits that are too long may be promised."""
    soonest = min(quote.eta for quote in outlook.quotes.values() if quote.eta > outlook.longest)
    return f"<t:{round(outlook.now + soonest - outlook.longest)}:R>"


def _in_any_style(span: int) -> str:
    if span < _MINUTE:
        said = ngettext("About {count} second, in any style.", "About {count} seconds, in any style.", span)
        return said.format(count=span)
    minutes = span // _MINUTE
    said = ngettext("About {count} minute, in any style.", "About {count} minutes, in any style.", minutes)
    return said.format(count=minutes)


def _told(span: int) -> str:
    if span < _MINUTE:
        return ngettext("about {count} second", "about {count} seconds", span).format(count=span)
    minutes = span // _MINUTE
    return ngettext("about {count} minute", "about {count} minutes", minutes).format(count=minutes)


def _names(labels: Sequence[str], room: int) -> str:
    """All of them, or the first, one at least, where they would take more than so many characters."""
    fitting = max(1, sum(length <= room for length in accumulate(len(label) for label in labels)))
    more = len(labels) - fitting
    if not more:
        return listed(labels)
    rest = ngettext("{count} more style", "{count} more styles", more).format(count=more)
    return listed([*labels[:fitting], rest])
