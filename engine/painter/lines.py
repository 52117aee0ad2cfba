"""Line art: where the pen goes, and what it leaves on the picture."""

import numpy as np
from numpy.typing import NDArray

from engine import cv
from engine.cv import Plane, Planes
from engine.painter.flow import Flow
from engine.painter.noise import Random, trembled
from engine.painter.planes import smoothstep, vector
from engine.painter.smoothing import blur
from styles.recipe import Line

_IN_TEXTURE = 0.4  # how much of an edge's contrast counts where the edges around run in all directions
_CERTAIN = 0.35  # the opacity from which a pixel counts as part of a line when its length is judged
_TREMBLE_SIZE = 28  # units over which the hand moves one way
_NEIGHBOURHOOD = 24  # units around, within which lines crowd one another


def contrast(response: Plane, grey: Plane, flow: Flow, restraint: Plane, unit: float) -> Plane:
    """Turn a difference of Gaussians into the contrast of edges: positive on their dark side.

    In proportion to the light around: otherwise mid-grey backgrounds turn to ink. And more where edges agree on a
    direction: lines follow the outline of a bush, and do not crawl all over it.

    Parameters
    ----------
    restraint
        How much of each pixel's contrast counts, 0..1.
    """
    relative = response / (blur(grey, 16 * unit) + 0.22)
    relative *= (0.35 + 0.65 * flow.anisotropy) * -restraint
    relative *= _IN_TEXTURE + (1 - _IN_TEXTURE) * smoothstep(0.15, 0.5, flow.coherence)
    return relative


def drawn(edges: Plane, line: Line, unit: float) -> Plane:
    """Draw the contrast of edges in ink, 0 (none) to 1 (a full line)."""
    ink = uncrowded(edges, (line.faint, line.full), line.most, unit)
    return ink * blur(_long_enough(ink, line.shortest * unit), 0.8)


def uncrowded(edges: Plane, contrast: tuple[float, float], most: float, unit: float) -> Plane:
    """Return how visible edges are, 0..1; where they would cover more than `most` of an area, only the strongest.

    Parameters
    ----------
    contrast
        Of an edge that begins to show, and of one that shows fully.
    """
    visible = smoothstep(*contrast, edges)
    crowd = blur(visible, _NEIGHBOURHOOD * unit) * (1 / most)
    return smoothstep(*contrast, edges / np.maximum(crowd, 1)) if float(crowd.max()) > 1 else visible


def _long_enough(ink: Plane, shortest: float) -> Plane:
    labels, stats = cv.components((ink > _CERTAIN).astype(np.uint8), connectivity=8)
    sides: NDArray[np.int32] = stats[:, 2:4]
    kept = (np.hypot(sides[:, 0], sides[:, 1]) >= shortest).astype(np.float32)
    kept[0] = 1  # the background label: faint ink between certain lines
    return np.take(kept, labels)


def by_hand(ink: Plane, line: Line, unit: float, random: Random) -> Plane:
    """Let the hand tremble as much as the line says."""
    return trembled(ink, line.wobble * unit, _TREMBLE_SIZE * unit, random) if line.wobble else ink


def inked(planes: Planes, ink: Plane, line: Line) -> Planes:
    """Lay ink over a picture; it darkens the local colour down to what the line keeps of it."""
    return planes * (1 - ink * line.amount * (1 - vector(line.keep)))
