"""A few inks instead of all colours, as a woodblock print has them."""

import numpy as np

from engine.cv import Plane, Planes
from engine.oklab import to_oklab
from engine.painter.planes import mix, vector
from styles.recipe import Palette

_HUE_WEIGHT = 1.6  # chroma tells inks apart sooner than lightness does
_SKIN = 0.5  # of the amount, that skin is spared
_SOFTNESS = 0.0035  # squared distance in OKLab over which one ink gives way to the next


def limited(lab: Planes, palette: Palette, complexion: Plane) -> Planes:
    """Replace the colours of OKLab planes by the nearest inks, softly where two are alike near.

    What has the colour of skin keeps more of its own: from one ink to the next, its smooth gradients would break up
    into patches.
    """
    inks = [to_oklab(vector(colour))[:, 0, 0] for colour in palette.colours]
    distances = np.stack([_distance(lab, ink) for ink in inks])
    weights = np.exp((distances.min(0) - distances) * np.float32(1 / _SOFTNESS))
    weights *= np.reciprocal(weights.sum(0))
    nearest = np.stack([np.tensordot(np.array([ink[axis] for ink in inks]), weights, 1) for axis in range(3)])
    return mix(lab, nearest, palette.amount * (1 - _SKIN * complexion))


def _distance(lab: Planes, ink: Plane) -> Plane:
    distance: Plane = np.square(lab[0] - ink[0])
    for axis in (1, 2):
        distance += np.square((lab[axis] - ink[axis]) * np.float32(_HUE_WEIGHT))
    return distance
