"""What a member's strength means to a model: the share of noise that it starts from."""

from styles import Tuning

LEVELS = 8
"""The knob has so many steps: photos of nearly the same strength may then share a run."""

_SUBTLE, _BOLD = 0.6, 0.4  # starting values, not tried on real weights: how far the ends lie from the middle

_LEAST = 0.02  # below it a schedule begins with a division by zero


def share(tuning: Tuning, strength: float) -> float:
    """The share of noise, 0.02..1; 1 is noise alone.

    The middle is what the style's tuning says, and so are the ends where they were calibrated. Else less of the photo
    is painted over towards 0, down to `_SUBTLE` times the middle, and more towards 1, by `_BOLD` of what is left; a
    middle of 1 has nothing bolder.

    Parameters
    ----------
    strength
        0 is the subtlest and 1 the boldest, as in `engine.contract.Job`; rounded to `LEVELS`.
    """
    turned = round(strength * LEVELS) / LEVELS * 2 - 1
    middle = tuning.strength
    subtle = tuning.subtle or middle * _SUBTLE
    bold = tuning.bold or middle + (1 - middle) * _BOLD
    return max(_LEAST, round(middle + turned * (middle - subtle if turned < 0 else bold - middle), 4))
