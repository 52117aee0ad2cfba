"""What runs in the decoding child: a stranger's bytes in, an upright RGB picture in sRGB out, or one PhotoFault.

Pillow and pillow-heif only: OpenCV alone would map more address space than the child may have.
"""

import functools
import io
import re
import struct
import warnings
import zlib
from typing import Final

from PIL import AvifImagePlugin, ExifTags, Image, ImageCms

from engine.child import Note
from engine.errors import PhotoError, PhotoFault
from engine.link import Header

MAX_BYTES: Final = 25 << 20
"""The most that one request to Discord carries, and more than any phone's photo."""

MAX_PIXELS: Final = {
    "JPEG": 128_000_000,  # read at an eighth of its size where it is huge: 2 s of CPU time and little memory
    "PNG": 26_000_000,  # from here on read whole; 24.5 MP is what phones take by default
    "GIF": 26_000_000,
    "WEBP": 17_000_000,  # its decoder keeps two canvases beside the picture: 16 bytes a pixel
    "AVIF": 26_000_000,
    "HEIF": 26_000_000,
}
"""By format: what fits in the child's 512 MB and three seconds."""

MAX_PROGRESSIVE_PIXELS: Final = 40_000_000
"""A progressive JPEG keeps every coefficient until its last scan: 6 bytes a pixel, however small it is read."""

MAX_FRAMES: Final = 1000
"""Only the first is painted, but a GIF is walked to its end to count them."""

MIN_SIDE: Final = 32
"""Smaller things are icons: nothing to paint, and too small for the checks' measures."""

MAX_ASPECT: Final = 8
"""Longer side by shorter one: what the diffusion models take."""

FAULTS: Final[dict[type[Exception], PhotoFault]] = {
    Image.DecompressionBombWarning: PhotoFault.TOO_MANY_PIXELS,
    Image.DecompressionBombError: PhotoFault.TOO_MANY_PIXELS,
    MemoryError: PhotoFault.TOO_COSTLY,
    ImageCms.PyCMSError: PhotoFault.DAMAGED,
    ArithmeticError: PhotoFault.DAMAGED,
    AssertionError: PhotoFault.DAMAGED,
    AttributeError: PhotoFault.DAMAGED,
    EOFError: PhotoFault.DAMAGED,
    LookupError: PhotoFault.DAMAGED,
    OSError: PhotoFault.DAMAGED,
    RuntimeError: PhotoFault.DAMAGED,
    SyntaxError: PhotoFault.DAMAGED,
    TypeError: PhotoFault.DAMAGED,
    ValueError: PhotoFault.DAMAGED,
    struct.error: PhotoFault.DAMAGED,
    zlib.error: PhotoFault.DAMAGED,
}
"""What Pillow and pillow-heif raise over bad bytes, and what it means; a subclass means what its base does."""

_FOREIGN = tuple(FAULTS)

