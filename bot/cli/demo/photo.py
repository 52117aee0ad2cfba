"""The pictures of a demo: the member's own photo, or an astronaut."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from bot.cli import pictures
from bot.cli.failure import CommandError
from engine.contract import Pixels
from engine.errors import EngineError
from engine.images import Decoder
from playground import Upload

_PHONE_SIDE = 1536
_FACE = (96, 0, 352, 256)
_KINDS = {".png": "image/png", ".webp": "image/webp", ".gif": "image/gif", ".heic": "image/heic", ".avif": "image/avif"}


def upload(path: Path | None) -> Upload:
    """Take this file, or NASA's photo of Eileen Collins (public domain) at the size of a phone's photo.

    Raises
    ------
    CommandError
        The file can't be read, or scikit-image, with which the astronaut comes, isn't installed.
    """
    if path is None:
        picture = _astronaut().resize((_PHONE_SIDE, _PHONE_SIDE), Image.Resampling.LANCZOS)
        return Upload("astronaut.jpg", _jpeg(picture), "image/jpeg")
    return Upload(path.name, pictures.read(path), _KINDS.get(path.suffix.lower(), "image/jpeg"))


async def decoded(data: bytes) -> Pixels:
    """The photo's pixels; CommandError with one sentence where it is none."""
    decoder = Decoder()
    try:
        return (await decoder.decode(data)).pixels
    except EngineError as error:
        raise CommandError(pictures.sentence(error)) from None
    finally:
        decoder.close()


def portrait() -> Upload:
    """The astronaut's face, for an avatar; CommandError as in `upload`."""
    return Upload("face.jpg", _jpeg(_astronaut().crop(_FACE)), "image/jpeg")


def _astronaut() -> Image.Image:
    try:
        from skimage import data  # noqa: PLC0415 - the demo's extra; nothing else needs it
    except ImportError:
        raise CommandError(
            "the photo comes with scikit-image: `make demo` installs it, or give one with --photo"
        ) from None
    return Image.fromarray(np.asarray(data.astronaut()))


def _jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=92)
    return file.getvalue()
