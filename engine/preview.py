"""Previews: styles shown on one picture, small enough to send a page of them at once."""

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image

from engine.contract import Job, Picture, Pixels
from engine.encoding import Format, encode
from engine.painter.runner import PainterRunner
from styles import Style

SIDE: Final = 320
"""The most pixels of a side."""

MOST_BYTES: Final = 40_000
"""The most that a preview weighs."""

_SEED: Final = 1
_QUALITIES: Final = (85, 70, 50)


def previews(photo: Pixels, styles: Sequence[Style]) -> dict[str, bytes]:
    """A photo in each style, as the painter paints it in a process of its own; what fails is left out.

    Returns
    -------
    dict
        By the style's id a WebP of at most `SIDE` pixels a side and `MOST_BYTES`.
    """
    still = np.ascontiguousarray(photo)
    runner = PainterRunner()
    try:
        jobs = [Job(id=style.id, pixels=still, style=style, strength=0.5, seed=_SEED) for style in styles]
        made = runner.run(jobs, lambda *_: None)
    finally:
        runner.close()
    return {
        style.id: _encoded(picture, style)
        for style, picture in zip(styles, made, strict=True)
        if isinstance(picture, Picture)
    }


def shrunk(data: bytes) -> bytes:
    """A preview that somebody made, as small as ours: one that is stays as it is.

    Raises
    ------
    ValueError
        It is no picture, or can't be made so small.
    """
    try:
        with Image.open(io.BytesIO(data)) as opened:
            if opened.format == "WEBP" and max(opened.size) <= SIDE and len(data) <= MOST_BYTES:
                return data
            picture = _small(opened.convert("RGB"))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:  # Pillow raises all of them for bad files
        raise ValueError(f"no picture: {error}") from None
    for quality in _QUALITIES:
        file = io.BytesIO()
        picture.save(file, "WEBP", quality=quality)
        if file.tell() <= MOST_BYTES:
            return file.getvalue()
    raise ValueError("it can't be made small enough")


def _encoded(picture: Picture, style: Style) -> bytes:
    pixels = np.asarray(_small(Image.fromarray(picture.pixels)))
    return encode(
        pixels,
        limit=MOST_BYTES,
        medium=picture.medium,
        engine=picture.engine,
        style=style.id,
        image_format=Format.WEBP,
    ).data


def _small(picture: Image.Image) -> Image.Image:
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return picture