_SIGNATURES: Final = {
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "GIF": re.compile(rb"GIF8[79]a"),
    "WEBP": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
_BRANDS: Final = {
    "AVIF": {b"avif", b"avis"},  # first: such files call themselves mif1 as well
    "HEIF": {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"},
}
"""What a file says in its first bytes; its name and its declared type are never asked."""

_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What sets a picture upright, by its EXIF orientation."""

_SIDEWAYS: Final = {_TURNS[5], _TURNS[6], _TURNS[7], _TURNS[8]}

_LONGEST_FTYP: Final = 256  # bytes; real ones have a dozen brands
_SRGB: Final = ImageCms.createProfile("sRGB")
_SRGB_NAMES: Final = {"sRGB", "sRGB IEC61966-2.1", "sRGB built-in"}  # exactly: a "Linear sRGB" is another space
_FILTER: Final = Image.Resampling.HAMMING  # for shrinking as good as bicubic, in 60 % of its time


def decode(header: Header, payload: bytes, _note: Note) -> tuple[Header, bytes]:
    """Decode a photo: the task of the decoding worker.

    Parameters
    ----------
    header
        `max_side`: the longer side of the answer is at most this many pixels.

    Returns
    -------
    tuple[Header, bytes]
        `size` (width, height), `original` (the same of the upright photo before it was scaled down) and `frames`, with
        the pixels in rows of RGB; or `fault` and `limit` as in `PhotoError`, without pixels.
    """
    _configure()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _decode(payload, header["max_side"])
    except PhotoError as refusal:
        return {"fault": refusal.fault, "limit": refusal.limit}, b""
    except _FOREIGN as error:
        return {"fault": fault_of(error), "limit": None}, b""


def fault_of(error: Exception) -> PhotoFault:
    """Look up what an error of Pillow or pillow-heif says about a photo."""
    return next(FAULTS[kind] for kind in type(error).__mro__ if kind in FAULTS)


@functools.cache
def _configure() -> None:
    """Set the libraries up, in the child: the process that holds the token never loads the HEIC decoder."""
    import pillow_heif  # noqa: PLC0415 - see above

    # One thread, and nothing but the photo: threads reserve address space, and the rest would be parsed for nobody.
    pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    Image.MAX_IMAGE_PIXELS = max(MAX_PIXELS.values())


def _decode(data: bytes, max_side: int) -> tuple[Header, bytes]:
    kind = _format(data)
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        # asked of JPEGs only: a PNG's text may call itself whatever it likes
        progressive = kind == "JPEG" and image.info.get("progressive")
        _check_size(image.size, MAX_PROGRESSIVE_PIXELS if progressive else MAX_PIXELS[kind])
        frames = _frames(image, kind)
        original, turn = image.size, _TURNS.get(_orientation(image))
        if kind == "JPEG":  # a HEIC would offer its thumbnail, which may show something else than the photo
            image.draft(None, _fitting(image.size, max_side))
        image.load()
        picture = _to_srgb(_on_white(_scaled(_plain(image), max_side)), image.info.get("icc_profile"))
    if turn is not None:
        picture = picture.transpose(turn)
    if turn in _SIDEWAYS:
        original = original[::-1]
    return {"size": picture.size, "original": original, "frames": frames}, picture.tobytes()


def _format(data: bytes) -> str:
    """Tell the format by the bytes, so that only one decoder ever sees them."""
    for name, signature in _SIGNATURES.items():
        if signature.match(data):
            return name
    if data[4:8] == b"ftyp":
        end = min(int.from_bytes(data[:4]), _LONGEST_FTYP)
        brands = {data[at : at + 4] for at in range(8, end, 4)}
        for name, known in _BRANDS.items():
            if brands & known:
                return name
    raise PhotoError(PhotoFault.NOT_A_PICTURE)


def _check_size(size: tuple[int, int], most_pixels: int) -> None:
    """Refuse by what the header declares, before a pixel is decoded."""
    short, long = sorted(size)
    if long > MAX_ASPECT * short:
        raise PhotoError(PhotoFault.TOO_NARROW, MAX_ASPECT)
    if short < MIN_SIDE:
        raise PhotoError(PhotoFault.TOO_SMALL, MIN_SIDE)
    if short * long > most_pixels:
        raise PhotoError(PhotoFault.TOO_MANY_PIXELS, most_pixels)


def _frames(image: Image.Image, kind: str) -> int:
    """Count the pictures of an animation or a burst. What follows in a JPEG is its preview or depth map: none."""
    frames: int = 1 if kind == "JPEG" else getattr(image, "n_frames", 1)
    if frames > MAX_FRAMES:
        raise PhotoError(PhotoFault.TOO_MANY_FRAMES, MAX_FRAMES)
    return frames


def _orientation(image: Image.Image) -> int:
    """Read the EXIF orientation, 1 where there is none; a photo whose EXIF is broken is still a photo."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except _FOREIGN:
        return 1


def _plain(image: Image.Image) -> Image.Image:
    """Bring the many modes down to RGB, RGBA, L and CMYK with eight bits, which can be scaled."""
    if image.mode.startswith("I"):  # Pillow's own conversion clips 16 bits to white
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if not isinstance(image.info.get("transparency"), int | bytes | tuple):
        image.info.pop("transparency", None)  # a PNG's text of that name
    if image.mode in {"RGB", "RGBA", "L", "CMYK"} and "transparency" not in image.info:
        return image  # converting to the same mode would copy it, at full size
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _scaled(image: Image.Image, max_side: int) -> Image.Image:
    size = _fitting(image.size, max_side)
    return image if size == image.size else image.resize(size, _FILTER, reducing_gap=2.0)


def _fitting(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    width, height = size
    scale = min(1.0, max_side / max(size))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert by the embedded profile; one that is broken, or made for another mode, counts as none."""
    if not profile:
        return image.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if ImageCms.getProfileDescription(source).strip() in _SRGB_NAMES:
            return image.convert("RGB")
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return image.convert("RGB")
    return image if converted is None else converted
