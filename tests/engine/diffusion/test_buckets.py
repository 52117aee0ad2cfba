"""Canvases: which one a photo gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canvas import used
from engine.diffusion.buckets import WIDEST, Canvases
from engine.diffusion.models import Family
from engine.diffusion.traits import TRAITS

families = st.sampled_from(list(Family))
photos = st.tuples(st.integers(512, 1600), st.integers(512, 1600))


@pytest.mark.parametrize("family", list(Family))
def test_a_family_has_nine_fixed_canvases_at_the_size_it_was_trained_on(family: Family) -> None:
    fixed = Canvases(family, TRAITS[family].trained).fixed()
    assert len(fixed) == 9
    assert {(height, width) for width, height in fixed} == set(fixed)


@given(family=families, size=photos, side=st.sampled_from([256, 384, 512, 768, 1024]), free=st.booleans())
def test_every_canvas_is_one_that_the_family_takes(
    family: Family, size: tuple[int, int], side: int, free: bool
) -> None:
    width, height = Canvases(family, side, free).choose(size)
    multiple = TRAITS[family].multiple
    assert width % multiple == height % multiple == 0
    assert min(width, height) >= 64
    assert width * height <= 1.25 * side**2
    if family is Family.EDIT:
        assert width * height <= 1024 * 1024


@given(size=photos)
def test_a_free_canvas_wastes_next_to_nothing(size: tuple[int, int]) -> None:
    assert used(size, Canvases(Family.EDIT, 1024, free=True).choose(size)) > 0.98


@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("size", [(1600, 200), (200, 1600), (1500, 400)])
def test_a_panorama_gets_a_canvas_made_to_measure(family: Family, size: tuple[int, int]) -> None:
    assert max(size) > WIDEST * min(size)
    canvas = Canvases(family, TRAITS[family].trained).choose(size)
    assert canvas not in Canvases(family, TRAITS[family].trained).fixed()
    assert used(size, canvas) > 0.85


def test_an_upright_photo_gets_an_upright_canvas() -> None:
    canvases = Canvases(Family.SD15, 512)
    assert canvases.choose((600, 800)) == canvases.choose((800, 600))[::-1]
