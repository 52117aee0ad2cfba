"""How a photo becomes a picture: the painter's main path."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine import cv
from engine.contract import Pixels
from engine.cv import Interpolation, Plane, Planes
from engine.oklab import from_oklab, to_oklab
from engine.painter.colour import blushing, curved, mixed, split_toned
from engine.painter.flatten import flattened, kuwahara, stepped
from engine.painter.flow import Flow, Stroke, difference_across, smooth_along
from engine.painter.guard import guarded
from engine.painter.horizon import find_sky
from engine.painter.light import lit, shining
from engine.painter.lines import by_hand, contrast, drawn, inked
from engine.painter.noise import Random
from engine.painter.palette import limited
from engine.painter.photo import Photo
from engine.painter.planes import mix, smoothstep, to_pixels
from engine.painter.screen import printed
from engine.painter.sheet import sealed, with_margin
from engine.painter.sky import with_painted_sky
from engine.painter.smoothing import blur, guided_upsampling
from engine.painter.sparkle import sparkling
from engine.painter.strength import at_strength
from engine.painter.texture import filmed, on_paper, washed
from styles.recipe import Recipe

STEPS = 6
WORKING_SIDE = 1600
"""Pixels of the longest side that is painted as it is: about 1.1 s and 0.6 GB. Larger photos are resampled."""

_FEATURES = 0.7  # of a face's darkest details, that come back after brush and cels
_WRINKLE = 0.03  # luma of a detail, below which it would age the face
_SPARED = 0.7  # how much of brush and line small faces are spared: they would be gone
_TRACING_STEP = 2.0  # units between the samples of a stroke; longer ones break thin lines


@dataclass(frozen=True, slots=True, eq=False)
class _Drawing:
    """A photo in greys, before it has colours.

    Attributes
    ----------
    light
        Its light, laid down in brush strokes.
    edges
        The contrast of its edges, positive on their dark side.
    ink
        Its outlines, 0 (none) to 1 (a full line).
    """

    flow: Flow
    light: Plane
    edges: Plane
    ink: Plane


def paint(pixels: Pixels, recipe: Recipe, strength: float, seed: int, on_step: Callable[[int, int], None]) -> Pixels:
    """Paint a photo by a recipe.

    Parameters
    ----------
    pixels
        Sides of at least 32 pixels, none longer than eight times the other.
    strength
        0 (subtle) to 1 (bold); 0.5 is the recipe as it is written.
    seed
        Drives what is left to chance: clouds, rays, sparkles, the tremble of lines, texture, the ragged margin; nothing
        else is random. The same arguments give the same bytes on one machine.
    on_step
        Called with (step, `STEPS`) after each step; what it raises ends the painting.

    Returns
    -------
    Pixels
        The picture, in the shape of the photo.
    """
    recipe = at_strength(recipe, strength)
    random = np.random.default_rng(seed)

    photo = Photo.of(_working_copy(pixels), recipe.exposure)
    on_step(1, STEPS)
    flow = Flow.of(blur(photo.grey, 0.8 * photo.unit), 2.2 * photo.unit)
    on_step(2, STEPS)
    drawing = _drawn(photo, flow, recipe)
    on_step(3, STEPS)
    if recipe.screen:
        ink = recipe.line.amount * drawing.ink
        picture = printed(drawing.light, ink, photo, recipe.screen, recipe.guard)
    else:
        picture = _coloured(photo, drawing, recipe, random)
    on_step(4, STEPS)
    if not recipe.screen:
        picture = _outlined(photo, drawing, picture, recipe, random)
        picture = _lit(photo, drawing, picture, recipe, random)
        picture = guarded(picture, photo, recipe.guard)
    on_step(5, STEPS)
    picture = _finished(photo, picture, recipe, random)
    painted = _resampled(to_pixels(picture), *pixels.shape[:2])
    on_step(6, STEPS)
    return painted


def _working_copy(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = min(1.0, WORKING_SIDE / max(height, width))
    return _resampled(pixels, round(height * scale), round(width * scale))


def _resampled(pixels: Pixels, height: int, width: int) -> Pixels:
    if pixels.shape[:2] == (height, width):
        return pixels
    smaller = height < pixels.shape[0]
    return cv.resize(pixels, width, height, Interpolation.AREA if smaller else Interpolation.LANCZOS)


def _drawn(photo: Photo, flow: Flow, recipe: Recipe) -> _Drawing:
    """Lay the photo's light down in brush strokes, and draw its lines: one tracing of the flow serves both."""
    unit, brush, line = photo.unit, recipe.brush, recipe.line
    grey = blur(photo.grey, 0.9 * unit)
    patches = kuwahara(photo.grey, max(2, round(brush.radius * unit)))
    across = difference_across(grey, flow, max(0.6, line.width * unit), max(1, 0.94 * unit))
    strokes = [Stroke(patches, brush.stroke * unit), Stroke(across, line.stroke * unit)]
    brushed, response = smooth_along(flow, strokes, max(1, _TRACING_STEP * unit))
    skin = smoothstep(0.15, 0.6, photo.enlarged(photo.skin))
    spared = _SPARED * photo.enlarged(photo.small_faces)
    edges = contrast(response, grey, flow, (1 - skin * (1 - line.on_skin)) * (1 - spared), unit)
    return _Drawing(flow, mix(brushed, photo.grey, spared), edges, drawn(edges, line, unit))


