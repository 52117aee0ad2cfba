"""What statistics say, in words: for the line above a chart, for a screen reader, and for the labels inside it."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.ui.language import Phrase, _, joined, ngettext, number
from bot.values.figures import Count, Figures, Spread, Work
from bot.values.rules import Refusal

NOTHING_YET = Phrase(
    "Nobody has asked for a picture here in these days. I'll draw a chart as soon as there is something in it."
)
OTHERS = Phrase("others")

_MOST_ALT: Final = 1024  # Discord's limit of a description
_NAMED: Final = 3  # of a list in a sentence
_LONG: Final = 180  # seconds that are better said in minutes

_REASONS: Final[Mapping[str, Phrase]] = {
    Refusal.DRAINING: Phrase("restarting"),
    Refusal.DENIED_MEMBER: Phrase("denied by the operator"),
    Refusal.DENIED_SERVER: Phrase("server denied"),
    Refusal.BLOCKED: Phrase("blocked"),
    Refusal.PAUSED: Phrase("paused"),
    Refusal.CHANNEL: Phrase("wrong channel"),
    Refusal.ROLE: Phrase("lacks a role"),
    Refusal.NEW_MEMBER: Phrase("new member"),
    Refusal.STYLE_OFF: Phrase("style is off"),
    Refusal.ADULT_STYLE: Phrase("style for adults"),
    Refusal.ADULT_STYLE_UNCHECKED: Phrase("style for adults"),
    Refusal.UNCHECKED_DIRECT: Phrase("no safety check"),
    Refusal.UNCHECKED_CHANNEL: Phrase("no safety check"),
    Refusal.MACHINES_PICTURE: Phrase("a bot's picture"),
    Refusal.NOT_YOURS: Phrase("somebody else's picture"),
    Refusal.OWNER_SAYS_NOBODY: Phrase("its owner says no"),
    Refusal.OWNER_HAS_NOT_SAID: Phrase("its owner has not said"),
    Refusal.STATEMENT: Phrase("statement not given"),
    "over_quota": Phrase("daily limit reached"),
    "over_cap": Phrase("operator's cap reached"),
    "in_flight": Phrase("one is on the way"),
    "too_busy": Phrase("too long a wait"),
    "engine_down": Phrase("engine down"),
    "not_a_picture": Phrase("no picture"),
    "too_large": Phrase("too large a file"),
    "shutting_down": Phrase("restarting"),
}


def reason(name: str) -> str:
    """Why a request was not taken, in a few words."""
    return _REASONS[name]() if name in _REASONS else name.replace("_", " ")


def ends_without_a_picture(figures: Figures) -> list[Count]:
    """Refusals, failures and cancellations as one list, in words, the most frequent first."""
    named: dict[str, int] = {}
    for one in figures.refusals:
        named[reason(one.name)] = named.get(reason(one.name), 0) + one.times
    named[_("failed")] = sum(one.times for one in figures.failures)
    named[_("cancelled")] = figures.cancelled
    found = [Count(name, times) for name, times in named.items() if times]
    return sorted(found, key=lambda one: -one.times)


def first(counts: Sequence[Count], most: int) -> list[Count]:
    """The first of them, and what is left as one."""
    if len(counts) <= most:
        return list(counts)
    rest = sum(one.times for one in counts[most - 1 :])
    return [*counts[: most - 1], Count(OTHERS(), rest)]


def span(seconds: float) -> str:
    """How long something took: "12 s", "4.5 min"."""
    if seconds < _LONG:
        return _("{number} s").format(number=number(round(seconds)))
    return _("{number} min").format(number=number(round(seconds / 60, 1)))


def pace(work: Work) -> str:
    """How long an engine takes for a picture."""
    return _("{number} s each").format(number=number(round(work.seconds / work.pictures, 1)))


def waits(spread: Spread) -> str:
    """How long requests waited."""
    return _("half of them waited {half} at most, nine in ten {nine_in_ten}, the longest {longest}").format(
        half=span(spread.half), nine_in_ten=span(spread.nine_in_ten), longest=span(spread.longest)
    )


def headline(figures: Figures) -> str:
    """How many pictures there were in which days."""
    pictures, days = number(figures.pictures), len(figures.days)
    if days == 1:
        return ngettext("{pictures} picture today", "{pictures} pictures today", figures.pictures).format(
            pictures=pictures
        )
    return ngettext(
        "{pictures} picture in the last {days} days", "{pictures} pictures in the last {days} days", figures.pictures
    ).format(pictures=pictures, days=days)


def summary(figures: Figures, labels: Mapping[str, str]) -> str:
    """The main numbers as sentences. `labels` are the styles' names by their ids, in English."""
    return joined(*_sentences(figures, labels))


def alt_text(figures: Figures, labels: Mapping[str, str]) -> str:
    """What a screen reader says for the chart."""
    what = _("A chart of pictures per day and style, of waits, of refusals and of engines.")
    return textwrap.shorten(joined(what, summary(figures, labels)), _MOST_ALT, placeholder=" …")


def _sentences(figures: Figures, labels: Mapping[str, str]) -> Iterator[str]:
    styles = [Count(_(labels.get(one.name, one.name)), one.times) for one in figures.styles]
    if styles:
        yield _("{headline}: {styles}.").format(headline=headline(figures), styles=_counted(styles))
    else:
        yield _("{headline}.").format(headline=headline(figures))
    if figures.waits:
        yield _("Waiting: {waits}.").format(waits=waits(figures.waits))
    if gone := ends_without_a_picture(figures):
        yield _("Without a picture: {reasons}.").format(reasons=_counted(gone))
    if figures.work:
        engines = (
            _("{engine} {pictures} ({pace})").format(engine=one.engine, pictures=number(one.pictures), pace=pace(one))
            for one in figures.work[:_NAMED]
        )
        yield _("Engines: {engines}.").format(engines=", ".join(engines))


def _counted(counts: Sequence[Count]) -> str:
    return ", ".join(f"{one.name} {number(one.times)}" for one in first(counts, _NAMED + 1))
