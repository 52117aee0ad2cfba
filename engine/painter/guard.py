"""The skin guard: no style lightens people's skin or burns it orange."""

import numpy as np
from numpy.typing import NDArray

from engine.cv import Plane, Planes
from engine.painter.colour import from_oklab, mixed, to_oklab
from engine.painter.masks import certain_skin
from styles.recipe import Guard, Mixer, Shift

_LEEWAY = 0.02  # that one half may rise above the limit: a tone curve lifts the shadows of every face
_SAMPLE = 6000  # pixels that the medians are taken from
_DARKEST_GAMMA = 2.5
_HALVINGS = 10


def guarded(painted: Planes, photo: Planes, skin: Plane, guard: Guard) -> Planes:
    """Limit how much lighter and how much more colourful skin got, over the whole picture.

    One gamma and one chroma factor serve the whole picture: correcting skin alone leaves grey and green patches, since
    the mask takes sand and wood for skin.
    """
    certain, weight = certain_skin(skin)
    if weight == 0:
        return painted
    places = np.flatnonzero(certain)[:: max(1, int(certain.sum()) // _SAMPLE)]
    before, after = to_oklab(_picked(photo, places)), np.clip(_picked(painted, places), 0, 1)
    gamma = 1 + weight * (_gamma(before[0], after, guard.lift) - 1)
    painted = np.clip(painted, 0, 1)
    if gamma > 1:
        painted, after = np.power(painted, gamma), np.power(after, gamma)
    factor = guard.chroma * _median_chroma(before) / (_median_chroma(to_oklab(after)) + 1e-4)
    return _muted(painted, 1 + weight * (factor - 1)) if factor < 1 else painted


def _picked(planes: Planes, places: NDArray[np.intp]) -> Planes:
    return np.ascontiguousarray(planes.reshape(3, 1, -1)[:, :, places])


def _gamma(lightness: Plane, painted: Planes, lift: float) -> float:
    """Find the least gamma with which skin is nowhere lifted by more than `lift`, by halving the interval."""
    low, high = 1.0, _DARKEST_GAMMA
    if _lift(lightness, painted, low) <= lift:
        return low
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _lift(lightness, painted, middle) > lift:
            low = middle
        else:
            high = middle
    return high


def _lift(lightness: Plane, painted: Planes, gamma: float) -> float:
    """Return the rise of the median lightness of skin, or that of its darker or lighter half where it is much larger.

    The median alone would let a lighter face beside a darker one hide what happened to that.
    """
    after = to_oklab(np.power(painted, gamma))[0]
    rise, middle = after - lightness, np.median(lightness)
    halves = (half for half in (rise[lightness < middle], rise[lightness >= middle]) if half.size)
    return float(max(np.median(after) - middle, *(np.median(half) - _LEEWAY for half in halves)))


def _median_chroma(lab: Planes) -> float:
    return float(np.median(np.hypot(lab[1], lab[2])))


def _muted(planes: Planes, factor: float) -> Planes:
    """Lower the chroma of skin's hues; reds and yellows, which clothes and lawns share, go along less."""
    shared = Shift(chroma=0.3 + 0.7 * factor)
    mixer = Mixer(red=shared, orange=Shift(chroma=factor), yellow=shared)
    return from_oklab(mixed(to_oklab(planes), mixer))
