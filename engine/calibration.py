"""Finding by trying how far an engine may go in a style: sweep its knob over photos, measure, propose."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from statistics import fmean, median
from typing import Protocol, final

from engine.checks import Verdict
from engine.diffusion.models import Family
from styles import Calibration, Style
from styles.recipe import Strength

EDGES = (0.60, 0.85)
"""Judged by eye: between these medians of edge F1 a picture has visibly changed and still shows its photo."""

FACES = 0.9
"""The least mean share of faces that are kept; less than all, so that a detector's odd miss ends nothing."""

TOLERATED = 0.02
"""The share of photos that may be refused: one that shows next to nothing must not decide for all the others."""

Entry = tuple[Sequence[str], Mapping[str, float | Calibration]]
"""The table of a style's file that keeps what was found, and what to set in it."""


class Knob(Protocol):
    """What is turned: the painter's gain, or the share of noise that a model starts from."""

    @property
    def values(self) -> Sequence[float]:
        """What is tried, from the subtlest to the boldest."""

    @property
    def middle(self) -> float | None:
        """The value that both ends have to lie around, or None where it follows from them."""

    def at(self, style: Style, value: float) -> tuple[Style, float]:
        """A style, and the strength a member would ask of it, that give this value."""

    def entry(self, ends: "Ends", calibration: Calibration) -> Entry:
        """What to keep in the style's file."""


@final
class PainterKnob:
    """The factor on every step of the painter's recipe; both ends of the member's knob are looked for."""

    values = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0)
    middle = 1.0

    def at(self, style: Style, value: float) -> tuple[Style, float]:
        """One end of the member's knob, moved there."""
        ends = Strength(subtle=min(value, 1.0), bold=max(value, 1.0))
        painter = style.painter.model_copy(update={"strength": ends})
        return style.model_copy(update={"painter": painter}), 0.0 if value < 1 else 1.0

    def entry(self, ends: "Ends", calibration: Calibration) -> Entry:
        """Both ends; the middle is the recipe itself."""
        return ("painter", "strength"), {
            "subtle": ends.subtle,
            "bold": ends.bold,
            "calibrated": calibration,
        }


@final
class ModelKnob:
    """The share of noise that a model of a family starts from; both ends of the member's knob are looked for."""

    values = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    middle = None

    def __init__(self, family: Family) -> None:
        self._family = family

    def at(self, style: Style, value: float) -> tuple[Style, float]:
        """The style's tuning with this strength, asked for at the middle.

        Raises
        ------
        ValueError
            The style has no tuning for this family.
        """
        tuning = self._family.tuning(style.models)
        if tuning is None:
            raise ValueError(f"{style.id} has no models.{self._family}")
        models = style.models.model_copy(
            update={self._family: tuning.model_copy(update={"strength": value, "subtle": None, "bold": None})}
        )
        return style.model_copy(update={"models": models}), 0.5

    def entry(self, ends: "Ends", calibration: Calibration) -> Entry:
        """Both ends, and what lies between them for the middle."""
        middle = round((ends.subtle + ends.bold) / 2, 3)
        return ("models", self._family), {
            "strength": middle,
            "subtle": ends.subtle,
            "bold": ends.bold,
            "calibrated": calibration,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One photo at one value of the knob.

    Attributes
    ----------
    kind
        What the photo shows: portrait, landscape, pet and so on.
    edges
        Edge F1 between photo and picture, 0..1.
    colours
        The distance between their palettes.
    faces
        The share of faces kept, or None where nobody looked or there is none.
    """

    value: float
    kind: Hashable
    verdict: Verdict
    edges: float
    colours: float
    faces: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All photos at one value of the knob, as medians; `faces` is a mean, or None where there are none."""

    value: float
    photos: int
    edges: float
    edges_by_kind: Mapping[Hashable, float]
    colours: float
    refused: Mapping[Verdict, int]
    faces: float | None

    @property
    def shows_the_photo(self) -> bool:
        """Whether it is not too far."""
        kept = self.faces is None or self.faces >= FACES
        return kept and self.edges >= EDGES[0] and self._hardly_any(Verdict.BROKEN, Verdict.TOO_FAR)

    @property
    def changes_the_photo(self) -> bool:
        """Whether hardly any picture was taken for its photo."""
        return self._hardly_any(Verdict.UNCHANGED)

    def _hardly_any(self, *verdicts: Verdict) -> bool:
        return sum(self.refused[verdict] for verdict in verdicts) <= TOLERATED * self.photos


@dataclass(frozen=True, slots=True)
class Ends:
    """How far the knob may be turned.

    Attributes
    ----------
    subtle
        The least value from which on hardly any picture is taken for its photo.
    bold
        The largest value up to which nearly every picture shows its photo.
    timid
        Whether even the boldest pictures keep more edges than they need to.
    """

    subtle: float
    bold: float
    timid: bool


def read(trials: Iterable[Trial]) -> list[Reading]:
    """Sum trials up, from the subtlest value to the boldest."""
    by_value: dict[float, list[Trial]] = {}
    for trial in trials:
        by_value.setdefault(trial.value, []).append(trial)
    return [_reading(value, by_value[value]) for value in sorted(by_value)]


def _reading(value: float, trials: Sequence[Trial]) -> Reading:
    by_kind: dict[Hashable, list[float]] = {}
    for trial in trials:
        by_kind.setdefault(trial.kind, []).append(trial.edges)
    faces = [trial.faces for trial in trials if trial.faces is not None]
    return Reading(
        value=value,
        photos=len(trials),
        edges=median(trial.edges for trial in trials),
        edges_by_kind={kind: median(edges) for kind, edges in by_kind.items()},
        colours=median(trial.colours for trial in trials),
        refused=Counter(trial.verdict for trial in trials),
        faces=fmean(faces) if faces else None,
    )


def propose(readings: Sequence[Reading], middle: float | None) -> Ends | None:
    """Propose the ends around the middle, or None where there are none: too subtle ones reach up to too bold ones."""
    changing = list(takewhile(lambda each: each.changes_the_photo, reversed(readings)))
    showing = list(takewhile(lambda each: each.shows_the_photo, readings))
    if not changing or not showing or changing[-1].value > showing[-1].value:
        return None
    subtle, bold = changing[-1].value, showing[-1].value
    if middle is not None and not subtle <= middle <= bold:
        return None
    return Ends(subtle, bold, timid=showing[-1].edges > EDGES[1])


def today(engine: str, revision: str) -> Calibration:
    """The mark of a calibration that is made now."""
    return Calibration(engine=engine, revision=revision, date=date.today())  # noqa: DTZ011 - the operator's own day
