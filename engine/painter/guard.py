"""The skin guard: no style makes people's skin much lighter, darker, or of another colour."""

import numpy as np

from engine.cv import Interpolation, Plane, Planes
from engine.oklab import from_oklab, grey_of, to_oklab
from engine.painter.photo import Photo
from engine.painter.planes import resize
from engine.painter.smoothing import local_trend
from styles.recipe import Guard

_REACH = 20  # units around, within which the change of one face is taken as one
_SHADING = 0.002  # variance of lightness, below which the shading within a face does not count as another face's
_DARKEST = 0.09  # lightness, for what is blacker still cannot be scaled
_NOTHING = 0.004  # a change that nobody sees


def guarded(picture: Planes, photo: Photo, guard: Guard) -> Planes:
    """Limit how far the colours of a picture are from its photo's, wherever that has the colour of skin.

    Wood, sand and fur are held like skin, which does them no harm; to tell them apart would fail for somebody. The
    change is measured on the small copy and taken back smoothly, so every face of a group is seen to by itself, and the
    shading that the style painted stays. Paper and film come later, within ceilings of their own.

    Parameters
    ----------
    picture
        In sRGB, at full size.
    """
    height, width = photo.original.shape[1:]
    small = np.clip(resize(picture, width, height, Interpolation.AREA), 0, 1)
    light, tint = _corrections(to_oklab(small), small, photo, guard)
    if float(np.abs(light - 1).max()) > _NOTHING:
        picture = picture * photo.enlarged(light)
    if float(np.abs(tint).max()) > _NOTHING:
        picture = picture + np.stack([photo.enlarged(plane) for plane in tint])
    return picture


def _corrections(after: Planes, picture: Planes, photo: Photo, guard: Guard) -> tuple[Plane, Planes]:
    """Return the factor on light, and what is to be added to R, G and B after it, that keep the guard's limits.

    In this order, since near white there is no room for the colour of skin: it can come back once the light is lower.
    """
    weight, reach = photo.complexion, max(1, round(_REACH * photo.small_unit))
    change = local_trend(photo.original[0], after - photo.original, weight, reach, _SHADING)
    excess = change[0] - np.clip(change[0], -guard.drop, guard.lift)
    light = np.clip(grey_of(after[0] - excess) / grey_of(np.maximum(after[0], _DARKEST)), 0.1, 3)
    moved = np.hypot(change[1], change[2])
    back = weight * (1 - guard.tint / np.maximum(moved, guard.tint + 1e-6))
    right = np.stack([after[0] - excess * weight, after[1] - change[1] * back, after[2] - change[2] * back])
    light = 1 + (light - 1) * weight
    return light, from_oklab(right) - picture * light
