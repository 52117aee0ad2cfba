"""Any picture that people send comes out upright, in sRGB, on white and small enough; anything else is one fault."""

import ast
import builtins
import importlib
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import PIL
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile

from engine import decoding
from engine.errors import PhotoFault
from engine.link import Header
from tests.images import samples

LOSSY = 6.0  # mean difference of grey levels; a wrong turn, colour space or background makes dozens


def decode(data: bytes, max_side: int = 1600, min_side: int = 1) -> tuple[Header, bytes]:
    return decoding.decode({"min_side": min_side, "max_side": max_side}, data, lambda _: None)


def pixels(data: bytes, max_side: int = 1600) -> NDArray[np.uint8]:
    header, rows = decode(data, max_side)
    assert "fault" not in header, header
    width, height = header["size"]
    return np.frombuffer(rows, np.uint8).reshape(height, width, 3)


def fault(data: bytes) -> tuple[PhotoFault | None, int | None]:
    header, rows = decode(data)
    assert bool(rows) != ("fault" in header)
    return header.get("fault"), header.get("limit")


def distance(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


@pytest.mark.parametrize("kind", samples.FORMATS)
def test_every_format_is_read(kind: str) -> None:
    header, _ = decode(samples.photo(kind))
    assert header == {"size": (96, 64), "original": (96, 64), "frames": 1}
    assert distance(pixels(samples.photo(kind)), samples.scene()) < LOSSY


def test_an_avif_that_calls_itself_by_its_container_is_read() -> None:
    data = samples.photo("AVIF")
    assert data[8:12] == b"avif"
    assert distance(pixels(data[:8] + b"mif1" + data[12:]), samples.scene()) < LOSSY


UPRIGHT = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.transpose(1, 0, 2),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: np.rot90(stored, 2).transpose(1, 0, 2),
    8: lambda stored: np.rot90(stored, 1),
}
"""The EXIF standard's eight orientations, as NumPy would undo them."""


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_every_orientation_is_set_upright(orientation: int) -> None:
    data = samples.photo("PNG", exif=samples.exif(orientation))
    expected = UPRIGHT[orientation](samples.scene())
    np.testing.assert_array_equal(pixels(data), expected)
    assert decode(data)[0]["original"] == expected.shape[1::-1]


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_lossy_formats_are_set_upright_too(kind: str) -> None:
    data = samples.photo(kind, exif=samples.exif(6))
    assert distance(pixels(data), np.rot90(samples.scene(), -1)) < LOSSY


def test_a_heic_is_turned_once_and_not_twice() -> None:
    data = samples.photo("HEIF", exif=samples.exif(6))
    assert distance(pixels(data), np.rot90(samples.scene(), -1)) < LOSSY


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(orientation: int) -> None:
    np.testing.assert_array_equal(pixels(samples.photo("PNG", exif=samples.exif(orientation))), samples.scene())


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"])
def test_a_photo_with_broken_exif_is_still_a_photo(exif: bytes) -> None:
    assert distance(pixels(samples.photo("JPEG", exif=exif)), samples.scene()) < LOSSY


def test_a_large_photo_is_scaled_down_in_its_own_shape() -> None:
    header, _ = decode(samples.save(Image.new("RGB", (3000, 1000)), "PNG"), max_side=600)
    assert (header["size"], header["original"]) == ((600, 200), (3000, 1000))


def test_a_large_jpeg_is_scaled_as_faithfully_as_a_large_png() -> None:
    large = Image.fromarray(samples.scene()).resize((2400, 1600), Image.Resampling.BICUBIC)
    small = np.asarray(large.resize((96, 64), Image.Resampling.BOX))
    assert distance(pixels(samples.save(large, "JPEG", quality=95), max_side=96), small) < LOSSY
    assert distance(pixels(samples.save(large, "PNG"), max_side=96), small) < LOSSY


def test_a_photo_between_the_bounds_keeps_its_size() -> None:
    assert decode(samples.photo("JPEG"), max_side=2000, min_side=96)[0]["size"] == (96, 64)


