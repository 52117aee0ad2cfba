"""The canvases that a family of models paints on: few fixed ones, or any that a photo fills best."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from engine.canvas import Size, used
from engine.diffusion.models import Family
from engine.diffusion.traits import TRAITS

WIDEST = 3.0
"""Beyond this aspect the fixed canvases would be a third padding, so one is made to measure."""

_SNUG = 0.9  # a canvas made to measure has at least this share of the pixels that it might have
_LEAST = 64  # pixels a side


@dataclass(frozen=True, slots=True)
class Canvases:
    """The canvases of a profile.

    Attributes
    ----------
    side
        In pixels; of the square one. The others have about as many pixels.
    free
        Any canvas that the family takes, not only its fixed ones: the least padding, but photos of different shapes
        can't share a run.
    """

    family: Family
    side: int
    free: bool = False

    def choose(self, size: Size) -> Size:
        """The canvas that a photo of this size covers best."""
        if self.free or max(size) > WIDEST * min(size):
            return self._made_to_measure(size)
        return max(self.fixed(), key=lambda canvas: used(size, canvas))

    def fixed(self) -> tuple[Size, ...]:
        """Every fixed canvas, once."""
        traits = TRAITS[self.family]
        wide = [(self._snapped(width), self._snapped(height)) for width, height in traits.wide]
        return tuple(dict.fromkeys(canvas for width, height in wide for canvas in ((width, height), (height, width))))

    def _snapped(self, length: int) -> int:
        traits = TRAITS[self.family]
        steps = length * self.side / traits.trained / traits.multiple
        return max(_LEAST, round(steps) * traits.multiple)

    def _made_to_measure(self, size: Size) -> Size:
        most = self.side**2
        aspect = size[0] / size[1]
        width, height = sqrt(most * aspect), sqrt(most / aspect)
        near = [(across, down) for across in self._around(width) for down in self._around(height)]
        return max(
            (canvas for canvas in near if canvas[0] * canvas[1] <= most),
            key=lambda canvas: (min(_SNUG, canvas[0] * canvas[1] / most), used(size, canvas)),
        )

    def _around(self, length: float) -> Iterable[int]:
        multiple = TRAITS[self.family].multiple
        middle = round(length / multiple)
        return sorted({max(_LEAST, step * multiple) for step in range(middle - 4, middle + 3)})
