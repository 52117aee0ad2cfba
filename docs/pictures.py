"""Draw the pictures of these pages, from photos that libraries ship: `make pictures`."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image
from sklearn.datasets import load_sample_images

import styles
from benchmarks.verdicts import WRONG
from engine.checks import examine
from engine.contract import Pixels
from engine.painter.paint import paint
from engine.sheet import contact_sheet, gallery
from styles import Style
from tests.engine.painter.scenes import SKIN_TONES, face, ignore

DOCS = Path(__file__).parent
STRENGTHS = (0, 0.25, 0.5, 0.75, 1)


def photos() -> dict[str, Pixels]:
    """Return the photos by name; where they come from, and under which licence, stands in `painter.md`."""
    temple, flower = load_sample_images().images
    return {
        "astronaut": skimage.data.astronaut(),
        "temple": temple,
        "cat": skimage.data.chelsea(),
        "cup": skimage.data.coffee(),
        "rocket": skimage.data.rocket(),
        "flower": flower,
    }


def painted(photo: Pixels, style: Style, strength: float = 0.5) -> Pixels:
    """Paint as the bot does, with a seed that stays."""
    return paint(np.ascontiguousarray(photo), style.painter, strength, 1, ignore)


def keep(name: str, picture: Pixels) -> None:
    """Write a picture beside the pages."""
    Image.fromarray(picture).save(DOCS / f"{name}.jpg", quality=82, optimize=True)


def draw(shown: Mapping[str, Pixels], catalogue: styles.Catalogue) -> None:
    """Draw them all."""
    portrait, titles = shown["astronaut"], ["photo", *(style.label for style in catalogue.values())]

    def row(photo: Pixels) -> list[Pixels]:
        return [photo, *(painted(photo, style) for style in catalogue.values())]

    keep("styles", gallery(dict(zip(titles, row(portrait), strict=True)), columns=3))
    keep("painter/sheet", contact_sheet([row(photo) for photo in shown.values()], titles, tile=256))
    faces = [row(face(tone, 256)) for tone in SKIN_TONES.values()]
    keep("painter/faces", contact_sheet(faces, titles, tile=128))
    turned = [[painted(portrait, style, strength) for strength in STRENGTHS] for style in catalogue.values()]
    keep("painter/strength", contact_sheet(turned, [f"{strength:g}" for strength in STRENGTHS], tile=256))
    other = painted(shown["cat"], catalogue["ghibli"])
    keep("painter/refused", gallery(judged(portrait, other, catalogue["ghibli"]), columns=4, tile=288))


def judged(photo: Pixels, other: Pixels, style: Style) -> dict[str, Pixels]:
    """Return a picture and what was made wrong of it on purpose, each with the verdict of the checks."""
    picture = painted(photo, style)
    made = {"the picture": picture} | {name: wrong(photo, picture, other) for name, wrong in WRONG.items()}
    verdicts = {name: str(examine(photo, each, style.checks)).replace("_", " ") for name, each in made.items()}
    return {f"{name}: {verdicts[name]}": each for name, each in made.items()}


if __name__ == "__main__":
    draw(photos(), styles.load())
