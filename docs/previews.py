"""Paint the previews of the styles that come with Animify, from NASA's portrait of an astronaut: `make pictures`."""

from pathlib import Path

import skimage.data

import styles
from engine.preview import previews

FOLDER = Path(styles.__file__).parent / "previews"
FACE = slice(0, 420), slice(30, 450)
"""The part of the portrait that is shown: a preview is no larger than a thumb."""


def painted() -> dict[str, bytes]:
    """Paint them all, by the style's id."""
    return previews(skimage.data.astronaut()[FACE], list(styles.load().values()))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for style_id, data in painted().items():
        (FOLDER / f"{style_id}.webp").write_bytes(data)