@pytest.mark.parametrize("kind", samples.FORMATS)
def test_a_tiny_photo_is_enlarged_in_its_own_shape(kind: str) -> None:
    header, rows = decode(samples.photo(kind), min_side=480)
    assert (header["size"], header["original"]) == ((480, 320), (96, 64))
    large = np.frombuffer(rows, np.uint8).reshape(320, 480, 3)
    small = np.asarray(Image.fromarray(large).resize((96, 64), Image.Resampling.BOX))
    assert distance(small, samples.scene()) < LOSSY + (8 if kind == "GIF" else 0)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_grey_stays_grey(kind: str) -> None:
    grey = Image.fromarray(samples.scene()).convert("L")
    assert distance(pixels(samples.save(grey, kind)), np.asarray(grey.convert("RGB"))) < LOSSY


def test_sixteen_bits_of_grey_become_eight_without_turning_white() -> None:
    ramp = np.linspace(0, 65535, 96 * 64).reshape(64, 96).astype(np.uint16)
    expected = np.repeat((ramp >> 8).astype(np.uint8)[..., None], 3, axis=2)
    assert distance(pixels(samples.save(Image.fromarray(ramp), "PNG")), expected) < 1


def test_black_and_white_is_read() -> None:
    bits = Image.fromarray(samples.scene()).convert("1")
    np.testing.assert_array_equal(pixels(samples.save(bits, "PNG")), np.asarray(bits.convert("RGB")))


def test_a_palette_is_resolved() -> None:
    palette = Image.fromarray(samples.scene()).quantize(64)
    np.testing.assert_array_equal(pixels(samples.save(palette, "PNG")), np.asarray(palette.convert("RGB")))


def test_cmyk_is_not_inverted() -> None:
    cmyk = Image.fromarray(samples.scene()).convert("CMYK")
    assert distance(pixels(samples.save(cmyk, "JPEG", quality=95)), samples.scene()) < LOSSY


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "HEIF"])
def test_what_is_transparent_becomes_white(kind: str) -> None:
    image = Image.fromarray(samples.scene()).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 48, 64))
    picture = pixels(samples.save(image, kind))
    assert distance(picture[:, 4:44], np.full((64, 40, 3), 255, np.uint8)) < LOSSY
    assert distance(picture[:, 52:], samples.scene()[:, 52:]) < LOSSY


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_palette_entry_becomes_white(kind: str) -> None:
    image = Image.new("P", (64, 64), 0)
    image.putpalette([0, 0, 0, 200, 30, 30])
    image.paste(1, (32, 0, 64, 64))
    picture = pixels(samples.save(image, kind, transparency=0))
    assert picture[0, 0].tolist() == [255, 255, 255]
    assert picture[0, 63].tolist() == [200, 30, 30]


@pytest.mark.parametrize(("mode", "value", "shown"), [("LA", (0, 128), 127), ("L", 90, 255), ("RGB", (9, 9, 9), 255)])
def test_grey_with_alpha_and_transparent_colours_lie_on_white(mode: str, value: Any, shown: int) -> None:
    transparency = {} if mode == "LA" else {"transparency": value}
    picture = pixels(samples.save(Image.new(mode, (40, 40), value), "PNG", **transparency))
    assert np.all(picture == shown)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_colours_are_converted_by_the_embedded_profile(kind: str) -> None:
    picture = pixels(samples.photo(kind, icc_profile=samples.swapping_profile()))
    assert distance(picture, samples.scene()[..., ::-1]) < LOSSY


@pytest.mark.parametrize("profile", [b"no profile at all", samples.swapping_profile()[:200]])
def test_a_broken_profile_counts_as_none(profile: bytes) -> None:
    np.testing.assert_array_equal(pixels(samples.photo("PNG", icc_profile=profile)), samples.scene())


def test_a_profile_for_other_modes_counts_as_none() -> None:
    grey = Image.fromarray(samples.scene()).convert("L")
    picture = pixels(samples.save(grey, "PNG", icc_profile=samples.swapping_profile()))
    np.testing.assert_array_equal(picture, np.asarray(grey.convert("RGB")))


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_the_first_picture_is_taken_and_the_others_counted(kind: str) -> None:
    data = samples.animated(kind)
    assert decode(data)[0]["frames"] == 3
    assert distance(pixels(data), samples.scene()) < LOSSY


def test_the_preview_in_a_phones_jpeg_is_no_second_picture() -> None:
    scene = Image.fromarray(samples.scene())
    data = samples.save(scene, "MPO", save_all=True, append_images=[scene.resize((48, 32))], quality=95)
    assert decode(data)[0]["frames"] == 1
    assert distance(pixels(data), samples.scene()) < LOSSY


