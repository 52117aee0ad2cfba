"""How a photo becomes a picture: the painter's main path."""

import numpy as np

from engine import cv
from engine.contract import OnStep, Pixels
from engine.cv import Interpolation, Plane, Planes
from engine.painter.colour import curved, from_oklab, mixed, split_toned, to_oklab
from engine.painter.flatten import flattened, kuwahara, stepped
from engine.painter.flow import Flow, Stroke, difference_across, smooth_along
from engine.painter.guard import guarded
from engine.painter.lines import by_hand, drawn, inked
from engine.painter.masks import find_sky
from engine.painter.noise import Random
from engine.painter.photo import Photo
from engine.painter.planes import luma, smoothstep, to_pixels
from engine.painter.screen import greys, printed
from engine.painter.sky import with_painted_sky
from engine.painter.smoothing import blur
from engine.painter.strength import at_strength
from engine.painter.texture import bloomed, on_paper, washed
from styles.recipe import Recipe

STEPS = 6
WORKING_SIDE = 1600
"""Pixels of the longest side that is painted as it is: about 1.1 s and 0.6 GB. Larger photos are resampled."""

_TRACING_STEP = 1.5  # units between the samples of a stroke; longer ones break thin lines


def paint(pixels: Pixels, recipe: Recipe, strength: float, seed: int, on_step: OnStep) -> Pixels:
    """Paint a photo by a recipe.

    Parameters
    ----------
    pixels
        Sides of at least 32 pixels, none longer than eight times the other.
    strength
        0 (subtle) to 1 (bold); 0.5 is the recipe as it is written.
    seed
        Drives clouds, the tremble of lines and texture; nothing else is random. The same arguments give the same
        bytes on one machine.
    on_step
        Called with (step, `STEPS`) after each step; what it raises ends the painting.

    Returns
    -------
    Pixels
        The picture, in the shape of the photo.
    """
    recipe = at_strength(recipe, strength)
    random = np.random.default_rng(seed)

    photo = Photo.of(_working_copy(pixels))
    on_step(1, STEPS)
    flow = Flow.of(blur(photo.calm, 0.8 * photo.unit), 2.2 * photo.unit)
    on_step(2, STEPS)
    brushed, ink = _brushed(photo, flow, recipe)
    on_step(3, STEPS)
    if recipe.screen:
        grey = greys(luma(brushed), luma(photo.original), photo.skin, recipe.screen, photo.unit)
        on_step(4, STEPS)
        page = printed(grey, ink, luma(photo.calm), recipe.screen, photo.unit)
        picture = np.broadcast_to(page, (3, *page.shape))
    else:
        picture = _coloured(photo, brushed, recipe, random)
        on_step(4, STEPS)
        picture = _outlined(photo, picture, ink, recipe, random)
    on_step(5, STEPS)
    picture = on_paper(picture, recipe.paper, photo.unit, random)
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


def _brushed(photo: Photo, flow: Flow, recipe: Recipe) -> tuple[Planes, Plane]:
    """Lay the photo down in brush strokes, and find the ink of its lines: one tracing of the flow serves both."""
    unit, brush, line = photo.unit, recipe.brush, recipe.line
    grey = blur(luma(photo.calm), 0.9 * unit)
    patches = kuwahara(photo.calm, max(2, round(brush.radius * unit)))
    edges = difference_across(grey, flow, max(0.6, line.width * unit), max(1, 0.94 * unit))
    strokes = [Stroke(patches, brush.stroke * unit), Stroke(edges[None], line.stroke * unit)]
    brushed, response = smooth_along(flow, strokes, max(1, _TRACING_STEP * unit))
    return brushed, drawn(response[0], grey, flow, photo.skin, line=line, unit=unit)


def _coloured(photo: Photo, brushed: Planes, recipe: Recipe, random: Random) -> Planes:
    lab = flattened(brushed, recipe.flatten, photo.unit) if recipe.flatten else to_oklab(brushed)
    if recipe.cel:
        lab[0] = stepped(lab[0], recipe.cel, photo.skin, photo.unit)
    if recipe.flatten and recipe.flatten.detail:
        grey = luma(brushed)
        texture = grey - blur(grey, 5 * photo.unit)
        lab[0] += recipe.flatten.detail * texture * (1 - smoothstep(0.2, 0.6, photo.skin))
    if recipe.tone:
        lab[0] = curved(lab[0], recipe.tone)
    if recipe.mixer:
        lab = mixed(lab, recipe.mixer)
    if recipe.split_tone:
        lab = split_toned(lab, recipe.split_tone)
    picture = from_oklab(lab)
    if recipe.sky and (sky := find_sky(photo.exposed, photo.skin)):
        picture = with_painted_sky(picture, photo.exposed, sky, recipe.sky, random)
    return picture


def _outlined(photo: Photo, picture: Planes, ink: Plane, recipe: Recipe, random: Random) -> Planes:
    """Add wash, outlines and light, and then see to the skin: whatever came before counts towards its lightness."""
    if recipe.wash:
        picture = washed(picture, recipe.wash, photo.skin, photo.unit, random)
    picture = inked(picture, by_hand(ink, recipe.line, photo.unit, random), recipe.line)
    if recipe.bloom:
        picture = bloomed(picture, recipe.bloom, photo.unit)
    return guarded(picture, photo.original, photo.skin, recipe.guard)
