"""The Decoder gives a photo or one reason why not, whatever happens to its child."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest

from engine import images
from engine.decoding import MAX_BYTES, decode
from engine.errors import LostError, PhotoError, PhotoFault
from engine.images import Decoder
from engine.worker import Task, Worker
from tests.engine import worker_tasks
from tests.images import samples


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    with closing(Decoder(min_side=1)) as decoder:
        yield decoder


@pytest.fixture
def decoder_that(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Make decoders whose child runs another task."""
    decoders: list[Decoder] = []

    def make(task: Task) -> Decoder:
        monkeypatch.setattr(images, "decode", task)
        decoders.append(Decoder())
        return decoders[-1]

    yield make
    for decoder in decoders:
        decoder.close()


async def fault(decoder: Decoder, data: bytes) -> tuple[PhotoFault, int | None]:
    with pytest.raises(PhotoError) as caught:
        await decoder.decode(data)
    return caught.value.fault, caught.value.limit


async def test_a_photo_comes_with_its_pixels_its_size_and_its_frames(decoder: Decoder) -> None:
    photo = await decoder.decode(samples.animated("PNG"))
    np.testing.assert_array_equal(photo.pixels, samples.scene())
    assert (photo.pixels.dtype.name, photo.original, photo.frames) == ("uint8", (96, 64), 3)


async def test_nobody_can_paint_over_a_photo_and_no_log_can_show_it(decoder: Decoder) -> None:
    photo = await decoder.decode(samples.photo("PNG"))
    assert not photo.pixels.flags.writeable
    assert repr(photo) == "Photo(original=(96, 64), frames=1)"


async def test_a_photo_is_scaled_down_to_the_side_that_the_engine_takes() -> None:
    with closing(Decoder(max_side=48)) as decoder:
        photo = await decoder.decode(samples.photo("PNG", exif=samples.exif(6)))
    assert (photo.pixels.shape, photo.original) == ((48, 32, 3), (64, 96))


async def test_a_tiny_photo_is_enlarged_until_there_is_room_for_strokes() -> None:
    with closing(Decoder()) as decoder:
        photo = await decoder.decode(samples.photo("PNG"))
    assert photo.pixels.shape == (341, 512, 3)
    assert photo.original == (96, 64)


async def test_bytes_that_need_no_look_are_refused_without_a_child(decoder: Decoder) -> None:
    assert await fault(decoder, b"") == (PhotoFault.EMPTY, None)
    assert await fault(decoder, bytes(MAX_BYTES + 1)) == (PhotoFault.TOO_MANY_BYTES, MAX_BYTES)
    assert decoder._worker.pid is None


async def test_each_fault_of_the_bytes_reaches_the_caller_and_leaves_the_child_alive(decoder: Decoder) -> None:
    await decoder.decode(samples.photo("JPEG"))
    child = decoder._worker.pid
    assert await fault(decoder, samples.STRANGERS["svg"]) == (PhotoFault.NOT_A_PICTURE, None)
    assert await fault(decoder, samples.png_that_declares(6000, 5000)) == (PhotoFault.TOO_MANY_PIXELS, 24_000_000)
    assert await fault(decoder, samples.apng_that_declares(5000)) == (PhotoFault.TOO_MANY_FRAMES, 1000)
    assert await fault(decoder, samples.png_that_declares(1, 1)) == (PhotoFault.TOO_SMALL, 32)
    assert await fault(decoder, samples.png_that_declares(20_000, 10)) == (PhotoFault.TOO_NARROW, 8)
    assert await fault(decoder, samples.photo("JPEG")[:700]) == (PhotoFault.DAMAGED, None)
    assert decoder._worker.pid == child


async def test_each_photo_is_opened_with_three_seconds_of_cpu_time(decoder_that: Any) -> None:
    decoder = decoder_that(worker_tasks.look_around)
    for _ in range(2):
        allowed, _ = decoder._worker.call({}, b"", deadline=20)
        assert 3 <= allowed["cpu_left"] <= 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a limit of address space")
