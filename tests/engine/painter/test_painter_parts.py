"""The painter's filters, each by what it must do to a picture that a test can judge."""

import numpy as np
import pytest

from engine.cv import Plane, Planes
from engine.painter.colour import curved, from_oklab, mixed, to_oklab
from engine.painter.flatten import flattened, kuwahara
from engine.painter.flow import STRIP, Flow, Stroke, smooth_along
from engine.painter.guard import guarded
from engine.painter.masks import find_sky, skin_likeness
from engine.painter.noise import fractal
from engine.painter.planes import luma, to_pixels, to_planes
from engine.painter.sky import clouds
from engine.painter.smoothing import blur
from engine.painter.strength import at_strength
from styles.recipe import Brush, Flatten, Guard, Line, Mixer, Recipe, Shift, Tone
from tests.engine.painter.scenes import SKIN_TONES, face, face_area, meadow


def noise(*shape: int) -> Planes:
    return np.random.default_rng(0).random(shape, dtype=np.float32)


def lightened(planes: Planes) -> Planes:
    return np.power(planes, np.float32(0.55))


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
    flow = Flow.of(np.stack([stripes] * 3), 3)
    assert np.abs(flow.y[8:-8, 8:-8]).min() > 0.99
    assert flow.anisotropy[8:-8, 8:-8].min() > 0.9


def test_smoothing_along_the_flow_keeps_stripes_and_removes_noise() -> None:
    stripes = np.tile((np.sin(np.arange(96) / 2) / 2 + 0.5).astype(np.float32), (64, 1))
    noisy: Plane = stripes + 0.2 * (noise(64, 96) - 0.5)
    flow = Flow.of(np.stack([stripes] * 3), 3)
    (smooth,) = smooth_along(flow, [Stroke(noisy[None], 5)], 1)
    assert np.abs(smooth[0] - stripes).mean() < 0.4 * np.abs(noisy - stripes).mean()


def test_strips_leave_no_seam() -> None:
    planes = noise(3, STRIP + 40, 70)
    flow = Flow.of(blur(planes, 2), 3)
    (whole,) = smooth_along(flow, [Stroke(planes, 4)], 1)
    rows = np.abs(np.diff(whole, axis=1)).mean((0, 2))
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
    flat, before = flattened(noisy, Flatten(smoothness=0.02), 1)[0], to_oklab(noisy)[0]
    assert flat[10:70, 10:30].std() < 0.4 * before[10:70, 10:30].std()
    assert flat[:, 50:].mean() - flat[:, :30].mean() == pytest.approx(
        before[:, 50:].mean() - before[:, :30].mean(), abs=0.02
    )


@pytest.mark.parametrize("tone", SKIN_TONES)
def test_skin_of_every_tone_is_found_and_the_wall_is_not(tone: str) -> None:
    skin = skin_likeness(to_planes(face(SKIN_TONES[tone])), 0.35)
    cheeks = np.s_[112:122, 88:112]
    assert skin[cheeks].min() > 0.6
    assert skin[:20].max() < 0.1
    assert (skin > 0.55)[~face_area()].mean() < 0.05


def test_a_sky_is_found_above_a_meadow_and_none_in_grass() -> None:
    planes = to_planes(meadow())
    nobody = np.zeros(planes.shape[1:], np.float32)
    sky = find_sky(planes, nobody)
    assert sky is not None
    assert sky.cover[:40].mean() > 0.9
    assert sky.cover[110:].mean() < 0.02
    assert 60 < sky.horizon < 90
    assert find_sky(np.ascontiguousarray(planes[:, 85:]), nobody) is None


def test_a_grey_wall_behind_a_face_is_no_sky() -> None:
    planes = to_planes(face(SKIN_TONES["medium"]))
    assert find_sky(planes, skin_likeness(planes, 0.35)) is None


def test_clouds_cover_what_they_are_told_and_come_from_the_seed() -> None:
    few, _ = clouds((200, 300), 0.2, np.random.default_rng(1))
    many, light = clouds((200, 300), 0.6, np.random.default_rng(1))
    other, _ = clouds((200, 300), 0.6, np.random.default_rng(2))
    assert 0.1 < few.mean() < 0.3
    assert 0.5 < many.mean() < 0.7
    assert 0 <= light.min() < light.max() <= 1
    assert np.abs(many - other).mean() > 0.2


def test_fractal_noise_stays_within_bounds_at_any_size() -> None:
    for shape in ((1, 1), (3, 500), (64, 64)):
        values = fractal(shape, 20, 4, np.random.default_rng(0))
        assert values.shape == shape
        assert -0.3 < values.min() <= values.max() < 1.3


def test_the_guard_leaves_pictures_without_skin_alone() -> None:
    photo = to_planes(meadow())
    lifted = lightened(photo)
    assert guarded(lifted, photo, np.zeros(photo.shape[1:], np.float32), Guard()) is lifted


def test_the_guard_comes_in_over_the_share_of_skin_without_a_cliff() -> None:
    photo = to_planes(face(SKIN_TONES["brown"]))
    lifted = lightened(photo)
    means = []
    for rows in range(0, 40, 4):
        skin = np.zeros(photo.shape[1:], np.float32)
        skin[100 : 100 + rows, 60:140] = 1
        means.append(float(luma(guarded(lifted, photo, skin, Guard())).mean()))
    assert means[0] - means[-1] > 0.1
    steps = -np.diff(means)
    assert steps.min() > -0.01
    assert steps.max() < 0.6 * (means[0] - means[-1])


def test_the_guard_sees_a_darker_face_beside_a_lighter_one() -> None:
    photo = np.concatenate([to_planes(face(SKIN_TONES[tone])) for tone in ("light", "dark")], axis=2)
    skin = skin_likeness(photo, 0.35)
    dark = np.concatenate([np.zeros_like(face_area()), face_area()], axis=1)
    before = np.median(to_oklab(photo)[0][dark])
    assert np.median(to_oklab(lightened(photo))[0][dark]) - before > 0.12
    assert np.median(to_oklab(guarded(lightened(photo), photo, skin, Guard()))[0][dark]) - before <= 0.08


def test_the_middle_strength_is_the_recipe_as_written_and_the_guard_never_bends() -> None:
    recipe = Recipe(
        brush=Brush(radius=4, stroke=2),
        line=Line(width=1, stroke=4, faint=0.006, full=0.02, shortest=10, amount=0.6),
        guard=Guard(lift=0.03),
    )
    assert at_strength(recipe, 0.5) == recipe
    assert at_strength(recipe, 0).line.amount < 0.6 < at_strength(recipe, 1).line.amount <= 1
    assert at_strength(recipe, 1).guard == recipe.guard
