"""How the painter paints a style, as data: which steps it takes and how far each one goes.

Lengths are in units: one unit is 1/768 of the picture's shorter side, so that a small and a large copy of a photo look
alike, and never less than 0.35 pixels. Colours are sRGB in 0..1; lightness, chroma and hue are those of OKLab (L in
0..1, hue in degrees).
A step whose table is absent is not taken.
"""

import hashlib
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from styles.value import Calibrated, Colour, Share, Value

Length = Annotated[float, Field(gt=0, le=100)]
"""A length in units of 1/768 of the shorter side."""

Place = tuple[Annotated[float, Field(ge=-1, le=2)], Annotated[float, Field(ge=-1, le=2)]]
"""A point as shares of width and height from the upper left; it may lie outside the picture."""

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
    on_skin
        How much of the contrast of wrinkles and shadows on skin counts: drawn in full they would age a face.
    most
        The share of any part of the picture that lines may cover; where there would be more, only the strongest stay.
    """

    width: Length
    stroke: Length
    faint: Share
    full: Share
    shortest: Annotated[float, Field(ge=0, le=100)]
    amount: Share
    keep: Colour = (0, 0, 0)
    wobble: Annotated[float, Field(ge=0, le=5)] = 0
    on_skin: Share = 0.4
    most: Annotated[float, Field(gt=0, le=1)] = 0.3

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


class Palette(Value):
    """A few inks instead of all colours.

    Attributes
    ----------
    colours
        The inks.
    amount
        How much of the nearest inks replaces the colour.
    """

    colours: Annotated[tuple[Colour, ...], Field(min_length=2, max_length=32)]
    amount: Share


class Blush(Value):
    """Colour in the cheeks: `tint` is what brightly lit skin gains."""

    tint: Tint


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
    fall
        The exponent of the way from zenith to horizon; below 1 the zenith's colour ends sooner.
    amount
        How opaque the new sky is.
    """

    zenith: Colour
    horizon: Colour
    fall: Annotated[float, Field(gt=0, le=4)] = 0.8
    amount: Share
    clouds: Clouds | None = None


class Wash(Value):
    """Paint thinned with water: denser in one place than in another.

    Attributes
    ----------
    size
        Of the pools in which it dries.
    pools
        How much denser and thinner it gets from pool to pool, at most about.
    edges
        How much denser it gets along edges, where water carries it; a factor on the lightness step there.
    grain
        How much of it settles in the hollows of the paper.
    """

    size: Length
    pools: Share
    edges: Annotated[float, Field(ge=0, le=20)] = 0
    grain: Annotated[float, Field(ge=0, le=4)] = 0


class Neon(Value):
    """Edges that shine.

    Attributes
    ----------
    level, upright
        The colours of edges that lie and of edges that stand.
    faint, full
        The contrast at which an edge begins to shine, and at which it shines fully.
    amount
        How bright.
    radius
        How far the shine spills.
    """

    level: Colour
    upright: Colour
    faint: Share
    full: Share
    amount: Share
    radius: Length

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.faint >= self.full:
            raise ValueError("faint must be less than full")
        return self


class Glow(Value):
    """The light of a sun or a sign, in or near the picture.

    Attributes
    ----------
    place
        Where it is.
    radius
        How far its light reaches, as a share of the longer side.
    amount
        How bright it is.
    rays
        How bright the rays are that break up its light.
    """

    place: Place
    radius: Annotated[float, Field(gt=0, le=2)]
    amount: Share
    rays: Share = 0
    tint: Colour = (1, 1, 1)


class Bloom(Value):
    """Light that spills over from areas brighter than `threshold`."""

    threshold: Annotated[float, Field(ge=0, lt=1)]
    amount: Share
    radius: Length
    tint: Colour = (1, 1, 1)


class Sparkles(Value):
    """Discs of light out of focus, and stars of light, off the skin.

    Attributes
    ----------
    discs, stars
        How many of them.
    tints
        The colours that the discs come in.
    amount
        How bright they are.
    """

    discs: Annotated[int, Field(ge=0, le=100)]
    stars: Annotated[int, Field(ge=0, le=100)]
    tints: Annotated[tuple[Colour, ...], Field(min_length=1, max_length=8)]
    amount: Share


