"""Which pictures are fit to be shown, and what CheckedEngine does about those that are not."""

import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from engine.checked import CheckedEngine, next_seed
from engine.checks import Verdict, examine
from engine.contract import Picture, Pixels, Progress
from engine.errors import BusyError, DeclinedError, LostError, UnfitError
from engine.local import LocalEngine
from engine.measures import edge_f1, gmsd, luma, structure
from styles import Checks
from tests.engine.fakes import STEPS, Act, FakeRunner, catalogue, job, photo, posterised

PHOTOS = Path(__file__).resolve().parents[2] / ".." / "shared" / "photos"


def verdict(picture: Pixels, of: Pixels | None = None, limits: Checks | None = None) -> Verdict:
    return examine(photo() if of is None else of, picture, limits or Checks())


def plane(pixels: Pixels) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.ascontiguousarray(pixels[..., 1].astype(np.float32) / 255)


def noise(like: Pixels) -> Pixels:
    return np.random.default_rng(1).integers(0, 256, like.shape, dtype=np.uint8)


def jpeg(pixels: Pixels, quality: int) -> Pixels:
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [(96, 128), (700, 500), (64, 64)])
def test_a_drawing_of_the_photo_is_fit(seed: int, size: tuple[int, int]) -> None:
    original = photo(*size)
    assert verdict(posterised(original, seed), original) is Verdict.FIT


@pytest.mark.parametrize("value", [0, 8, 128, 255])
def test_a_blank_picture_is_broken(value: int) -> None:
    assert verdict(np.full_like(photo(), value)) is Verdict.BROKEN


def test_a_picture_of_two_tones_without_any_between_is_broken() -> None:
    two_tones = np.where(photo() > 128, 200, 60).astype(np.uint8)
    assert verdict(np.repeat(two_tones[..., :1], 3, axis=2)) is Verdict.BROKEN


def test_a_picture_of_another_shape_is_broken() -> None:
    assert verdict(posterised(photo(), 0)[:-1]) is Verdict.BROKEN


def test_noise_blur_and_another_photo_are_too_far() -> None:
    original = photo(192, 256)
    for picture in (noise(original), cv2.GaussianBlur(original, (0, 0), 12), posterised(original[::-1, ::-1], 0)):
        assert verdict(np.asarray(picture, np.uint8), original) is Verdict.TOO_FAR


@pytest.mark.parametrize("quality", [100, 40])
def test_the_photo_itself_is_unchanged_even_when_compressed(quality: int) -> None:
    assert verdict(jpeg(photo(192, 256), quality), photo(192, 256)) is Verdict.UNCHANGED


def test_a_change_of_colour_alone_counts_as_a_change() -> None:
    assert verdict((photo() * np.array([0.6, 0.9, 1.0])).astype(np.uint8)) is Verdict.FIT


def test_a_style_may_ask_for_more_or_less_of_the_photo() -> None:
    picture = posterised(photo(), 0)
    assert verdict(picture, limits=Checks(min_edge_f1=0.99)) is Verdict.TOO_FAR
    assert verdict(picture, limits=Checks(min_structure=0.99)) is Verdict.TOO_FAR
    assert verdict(noise(photo()), limits=Checks(min_edge_f1=0, min_structure=0)) is Verdict.FIT


def test_a_photo_without_edges_has_none_to_keep() -> None:
    y, x = np.mgrid[0:128, 0:128]
    sky = np.stack([60 + y, 90 + y, 120 + x], axis=-1).astype(np.uint8)
    assert verdict(sky[..., ::-1].copy(), sky) is Verdict.FIT


def test_in_fog_little_is_asked_for_but_another_photo_is_still_told() -> None:
    grain = np.random.default_rng(0).normal(0, 1.5, (384, 384, 1))
    fog = np.linspace(190, 235, 384)[:, None, None] + grain + np.zeros(3)
    fog[200:, 80:120] -= 25  # a tree
    thick = np.asarray(cv2.GaussianBlur(np.clip(fog, 0, 255).astype(np.uint8), (0, 0), 1.5), np.uint8)
    grainy = np.clip(thick + np.random.default_rng(1).normal(0, 6, thick.shape) - 30, 0, 255).astype(np.uint8)
    assert verdict(grainy, thick) is Verdict.FIT
    assert verdict(np.ascontiguousarray(cv2.resize(photo(), (384, 384)), np.uint8), thick) is Verdict.TOO_FAR


