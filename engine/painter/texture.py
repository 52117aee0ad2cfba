"""What makes a picture look made of something: washes, pigment, paper, light that spills."""

import numpy as np

from engine.cv import Interpolation, Plane, Planes
from engine.painter.noise import Random, fractal, paper_relief
from engine.painter.planes import luma, resize, screened, smoothstep, vector
from engine.painter.smoothing import blur
from styles.recipe import Bloom, Paper, Wash

_SPILL = ((0.5, 0.5), (1.2, 0.3), (3.0, 0.2))  # (factor on the radius, share): light falls off faster than a Gaussian


def washed(planes: Planes, wash: Wash, skin: Plane, unit: float, random: Random) -> Planes:
    """Vary the colour slowly, as a wash dries; less on skin, where it would look like a rash."""
    pools = fractal(skin.shape, wash.size * unit, 4, random) - 0.5
    varied: Planes = planes * (1 + wash.amount * pools * (1 - 0.6 * smoothstep(0.2, 0.6, skin)))
    return varied


def bloomed(planes: Planes, bloom: Bloom, unit: float) -> Planes:
    """Let light spill from bright areas; at a quarter of the size, since it is smooth."""
    height, width = planes.shape[1:]
    small = resize(np.clip(planes, 0, 1), max(4, width // 4), max(4, height // 4), Interpolation.AREA)
    bright = small * smoothstep(bloom.threshold, 1, luma(small))
    light = np.zeros_like(bright)
    for factor, share in _SPILL:
        light += blur(bright, max(0.5, bloom.radius * unit * factor / 4)) * share
    light = np.clip(light * (vector(bloom.tint) * bloom.amount), 0, 1)
    return screened(np.clip(planes, 0, 1), resize(light, width, height))


def on_paper(planes: Planes, paper: Paper, unit: float, random: Random) -> Planes:
    """Lay a picture on paper: pigment gathers at edges, the relief shows through, white takes the paper's tint."""
    relief = 1 + paper.grain * paper_relief(planes.shape[1:], unit, random) if paper.grain else np.float32(1)
    if paper.pigment:
        grey = luma(planes)
        relief = relief * (1 + paper.pigment * np.clip(blur(grey, unit) - blur(grey, 3.5 * unit), -0.08, 0))
    return planes * (vector(paper.tint) * relief)
