"""A painted sky: a gradient with the light of the photo's own, and cumulus clouds."""

import numpy as np

from engine.cv import Interpolation, Plane, Planes
from engine.painter.clouds import clouds
from engine.painter.horizon import Sky
from engine.painter.noise import Random
from engine.painter.planes import luma, mix, resize, vector
from engine.painter.smoothing import blur
from styles import recipe

_NOTHING = 1e-3  # cover that cannot be seen
_REACH = 12  # pixels, at a quarter of the size, over which the photo's own sky is known from beside


def with_painted_sky(planes: Planes, sky: Sky, look: recipe.Sky, random: Random) -> Planes:
    """Paint the sky anew as far as it is the sky of a day.

    Where leaves cover a pixel in part, the part that is sky is taken out and the new one put in: mixing would leave the
    old sky as a halo around them.
    """
    end = int(np.flatnonzero(sky.cover.max(1) > _NOTHING)[-1]) + 1  # there is nothing to paint below
    cover, above = sky.cover[:end], planes[:, :end]
    painted = _gradient(above, cover, sky.horizon, look)
    if look.clouds:
        height, width = cover.shape
        opacity, light = clouds((height, width), sky.horizon, look.clouds.cover, random)
        shaded, lit = vector(look.clouds.shaded), vector(look.clouds.lit)
        painted = mix(painted, mix(shaded, lit, light), opacity * sky.cloudiness)
    own = mix(_own(above, cover), above, cover * cover)
    result = planes.copy()
    result[:, :end] += (painted - own) * (cover * (look.amount * sky.confidence))
    return result


def _own(planes: Planes, cover: Plane) -> Planes:
    """Return the photo's own sky as it would be behind what stands before it."""
    height, width = cover.shape
    small, weight = (
        resize(each, max(4, width // 4), max(4, height // 4), Interpolation.AREA) for each in (planes, cover)
    )
    weight = weight**4  # what is sky alone
    known = blur(small * weight, _REACH) / (blur(weight, _REACH) + 1e-4)
    mean = (small * weight).sum((1, 2)) / (weight.sum() + 1e-4)
    trust = np.clip(blur(weight, _REACH) * 50, 0, 1)
    return resize(mix(mean[:, None, None], known, trust), width, height)


def _gradient(planes: Planes, cover: Plane, horizon: int, look: recipe.Sky) -> Planes:
    height = cover.shape[0]
    down = np.clip(np.arange(height, dtype=np.float32) * (1 / max(1, horizon)), 0, 1)[:, None] ** look.fall
    gradient = mix(vector(look.zenith), vector(look.horizon), down)
    grey = luma(planes)
    mean = float((grey * cover).sum() / (cover.sum() + 1e-6))
    light: Plane = np.clip(0.55 + grey * (0.55 / max(0.2, mean)), 0.6, 1.25)
    return np.multiply(gradient, light)
