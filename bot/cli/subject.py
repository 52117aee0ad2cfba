"""Who is calibrated: the painter, or a model of a family with its weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import typer

from bot.cli import failure
from bot.cli.failure import CommandError
from bot.engines import Diffusion
from bot.settings import EngineChoice, Settings
from engine.calibration import Knob, ModelKnob, PainterKnob, today
from engine.checks import SIDE
from engine.contract import Medium
from engine.diffusion import weights
from engine.diffusion.models import KNOWN, Family
from engine.diffusion.weights import Weights
from engine.images import MAX_SIDE
from styles import Calibration, Style


class Model(StrEnum):
    """What paints."""

    PAINTER = "painter"
    EDIT = "edit"
    SD15 = "sd15"
    SDXL = "sdxl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An engine that is calibrated.

    Attributes
    ----------
    styles
        Those that it does.
    max_side
        Of the photos, in pixels.
    mark
        What is written beside the numbers that were found for a style.
    """

    knob: Knob
    choice: EngineChoice
    diffusion: Diffusion
    styles: Sequence[Style]
    max_side: int
    medium: Medium
    mark: Callable[[Style], Calibration]


def subject(model: Model, name: str | None, settings: Settings, styles: Sequence[Style]) -> Subject:
    """The painter, or the model that is named, configured or known.

    Raises
    ------
    CommandError
        There is no such model here, or it does none of the styles.
    """
    if model is not Model.PAINTER:
        return _model(model, name, settings, styles)
    if name is not None:
        raise CommandError("--weights: the painter has none")
    return Subject(
        knob=PainterKnob(),
        choice=EngineChoice.PAINTER,
        diffusion=Diffusion.of(settings, ()),
        styles=styles,
        max_side=SIDE,  # that the checks measure at: a recipe's lengths go with the size, and it is much faster
        medium=Medium.FILTER,
        mark=lambda style: today(model, style.painter.revision),
    )


def _model(model: Model, name: str | None, settings: Settings, styles: Sequence[Style]) -> Subject:
    family = Family(model)
    found = _weights(family, name, settings)
    done = _done(family, styles)
    revision = cache(lambda: weights.revision(found))  # of a local folder it takes seconds
    return Subject(
        knob=ModelKnob(family),
        choice=EngineChoice.DIFFUSION,
        diffusion=Diffusion.of(settings, done, model=found.name),
        styles=done,
        max_side=MAX_SIDE,  # a model paints on canvases of its own
        medium=Medium.MODEL,
        mark=lambda _: today(found.name, revision()),
    )


def _weights(family: Family, name: str | None, settings: Settings) -> Weights:
    known = next(known.id for known in KNOWN.values() if known.family is family)
    chosen = name or settings.model or known
    with failure.painting(EngineChoice.DIFFUSION, Diffusion.of(settings, (), model=chosen)):
        found = weights.find(chosen, settings.models)
    if found.family is not family:
        said = "--weights" if name else "ANIMIFY_MODEL"
        raise CommandError(f"{said}: {chosen} is of the family {found.family}; name one of {family} with --weights")
    return found


def _done(family: Family, styles: Sequence[Style]) -> list[Style]:
    """The styles that say something to this family; each other one is told."""
    done = [style for style in styles if family.tuning(style.models)]
    if not done:
        raise CommandError(f"none of the styles has a table models.{family}, so there is nothing to calibrate")
    for style in styles:
        if style not in done:
            typer.echo(f"{style.id}: skipped, it has no table models.{family}", err=True)
    return done
