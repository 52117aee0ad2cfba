"""The painter's promises in every style: shape, seed, strength, progress, and looks as different as the names."""

from itertools import combinations

import numpy as np
import pytest

import styles
from engine.checks import Verdict, examine
from engine.contract import CancelledRunError, Pixels
from engine.measures import edge_f1, luma, palette_distance
from engine.oklab import to_oklab
from engine.painter.paint import STEPS, WORKING_SIDE, paint
from engine.painter.planes import to_planes
from styles import Style
from styles.recipe import Brush, Cel, Line, Recipe
from tests.engine.painter.scenes import ignore, meadow, more_photos, photos, street

STYLES = styles.load()
GHIBLI = STYLES["ghibli"].painter
MANGA = STYLES["manga"].painter
EVERY = pytest.mark.parametrize("style", STYLES.values(), ids=list(STYLES))
UNSEEN = {"strength", "brush", "line", "guard", "exposure", "screen", "blush"}
"""Parts that a meadow does not show, or that no recipe goes without."""

STRENGTHS = (0, 0.25, 0.5, 0.75, 1)


def painted(pixels: Pixels, recipe: Recipe, strength: float = 0.5, seed: int = 1) -> Pixels:
    return paint(pixels, recipe, strength, seed, ignore)


def distance(one: Pixels, other: Pixels) -> float:
    return float(np.abs(to_planes(one) - to_planes(other)).mean())


@EVERY
@pytest.mark.parametrize("shape", [(32, 32), (33, 47), (32, 256), (251, 32)])
def test_the_picture_has_the_photos_shape(style: Style, shape: tuple[int, int]) -> None:
    picture = painted(meadow(*shape), style.painter)
    assert picture.shape == (*shape, 3)
    assert picture.dtype == np.uint8


def test_a_photo_beyond_the_working_side_comes_back_in_its_own_size() -> None:
    wide = meadow(40, WORKING_SIDE + 11)
    picture = painted(wide, MANGA)
    assert picture.shape == wide.shape
    assert picture.std() > 20


@EVERY
@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_photo_without_anything_in_it_gives_a_picture_without_warnings(style: Style, grey: int) -> None:
    with np.errstate(all="raise", under="ignore"):
        picture = painted(np.full((48, 64, 3), grey, np.uint8), style.painter)
    assert picture.shape == (48, 64, 3)


@EVERY
def test_the_same_seed_gives_the_same_bytes(style: Style) -> None:
    photo = meadow()
    assert painted(photo, style.painter, seed=3).tobytes() == painted(photo, style.painter, seed=3).tobytes()


@EVERY
def test_another_seed_gives_the_same_picture_of_another_day(style: Style) -> None:
    photo = meadow()
    one, other = painted(photo, style.painter, seed=1), painted(photo, style.painter, seed=2)
    assert one.tobytes() != other.tobytes()
    assert distance(one, other) < distance(one, photo)


@EVERY
def test_the_seed_changes_clouds_grain_and_wobble_and_nothing_else(style: Style) -> None:
    recipe = style.painter
    calm = recipe.model_copy(
        update={
            "line": recipe.line.model_copy(update={"wobble": 0}),
            "sky": recipe.sky and recipe.sky.model_copy(update={"clouds": None}),
            "glows": tuple(glow.model_copy(update={"rays": 0}) for glow in recipe.glows),
            "paper": recipe.paper.model_copy(update={"grain": 0, "wood": 0}),
            "film": recipe.film and recipe.film.model_copy(update={"grain": 0}),
            **dict.fromkeys(("wash", "sparkles", "margin", "seal")),
        }
    )
    photo = meadow()
    assert painted(photo, calm, seed=1).tobytes() == painted(photo, calm, seed=2).tobytes()


@EVERY
def test_the_photo_itself_is_left_as_it_was(style: Style) -> None:
    photo = meadow()
    photo.setflags(write=False)
    painted(photo, style.painter)
    assert photo.tobytes() == meadow().tobytes()


