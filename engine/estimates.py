"""What work costs and how far predictions are to be trusted: averages in which the past fades."""

from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Ratio:
    """A quotient of two sums in which older samples fade, so that long samples weigh more than short ones.

    Attributes
    ----------
    numerator, denominator
        The sums; at first the prior, as heavy as a sample of this size.
    keep
        The share of the past that a new sample leaves.
    """

    numerator: float
    denominator: float
    keep: float

    @property
    def value(self) -> float:
        """The quotient now."""
        return self.numerator / self.denominator

    def add(self, numerator: float, denominator: float) -> None:
        """Learn from a sample; one without size says nothing."""
        if numerator <= 0 or denominator <= 0:
            return
        self.numerator = self.numerator * self.keep + numerator
        self.denominator = self.denominator * self.keep + denominator


@dataclass(slots=True)
class Costs:
    """Engine seconds by kind of work (any key), each a moving average of what was measured.

    Attributes
    ----------
    guess
        Seconds before anything was measured; then the average over all kinds, for the kinds still unknown.
    weight
        The share of a new sample.
    """

    guess: float = 1.0
    weight: float = 0.2
    _known: dict[Hashable, float] = field(default_factory=dict)

    def estimate(self, kind: Hashable) -> float:
        """Seconds that work of this kind is likely to take."""
        return self._known.get(kind, self.guess)

    def learn(self, kind: Hashable, seconds: float) -> None:
        """Take a measurement into account. Kinds are kept for ever: there should be tens of them."""
        self.guess += (seconds - self.guess) * (self.weight if self._known else 1)
        known = self._known.setdefault(kind, seconds)
        self._known[kind] = known + (seconds - known) * self.weight