async def test_photos_are_opened_in_half_a_gigabyte(decoder_that: Any) -> None:
    allowed, _ = decoder_that(worker_tasks.look_around)._worker.call({}, b"", deadline=20)
    assert allowed["memory"] == [512 << 20, 512 << 20]


async def test_a_picture_that_needs_too_much_memory_is_too_costly(decoder: Decoder) -> None:
    decoder._worker = Worker(decode, name="small", memory=128 << 20)
    assert await fault(decoder, samples.black_png(4800, 5000)) == (PhotoFault.TOO_COSTLY, None)
    assert (await decoder.decode(samples.photo("PNG"))).original == (96, 64)


async def test_a_picture_that_takes_too_long_is_too_costly(decoder_that: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_SECONDS", 0.1)
    assert await fault(decoder_that(worker_tasks.wait), b"bytes") == (PhotoFault.TOO_COSTLY, None)


async def test_a_picture_that_kills_its_decoder_is_damaged(decoder_that: Any) -> None:
    decoder = decoder_that(worker_tasks.crash)
    assert await fault(decoder, b"bytes") == (PhotoFault.DAMAGED, None)
    assert await fault(decoder, b"bytes") == (PhotoFault.DAMAGED, None)


async def test_an_error_that_nobody_foresaw_is_a_damaged_picture(decoder_that: Any) -> None:
    assert await fault(decoder_that(worker_tasks.fail), b"bytes") == (PhotoFault.DAMAGED, None)


@pytest.mark.parametrize(
    ("header", "pixels"),
    [
        ({}, b""),
        ({"size": [2, 2], "original": [2, 2], "frames": 1}, bytes(11)),
        ({"size": [2], "original": [2, 2], "frames": 1}, bytes(12)),
        ({"size": ["2", "2"], "original": [2, 2], "frames": 1}, bytes(12)),
        ({"size": [2, 2], "original": None, "frames": 1}, bytes(12)),
        ({"size": [2, 2], "original": [2, 2], "frames": "many"}, bytes(12)),
        ({"fault": "token", "limit": None}, b""),
        ({"fault": "damaged"}, b""),
    ],
)
def test_an_answer_that_makes_no_sense_is_a_damaged_picture(header: dict[str, Any], pixels: bytes) -> None:
    with pytest.raises(PhotoError) as caught:
        images._photo(header, pixels)
    assert caught.value.fault is PhotoFault.DAMAGED


async def test_a_decoder_that_cannot_start_does_not_blame_the_photo(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nonexistent/python")
    with pytest.raises(LostError):
        await decoder.decode(samples.photo("PNG"))


async def test_a_cancelled_decode_leaves_the_decoder_usable(decoder: Decoder) -> None:
    cancelled = asyncio.create_task(decoder.decode(samples.photo("JPEG")))
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    np.testing.assert_array_equal((await decoder.decode(samples.photo("PNG"))).pixels, samples.scene())


async def test_photos_that_arrive_together_are_decoded_one_after_another(decoder: Decoder) -> None:
    data = [samples.photo("PNG", exif=samples.exif(orientation)) for orientation in (1, 6, 1, 6)]
    photos = await asyncio.gather(*map(decoder.decode, data))
    assert [photo.original for photo in photos] == [(96, 64), (64, 96), (96, 64), (64, 96)]


async def test_closing_ends_what_is_under_way_without_blaming_the_photo(decoder_that: Any) -> None:
    decoder = decoder_that(worker_tasks.wait)
    waiting = [asyncio.create_task(decoder.decode(b"bytes")) for _ in range(3)]
    await asyncio.sleep(0)
    await asyncio.to_thread(decoder.close)
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(end) for end in ends] == [LostError] * 3


async def test_a_closed_decoder_takes_no_photo(decoder: Decoder) -> None:
    decoder.close()
    with pytest.raises(LostError, match="closed"):
        await decoder.decode(samples.photo("PNG"))
