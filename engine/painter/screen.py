"""Printing in ink: greys as dots, the darkest areas solid, skin at its own tone."""

import math
from dataclasses import dataclass

import numpy as np

from engine.cv import Plane, Planes
from engine.oklab import grey_of
from engine.painter.photo import Photo
from engine.painter.planes import Shape, mix, smoothstep
from engine.painter.smoothing import blur, even_out, local_trend
from styles.recipe import Guard, Screen

_RIM = 0.12  # half the height over which the rim of a dot fades
_FINEST = 4  # pixels of a period along the rows
_TONES = 6  # from black to white
_SOLID = (0.03, 0.01)  # shares of paper below which ink closes up
_REACH = 10  # units over which skin's own tone is taken
_SHADING = 0.002  # variance of lightness, above which two sides of an edge each have their own


def printed(brushed: Plane, ink: Plane, photo: Photo, screen: Screen, guard: Guard) -> Planes:
    """Print a photo's light in ink; returns the share of paper left white, as planes.

    Parameters
    ----------
    brushed
        The photo's grey, laid down in brush strokes.
    ink
        The line art.

    Where an area is solid black, the photo's lighter parts in it are left white, as hair is drawn.
    """
    unit = photo.unit
    skin = _Skin.of(photo, guard)
    fine = photo.enlarged(photo.small_faces)  # which dots of the full size would cover
    soft = blur(_stretched(brushed, screen, unit), 0.8 * unit)
    toned = _toned(soft, screen)
    stepped = _stepped(skin.held(mix(toned, np.where(toned == 1, toned, photo.grey), fine)))
    share = np.maximum(stepped, np.maximum(skin.darkest, _SOLID[0]) * skin.weight)  # skin is never solid black
    pitch = screen.pitch * unit
    dots = mix(_dots(share, pitch), _dots(share, pitch / 2), fine)
    inked = mix(skin.held(soft), dots, screen.amount)
    solid = screen.amount * smoothstep(*_SOLID, share)
    strands = smoothstep(0.04, 0.10, photo.grey - blur(photo.grey, 7 * unit))
    page = np.clip(inked * (1 - solid) * (1 - ink) + 0.9 * strands * solid, 0, 1)
    return np.broadcast_to(page, (3, *page.shape))


def _stretched(grey: Plane, screen: Screen, unit: float) -> Plane:
    """Even out small differences and stretch the contrast."""
    even = even_out(grey, screen.smoothing * unit, 0.002)
    low, high = (float(value) for value in np.percentile(even[::4, ::4], [2, 98]))
    stretched: Plane = np.clip((even - low) * (1 / max(0.15, high - low)), 0, 1)
    return stretched


def _toned(grey: Plane, screen: Screen) -> Plane:
    """Return the share of paper that each grey leaves white: a step for each layer of dots, none in solid black."""
    share = np.ones_like(grey)
    for layer in screen.layers:
        share += (layer.paper - share) * smoothstep(layer.below + 0.015, layer.below - 0.015, grey)
    share *= smoothstep(screen.black - 0.02, screen.black + 0.02, grey)
    return share


def _stepped(share: Plane) -> Plane:
    """Keep a few flat tones, rather a darker than a lighter one."""
    position = share * _TONES
    level: Plane = np.floor(position)
    level += smoothstep(0.6, 0.8, position - level)
    return level * (1 / _TONES)


@dataclass(frozen=True, slots=True, eq=False)
class _Skin:
    """The tones that skin may be printed in.

    Stretching the contrast would otherwise print dark skin as white paper, and its shadows solid black.

    Attributes
    ----------
    darkest, lightest
        Shares of paper, pixel by pixel.
    weight
        How much each pixel has the colour of skin, 0..1.
    """

    darkest: Plane
    lightest: Plane
    weight: Plane

    @classmethod
    def of(cls, photo: Photo, guard: Guard) -> "_Skin":
        weight, reach = photo.complexion, max(1, round(_REACH * photo.small_unit))
        own = local_trend(photo.original[0], photo.original[0], weight, reach, _SHADING)
        # from a distance, an area of dots looks like the grey of its share of paper
        darkest, lightest = (photo.enlarged(grey_of(own + shift)) for shift in (-guard.drop, guard.lift))
        return cls(darkest, lightest, photo.enlarged(weight))

    def held(self, share: Plane) -> Plane:
        """Keep what has the colour of skin within its tones."""
        return mix(share, np.clip(share, self.darkest, self.lightest), self.weight)


def _dots(share: Plane, pitch: float) -> Plane:
    """Turn shares of paper into dots of ink; what is to stay white has none.

    A period of whole pixels, since any other would beat against their grid. The height at which the hills are cut is
    found by trying: on a coarse grid no formula gives the share that is wanted.
    """
    period = max(_FINEST, round(math.sqrt(2) * pitch))
    tile = _hills((period, period), period)
    cuts = np.linspace(1 + _RIM, -_RIM, 65, dtype=np.float32)
    shares = [float(smoothstep(-_RIM, _RIM, tile - cut).mean()) for cut in cuts]
    cut = np.interp(share, shares, cuts).astype(np.float32)
    height, width = share.shape
    return np.maximum(smoothstep(-_RIM, _RIM, _hills((height, width), period) - cut), smoothstep(0.97, 0.99, share))


def _hills(shape: Shape, period: int) -> Plane:
    """Return hills of a dot screen at 45 degrees, 0..1: a product of two one-dimensional waves."""
    across, down = (np.cos(np.arange(size, dtype=np.float32) * (2 * math.pi / period)) for size in shape[::-1])
    hills: Plane = 0.5 + 0.5 * across[None] * down[:, None]
    return hills
