"""The painter's promises: shape, seed, strength, progress, and what it does to people's skin."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import styles
from engine.contract import CancelledRunError, Pixels
from engine.painter.colour import to_oklab
from engine.painter.paint import STEPS, WORKING_SIDE, paint
from engine.painter.photo import Photo
from engine.painter.planes import to_planes
from styles.recipe import Brush, Cel, Line, Recipe
from tests.engine.painter.scenes import SKIN_TONES, face, face_area, ignore, meadow

PHOTOS = Path(__file__).resolve().parents[3] / ".." / "shared" / "photos"
PORTRAITS = ("p_dark_skin_woman", "p_graffiti_man", "p_lowkey_woman", "p_old_man", "p_sunglasses", "p_redhair_lake")

STYLES = styles.load()
GHIBLI = STYLES["ghibli"].painter
MANGA = STYLES["manga"].painter
BOTH = pytest.mark.parametrize("recipe", [GHIBLI, MANGA], ids=["ghibli", "manga"])


def painted(pixels: Pixels, recipe: Recipe, strength: float = 0.5, seed: int = 1) -> Pixels:
    return paint(pixels, recipe, strength, seed, ignore)


def distance(one: Pixels, other: Pixels) -> float:
    return float(np.abs(to_planes(one) - to_planes(other)).mean())


def lightness(pixels: Pixels, area: NDArray[np.bool_]) -> float:
    return float(np.median(to_oklab(to_planes(pixels))[0][area]))


@BOTH
@pytest.mark.parametrize("shape", [(32, 32), (33, 47), (32, 256), (251, 32)])
def test_the_picture_has_the_photos_shape(recipe: Recipe, shape: tuple[int, int]) -> None:
    picture = painted(meadow(*shape), recipe)
    assert picture.shape == (*shape, 3)
    assert picture.dtype == np.uint8


def test_a_photo_beyond_the_working_side_comes_back_in_its_own_size() -> None:
    wide = meadow(40, WORKING_SIDE + 11)
    picture = painted(wide, MANGA)
    assert picture.shape == wide.shape
    assert picture.std() > 20


@BOTH
@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_photo_without_anything_in_it_gives_a_picture_without_warnings(recipe: Recipe, grey: int) -> None:
    with np.errstate(all="raise", under="ignore"):
        picture = painted(np.full((48, 64, 3), grey, np.uint8), recipe)
    assert picture.shape == (48, 64, 3)


@BOTH
def test_the_same_seed_gives_the_same_bytes(recipe: Recipe) -> None:
    photo = meadow()
    assert painted(photo, recipe, seed=3).tobytes() == painted(photo, recipe, seed=3).tobytes()


@BOTH
def test_another_seed_changes_the_texture_and_nothing_else(recipe: Recipe) -> None:
    photo = meadow()
    one, other = painted(photo, recipe, seed=1), painted(photo, recipe, seed=2)
    assert one.tobytes() != other.tobytes()
    assert distance(one, other) < 0.06
    assert distance(one, other) < distance(one, photo) / 2


@BOTH
def test_the_photo_itself_is_left_as_it_was(recipe: Recipe) -> None:
    photo = meadow()
    photo.setflags(write=False)
    painted(photo, recipe)
    assert photo.tobytes() == meadow().tobytes()


@BOTH
def test_more_strength_goes_further_from_the_photo(recipe: Recipe) -> None:
    photo = meadow()
    distances = [distance(painted(photo, recipe, strength), photo) for strength in (0, 0.25, 0.5, 0.75, 1)]
    assert np.diff(distances).min() > -0.002
    assert distances[4] > distances[2] > 1.2 * distances[0]


@BOTH
def test_every_step_is_reported_once_and_in_order(recipe: Recipe) -> None:
    seen: list[tuple[int, int]] = []
    paint(meadow(), recipe, 0.5, 1, lambda step, steps: seen.append((step, steps)))
    assert seen == [(step, STEPS) for step in range(1, STEPS + 1)]


@BOTH
def test_what_the_observer_raises_ends_the_painting(recipe: Recipe) -> None:
    def cancel(step: int, steps: int) -> None:
        if step == steps // 2:
            raise CancelledRunError

    with pytest.raises(CancelledRunError):
        paint(meadow(), recipe, 0.5, 1, cancel)


def test_a_recipe_needs_no_file_and_no_step_but_brush_and_line() -> None:
    plain = Recipe(
        brush=Brush(radius=4, stroke=2),
        line=Line(width=1, stroke=4, faint=0.006, full=0.02, shortest=10, amount=1),
    )
    photo = meadow()
    bare = painted(photo, plain)
    stepped = painted(photo, plain.model_copy(update={"cel": Cel(levels=3, skin_levels=3, softness=0.1, amount=1)}))
    assert 0 < distance(bare, photo) < 0.2
    assert distance(bare, stepped) > 0.01


@pytest.mark.parametrize("part", ["flatten", "cel", "tone", "mixer", "split_tone", "sky", "wash", "bloom", "paper"])
def test_each_part_of_a_recipe_shows_by_itself(part: str) -> None:
    plain = Recipe(brush=GHIBLI.brush, line=GHIBLI.line)
    alone = plain.model_copy(update={part: getattr(GHIBLI, part)})
    photo = meadow()
    photo[:30, :30] = 255
    difference = np.abs(to_planes(painted(photo, plain)) - to_planes(painted(photo, alone)))
    assert difference.max() > 0.03


def test_a_printed_picture_may_gather_pigment_too() -> None:
    inked = MANGA.model_copy(update={"paper": GHIBLI.paper})
    assert distance(painted(meadow(), MANGA), painted(meadow(), inked)) > 0.001


def test_manga_has_no_colour_but_the_papers() -> None:
    _, a, b = to_oklab(to_planes(painted(meadow(), MANGA)))
    assert float(np.hypot(a, b).max()) < 0.03


def test_ghibli_paints_clouds_into_a_clear_sky_and_keeps_the_ground() -> None:
    photo = meadow()
    sky, ground = painted(photo, GHIBLI)[:50].astype(float), painted(photo, GHIBLI)[100:].astype(float)
    assert sky.std(axis=(0, 1)).mean() > 3 * photo[:50].std(axis=(0, 1)).mean()
    assert ground[..., 1].mean() > ground[..., 2].mean() + 20


@pytest.mark.parametrize("tone", SKIN_TONES)
@pytest.mark.parametrize("strength", [0, 0.5, 1])
def test_ghibli_does_not_lighten_skin_of_any_tone(tone: str, strength: float) -> None:
    photo, area = face(SKIN_TONES[tone]), face_area()
    shift = lightness(painted(photo, GHIBLI, strength), area) - lightness(photo, area)
    assert abs(shift) <= 0.08


@pytest.mark.parametrize("strength", [0, 0.5, 1])
def test_manga_tones_skin_by_how_dark_it_is(strength: float) -> None:
    area = face_area()
    light, medium, tan, brown, dark = (
        float(painted(face(tone), MANGA, strength)[area].mean()) / 255 for tone in SKIN_TONES.values()
    )
    assert light > medium > tan > brown > dark > 0.4
    assert light > 0.85
    assert dark < 0.7


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the shared photos are not beside this checkout")
@pytest.mark.parametrize("name", PORTRAITS)
def test_ghibli_does_not_lighten_the_skin_of_real_people(name: str) -> None:
    with Image.open(PHOTOS / f"{name}.jpg") as image:
        photo = np.asarray(image.convert("RGB").resize((320, 320), Image.Resampling.LANCZOS))
    area = Photo.of(photo).skin > 0.55
    assert area.mean() > 0.04
    assert abs(lightness(painted(photo, GHIBLI), area) - lightness(photo, area)) <= 0.08
