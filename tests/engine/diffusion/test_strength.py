"""Strength: what a member's knob means to a model."""

import pytest

from engine.diffusion.strength import LEVELS, share
from styles import Tuning


def tuning(strength: float) -> Tuning:
    return Tuning(strength=strength, guidance=1, steps=4, source="a test")


@pytest.mark.parametrize("middle", [0.3, 0.55, 0.8, 1.0])
def test_the_middle_is_what_the_style_says(middle: float) -> None:
    assert share(tuning(middle), 0.5) == middle


@pytest.mark.parametrize("middle", [0.3, 0.55, 0.8])
def test_more_strength_is_more_noise_all_the_way(middle: float) -> None:
    shares = [share(tuning(middle), level / LEVELS) for level in range(LEVELS + 1)]
    assert shares == sorted(set(shares))
    assert 0 < shares[0] < middle < shares[-1] < 1


def test_what_was_found_by_trying_is_never_passed() -> None:
    found = Tuning(strength=0.45, subtle=0.3, bold=0.6, guidance=1, steps=4, source="a test")
    assert [share(found, strength) for strength in (0, 0.25, 0.5, 0.75, 1)] == [0.3, 0.375, 0.45, 0.525, 0.6]


def test_there_is_nothing_bolder_than_noise_alone() -> None:
    assert share(tuning(1.0), 1.0) == 1.0
    assert share(tuning(1.0), 0.0) < 1.0


def test_strengths_that_nobody_could_tell_apart_share_a_run() -> None:
    assert share(tuning(0.55), 0.5) == share(tuning(0.55), 0.52)
