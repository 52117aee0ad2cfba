"""What statistics say, in words: for the line above a chart, for a screen reader, and for the labels inside it."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Final

from bot.ui.language import Phrase
from bot.values.figures import Count, Figures, Spread, Work
from bot.values.rules import Refusal

NOTHING_YET = Phrase(
    "Nobody has asked for a picture here in these days. I'll draw a chart as soon as there is something in it."
)
OTHERS: Final = "others"

_MOST_ALT: Final = 1024  # Discord's limit of a description
_NAMED: Final = 3  # of a list in a sentence
_LONG: Final = 180  # seconds that are better said in minutes

_REASONS: Final[Mapping[str, str]] = {
    Refusal.DRAINING: "restarting",
    Refusal.DENIED_MEMBER: "denied by the operator",
    Refusal.DENIED_SERVER: "server denied",
    Refusal.BLOCKED: "blocked",
    Refusal.PAUSED: "paused",
    Refusal.CHANNEL: "wrong channel",
    Refusal.ROLE: "lacks a role",
    Refusal.NEW_MEMBER: "new member",
    Refusal.STYLE_OFF: "style is off",
    Refusal.ADULT_STYLE: "style for adults",
    Refusal.ADULT_STYLE_UNCHECKED: "style for adults",
    Refusal.UNCHECKED_DIRECT: "no safety check",
    Refusal.UNCHECKED_CHANNEL: "no safety check",
    Refusal.MACHINES_PICTURE: "a bot's picture",
    Refusal.NOT_YOURS: "somebody else's picture",
    Refusal.OWNER_SAYS_NOBODY: "its owner says no",
    Refusal.OWNER_HAS_NOT_SAID: "its owner has not said",
    Refusal.STATEMENT: "statement not given",
    "over_quota": "daily limit reached",
    "over_cap": "operator's cap reached",
    "in_flight": "one is on the way",
    "too_busy": "too long a wait",
    "engine_down": "engine down",
    "not_a_picture": "no picture",
    "too_large": "too large a file",
    "shutting_down": "restarting",
}


def reason(name: str) -> str:
    """Why a request was not taken, in a few words."""
    return _REASONS.get(name, name.replace("_", " "))


def ends_without_a_picture(figures: Figures) -> list[Count]:
    """Refusals, failures and cancellations as one list, in words, the most frequent first."""
    named: dict[str, int] = {}
    for one in figures.refusals:
        named[reason(one.name)] = named.get(reason(one.name), 0) + one.times
    named["failed"] = sum(one.times for one in figures.failures)
    named["cancelled"] = figures.cancelled
    found = [Count(name, times) for name, times in named.items() if times]
    return sorted(found, key=lambda one: -one.times)


def first(counts: Sequence[Count], most: int) -> list[Count]:
    """The first of them, and what is left as one."""
    if len(counts) <= most:
        return list(counts)
    rest = sum(one.times for one in counts[most - 1 :])
    return [*counts[: most - 1], Count(OTHERS, rest)]


def span(seconds: float) -> str:
    """How long something took: "12 s", "4.5 min"."""
    return f"{seconds:.0f} s" if seconds < _LONG else f"{seconds / 60:.1f} min"


def pace(work: Work) -> str:
    """How long an engine takes for a picture."""
    return f"{work.seconds / work.pictures:.1f} s each"


def waits(spread: Spread) -> str:
    """How long requests waited."""
    return (
        f"half of them waited {span(spread.half)} at most,"
        f" nine in ten {span(spread.nine_in_ten)}, the longest {span(spread.longest)}"
    )


def headline(figures: Figures) -> str:
    """How many pictures there were in which days."""
    days = len(figures.days)
    last = "today" if days == 1 else f"in the last {days} days"
    return f"{figures.pictures:,} {'picture' if figures.pictures == 1 else 'pictures'} {last}"


def summary(figures: Figures, labels: Mapping[str, str]) -> str:
    """The main numbers as sentences. `labels` are the styles' names by their ids."""
    styles = [Count(labels.get(one.name, one.name), one.times) for one in figures.styles]
    sentences = [
        headline(figures) + (f": {_listed(styles)}" if styles else ""),
        f"Waiting: {waits(figures.waits)}" if figures.waits else "",
        f"Without a picture: {_listed(gone)}" if (gone := ends_without_a_picture(figures)) else "",
        "Engines: " + ", ".join(f"{one.engine} {one.pictures:,} ({pace(one)})" for one in figures.work[:_NAMED])
        if figures.work
        else "",
    ]
    return " ".join(f"{sentence}." for sentence in sentences if sentence)


def alt_text(figures: Figures, labels: Mapping[str, str]) -> str:
    """What a screen reader says for the chart."""
    told = "A chart of pictures per day and style, of waits, of refusals and of engines. " + summary(figures, labels)
    return textwrap.shorten(told, _MOST_ALT, placeholder=" …")


def _listed(counts: Sequence[Count]) -> str:
    return ", ".join(f"{one.name} {one.times:,}" for one in first(counts, _NAMED + 1))
