"""The one typed seam to OpenCV, whose own stubs fail strict typing at every call.

Rules for callers: arrays are C-contiguous; float planes are float32 in 0..1 unless a docstring says otherwise.
"""

from enum import IntEnum
from pathlib import Path
from typing import Any, TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
"""One float32 plane, (height, width)."""

Planes = NDArray[np.float32]
"""Three planes, (3, height, width): arithmetic with a (height, width) mask then runs in long rows."""

Interleaved = NDArray[np.float32]
"""Three channels a pixel, (height, width, 3): what OpenCV's colour functions take."""

Bytes = NDArray[np.uint8]
"""8-bit values of any shape."""

_Image = TypeVar("_Image", bound=NDArray[Any])

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # what goes wrong is raised, not printed as well
cv2.setNumThreads(1)  # a job owns one core; two threads on one picture save 12-22 % wall time for 16-30 % more work

_REFLECT = cv2.BORDER_REFLECT


class Interpolation(IntEnum):
    """How a picture is resampled."""

    NEAREST = cv2.INTER_NEAREST
    LINEAR = cv2.INTER_LINEAR
    CUBIC = cv2.INTER_CUBIC
    AREA = cv2.INTER_AREA
    LANCZOS = cv2.INTER_LANCZOS4


def resize(image: _Image, width: int, height: int, how: Interpolation) -> _Image:
    """Resample a plane or an interleaved picture of uint8 or float32; the type stays."""
    return cast("_Image", cv2.resize(image, (width, height), interpolation=int(how)))


def remap(plane: Plane, x: Plane, y: Plane, how: Interpolation = Interpolation.LINEAR) -> Plane:
    """Look the plane up at the positions (x, y) in pixels, mirrored at its border."""
    return cast("Plane", cv2.remap(plane, x, y, int(how), borderMode=_REFLECT))


def gaussian(image: _Image, sigma: float) -> _Image:
    """Blur a plane or interleaved picture with a Gaussian of `sigma` pixels, mirrored at the border; the type stays."""
    return cast("_Image", cv2.GaussianBlur(image, (0, 0), sigma, borderType=_REFLECT))


def box(plane: Plane, radius: int) -> Plane:
    """Average over squares of 2 * radius + 1 pixels, mirrored at the border."""
    side = 2 * radius + 1
    return cast("Plane", cv2.boxFilter(plane, -1, (side, side), borderType=_REFLECT))


def grey(image: Interleaved) -> Plane:
    """Return the luma (Rec. 601) of an RGB picture."""
    return cast("Plane", cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))


def bilateral(image: _Image, diameter: int, colour_sigma: float, space_sigma: float) -> _Image:
    """Even out differences of about `colour_sigma` within `diameter` pixels and keep edges."""
    return cast("_Image", cv2.bilateralFilter(image, diameter, colour_sigma, space_sigma))


def gradient(plane: Plane) -> tuple[Plane, Plane]:
    """Return the derivatives along x and y by the Scharr operator, per pixel."""
    return (
        cast("Plane", cv2.Scharr(plane, cv2.CV_32F, 1, 0, scale=1 / 32)),
        cast("Plane", cv2.Scharr(plane, cv2.CV_32F, 0, 1, scale=1 / 32)),
    )


def pad(plane: Plane, margin: int) -> Plane:
    """Mirror `margin` pixels at every side."""
    return cast("Plane", cv2.copyMakeBorder(plane, margin, margin, margin, margin, _REFLECT))


def merge(planes: Planes) -> Interleaved:
    """Interleave three planes."""
    return cast("Interleaved", cv2.merge([planes[0], planes[1], planes[2]]))


def split(image: Interleaved) -> Planes:
    """Return the three channels as planes."""
    return np.ascontiguousarray(np.moveaxis(image, -1, 0))


def transform(image: Interleaved, matrix: NDArray[np.float32]) -> Interleaved:
    """Multiply every pixel by a 3 x 3 matrix."""
    return cast("Interleaved", cv2.transform(image, matrix))


def to_bytes(image: NDArray[np.float32]) -> Bytes:
    """Round values of 0..1 to 0..255; larger ones saturate, negative ones are the caller's to avoid."""
    return cast("Bytes", cv2.convertScaleAbs(image, alpha=255))


def look_up(image: Bytes, table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Replace every 8-bit value by the table's entry (256 of them)."""
    return cast("NDArray[np.float32]", cv2.LUT(image, table))


def polar(x: Plane, y: Plane) -> tuple[Plane, Plane]:
    """Return length and angle (degrees, 0..360) of the vectors (x, y)."""
    length, angle = cv2.cartToPolar(x, y, angleInDegrees=True)
    return cast("Plane", length), cast("Plane", angle)


def cartesian(length: Plane, angle: Plane) -> tuple[Plane, Plane]:
    """Undo `polar`."""
    x, y = cv2.polarToCart(length, angle, angleInDegrees=True)
    return cast("Plane", x), cast("Plane", y)


def spectrum(plane: Plane) -> Plane:
    """Fourier-transform a real plane into OpenCV's packed (CCS) layout of the same shape."""
    return cast("Plane", cv2.dft(plane))


def from_spectrum(packed: Plane) -> Plane:
    """Undo `spectrum`."""
    return cast("Plane", cv2.dft(packed, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE))


def fast_dft_size(size: int) -> int:
    """Return the smallest length >= size whose transform is fast."""
    return cv2.getOptimalDFTSize(size)


def components(mask: Bytes, connectivity: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Label connected areas (0 is the background) and measure them: (labels, rows of x, y, width, height, area)."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=connectivity)
    return cast("NDArray[np.int32]", labels), cast("NDArray[np.int32]", stats)


def distance(mask: Bytes) -> Plane:
    """Return how far, in pixels, every pixel that is set lies from the nearest one that is not."""
    return cast("Plane", cv2.distanceTransform(mask, cv2.DIST_L2, 3))


def ellipse(diameter: int) -> Bytes:
    """Return a round structuring element."""
    return cast("Bytes", cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter)))


def dilate(image: _Image, element: Bytes) -> _Image:
    """Take the maximum under the element."""
    return cast("_Image", cv2.dilate(image, element))


def erode(image: _Image, element: Bytes) -> _Image:
    """Take the minimum under the element."""
    return cast("_Image", cv2.erode(image, element))


def edges(dx: NDArray[np.int16], dy: NDArray[np.int16], low: float, high: float) -> Bytes:
    """Trace edges by Canny's hysteresis on given derivatives, thresholds in their Euclidean length: 255 on an edge."""
    return cast("Bytes", cv2.Canny(dx, dy, low, high, L2gradient=True))


class FaceDetector:
    """OpenCV's YuNet detector around a model in ONNX format; finds nothing below the given score.

    Raises
    ------
    ValueError
        The file is no such model.
    """

    def __init__(self, model: Path, least_score: float) -> None:
        try:
            self._net: Any = cv2.FaceDetectorYN.create(str(model), "", (320, 320), least_score)
        except cv2.error as error:
            raise ValueError(f"{model}: no face detection model: {error.err}") from None

    def detect(self, image: Bytes) -> list[tuple[NDArray[np.float32], float]]:
        """Return (x, y, width, height) and score of each face in an RGB picture."""
        height, width = image.shape[:2]
        self._net.setInputSize((width, height))
        _, rows = self._net.detect(np.ascontiguousarray(image[..., ::-1]))
        return [] if rows is None else [(np.asarray(row[:4], np.float32), float(row[14])) for row in rows]
