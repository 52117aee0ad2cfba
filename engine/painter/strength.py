"""The strength knob: a recipe made subtler or bolder."""

import math
from functools import singledispatch

from styles.recipe import (
    Bloom,
    Brush,
    Cel,
    Flatten,
    Line,
    Mixer,
    Paper,
    Recipe,
    Screen,
    Shift,
    Sky,
    SplitTone,
    Tint,
    Tone,
    Wash,
)
from styles.value import Value


def at_strength(recipe: Recipe, strength: float) -> Recipe:
    """Return the recipe for a strength of 0 (subtle) to 1 (bold); 0.5 is the recipe as it is written.

    The guard stays as it is: fairness does not bend with the strength.
    """
    gain = 0.4 + 1.2 * strength
    return recipe.model_copy(update={name: _scaled(part, gain) for name, part in recipe})


@singledispatch
def _scaled(part: Value | None, gain: float) -> Value | None:  # noqa: ARG001 - the registered functions use it
    """Return one part of a recipe with its effect times `gain`; absent and unregistered parts stay as they are."""
    return part


@_scaled.register
def _(part: Brush, gain: float) -> Brush:
    factor = math.sqrt(gain)
    return part.model_copy(update={"radius": part.radius * factor, "stroke": part.stroke * factor})


@_scaled.register
def _(part: Line, gain: float) -> Line:
    factor = math.sqrt(gain)
    return part.model_copy(
        update={"amount": min(1.0, part.amount * gain), "faint": part.faint / factor, "full": part.full / factor}
    )


@_scaled.register
def _(part: Flatten, gain: float) -> Flatten:
    return part.model_copy(
        update={"smoothness": part.smoothness * gain**2, "amount": min(1.0, part.amount * (0.2 + 0.8 * gain))}
    )


@_scaled.register
def _(part: Tone, gain: float) -> Tone:
    return part.model_copy(
        update={"points": tuple((x, min(1.0, max(0.0, x + (y - x) * gain))) for x, y in part.points)}
    )


@_scaled.register
def _(part: Shift, gain: float) -> Shift:
    return part.model_copy(
        update={
            "hue": part.hue * gain,
            "chroma": max(0.0, 1 + (part.chroma - 1) * gain),
            "lightness": part.lightness * gain,
        }
    )


@_scaled.register
def _(part: Mixer, gain: float) -> Mixer:
    return part.model_copy(update={name: _scaled(shift, gain) for name, shift in part})


@_scaled.register
def _(part: SplitTone, gain: float) -> SplitTone:
    factor = min(1.0, gain)  # a stronger tint turns light skin yellow

    def scaled(tint: Tint) -> Tint:
        return tint[0] * factor, tint[1] * factor

    return SplitTone(shadows=scaled(part.shadows), highlights=scaled(part.highlights))


@_scaled.register
def _(part: Cel, gain: float) -> Cel:
    # by the root: a full step on a face lifts it into the next one, out of the guard's reach
    return part.model_copy(update={"amount": min(1.0, part.amount * math.sqrt(gain))})


@_scaled.register(Sky)
@_scaled.register(Wash)
@_scaled.register(Bloom)
def _(part: Sky | Wash | Bloom, gain: float) -> Value:
    return part.model_copy(update={"amount": min(1.0, part.amount * gain)})


@_scaled.register
def _(part: Paper, gain: float) -> Paper:
    return part.model_copy(update={"grain": min(1.0, part.grain * gain), "pigment": part.pigment * gain})


@_scaled.register
def _(part: Screen, gain: float) -> Screen:
    # starker: fewer greys are printed as dots, more are left as white paper
    starkness = 1 - 0.25 * max(0.0, gain - 1)
    layers = tuple(layer.model_copy(update={"below": layer.below * starkness}) for layer in part.layers)
    return part.model_copy(update={"amount": min(1.0, part.amount * (0.2 + 0.8 * gain)), "layers": layers})
