"""How the painter paints a style, as data: which steps it takes and how far each one goes.

Lengths are in units: one unit is 1/768 of the picture's shorter side, so that a small and a large copy of a photo look
alike. Colours are sRGB in 0..1; lightness, chroma and hue are those of OKLab (L in 0..1, hue in degrees).
A step whose table is absent is not taken.
"""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from styles.value import Colour, Share, Value

Length = Annotated[float, Field(gt=0, le=100)]
"""A length in units of 1/768 of the shorter side."""

Lightness = Annotated[float, Field(ge=-0.3, le=0.3)]
Tint = tuple[Annotated[float, Field(ge=-0.2, le=0.2)], Annotated[float, Field(ge=-0.2, le=0.2)]]
"""What is added to the OKLab axes a (green to red) and b (blue to yellow)."""


class Brush(Value):
    """The brush that every picture is laid down with.

    Attributes
    ----------
    radius
        Of the Kuwahara filter, which makes patches with clean edges.
    stroke
        Standard deviation of the smoothing along the flow of the picture, which makes patches into strokes.
    """

    radius: Length
    stroke: Length


class Line(Value):
    """Drawn outlines: a difference of Gaussians across edges, smoothed along them.

    Attributes
    ----------
    width
        Standard deviation of the inner Gaussian; a drawn line is about twice as wide.
    stroke
        Standard deviation of the smoothing along the line.
    faint, full
        The contrast at which a line begins to show, and at which it is fully drawn.
    shortest
        Lines whose bounding box has a shorter diagonal are left out.
    amount
        The opacity of a full line.
    keep
        The share of the local colour that is left under an opaque line; black ink keeps nothing.
    wobble
        How far the hand trembles, at most about.
    """

    width: Length
    stroke: Length
    faint: Share
    full: Share
    shortest: Annotated[float, Field(ge=0, le=100)]
    amount: Share
    keep: Colour = (0, 0, 0)
    wobble: Annotated[float, Field(ge=0, le=5)] = 0

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.faint >= self.full:
            raise ValueError("faint must be less than full")
        return self


class Flatten(Value):
    """Areas of one colour instead of gradients (L0 gradient minimisation).

    Attributes
    ----------
    smoothness
        The weight of the L0 norm (lambda of Xu et al. 2011); larger leaves fewer, larger areas.
    amount
        How much of the flattened colour replaces the brushed one.
    detail
        How much of the brush's fine lightness detail comes back on top, except on skin.
    """

    smoothness: Annotated[float, Field(gt=0, le=0.1)]
    amount: Share = 1
    detail: Annotated[float, Field(ge=0, le=2)] = 0


class Cel(Value):
    """Steps of lightness, as on painted animation cels.

    Attributes
    ----------
    levels, skin_levels
        How many steps, and how many (softer ones) on skin.
    softness
        Half the width of a step's edge, as a share of the step.
    amount
        How much of the stepped lightness replaces the smooth one.
    """

    levels: Annotated[int, Field(ge=2, le=16)]
    skin_levels: Annotated[int, Field(ge=2, le=16)]
    softness: Annotated[float, Field(gt=0, le=0.35)]
    amount: Share


class Tone(Value):
    """The tone curve: (lightness in, lightness out) from 0 to 1, joined by straight lines."""

    points: Annotated[tuple[tuple[Share, Share], ...], Field(min_length=2, max_length=16)]

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.points[0][0] != 0 or self.points[-1][0] != 1:
            raise ValueError("the first point must be at 0 and the last at 1")
        if any(left[0] >= right[0] or left[1] > right[1] for left, right in pairwise(self.points)):
            raise ValueError("the points must rise")
        return self


class Shift(Value):
    """What happens to one hue: degrees added, a factor on chroma, lightness added."""

    hue: Annotated[float, Field(ge=-90, le=90)] = 0
    chroma: Annotated[float, Field(ge=0, le=3)] = 1
    lightness: Lightness = 0