def test_a_frame_around_a_photo_with_hardly_an_edge_is_not_too_far() -> None:
    y, x = np.mgrid[0:256, 0:384]
    lake = np.stack([30 + y / 4, 50 + y / 3, 90 + x / 8], axis=-1).astype(np.uint8)
    lake[120:150, 150:230] = (20, 25, 30)
    framed = (lake * 0.8 + 40).astype(np.uint8)
    framed[:8] = framed[-8:] = framed[:, :8] = framed[:, -8:] = 245
    assert edge_f1(luma(lake), luma(framed)) < Checks().min_edge_f1
    assert verdict(framed, lake) is Verdict.FIT


@pytest.mark.parametrize("size", [(1, 1), (3, 600), (700, 2), (17, 31)])
def test_tiny_and_narrow_pictures_can_be_judged(size: tuple[int, int]) -> None:
    tiny = noise(np.zeros((*size, 3), np.uint8))
    assert verdict(tiny, tiny) in {Verdict.UNCHANGED, Verdict.BROKEN}


def test_the_measures_of_a_picture_with_itself() -> None:
    one = plane(photo())
    assert edge_f1(one, one) == 1
    assert structure(one, one) == pytest.approx(1)
    assert gmsd(one, one) == 0


def test_structure_ignores_tone_and_falls_with_every_shift() -> None:
    one = plane(photo())
    assert structure(one, one * 0.5 + 0.3) > 0.9
    shifted = [structure(one, np.roll(one, pixels, axis=1)) for pixels in (1, 3, 6)]
    assert shifted == sorted(shifted, reverse=True)


def test_edges_agree_within_three_pixels() -> None:
    one = plane(photo(192, 256))
    scores = [edge_f1(one, np.roll(one, pixels, axis=1)) for pixels in (2, 8, 16)]
    assert scores[0] > 0.9
    assert scores == sorted(scores, reverse=True)


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the photo corpus lies beside the checkout, in shared/photos")
def test_real_photos_are_told_from_other_photos_and_from_themselves() -> None:
    previous = None
    for path in sorted(PHOTOS.glob("*.jpg"))[::3]:
        with Image.open(path) as opened:
            original = np.asarray(ImageOps.fit(opened.convert("RGB"), (384, 384)))
        assert verdict(original, original) is Verdict.UNCHANGED, path.name
        assert verdict(posterised(original, 0), original) is Verdict.FIT, path.name
        if previous is not None:
            assert verdict(previous, original) is Verdict.TOO_FAR, path.name
        previous = original


async def pictures(*script: Act) -> tuple[list[Progress | Picture], FakeRunner]:
    runner = FakeRunner(*script)
    engine = CheckedEngine(LocalEngine([runner]))
    try:
        async with aclosing(engine.stylize(job(seed=7))) as events:
            return [event async for event in events], runner
    finally:
        await engine.close()


async def test_a_fit_picture_passes_with_its_own_seed() -> None:
    events, _ = await pictures(Act.PAINT)
    assert isinstance(events[-1], Picture)
    assert events[-1].seed == 7


@pytest.mark.parametrize("act", [Act.BLACK, Act.COPY, Act.REFUSE])
async def test_an_unfit_picture_is_painted_once_more_with_another_seed(act: Act) -> None:
    events, runner = await pictures(act, Act.PAINT)
    *progress, last = events
    assert isinstance(last, Picture)
    assert last.seed == next_seed(7)
    assert [event.step for event in progress if isinstance(event, Progress)] == [*range(1, STEPS + 1)] * 2
    assert len(runner.runs) == 2


@pytest.mark.parametrize(
    ("act", "reason"), [(Act.BLACK, Verdict.BROKEN), (Act.COPY, Verdict.UNCHANGED), (Act.REFUSE, "refused")]
)
async def test_after_two_unfit_pictures_it_says_why_and_paints_no_third(act: Act, reason: str) -> None:
    with pytest.raises(UnfitError) as caught:
        await pictures(Act.BLACK, act)
    assert caught.value.verdict == reason


@pytest.mark.parametrize("act", [Act.DIE, Act.DECLINE, Act.NO_ROOM])
async def test_other_errors_of_the_engine_are_not_tried_again(act: Act) -> None:
    with pytest.raises((LostError, DeclinedError, BusyError)):
        await pictures(act)


def test_the_next_seed_is_fixed_for_ever() -> None:
    assert next_seed(0) == 0x5FECEB66
    assert 0 <= next_seed(2**32 - 1) < 2**32


def test_opencv_is_not_loaded_before_the_first_picture() -> None:
    code = "import engine.checked, sys; sys.exit('cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("style", catalogue())
def test_every_style_asks_for_no_less_than_noise_and_blur_would_give(style: str) -> None:
    original = photo(192, 256)
    limits = catalogue()[style].checks
    assert verdict(noise(original), original, limits) is Verdict.TOO_FAR
    assert verdict(np.asarray(cv2.GaussianBlur(original, (0, 0), 12), np.uint8), original, limits) is Verdict.TOO_FAR