@EVERY
def test_more_strength_keeps_fewer_edges_and_goes_further_from_the_colours(style: Style) -> None:
    edges, colours = [], []
    for strength in STRENGTHS:
        pairs = [(photo, painted(photo, style.painter, strength)) for photo in more_photos()]
        edges.append(float(np.mean([edge_f1(luma(photo), luma(picture)) for photo, picture in pairs])))
        colours.append(float(np.mean([palette_distance(photo, picture) for photo, picture in pairs])))
    assert edges == sorted(edges, reverse=True)
    assert colours == sorted(colours)
    assert edges[0] > edges[4] + 0.05
    assert colours[4] > 1.5 * colours[0]


@EVERY
@pytest.mark.parametrize("strength", [0, 1])
def test_the_ends_of_the_strength_are_neither_the_photo_nor_something_else(style: Style, strength: float) -> None:
    for photo in photos():
        assert examine(photo, painted(photo, style.painter, strength), style.checks) is Verdict.FIT


def test_no_two_styles_look_alike() -> None:
    photo = street()
    pictures = {style.id: painted(photo, style.painter) for style in STYLES.values()}
    for (one, its), (other, others) in combinations(pictures.items(), 2):
        assert palette_distance(its, others) > 0.02, (one, other)


@EVERY
def test_every_step_is_reported_once_and_in_order(style: Style) -> None:
    seen: list[tuple[int, int]] = []
    paint(meadow(), style.painter, 0.5, 1, lambda step, steps: seen.append((step, steps)))
    assert seen == [(step, STEPS) for step in range(1, STEPS + 1)]


@EVERY
def test_what_the_observer_raises_ends_the_painting(style: Style) -> None:
    def cancel(step: int, steps: int) -> None:
        if step == steps // 2:
            raise CancelledRunError

    with pytest.raises(CancelledRunError):
        paint(meadow(), style.painter, 0.5, 1, cancel)


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


def _parts() -> list[tuple[str, str]]:
    """Every step that some style takes, with a style that takes it."""
    taken = {
        part: style.id for style in STYLES.values() for part, value in style.painter if value and part not in UNSEEN
    }
    return sorted(taken.items())


@pytest.mark.parametrize(("part", "style"), _parts())
def test_each_part_of_a_recipe_shows_by_itself(part: str, style: str) -> None:
    recipe = STYLES[style].painter
    plain = Recipe(brush=recipe.brush, line=recipe.line)
    alone = plain.model_copy(update={part: getattr(recipe, part)})
    photo = meadow()
    photo[:30, :30] = 255
    difference = np.abs(to_planes(painted(photo, plain)) - to_planes(painted(photo, alone)))
    assert difference.max() > 0.03


def test_every_part_that_a_recipe_may_have_is_taken_by_some_style() -> None:
    taken = {part for style in STYLES.values() for part, value in style.painter if value}
    assert taken == set(Recipe.model_fields)


def test_manga_has_no_colour_but_the_papers() -> None:
    _, a, b = to_oklab(to_planes(painted(meadow(), MANGA)))
    assert float(np.hypot(a, b).max()) < 0.03


def test_ghibli_paints_clouds_into_a_clear_sky_and_keeps_the_ground() -> None:
    photo = meadow()
    sky, ground = painted(photo, GHIBLI)[:50].astype(float), painted(photo, GHIBLI)[100:].astype(float)
    assert sky.std(axis=(0, 1)).mean() > 3 * photo[:50].std(axis=(0, 1)).mean()
    assert ground[..., 1].mean() > ground[..., 2].mean() + 20


def test_watercolor_leaves_the_edge_of_the_sheet_white() -> None:
    picture = painted(meadow(), STYLES["watercolor"].painter)
    rim = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert rim.mean() > 235
    assert picture[20:-20, 20:-20].mean() < 220


def test_cyberpunk_turns_day_into_night_and_lets_edges_shine() -> None:
    photo = meadow()
    picture = painted(photo, STYLES["cyberpunk"].painter)
    assert picture[:60].mean() < 0.6 * photo[:60].mean()
    shining = picture.max(axis=2).astype(int) - picture.min(axis=2)
    assert np.quantile(shining, 0.98) > 120


def test_ukiyoe_bears_the_printers_red_seal() -> None:
    picture = painted(street(), STYLES["ukiyoe"].painter)
    corner = picture[-60:, -60:].astype(int)
    assert ((corner[..., 0] > 120) & (corner[..., 1] < 90) & (corner[..., 2] < 90)).sum() > 40
