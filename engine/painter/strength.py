"""The strength knob: a recipe made subtler or bolder."""

import math
from functools import singledispatch
from itertools import accumulate

import numpy as np

from styles.recipe import (
    Bloom,
    Blush,
    Brush,
    Cel,
    Film,
    Flatten,
    Glow,
    Line,
    Margin,
    Mixer,
    Neon,
    Palette,
    Paper,
    Recipe,
    Screen,
    Shift,
    Sky,
    Sparkles,
    SplitTone,
    Tint,
    Tone,
    Wash,
)
from styles.value import Value

_BLACKEST = 0.3  # grey up to which a bold print may be solid

_Part = Value | tuple["_Part", ...] | float | None


def at_strength(recipe: Recipe, strength: float) -> Recipe:
    """Return the recipe for a strength of 0 (subtle) to 1 (bold); 0.5 is the recipe as it is written."""
    ends = recipe.strength
    return with_gain(recipe, float(np.interp(strength, (0, 0.5, 1), (ends.subtle, 1, ends.bold))))


def with_gain(recipe: Recipe, gain: float) -> Recipe:
    """Return a recipe with every effect times `gain`.

    The guard stays as it is: fairness does not bend with the strength.
    """
    return recipe.model_copy(update={name: _scaled(part, gain) for name, part in recipe})


@singledispatch
def _scaled(part: _Part, gain: float) -> _Part:  # noqa: ARG001 - the registered functions use it
    """Return one part of a recipe with its effect times `gain`; absent and unregistered parts stay as they are."""
    return part


@_scaled.register(tuple)
def _(parts: tuple[Value, ...], gain: float) -> tuple[_Part, ...]:
    return tuple(_scaled(part, gain) for part in parts)


def _gently(gain: float) -> float:
    """Return the gain of tones, light and paper: bold is what is drawn boldly, not what is washed out."""
    return min(gain, (1 + gain) / 2, 1.4)


@_scaled.register
def _(exposure: float, gain: float) -> float:
    return min(1.0, exposure * min(1.0, gain))


@_scaled.register
def _(part: Brush, gain: float) -> Brush:
    factor = math.sqrt(gain)
    return part.model_copy(update={"radius": part.radius * factor, "stroke": part.stroke * factor})


@_scaled.register
def _(part: Line, gain: float) -> Line:
    factor = math.sqrt(gain)
    broad = max(1.0, factor)  # a bold pen is, and its lines cover more
    return part.model_copy(
        update={
            "width": part.width * broad,
            "most": min(1.0, part.most * broad),
            "amount": min(1.0, part.amount * gain),
            "faint": part.faint / factor,
            "full": part.full / factor,
        }
    )


@_scaled.register
def _(part: Flatten, gain: float) -> Flatten:
    return part.model_copy(
        update={"smoothness": part.smoothness * gain**2, "amount": min(1.0, part.amount * (0.2 + 0.8 * gain))}
    )


@_scaled.register
def _(part: Tone, gain: float) -> Tone:
    gain = _gently(gain)
    moved = (min(1.0, max(0.0, x + (y - x) * gain)) for x, y in part.points)
    rising = accumulate(moved, max)  # a bold curve must not turn round
    return Tone(points=tuple((x, y) for (x, _), y in zip(part.points, rising, strict=True)))


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
def _(part: Blush, gain: float) -> Blush:
    return part.model_copy(update={"tint": (part.tint[0] * gain, part.tint[1] * gain)})


@_scaled.register
def _(part: Cel, gain: float) -> Cel:
    return part.model_copy(update={"amount": min(1.0, part.amount * math.sqrt(gain))})


@_scaled.register(Palette)
@_scaled.register(Sky)
@_scaled.register(Neon)
@_scaled.register(Sparkles)
def _(part: Palette | Sky | Neon | Sparkles, gain: float) -> Value:
    return part.model_copy(update={"amount": min(1.0, part.amount * gain)})


@_scaled.register
def _(part: Bloom, gain: float) -> Bloom:
    return part.model_copy(update={"amount": min(1.0, part.amount * _gently(gain))})


@_scaled.register
def _(part: Glow, gain: float) -> Glow:
    gain = _gently(gain)
    return part.model_copy(update={name: min(1.0, getattr(part, name) * gain) for name in ("amount", "rays")})


@_scaled.register
def _(part: Wash, gain: float) -> Wash:
    return part.model_copy(
        update={"pools": min(1.0, part.pools * gain), "edges": part.edges * gain, "grain": part.grain * gain}
    )


@_scaled.register
def _(part: Paper, gain: float) -> Paper:
    gain = _gently(gain)
    return part.model_copy(update={"grain": min(1.0, part.grain * gain), "wood": min(1.0, part.wood * gain)})


@_scaled.register
def _(part: Film, gain: float) -> Film:
    return part.model_copy(update={name: value * _gently(gain) for name, value in part})


@_scaled.register
def _(part: Margin, gain: float) -> Margin:
    amount = min(1.0, part.amount * gain**2)  # a frame, however narrow, is the strongest edge of a picture
    gain = max(1.0, _gently(gain))
    return part.model_copy(update={"width": part.width * gain, "ragged": part.ragged * gain, "amount": amount})


@_scaled.register
def _(part: Screen, gain: float) -> Screen:
    # starker: fewer greys are printed as dots, more are left as white paper or filled with ink
    starkness = 1 - 0.25 * max(0.0, gain - 1)
    layers = tuple(layer.model_copy(update={"below": layer.below * starkness}) for layer in part.layers)
    amount = min(1.0, part.amount * (0.2 + 0.8 * gain))
    return part.model_copy(
        update={
            "amount": amount,
            "layers": layers,
            "black": min(max(part.black, _BLACKEST), part.black * gain),
            "smoothing": part.smoothing * gain,
        }
    )
