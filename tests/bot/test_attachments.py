"""Photos come from Discord's own hosts, over https, through a cap; nothing else is asked."""

from collections.abc import AsyncIterator

import pytest

from bot.attachments import Attachments, FetchError, expires_at
from engine.errors import PhotoError, PhotoFault
from playground import Playground, Upload, redirect

CAP = 4096


async def no_pause(_seconds: float) -> None:
    pass


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    async with Playground() as ready:
        with redirect(ready.origin):
            yield ready


@pytest.fixture
async def attachments() -> AsyncIterator[Attachments]:
    async with Attachments(max_bytes=CAP, pause=no_pause) as ready:
        yield ready


async def url_of(playground: Playground, data: bytes) -> str:
    """The signed link of a file that somebody posted."""
    mika = playground.stranger("Mika")
    message = await mika.say(playground.direct_message(mika), "", Upload("me.jpg", data, "image/jpeg"))
    return playground.cdn.sign(message.attachments[0].path)


async def test_a_photo_is_fetched_whole(playground: Playground, attachments: Attachments) -> None:
    data = bytes(range(256)) * 10  # 2.5 KiB
    assert await attachments.fetch(await url_of(playground, data)) == data


async def test_what_is_larger_than_the_cap_is_refused_whatever_it_declares(
    playground: Playground, attachments: Attachments
) -> None:
    with pytest.raises(PhotoError) as refused:
        await attachments.fetch(await url_of(playground, b"x" * (CAP + 1)))
    assert refused.value.fault is PhotoFault.TOO_MANY_BYTES


async def test_a_link_that_has_expired_is_gone(playground: Playground, attachments: Attachments) -> None:
    url = await url_of(playground, b"photo")
    playground.cdn.expire(url)
    with pytest.raises(FetchError) as lost:
        await attachments.fetch(url)
    assert lost.value.gone


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.discordapp.com/attachments/1/2/me.jpg",
        "https://example.com/me.jpg",
        "https://cdn.discordapp.com.example.com/me.jpg",
        "https://cdn.discordapp.com:8443/me.jpg",
        "https://user@cdn.discordapp.com/me.jpg",
        "file:///etc/passwd",
        "https://127.0.0.1/me.jpg",
    ],
)
async def test_nothing_but_discords_own_hosts_is_asked(
    playground: Playground, attachments: Attachments, url: str
) -> None:
    with pytest.raises(FetchError) as refused:
        await attachments.fetch(url)
    assert refused.value.gone
    assert playground.violations == []


async def test_after_three_tries_the_photo_is_unreachable(playground: Playground, attachments: Attachments) -> None:
    playground.faults.next("GET", "attachments/", status=503, times=3)
    with pytest.raises(FetchError) as failed:
        await attachments.fetch(await url_of(playground, b"photo"))
    assert not failed.value.gone


async def test_no_error_repeats_the_link(playground: Playground, attachments: Attachments) -> None:
    playground.faults.next("GET", "attachments/", disconnect=True, times=9)
    url = await url_of(playground, b"photo")
    with pytest.raises(FetchError) as failed:
        await attachments.fetch(url)
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__
    assert "hm=" not in str(failed.value)


def test_a_links_own_end_is_read_off_it() -> None:
    assert (
        expires_at("https://cdn.discordapp.com/attachments/1/2/me.jpg?ex=6a000000&is=69ff0000&hm=ab", asked_at=5)
        == 0x6A000000
    )


def test_a_link_that_does_not_say_is_taken_to_last_a_day() -> None:
    assert expires_at("https://cdn.discordapp.com/attachments/1/2/me.jpg", asked_at=5.5) == 5 + 24 * 60 * 60
    assert expires_at("https://cdn.discordapp.com/attachments/1/2/me.jpg?ex=soon", asked_at=5) == 5 + 24 * 60 * 60