class Guard(Value):
    """What the style may do to what has the colour of skin: fairness has its own knobs, and they have ceilings.

    Attributes
    ----------
    lift, drop
        The most that lightness may rise and fall.
    tint
        The farthest that the colour may move, as a distance in OKLab's a and b.
    """

    lift: Annotated[float, Field(ge=0, le=0.12)] = 0.055
    drop: Annotated[float, Field(ge=0, le=0.12)] = 0.10
    tint: Annotated[float, Field(ge=0, le=0.12)] = 0.025


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


_Pale = Annotated[float, Field(ge=0.85, le=1)]


class Paper(Value):
    """What it is painted on; it comes after the guard, so white paper is never dark.

    Attributes
    ----------
    tint
        The colour of white.
    grain
        The relief of the paper, as a relative change of the colour.
    wood
        The grain of a printing block, as a relative change of the colour.
    """

    tint: tuple[_Pale, _Pale, _Pale] = (1, 1, 1)
    grain: Share = 0
    wood: Share = 0


class Film(Value):
    """What a film, a tube or a lens adds, after the guard: its ceilings keep it from darkening people.

    Attributes
    ----------
    grain
        Standard deviation of the grain's luma.
    fringe
        How far red and blue are shifted apart, sideways.
    lines
        How much darker every other line of a screen is.
    vignette
        How much darker the corners are.
    """

    grain: Annotated[float, Field(ge=0, le=0.2)] = 0
    fringe: Annotated[float, Field(ge=0, le=10)] = 0
    lines: Annotated[float, Field(ge=0, le=0.2)] = 0
    vignette: Annotated[float, Field(ge=0, le=0.5)] = 0


class Margin(Value):
    """The edge of the sheet, left unpainted.

    Attributes
    ----------
    width
        How wide it is, as a share of the shorter side.
    ragged
        How far the brush strays, as a share of it too.
    amount
        How white it is.
    """

    width: Annotated[float, Field(gt=0, le=0.2)]
    ragged: Annotated[float, Field(ge=0, le=0.2)]
    amount: Share = 1


class Seal(Value):
    """The printer's seal near the lower right corner: its side as a share of the shorter side, and its colour."""

    side: Annotated[float, Field(gt=0, le=0.2)]
    colour: Colour


class Strength(Value):
    """How far the ends of the strength knob go: factors on the effect of every step; its middle is the recipe itself.

    Attributes
    ----------
    subtle
        At 0: the least that is not taken for the photo itself.
    bold
        At 1: the most that still shows what the photo shows.
    calibrated
        How the two were found, or false.
    """

    subtle: Annotated[float, Field(ge=0.05, le=1)] = 0.4
    bold: Annotated[float, Field(ge=1, le=3)] = 1.6
    calibrated: Calibrated = False


class Recipe(Value):
    """One look. With a `screen` it is printed in ink, without one it is painted in colour.

    Attributes
    ----------
    exposure
        How far the photo's exposure is corrected before it is painted.
    """

    strength: Strength = Strength()
    exposure: Share = 0.7
    brush: Brush
    line: Line
    flatten: Flatten | None = None
    cel: Cel | None = None
    tone: Tone | None = None
    mixer: Mixer | None = None
    split_tone: SplitTone | None = None
    palette: Palette | None = None
    blush: Blush | None = None
    sky: Sky | None = None
    wash: Wash | None = None
    neon: Neon | None = None
    glows: Annotated[tuple[Glow, ...], Field(max_length=4)] = ()
    bloom: Bloom | None = None
    sparkles: Sparkles | None = None
    guard: Guard = Guard()
    screen: Screen | None = None
    paper: Paper = Paper()
    film: Film | None = None
    margin: Margin | None = None
    seal: Seal | None = None

    @model_validator(mode="after")
    def _printed_or_painted(self) -> Self:
        colour = {"flatten", "cel", "tone", "mixer", "split_tone", "palette", "blush", "sky", "wash"}
        colour |= {"neon", "glows", "bloom", "sparkles"}
        if self.screen is not None and (unused := sorted(colour & self.model_fields_set)):
            raise ValueError(f"a printed picture has no use for {', '.join(unused)}")
        if self.screen is not None and (unused := sorted({"wobble", "keep"} & self.line.model_fields_set)):
            raise ValueError(f"a printed picture's lines have no use for {', '.join(unused)}")
        return self

    @property
    def revision(self) -> str:
        """A digest of everything but `strength`: a calibration holds for the recipe that it was made with."""
        return hashlib.sha256(self.model_dump_json(exclude={"strength"}).encode()).hexdigest()[:12]
