"""The painter's filters, each by what it must do to a picture that a test can judge."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

import styles
from engine.contract import Pixels
from engine.cv import Plane, Planes
from engine.oklab import from_oklab, to_oklab
from engine.painter.clouds import clouds
from engine.painter.colour import blushing, curved, mixed
from engine.painter.flatten import flattened, kuwahara, stepped
from engine.painter.flow import STRIP, Flow, Stroke, smooth_along
from engine.painter.guard import guarded
from engine.painter.horizon import Sky, find_sky
from engine.painter.lines import drawn
from engine.painter.noise import fractal, grain, paper_relief, wood_grain
from engine.painter.paint import paint
from engine.painter.palette import limited
from engine.painter.photo import Photo
from engine.painter.planes import luma, to_pixels, to_planes
from engine.painter.sheet import with_margin
from engine.painter.skin import complexion, find_skin, find_small_faces
from engine.painter.smoothing import blur, guided_upsampling, local_trend
from engine.painter.sparkle import sparkling
from engine.painter.strength import at_strength, with_gain
from engine.painter.texture import filmed, washed
from styles import Style
from styles.recipe import (
    Blush,
    Brush,
    Cel,
    Dots,
    Film,
    Flatten,
    Guard,
    Line,
    Margin,
    Mixer,
    Palette,
    Recipe,
    Shift,
    Sparkles,
    Strength,
    Tone,
    Wash,
)
from tests.engine.painter.scenes import (
    SKIN_TONES,
    branches,
    city,
    crowd,
    dog_before_a_wall,
    face,
    face_area,
    ginger_cat,
    ignore,
    meadow,
    planks,
    sunset,
)

STYLES = styles.load()
GHIBLI = STYLES["ghibli"].painter


def noise(*shape: int) -> Planes:
    return np.random.default_rng(0).random(shape, dtype=np.float32)


def photo_of(pixels: Pixels) -> Photo:
    return Photo.of(pixels, exposure=0.7)


def sky_of(pixels: Pixels) -> Sky | None:
    return find_sky(photo_of(pixels))


def lightened(pixels: Pixels) -> Planes:
    return np.power(to_planes(pixels), np.float32(0.55))


def test_oklab_gives_the_published_values_of_the_primaries() -> None:
    # from the table of pairs in Ottosson's article, by way of sRGB red, green and blue
    primaries = np.eye(3, dtype=np.float32)[:, None, :]
    expected = [[0.6280, 0.8664, 0.4520], [0.2249, -0.2339, -0.0325], [0.1258, 0.1795, -0.3115]]
    np.testing.assert_allclose(to_oklab(primaries)[:, 0], expected, atol=2e-3)


def test_colours_survive_the_way_to_oklab_and_back() -> None:
    planes = noise(3, 20, 30)
    np.testing.assert_allclose(from_oklab(to_oklab(planes)), planes, atol=4e-3)


def test_pixels_survive_the_way_to_planes_and_back() -> None:
    assert to_pixels(to_planes(meadow())).tobytes() == meadow().tobytes()


def test_the_mixer_moves_its_hue_and_leaves_greys_and_far_hues_alone() -> None:
    colours = np.array([[[0.4, 0.7, 0.3]], [[0.3, 0.4, 0.8]], [[0.5, 0.5, 0.5]]], np.float32).transpose(2, 1, 0)
    lab = to_oklab(np.ascontiguousarray(colours))
    moved = mixed(lab, Mixer(green=Shift(hue=20, lightness=0.05)))
    assert moved[0, 0, 0] > lab[0, 0, 0] + 0.04
    np.testing.assert_allclose(moved[:, 0, 1:], lab[:, 0, 1:], atol=2e-3)


def test_a_tone_curve_goes_through_its_points() -> None:
    tone = Tone(points=((0, 0.1), (0.5, 0.6), (1, 0.9)))
    np.testing.assert_allclose(
        curved(np.array([[0, 0.25, 0.5, 1]], np.float32), tone), [[0.1, 0.35, 0.6, 0.9]], atol=1e-3
    )


@pytest.mark.parametrize("sigma", [2, 7, 15])
def test_a_blur_keeps_the_mean_and_large_ones_agree_with_the_exact_one(sigma: float) -> None:
    plane = np.zeros((200, 200), np.float32)
    plane[80:120, 80:120] = 1
    offsets = np.arange(-70, 71)
    kernel = np.exp(-(offsets**2) / (2 * sigma**2))
    exact = np.apply_along_axis(np.convolve, 0, plane, kernel / kernel.sum(), "same")
    exact = np.apply_along_axis(np.convolve, 1, exact, kernel / kernel.sum(), "same")
    np.testing.assert_allclose(blur(plane, sigma), exact, atol=0.012)


def test_the_flow_runs_along_stripes() -> None:
    stripes = np.tile((np.sin(np.arange(96) / 2) / 2 + 0.5).astype(np.float32), (64, 1))
    flow = Flow.of(stripes, 3)
    assert np.abs(flow.y[8:-8, 8:-8]).min() > 0.99
    assert flow.anisotropy[8:-8, 8:-8].min() > 0.9


def test_smoothing_along_the_flow_keeps_stripes_and_removes_noise() -> None:
    stripes = np.tile((np.sin(np.arange(96) / 2) / 2 + 0.5).astype(np.float32), (64, 1))
    noisy: Plane = stripes + 0.2 * (noise(64, 96) - 0.5)
    flow = Flow.of(stripes, 3)
    (smooth,) = smooth_along(flow, [Stroke(noisy, 5)], 1)
    assert np.abs(smooth - stripes).mean() < 0.4 * np.abs(noisy - stripes).mean()


def test_strips_leave_no_seam() -> None:
    plane: Plane = noise(STRIP + 40, 70)
    flow = Flow.of(blur(plane, 2), 3)
    (whole,) = smooth_along(flow, [Stroke(plane, 4)], 1)
    rows = np.abs(np.diff(whole, axis=0)).mean(1)
    assert rows[STRIP - 1] < 1.5 * np.median(rows)


def test_kuwahara_calms_areas_and_keeps_the_edge_between_them() -> None:
    halves = np.full((3, 60, 60), 0.2, np.float32)
    halves[:, :, 30:] = 0.8
    noisy: Planes = halves + 0.1 * (noise(3, 60, 60) - 0.5)
    calm = kuwahara(noisy, 5)
    assert np.abs(calm - halves)[:, :, 5:25].mean() < 0.3 * np.abs(noisy - halves)[:, :, 5:25].mean()
    assert calm[:, :, 32].mean() - calm[:, :, 27].mean() > 0.45


def test_flattening_makes_texture_into_one_colour_and_keeps_the_step_between_areas() -> None:
    halves = np.full((3, 80, 80), 0.3, np.float32)
    halves[:, :, 40:] = 0.7
    noisy: Planes = halves + 0.06 * (noise(3, 80, 80) - 0.5)
    flat = flattened(noisy, Flatten(smoothness=0.02))
    assert flat[:, 10:70, 10:30].std() < 0.4 * noisy[:, 10:70, 10:30].std()
    step = noisy[:, :, 50:70].mean() - noisy[:, :, 10:30].mean()
    assert flat[:, :, 50:70].mean() - flat[:, :, 10:30].mean() == pytest.approx(step, abs=0.02)


def test_cels_have_as_many_steps_as_they_are_told() -> None:
    ramp = np.tile(np.linspace(0, 1, 100, dtype=np.float32), (100, 1))
    cels = stepped(ramp, Cel(levels=5, skin_levels=5, softness=0.02, amount=1), np.zeros_like(ramp), 0.35)
    edges = np.flatnonzero(np.diff(cels[50]) > 0.03)
    assert 4 <= (np.diff(edges, prepend=-10) > 5).sum() <= 5


def test_a_long_gradient_is_no_cel_and_keeps_its_smooth_lightness() -> None:
    wall = np.tile(np.linspace(0.3, 0.6, 400, dtype=np.float32), (400, 1))
    cels = stepped(wall, Cel(levels=5, skin_levels=5, softness=0.02, amount=1), np.zeros_like(wall), 0.35)
    assert np.abs(cels - wall).max() < 0.01


def test_enlarging_along_a_guide_keeps_the_guides_edges() -> None:
    guide = np.full((64, 64), 0.2, np.float32)
    guide[:, 29:] = 0.8
    small = np.stack([np.repeat(np.linspace(0, 1, 16, dtype=np.float32)[None] > 0.45, 16, 0).astype(np.float32)] * 2)
    large = guided_upsampling(guide, small, 2, 1e-4)
    assert large[:, :, 26].max() < 0.2
    assert large[:, :, 32].min() > 0.8


def test_a_local_trend_gives_each_side_of_an_edge_its_own_value() -> None:
    guide = np.full((40, 40), 0.2, np.float32)
    guide[:, 20:] = 0.6
    values = np.where(guide > 0.4, 0.3, -0.1).astype(np.float32)
    trend = local_trend(guide, values, np.ones_like(guide), 8, 0.002)
    np.testing.assert_allclose(trend, values, atol=0.02)


@pytest.mark.parametrize("tone", SKIN_TONES)
def test_skin_of_every_tone_is_found_and_the_wall_is_not(tone: str) -> None:
    lab = to_oklab(to_planes(face(SKIN_TONES[tone])))
    skin = find_skin(lab, 0.35)
    cheeks = np.s_[112:122, 88:112]
    assert skin[cheeks].min() > 0.6
    assert skin[:20].max() < 0.1
    assert (skin > 0.55)[~face_area()].mean() < 0.05
    assert complexion(lab)[cheeks].min() > 0.9


@pytest.mark.parametrize("scene", [planks, ginger_cat], ids=["wood", "a ginger cat"])
def test_wood_and_ginger_cats_are_not_taken_for_skin(scene: Callable[[], Pixels]) -> None:
    lab = to_oklab(to_planes(scene()))
    assert (complexion(lab) > 0.5).mean() > 0.4  # their colour is that of skin
    assert (find_skin(lab, 0.35) > 0.5).mean() < 0.02


def test_faces_too_small_for_the_brush_are_found_and_large_ones_are_not() -> None:
    small, large = (photo_of(pixels).small_faces for pixels in (crowd(), face(SKIN_TONES["medium"], 400)))
    assert small.mean() > 0.3
    assert large[180:220, 180:220].max() < 0.2
    assert find_small_faces(np.zeros((50, 50), np.float32), 0.35).max() == 0


def test_small_faces_keep_their_eyes_and_mouth() -> None:
    tile, photo = 40, crowd(40)
    picture = paint(photo, GHIBLI, 0.5, 1, ignore)
    darker = []
    for row in range(8):
        for column in range(8):
            middle = luma(to_planes(picture[row * tile :, column * tile :][:tile, :tile]))
            eyes = min(middle[19:22, 14:18].min(), middle[19:22, 22:26].min())
            darker.append(float(np.median(middle[16:24, 12:28])) - float(eyes))
    assert np.median(darker) > 0.12


def test_a_sky_is_found_above_a_meadow_and_none_in_grass() -> None:
    sky = sky_of(meadow())
    assert sky is not None
    assert sky.cover[:40].mean() > 0.9
    assert sky.cover[110:].mean() < 0.02
    assert 60 < sky.horizon < 90
    assert sky.cloudiness == 1
    assert sky_of(np.ascontiguousarray(meadow()[85:])) is None


def test_a_grey_wall_behind_a_face_is_no_sky() -> None:
    assert sky_of(face(SKIN_TONES["medium"])) is None


def test_a_plain_wall_gets_no_clouds() -> None:
    sky = sky_of(dog_before_a_wall())
    assert sky is None or sky.cloudiness < 0.05


def test_a_table_seen_from_above_is_no_sky() -> None:
    desk = np.full((200, 300, 3), (150, 152, 155), np.uint8)
    cv2.circle(desk, (150, 100), 30, (60, 60, 70), -1)
    assert sky_of(desk) is None


def test_a_sunset_keeps_its_own_sky() -> None:
    photo = sunset()
    sky = sky_of(photo)
    assert sky is None or sky.confidence < 0.1
    lit = GHIBLI.model_copy(update={"sky": None})
    with_sky, without = (paint(photo, recipe, 0.5, 1, ignore).astype(int) for recipe in (GHIBLI, lit))
    assert np.abs(with_sky - without).mean() < 12


def test_a_night_sky_stays_a_night_sky() -> None:
    night = (meadow() * 0.25).astype(np.uint8)
    assert sky_of(night) is None


def test_twigs_have_no_halo_of_the_old_sky() -> None:
    photo, sky = branches()
    plain = GHIBLI.model_copy(
        update={"wash": None, "bloom": None, "line": GHIBLI.line.model_copy(update={"amount": 0})}
    )
    assert plain.sky is not None
    plain = plain.model_copy(update={"sky": plain.sky.model_copy(update={"clouds": None, "amount": 1})})
    before, after = (
        to_planes(paint(photo, recipe, 0.5, 1, ignore)) for recipe in (plain.model_copy(update={"sky": None}), plain)
    )
    found = sky_of(photo)
    assert found is not None
    assert found.cover[sky > 0.99].mean() > 0.8
    change = np.abs(after - before).sum(0)
    deep = np.median(change[:250][sky[:250] > 0.99])
    beside = (sky[:250] > 0.99) & (cv2.dilate((sky[:250] < 0.5).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)
    assert np.median(change[:250][beside]) > 0.75 * deep


def test_clouds_cover_what_they_are_told_and_come_from_the_seed() -> None:
    few, _ = clouds((200, 300), 180, 0.2, np.random.default_rng(1))
    many, light = clouds((200, 300), 180, 0.6, np.random.default_rng(1))
    other, _ = clouds((200, 300), 180, 0.6, np.random.default_rng(2))
    assert 0.05 < few.mean() < 0.3
    assert 0.3 < many.mean() < 0.7
    assert 0 <= light.min() < light.max() <= 1
    assert np.abs(many - other).mean() > 0.1
    assert many[195:].max() < 0.1


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (64, 64)])
def test_noise_stays_within_bounds_at_any_size(shape: tuple[int, int]) -> None:
    values = fractal(shape, 20, 4, np.random.default_rng(0))
    assert values.shape == shape
    assert -0.3 < values.min() <= values.max() < 1.3


def test_paper_wood_and_grain_are_relief_around_nothing() -> None:
    random = np.random.default_rng(0)
    for relief in (
        paper_relief((90, 120), 0.5, random),
        wood_grain((90, 120), 0.5, random),
        grain((90, 120), 1, random),
    ):
        assert relief.shape == (90, 120)
        assert abs(float(relief.mean())) < 0.25 * float(relief.std()) + 0.02
        assert relief.std() > 0.03


def test_lines_stay_few_where_everything_is_an_edge() -> None:
    manga = STYLES["manga"].painter
    crowded: Plane = noise(200, 200) * np.float32(0.05)
    ink = drawn(crowded, manga.line, 0.5)
    free = drawn(crowded, manga.line.model_copy(update={"most": 1.0}), 0.5)
    assert ink.mean() < 0.4 * free.mean()
    lonely = np.zeros((200, 200), np.float32)
    lonely[100, 20:180] = 0.05
    assert drawn(lonely, manga.line, 0.5)[100, 40:160].min() > 0.5


def test_a_dense_city_is_no_black_page_in_manga() -> None:
    page = paint(city(), STYLES["manga"].painter, 0.5, 1, ignore)
    assert 0.25 < page.mean() / 255 < 0.8
    assert (page.max(axis=2) < 60).mean() < 0.45


def test_a_palette_brings_colours_near_its_inks_and_spares_skin() -> None:
    palette = Palette(colours=((0.9, 0.8, 0.6), (0.2, 0.3, 0.5), (0.6, 0.2, 0.2)), amount=0.9)
    lab = to_oklab(noise(3, 30, 30))
    inks = np.concatenate([to_oklab(np.array(ink, np.float32)[:, None, None]) for ink in palette.colours], axis=2)

    def apart(colours: Planes) -> float:
        return float(np.linalg.norm(colours[..., None] - inks[:, None], axis=0).min(axis=-1).mean())

    nobody = np.zeros((30, 30), np.float32)
    assert apart(limited(lab, palette, nobody)) < 0.25 * apart(lab)
    assert apart(limited(lab, palette, nobody + 1)) > 0.4 * apart(lab)


def test_small_brown_things_before_a_pale_sky_have_no_halo_of_dots() -> None:
    sky = np.full((384, 384, 3), (225, 215, 200), np.uint8)
    sky[300:] = (60, 50, 45)
    sky[100:112, 180:192] = (150, 100, 75)
    picture = paint(sky, STYLES["manga"].painter, 0.5, 1, ignore)
    around = picture[90:124, 168:204].copy()
    around[8:24, 10:26] = 255  # the thing itself, with its line
    assert around.min() > 200


def test_skin_is_printed_without_patches() -> None:
    photo = face(SKIN_TONES["tan"], 320)
    inner = cv2.erode(face_area(320).astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
    inner[140:, :] = False  # above the eyes: nothing but a smooth gradient
    for style in ("retro90s", "ukiyoe"):
        _, a, b = to_oklab(blur(to_planes(paint(photo, STYLES[style].painter, 0.5, 1, ignore)), 3))
        assert max(a[inner].std(), b[inner].std()) < 0.01


def test_blush_goes_to_bright_skin_alone() -> None:
    lab = np.full((3, 40, 40), 0.02, np.float32)
    lab[0] = 0.9
    skin = np.zeros((40, 40), np.float32)
    skin[:, :20] = 1
    blushed = blushing(lab, skin, Blush(tint=(0.03, 0.0)), 0.35)
    assert blushed[1, 20, 5] > lab[1, 20, 5] + 0.02
    assert blushed[1, 20, 35] == pytest.approx(lab[1, 20, 35], abs=2e-3)


def test_a_wash_is_denser_at_edges_and_leaves_white_paper_white() -> None:
    planes = np.full((3, 60, 60), 0.6, np.float32)
    planes[:, :, 30:] = 1
    wet = washed(planes, Wash(size=10, pools=0, edges=9), np.zeros((60, 60), np.float32), 1, np.random.default_rng(0))
    assert wet[0, 30, 28] < wet[0, 30, 5] - 0.03
    assert wet[:, :, 30:].min() > 0.999


def test_sparkles_stay_off_skin() -> None:
    planes, skin = np.zeros((3, 100, 100), np.float32), np.zeros((100, 100), np.float32)
    skin[:, :50] = 1
    shining = sparkling(
        planes, Sparkles(discs=30, stars=20, tints=((1, 1, 1),), amount=1), skin, 0.5, np.random.default_rng(0)
    )
    assert shining[:, :, 50:].max() > 0.5
    assert shining[:, :, :40].mean() < 0.1 * shining[:, :, 60:].mean()


def test_a_fringe_moves_red_and_blue_apart_and_a_vignette_darkens_corners() -> None:
    planes = np.zeros((3, 60, 60), np.float32)
    planes[:, :, 30] = 1
    random = np.random.default_rng(0)
    fringed = filmed(planes, Film(fringe=2), 1, random)
    assert [int(plane[30].argmax()) for plane in fringed] == [32, 30, 28]
    dimmed = filmed(np.ones((3, 60, 60), np.float32), Film(vignette=0.5), 1, random)
    assert dimmed[0, 0, 0] < 0.7
    assert dimmed[0, 30, 30] > 0.99


def test_a_margin_is_white_at_the_edge_and_nothing_in_the_middle() -> None:
    planes = np.full((3, 120, 160), 0.3, np.float32)
    sheet = with_margin(planes, Margin(width=0.08, ragged=0.03), np.random.default_rng(0))
    assert min(sheet[:, 0].min(), sheet[:, -1].min(), sheet[:, :, 0].min(), sheet[:, :, -1].min()) > 0.99
    np.testing.assert_allclose(sheet[:, 40:80, 40:120], 0.3, atol=1e-6)


def test_the_guard_leaves_pictures_without_skin_alone() -> None:
    photo = (meadow() * (0.3, 0.6, 1.0)).astype(np.uint8)
    lifted = lightened(photo)
    np.testing.assert_allclose(guarded(lifted, photo_of(photo), Guard()), lifted, atol=0.02)


def test_the_guard_comes_in_over_the_amount_of_change_without_a_cliff() -> None:
    photo, area = face(SKIN_TONES["brown"]), face_area()
    guard, means = Guard(), []
    for exponent in np.linspace(1, 0.5, 11):
        lifted = np.power(to_planes(photo), np.float32(exponent))
        means.append(float(np.median(to_oklab(guarded(lifted, photo_of(photo), guard))[0][area])))
    steps = np.diff(means)
    assert means[-1] - means[0] <= guard.lift + 0.01
    assert steps.min() > -0.01
    assert steps.max() < 0.04


def test_the_guard_takes_a_strange_colour_off_skin() -> None:
    photo, area = face(SKIN_TONES["medium"]), face_area()
    green = to_planes(photo) * np.array((0.8, 1.1, 0.8), np.float32)[:, None, None]
    before, wrong, right = (
        to_oklab(planes) for planes in (to_planes(photo), green, guarded(green, photo_of(photo), Guard(tint=0.02)))
    )

    def moved(lab: Planes) -> float:
        return float(np.hypot(*(np.median(lab[axis][area]) - np.median(before[axis][area]) for axis in (1, 2))))

    assert moved(wrong) > 0.04
    assert moved(right) < 0.03


def test_skin_that_was_washed_out_to_white_gets_its_colour_back() -> None:
    photo = face(SKIN_TONES["medium"])
    area = cv2.erode(face_area().astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    white = to_planes(photo) * np.float32(0.1) + np.float32(0.9)

    def chroma(planes: Planes) -> float:
        _, a, b = to_oklab(planes)
        return float(np.median(np.hypot(a, b)[area]))

    held = guarded(white, photo_of(photo), Guard(tint=0.02))
    assert chroma(white) < 0.25 * chroma(to_planes(photo))
    assert chroma(held) > 0.7 * chroma(to_planes(photo))


@pytest.mark.parametrize("style", STYLES.values(), ids=list(STYLES))
def test_the_middle_strength_of_every_style_is_the_recipe_as_written(style: Style) -> None:
    assert at_strength(style.painter, 0.5) == style.painter


def test_recipes_at_their_bounds_are_painted_at_every_strength() -> None:
    ends = {"strength": Strength(subtle=0.05, bold=3)}
    coloured = GHIBLI.model_copy(
        update=ends
        | {
            "blush": Blush(tint=(0.2, 0.2)),
            "margin": Margin(width=0.2, ragged=0.2),
            "film": Film(grain=0.2, fringe=10, lines=0.2, vignette=0.5),
        }
    )
    screen = STYLES["manga"].painter.screen
    assert screen is not None
    layers = tuple(Dots(below=below, paper=below) for below in (1.0, 0.9, 0.8))
    printed = STYLES["manga"].painter.model_copy(
        update=ends | {"screen": screen.model_copy(update={"black": 0.7, "layers": layers})}
    )
    for recipe in (coloured, printed):
        assert at_strength(recipe, 0.5) == recipe
        for strength in (0, 1):
            assert paint(meadow(), recipe, strength, 1, ignore).std() > 5


def test_the_middle_strength_is_the_recipe_as_written_and_the_guard_never_bends() -> None:
    recipe = Recipe(
        brush=Brush(radius=4, stroke=2),
        line=Line(width=1, stroke=4, faint=0.006, full=0.02, shortest=10, amount=0.6),
        guard=Guard(lift=0.03),
        strength=Strength(subtle=0.3, bold=2),
    )
    assert at_strength(recipe, 0.5) == recipe
    assert at_strength(recipe, 0) == with_gain(recipe, 0.3)
    assert at_strength(recipe, 1) == with_gain(recipe, 2)
    assert at_strength(recipe, 0).line.amount < 0.6 < at_strength(recipe, 1).line.amount <= 1
    assert at_strength(recipe, 1).guard == recipe.guard
