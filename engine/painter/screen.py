"""Printing in ink: greys as dots, the darkest areas solid, dark skin toned."""

import math

import numpy as np

from engine.cv import Plane
from engine.painter.masks import certain_skin
from engine.painter.planes import Shape, mix, smoothstep
from engine.painter.smoothing import blur, even_out
from styles.recipe import Screen

_SKIN_GREYS = ((0.25, 0.52), (0.40, 0.70), (0.50, 0.88), (0.58, 1.15), (0.70, 1.5))
"""The lightest grey that most of the skin is printed from, by the median luma of skin in the photo.

As a share of the grey at which the lightest dots begin: dark and medium skin lie in the dots of every screen, light
skin above them."""

_MOST = 0.7  # of the skin; its highlights may stay white


def greys(grey: Plane, photo_grey: Plane, skin: Plane, screen: Screen, unit: float) -> Plane:
    """Prepare a grey picture for printing: small differences evened out, contrast stretched, skin at its own tone."""
    even = even_out(grey, screen.smoothing * unit, 0.002)
    low, high = (float(value) for value in np.percentile(even[::4, ::4], [2, 98]))
    stretched = np.clip((even - low) * (1 / max(0.15, high - low)), 0, 1)
    return _with_skin_tone(stretched, photo_grey, skin, screen.layers[0].below, unit)


def _with_skin_tone(grey: Plane, photo_grey: Plane, skin: Plane, dotted: float, unit: float) -> Plane:
    """Darken the greys of skin until most of them are no lighter than skin like the photo's may be.

    Stretching the contrast would otherwise print dark skin as white paper.
    """
    certain, weight = certain_skin(skin)
    if weight == 0:
        return grey
    lumas, shares = zip(*_SKIN_GREYS, strict=True)
    aim = min(0.98, dotted * float(np.interp(np.median(photo_grey[certain]), lumas, shares)))
    most = min(0.98, max(0.02, float(np.quantile(grey[certain], _MOST))))
    gamma = max(1.0, math.log(aim) / math.log(most))
    face = smoothstep(0.1, 0.4, blur(skin, 10 * unit))  # closed over eyes and wrinkles, which are no skin by themselves
    return mix(grey, np.power(grey, gamma), weight * face)


def printed(grey: Plane, ink: Plane, detail: Plane, screen: Screen, unit: float) -> Plane:
    """Print greys and line art; returns the share of paper left white.

    `detail` is the photo's own grey: where an area is solid black, its lighter parts are left white, as hair is drawn.
    """
    soft = blur(grey, 0.8 * unit)
    solid = 1 - smoothstep(screen.black - 0.02, screen.black + 0.02, soft)
    paper = mix(soft, _dotted(soft, screen, unit), screen.amount) * (1 - solid) * (1 - ink)
    strands = smoothstep(0.04, 0.10, detail - blur(detail, 7 * unit))
    return np.clip(paper + 0.9 * strands * solid, 0, 1)


def _dotted(grey: Plane, screen: Screen, unit: float) -> Plane:
    pattern = _pattern(grey.shape, max(4.0, screen.pitch * unit))
    paper = np.ones_like(grey)
    for layer in screen.layers:
        dots = smoothstep(-0.12, 0.12, pattern - 1.02 * (1 - layer.paper))
        inside = smoothstep(layer.below + 0.015, layer.below - 0.015, grey)
        np.minimum(paper, 1 - (1 - dots) * inside, out=paper)
    return paper


def _pattern(shape: Shape, pitch: float) -> Plane:
    """Return hills of a dot screen at 45 degrees, 0..1: a product of two one-dimensional waves."""
    frequency = math.sqrt(2) * math.pi / pitch
    across, down = (np.cos(np.arange(size, dtype=np.float32) * frequency) for size in shape[::-1])
    hills: Plane = 0.5 + 0.5 * across[None] * down[:, None]
    return hills