def _coloured(photo: Photo, drawing: _Drawing, recipe: Recipe, random: Random) -> Planes:
    skin = photo.enlarged(photo.skin)
    lab, lift = _colours(photo, drawing.light, recipe)
    if recipe.cel:
        lab[0] = stepped(lab[0], recipe.cel, skin, photo.unit)
    if recipe.flatten and recipe.flatten.detail:
        texture = drawing.light - blur(drawing.light, 5 * photo.unit)
        lab[0] += recipe.flatten.detail * texture * (1 - smoothstep(0.2, 0.6, skin))
    lab[0] += _features(photo)
    if recipe.tone:
        lab[0] = curved(lab[0], recipe.tone)
    lab[0] += lift
    picture = from_oklab(lab)
    if recipe.sky and (sky := find_sky(photo)):
        picture = with_painted_sky(picture, sky, recipe.sky, random)
    return picture


def _features(photo: Photo) -> Plane:
    """Return how much darker eyes, brows and mouths are than the face around: what brush and cels would wash away."""
    darker = photo.grey - blur(photo.grey, 5 * photo.unit)
    darker += _WRINKLE
    np.minimum(darker, 0, out=darker)
    darker *= photo.enlarged(_FEATURES * photo.complexion)
    return darker


def _colours(photo: Photo, light: Plane, recipe: Recipe) -> tuple[Planes, Plane]:
    """Decide the colours on the small copy and enlarge them along the brush strokes.

    Returns
    -------
    tuple[Planes, Plane]
        The colours in OKLab, their lightness still that of the photo; and what is to be added to it after its tones.
    """
    small = kuwahara(photo.colour, max(1.0, recipe.brush.radius * photo.small_unit))
    if recipe.flatten:
        small = flattened(small, recipe.flatten)
    lab = to_oklab(mix(small, photo.colour, _SPARED * photo.small_faces))
    toned = curved(lab[0], recipe.tone) if recipe.tone else lab[0]
    graded = _graded(np.stack([toned, lab[1], lab[2]]), photo, recipe)
    planes = np.stack([lab[0], graded[1], graded[2], graded[0] - toned])
    enlarged = guided_upsampling(light, planes, max(1, round(3 * photo.small_unit)), 2e-4)
    return enlarged[:3], enlarged[3]


def _graded(lab: Planes, photo: Photo, recipe: Recipe) -> Planes:
    """Grade the small copy's colours, once they have their tones."""
    if recipe.mixer:
        lab = mixed(lab, recipe.mixer)
    if recipe.split_tone:
        lab = split_toned(lab, recipe.split_tone)
    if recipe.blush:
        lab = blushing(lab, photo.skin, recipe.blush, photo.small_unit)
    if recipe.palette:
        lab = limited(lab, recipe.palette, photo.complexion)
    return lab


def _outlined(photo: Photo, drawing: _Drawing, picture: Planes, recipe: Recipe, random: Random) -> Planes:
    if recipe.wash:
        picture = washed(picture, recipe.wash, photo.enlarged(photo.skin), photo.unit, random)
    return inked(picture, by_hand(drawing.ink, recipe.line, photo.unit, random), recipe.line)


def _lit(photo: Photo, drawing: _Drawing, picture: Planes, recipe: Recipe, random: Random) -> Planes:
    if recipe.neon:
        picture = shining(picture, drawing.edges, drawing.flow, recipe.neon, photo.unit)
    if recipe.glows or recipe.bloom:
        picture = lit(picture, recipe.glows, recipe.bloom, photo.unit, random)
    if recipe.sparkles:
        picture = sparkling(picture, recipe.sparkles, photo.enlarged(photo.skin), photo.unit, random)
    return picture


def _finished(photo: Photo, picture: Planes, recipe: Recipe, random: Random) -> Planes:
    """Add what belongs to the sheet and not to the picture."""
    if recipe.margin:
        picture = with_margin(picture, recipe.margin, random)
    if recipe.seal:
        picture = sealed(picture, recipe.seal, random)
    picture = on_paper(picture, recipe.paper, photo.unit, random)
    return filmed(picture, recipe.film, photo.unit, random) if recipe.film else picture