class Mixer(Value):
    """Shifts at eight anchors around the hue circle; hues between two anchors are shifted in proportion.

    The anchors in OKLab degrees: red 29, orange 52 (where most skin lies), yellow 105, green 140, cyan 200, blue 255,
    violet 300, magenta 345.
    """

    red: Shift = Shift()
    orange: Shift = Shift()
    yellow: Shift = Shift()
    green: Shift = Shift()
    cyan: Shift = Shift()
    blue: Shift = Shift()
    violet: Shift = Shift()
    magenta: Shift = Shift()


class SplitTone(Value):
    """A tint for the shadows and another one for the highlights."""

    shadows: Tint
    highlights: Tint


class Clouds(Value):
    """Cumulus clouds over `cover` of the sky, lit from the upper left."""

    cover: Annotated[float, Field(gt=0, le=0.9)]
    lit: Colour = (1, 1, 1)
    shaded: Colour


class Sky(Value):
    """A painted sky instead of the photo's; sunsets keep their own.

    Attributes
    ----------
    zenith, horizon
        The ends of the gradient.
    amount
        How opaque the new sky is.
    """

    zenith: Colour
    horizon: Colour
    amount: Share
    clouds: Clouds | None = None


class Wash(Value):
    """Watercolour that dried unevenly, as a relative change of the colour over `size`."""

    size: Length
    amount: Share


class Paper(Value):
    """What it is painted on.

    Attributes
    ----------
    tint
        The colour of white.
    grain
        The relief of the paper, as a relative change of the colour.
    pigment
        How much darker paint gets where it gathered beside lighter areas; a factor on the lightness step there.
    """

    tint: Colour = (1, 1, 1)
    grain: Share = 0
    pigment: Annotated[float, Field(ge=0, le=4)] = 0


class Bloom(Value):
    """Light that spills over from areas brighter than `threshold`."""

    threshold: Annotated[float, Field(ge=0, lt=1)]
    amount: Share
    radius: Length
    tint: Colour = (1, 1, 1)


class Dots(Value):
    """One layer of a dot screen: areas darker than `below` (grey) are printed so that `paper` of them stays white."""

    below: Annotated[float, Field(gt=0, le=1)]
    paper: Share


class Screen(Value):
    """Printing in black ink: dots for greys, solid black for the darkest areas.

    Attributes
    ----------
    pitch
        The distance between dots along a line, at 45 degrees.
    layers
        From the lightest to the darkest.
    black
        Areas darker than this (grey) are solid.
    smoothing
        The radius within which small differences of grey are evened out before they are printed.
    amount
        How much of the greys is printed in dots; the rest is washed in with diluted ink.
    """

    pitch: Annotated[float, Field(ge=2, le=40)]
    layers: Annotated[tuple[Dots, ...], Field(min_length=1, max_length=6)]
    black: Share
    smoothing: Length
    amount: Share = 1

    @model_validator(mode="after")
    def _darkens(self) -> Self:
        if any(light.below <= dark.below or light.paper <= dark.paper for light, dark in pairwise(self.layers)):
            raise ValueError("each layer must begin below the one before it and leave less paper")
        return self


class Guard(Value):
    """What the style may do to skin: fairness has its own knobs, and they have ceilings.

    Attributes
    ----------
    lift
        The most that the median lightness of skin may rise.
    chroma
        The largest factor on the median chroma of skin.
    """

    lift: Annotated[float, Field(ge=0, le=0.08)] = 0.055
    chroma: Annotated[float, Field(ge=1, le=2)] = 1.2


class Recipe(Value):
    """One look. With a `screen` it is printed in ink, without one it is painted in colour."""

    brush: Brush
    line: Line
    paper: Paper = Paper()
    flatten: Flatten | None = None
    cel: Cel | None = None
    tone: Tone | None = None
    mixer: Mixer | None = None
    split_tone: SplitTone | None = None
    sky: Sky | None = None
    wash: Wash | None = None
    bloom: Bloom | None = None
    guard: Guard = Guard()
    screen: Screen | None = None

    @model_validator(mode="after")
    def _printed_or_painted(self) -> Self:
        colour = {"flatten", "cel", "tone", "mixer", "split_tone", "sky", "wash", "bloom", "guard"}
        if self.screen is not None and (unused := sorted(colour & self.model_fields_set)):
            raise ValueError(f"a printed picture has no use for {', '.join(unused)}")
        return self
