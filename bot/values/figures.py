"""What statistics say of a span of days: counts and waits, and nothing of anybody."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

DAYS = 30
"""How many days are looked at where nobody says."""

MOST_DAYS = 90
"""As long as jobs are kept."""


@dataclass(frozen=True, slots=True)
class Painted:
    """Pictures of one style that were asked for on one day, and delivered."""

    day: date
    style: str
    pictures: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How long requests waited for their turn, in whole seconds: half of them no longer than `half`, and so on."""

    half: int
    nine_in_ten: int
    longest: int


@dataclass(frozen=True, slots=True)
class Work:
    """What one engine delivered, and the seconds that it took for that."""

    engine: str
    pictures: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Count:
    """How often something happened; `name` is a word of the code's, such as a refusal's."""

    name: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A server's statistics, or everybody's. A picture, its wait and its end count for the day it was asked for.

    Attributes
    ----------
    days
        Every day that is looked at, the earliest first; the last one is today, and not over.
    painted
        By day and style; days and styles without a picture are left out.
    waits, waits_by_day
        Of requests whose turn came; None, or no entry, where there were none.
    work
        By engine, the busiest first. Pictures that a run of the bot delivered but did not live to tell of are no
        engine's.
    refusals, failures
        Why requests were not taken, and why no picture came of those that were; the most frequent first.
    cancelled
        Requests that nobody wanted any more.
    """

    days: tuple[date, ...]
    painted: tuple[Painted, ...] = ()
    waits: Spread | None = None
    waits_by_day: tuple[tuple[date, Spread], ...] = ()
    work: tuple[Work, ...] = ()
    refusals: tuple[Count, ...] = ()
    failures: tuple[Count, ...] = ()
    cancelled: int = 0

    @property
    def pictures(self) -> int:
        """How many were delivered."""
        return sum(one.pictures for one in self.painted)

    @property
    def styles(self) -> tuple[Count, ...]:
        """How many pictures each style has, the most wanted first."""
        return ranked((one.style, one.pictures) for one in self.painted)

    @property
    def empty(self) -> bool:
        """Whether nothing happened that could be drawn."""
        return not (self.painted or self.waits or self.refusals or self.failures or self.cancelled)


def ranked(counts: Iterable[tuple[str, int]]) -> tuple[Count, ...]:
    """Sums by name, the largest first, and by name where they are equal."""
    sums: Counter[str] = Counter()
    for name, times in counts:
        sums[name] += times
    return tuple(Count(name, times) for name, times in sorted(sums.items(), key=lambda one: (-one[1], one[0])))
