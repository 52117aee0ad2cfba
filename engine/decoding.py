"""What runs in the decoding child: a stranger's bytes in, an upright RGB picture in sRGB out, or one PhotoFault.

Pillow and pillow-heif only: OpenCV alone would map more address space than the child may have.
"""

import functools
import io
import re
import struct
import warnings
import zlib
from typing import Any, Final

from PIL import AvifImagePlugin, ExifTags, Image, ImageCms, JpegImagePlugin

from engine.child import Note
from engine.errors import PhotoError, PhotoFault
from engine.link import Header

MAX_BYTES: Final = 25 << 20
"""The most that one request to Discord carries, and more than any phone's photo."""

MAX_PIXELS: Final = {
    "JPEG": 128_000_000,  # read at an eighth of its size where it is huge: 2 s of CPU time and little memory
    "PNG": 24_000_000,  # from here on read whole; 10.5 bytes a pixel where it has alpha
    "GIF": 25_000_000,
    "WEBP": 12_300_000,  # a phone's 12 MP are 12.2; its decoder keeps two canvases beside the picture: 16 bytes a pixel
    "AVIF": 14_000_000,  # 18 bytes a pixel where it has 10 bits and alpha
    "HEIF": 25_000_000,  # 24.5 MP is what some phones take by default
}
"""By format: what fits in 300 MB and three seconds."""

MAX_SAMPLES_KEPT: Final = 110_000_000
"""A JPEG of several scans keeps every coefficient, of two bytes, until the last one, however small it is read."""

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

_MARKER: Final = re.compile(rb"\xff([\xc0-\xcf\xd9-\xef\xfe])")
"""What begins a segment of a JPEG: in a scan, a byte of 255 is followed by 0 or by a restart marker."""

_START_OF_SCAN, _END_OF_IMAGE = b"\xda", b"\xd9"
_LONGEST_FTYP: Final = 256  # bytes; real ones have a dozen brands
_SRGB: Final = ImageCms.createProfile("sRGB")
_SRGB_NAMES: Final = {"sRGB", "sRGB IEC61966-2.1", "sRGB built-in"}  # exactly: a "Linear sRGB" is another space
_SRGB_GAMMA: Final = 1 / 2.2
_GAMMAS: Final = 0.1, 3.0  # what a camera or a program may have meant; beyond it the chunk is junk
_FILTER: Final = Image.Resampling.HAMMING  # for shrinking as good as bicubic, in 60 % of its time


def decode(header: Header, payload: bytes, _note: Note) -> tuple[Header, bytes]:
    """Decode a photo: the task of the decoding worker.

    Parameters
    ----------
    header
        `min_side`, `max_side`: the longer side of the answer has as many pixels at least and at most.

    Returns
    -------
    tuple[Header, bytes]
        `size` (width, height), `original` (the same of the upright photo before it was scaled) and `frames`, with
        the pixels in rows of RGB; or `fault` and `limit` as in `PhotoError`, without pixels.
    """
    _configure()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _decode(payload, (header["min_side"], header["max_side"]))
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


def _decode(data: bytes, sides: tuple[int, int]) -> tuple[Header, bytes]:
    kind = _format(data)
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        _check_size(image.size, _most_pixels(image, kind, data))
        frames = _frames(image, kind)
        original, turn = image.size, _TURNS.get(_orientation(image))
        if kind == "JPEG":  # a HEIC would offer its thumbnail, which may show something else than the photo
            image.draft(None, _fitting(image.size, sides))
        image.load()
        picture = _to_srgb(_scaled(_plain(image), sides), image.info)
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


def _most_pixels(image: Image.Image, kind: str, data: bytes) -> int:
    most = MAX_PIXELS[kind]
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        one_scan_of_all = _scans(data) == [image.layers] and "progressive" not in image.info
        most = most if one_scan_of_all else min(most, MAX_SAMPLES_KEPT // image.layers)
    return most


def _scans(data: bytes) -> list[int]:
    """Return how many components each scan of a JPEG has, up to its end.

    The thumbnail in its EXIF lies in a segment that is stepped over.
    """
    scans: list[int] = []
    place = 2
    while marker := _MARKER.search(data, place):
        place = marker.end()
        if marker[1] == _END_OF_IMAGE:
            break
        if marker[1] == _START_OF_SCAN:
            scans += data[place + 2 : place + 3]
        place += int.from_bytes(data[place : place + 2])
    return scans


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
    """Bring the many modes down to RGB, L and CMYK with eight bits, on white where they are transparent.

    Step by step, and each copy is dropped before the next: at full size one takes 100 MB.
    """
    if image.mode.startswith("I"):  # Pillow's own conversion clips 16 bits to white
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if not isinstance(image.info.get("transparency"), int | bytes | tuple):
        image.info.pop("transparency", None)  # a PNG's text of that name
    if image.mode in {"LA", "La"}:
        return _on_white(image.getchannel("L"), image.getchannel("A"))
    if image.mode == "P" and "transparency" in image.info:
        opacity = image.convert("RGBA").getchannel("A")
        image.info.pop("transparency")
        return _on_white(image.convert("RGB"), opacity)
    if image.has_transparency_data:
        image = image if image.mode == "RGBA" else image.convert("RGBA")  # converting to the same mode would copy it
        return _on_white(image, image.getchannel("A"))
    return image if image.mode in {"RGB", "L", "CMYK"} else image.convert("RGB")


def _on_white(image: Image.Image, opacity: Image.Image) -> Image.Image:
    white = Image.new("L" if image.mode == "L" else "RGB", image.size, "white")
    white.paste(image, mask=opacity)
    return white


def _scaled(image: Image.Image, sides: tuple[int, int]) -> Image.Image:
    size = _fitting(image.size, sides)
    if size == image.size:
        return image
    how = Image.Resampling.LANCZOS if max(size) > max(image.size) else _FILTER
    return image.resize(size, how, reducing_gap=2.0)


def _fitting(size: tuple[int, int], sides: tuple[int, int]) -> tuple[int, int]:
    """Return the size in the same shape whose longer side lies between two bounds."""
    (width, height), (least, most) = size, sides
    scale = min(most, max(least, *size)) / max(size)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _to_srgb(image: Image.Image, info: dict[str | tuple[int, int], Any]) -> Image.Image:
    """Convert by the embedded profile; one that is broken, or made for another mode, counts as none."""
    profile = info.get("icc_profile")
    if not profile:
        return _from_gamma(image.convert("RGB"), info)
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if ImageCms.getProfileDescription(source).strip() in _SRGB_NAMES:
            return image.convert("RGB")
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return image.convert("RGB")
    return image if converted is None else converted


def _from_gamma(image: Image.Image, info: dict[str | tuple[int, int], Any]) -> Image.Image:
    """Undo the gamma that a PNG says it was saved with, where it is not that of sRGB."""
    gamma = info.get("gamma")
    if not isinstance(gamma, float) or "srgb" in info or not _GAMMAS[0] <= gamma <= _GAMMAS[1]:
        return image
    light = [(value / 255) ** (1 / gamma) for value in range(256)]
    return image.point([round(255 * each**_SRGB_GAMMA) for each in light] * 3)