@pytest.mark.parametrize("name", samples.STRANGERS)
def test_what_is_no_picture_of_ours_is_said_to_be_none(name: str) -> None:
    assert fault(samples.STRANGERS[name]) == (PhotoFault.NOT_A_PICTURE, None)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1, 1), (PhotoFault.TOO_SMALL, 32)),
        ((31, 200), (PhotoFault.TOO_SMALL, 32)),
        ((20_000, 10), (PhotoFault.TOO_NARROW, 8)),
        ((32, 257), (PhotoFault.TOO_NARROW, 8)),
        ((6000, 5000), (PhotoFault.TOO_MANY_PIXELS, decoding.MAX_PIXELS["PNG"])),
        ((13_000, 12_000), (PhotoFault.TOO_MANY_PIXELS, None)),
        ((65_535, 65_535), (PhotoFault.TOO_MANY_PIXELS, None)),
    ],
)
def test_a_size_is_refused_by_its_declaration(size: tuple[int, int], expected: tuple[PhotoFault, int]) -> None:
    assert fault(samples.png_that_declares(*size)) == expected


@pytest.mark.parametrize("size", [(32, 32), (32, 256), (256, 32)])
def test_the_smallest_and_the_narrowest_that_are_allowed_pass(size: tuple[int, int]) -> None:
    assert fault(samples.black_png(*size)) == (None, None)


def test_a_jpeg_of_several_scans_has_a_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_SAMPLES_KEPT", 3000)
    progressive = samples.photo("JPEG", progressive=True)
    assert fault(progressive) == (PhotoFault.TOO_MANY_PIXELS, 1000)
    second = progressive.index(b"\xff\xda", progressive.index(b"\xff\xda") + 2)
    assert fault(progressive[:second]) == (PhotoFault.TOO_MANY_PIXELS, 1000)  # cut off, it is kept whole all the same
    assert fault(samples.photo("JPEG")) == (None, None)


def test_the_scans_of_a_jpeg_are_counted_in_one_pass_over_any_bytes() -> None:
    assert decoding._scans(b"\xff\xd8" + b"\xff" * (1 << 20) + b"\0") == []  # erased flash; minutes, if it backtracked


def test_the_thumbnail_in_a_jpeg_is_no_second_scan_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_SAMPLES_KEPT", 3000)
    thumbnail = samples.photo("JPEG")
    segment = b"\xff\xe2" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    data = samples.photo("JPEG")
    assert fault(data[:2] + segment + data[2:]) == (None, None)


def test_a_baseline_jpeg_of_a_scan_for_each_colour_counts_as_one_of_several() -> None:
    data = samples.photo("JPEG")
    start = data.index(b"\xff\xda")
    scan = data[start:-2]
    assert decoding._scans(data) == [3]
    assert decoding._scans(data[:-2] + scan + scan + data[-2:]) == [3, 3, 3]


@pytest.mark.parametrize("gamma", [0.3, 0.45455, 1.0])
def test_a_png_that_states_its_gamma_comes_out_alike_whatever_it_is(gamma: float) -> None:
    light = (samples.scene() / 255) ** 2.2
    stored = Image.fromarray(np.round(255 * light**gamma).astype(np.uint8))
    data = samples.with_chunk(samples.save(stored, "PNG"), b"gAMA", struct.pack(">I", round(gamma * 100_000)))
    assert distance(pixels(data), samples.scene()) < 3
    marked = samples.with_chunk(data, b"sRGB", b"\0")
    np.testing.assert_array_equal(pixels(marked), np.asarray(stored))


def test_too_many_frames_are_refused() -> None:
    assert fault(samples.apng_that_declares(1000)) == (None, None)
    assert fault(samples.apng_that_declares(1001)) == (PhotoFault.TOO_MANY_FRAMES, 1000)


