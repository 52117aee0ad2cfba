"""What every style may do to people's skin: neither much lighter nor much darker, whoever it is, in any light."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import styles
from engine.contract import Pixels
from engine.oklab import to_oklab
from engine.painter.paint import paint
from engine.painter.photo import Photo
from engine.painter.planes import to_planes
from engine.painter.smoothing import blur
from styles import Style
from tests.engine.painter.scenes import EXPOSURES, SKIN_TONES, face, face_area, ignore

PHOTOS = Path(__file__).resolve().parents[3] / ".." / "shared" / "photos"
PORTRAITS = ("p_dark_skin_woman", "p_graffiti_man", "p_lowkey_woman", "p_old_man", "p_sunglasses", "p_redhair_lake")

STYLES = styles.load()
EVERY = pytest.mark.parametrize("style", STYLES.values(), ids=list(STYLES))
ALLOWED = dict.fromkeys(STYLES, 0.12) | {"ghibli": 0.08}
"""The most that the median lightness of skin may shift, in OKLab's L."""


def shift(photo: Pixels, picture: Pixels, area: NDArray[np.bool_]) -> float:
    """How much lighter the area's median is in the picture; seen from so far that dots of ink are a grey."""
    before, after = (to_oklab(blur(to_planes(pixels), 3))[0][area] for pixels in (photo, picture))
    return float(np.median(after) - np.median(before))


@EVERY
@pytest.mark.parametrize("strength", [0, 0.5, 1])
@pytest.mark.parametrize("exposure", EXPOSURES)
@pytest.mark.parametrize("tone", SKIN_TONES)
def test_skin_keeps_its_lightness_on_the_face_chart(style: Style, strength: float, exposure: str, tone: str) -> None:
    photo = face(SKIN_TONES[tone], exposure=EXPOSURES[exposure])
    picture = paint(photo, style.painter, strength, 1, ignore)
    inner = cv2.erode(face_area().astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    assert abs(shift(photo, picture, inner)) <= ALLOWED[style.id]


@EVERY
def test_darker_skin_stays_darker(style: Style) -> None:
    pictures = [paint(face(tone), style.painter, 0.5, 1, ignore) for tone in SKIN_TONES.values()]
    means = [float(picture[face_area()].mean()) for picture in pictures]
    assert means == sorted(means, reverse=True)


def test_faces_of_a_group_are_each_seen_to_by_themselves() -> None:
    photo = np.hstack([face(SKIN_TONES[tone]) for tone in ("light", "dark")])
    picture = paint(photo, STYLES["shoujo"].painter, 0.5, 1, ignore)
    nobody = np.zeros_like(face_area())
    for area in ((face_area(), nobody), (nobody, face_area())):
        assert abs(shift(photo, picture, np.hstack(area))) <= ALLOWED["shoujo"]


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the shared photos are not beside this checkout")
@EVERY
@pytest.mark.parametrize("name", PORTRAITS)
def test_the_skin_of_real_people_keeps_its_lightness(style: Style, name: str) -> None:
    with Image.open(PHOTOS / f"{name}.jpg") as image:
        photo = np.asarray(image.convert("RGB").resize((400, 400), Image.Resampling.LANCZOS))
    small = Photo.of(photo, exposure=0).skin
    area = cv2.resize(small, (400, 400)) > 0.6
    assert area.mean() > 0.04
    assert abs(shift(photo, paint(photo, style.painter, 0.5, 1, ignore), area)) <= ALLOWED[style.id]