@pytest.mark.parametrize("kind", samples.FORMATS)
def test_a_file_that_breaks_off_is_damaged_wherever_it_does(kind: str) -> None:
    data = samples.photo(kind)
    cuts = [len(data) * percent // 100 for percent in range(4, 91, 6)]
    assert {fault(data[:cut])[0] for cut in cuts if cut > 40} == {PhotoFault.DAMAGED}
    assert {fault(data[:cut])[0] for cut in range(1, 40)} <= {PhotoFault.DAMAGED, PhotoFault.NOT_A_PICTURE}


@pytest.mark.parametrize("kind", samples.FORMATS)
def test_flipped_bytes_end_as_a_picture_or_as_a_fault(kind: str) -> None:
    data = samples.photo(kind)
    rng = np.random.default_rng(7)
    for _ in range(40):
        broken = bytearray(data)
        for at in rng.integers(0, len(data), 3):
            broken[at] ^= int(rng.integers(1, 256))
        header, rows = decode(bytes(broken))
        assert ("fault" in header) != bool(rows)


def test_truncated_pictures_are_never_filled_up() -> None:
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_no_memory_is_too_costly(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: Any, **__: Any) -> Image.Image:
        raise MemoryError

    monkeypatch.setattr(Image, "open", exhausted)
    assert fault(samples.photo("PNG")) == (PhotoFault.TOO_COSTLY, None)


def modules_that_decode() -> list[ModuleType]:
    names = ["Image", "ImageFile", "ImageCms", "ImagePalette", "JpegImagePlugin", "MpoImagePlugin", "TiffImagePlugin"]
    names += ["PngImagePlugin", "GifImagePlugin", "WebPImagePlugin", "AvifImagePlugin"]
    return [importlib.import_module(f"PIL.{name}") for name in names] + [
        importlib.import_module(f"pillow_heif.{name}") for name in ("heif", "misc", "as_plugin")
    ]


def raised_by(module: ModuleType) -> Iterator[type[BaseException]]:
    assert module.__file__ is not None
    for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
        match node:
            case ast.Raise(exc=ast.Call(func=ast.Name(id=name)) | ast.Name(id=name)):
                kind = getattr(module, name, getattr(builtins, name, None))
                if isinstance(kind, type) and issubclass(kind, BaseException):
                    yield kind


def defined_by(package: ModuleType) -> Iterator[type[BaseException]]:
    """Give every exception class of a package, importing only the modules that have one."""
    assert package.__file__ is not None
    for path in Path(package.__file__).parent.glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and node.name.endswith(("Error", "Warning", "Exception")):
                name = package.__name__ if path.stem == "__init__" else f"{package.__name__}.{path.stem}"
                kind = getattr(importlib.import_module(name), node.name)
                if issubclass(kind, BaseException):
                    yield kind


def test_every_exception_that_pillow_and_pillow_heif_define_is_mapped() -> None:
    defined = {*defined_by(PIL), *defined_by(pillow_heif)}
    assert {PIL.UnidentifiedImageError, Image.DecompressionBombError, ImageCms.PyCMSError} <= defined
    assert all(issubclass(kind, tuple(decoding.FAULTS)) for kind in defined), defined


def test_every_exception_that_the_decoders_raise_is_mapped() -> None:
    raised = {kind for module in modules_that_decode() for kind in raised_by(module)}
    assert {OSError, ValueError, SyntaxError, EOFError, TypeError, RuntimeError} <= raised
    raised -= {
        ImportError,  # a build without a codec: the fault of the installation, not of the photo
        Exception,  # only from the setter of a read-only attribute, which no decoder calls
    }
    assert all(issubclass(kind, tuple(decoding.FAULTS)) for kind in raised), raised


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (PIL.UnidentifiedImageError(), PhotoFault.DAMAGED),
        (Image.DecompressionBombError(), PhotoFault.TOO_MANY_PIXELS),
        (Image.DecompressionBombWarning(), PhotoFault.TOO_MANY_PIXELS),
        (ImageCms.PyCMSError(), PhotoFault.DAMAGED),
        (MemoryError(), PhotoFault.TOO_COSTLY),
        (struct.error(), PhotoFault.DAMAGED),
        (zlib.error(), PhotoFault.DAMAGED),
        (KeyError(), PhotoFault.DAMAGED),
        (IndexError(), PhotoFault.DAMAGED),
        (ZeroDivisionError(), PhotoFault.DAMAGED),
        (OverflowError(), PhotoFault.DAMAGED),
        (RecursionError(), PhotoFault.DAMAGED),
        (NotImplementedError(), PhotoFault.DAMAGED),
        (UnicodeDecodeError("utf-8", b"", 0, 1, ""), PhotoFault.DAMAGED),
        (AttributeError(), PhotoFault.DAMAGED),
        (AssertionError(), PhotoFault.DAMAGED),
    ],
)
def test_an_error_means_what_its_nearest_base_means(error: Exception, expected: PhotoFault) -> None:
    assert decoding.fault_of(error) is expected
