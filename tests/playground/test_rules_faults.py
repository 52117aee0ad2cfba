"""Misfortunes that a test plans: errors, limits, cut connections, and files that come badly or not at all."""

import asyncio

import aiohttp
import pytest

from tests.playground.rawclient import Stage

FILE = bytes(range(200)) * 1000


@pytest.fixture
def path(stage: Stage) -> str:
    return f"/channels/{stage.channel.id}/messages"


@pytest.fixture
async def url(stage: Stage, path: str) -> str:
    """The address of a file on the content network."""
    reply = await stage.raw.call("POST", path, {}, files={"a.png": FILE})
    return str(reply.body["attachments"][0]["url"])


async def read(stage: Stage, url: str) -> bytes:
    async with stage.raw.session.get(url.replace("https://", stage.playground.origin + "/")) as response:
        assert response.status == 200
        return await response.read()


@pytest.mark.parametrize("handled", [False, True])
async def test_a_planned_fault_comes_before_or_after_the_deed(stage: Stage, path: str, handled: bool) -> None:
    stage.playground.faults.next("POST", r"/channels/\d+/messages$", status=502, handled=handled)
    assert (await stage.raw.call("POST", path, {"content": "once"})).status == 502
    assert len(stage.channel.messages) == handled
    assert (await stage.raw.call("POST", path, {"content": "twice"})).status == 200


async def test_a_planned_429_says_how_long_to_wait(stage: Stage) -> None:
    stage.playground.faults.next("GET", "/users/@me", retry_after=0.25, times=2)
    replies = [await stage.raw.call("GET", "/users/@me") for _ in range(3)]
    assert [each.status for each in replies] == [429, 429, 200]
    assert replies[0].body["retry_after"] == 0.25
    assert "Via" in replies[0].headers


async def test_a_storm_of_429_strikes_every_call(stage: Stage, path: str) -> None:
    stage.playground.faults.storm(retry_after=0.25, times=3)
    replies = [await stage.raw.call(*call) for call in (("GET", path), ("POST", path), ("GET", "/users/@me"))]
    assert [each.status for each in replies] == [429] * 3
    assert (await stage.raw.call("GET", "/users/@me")).status == 200


async def test_a_429_of_cloudflares_comes_without_via_and_json(stage: Stage) -> None:
    stage.playground.faults.block("GET", "/users/@me")
    blocked = await stage.raw.call("GET", "/users/@me")
    assert (blocked.status, blocked.headers.get("Via"), type(blocked.body)) == (429, None, str)
    assert (await stage.raw.call("GET", "/users/@me")).status == 200


async def test_a_planned_disconnect_cuts_the_connection(stage: Stage, path: str) -> None:
    stage.playground.faults.next("POST", path, disconnect=True, handled=True)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await stage.raw.call("POST", path, {"content": "lost answer"})
    assert [each.text for each in stage.channel.messages] == ["lost answer"]
    assert (await stage.raw.call("POST", path, {"content": "again"})).status == 200


async def test_an_acknowledgement_counts_although_the_bot_never_hears_so(stage: Stage) -> None:
    stage.playground.faults.lose_acknowledgement()
    interaction = await stage.ping()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await stage.raw.answer(interaction, 4, {"content": "pong"})
    assert (await interaction.response()).message.text == "pong"
    assert (await stage.raw.answer(interaction, 4, {"content": "pong"})).refusal == (400, 40060)


async def test_of_an_upload_that_is_cut_nothing_stays(stage: Stage, path: str) -> None:
    stage.playground.faults.cut_upload("POST", path, after=100_000)
    with pytest.raises(aiohttp.ClientConnectionError):
        await stage.raw.call("POST", path, {"content": "cut"}, files={"a.png": FILE})
    assert stage.channel.messages == []
    assert (await stage.raw.call("POST", path, {"content": "whole"}, files={"a.png": FILE})).status == 200


async def test_an_upload_smaller_than_the_cut_is_cut_at_its_end(stage: Stage, path: str) -> None:
    stage.playground.faults.cut_upload("POST", path, after=100_000)
    with pytest.raises(aiohttp.ClientConnectionError):
        await stage.raw.call("POST", path, {"content": "short"})
    assert stage.channel.messages == []


async def test_a_file_comes_slowly_and_whole(stage: Stage, url: str) -> None:
    stage.playground.faults.slow_file(seconds=0.1)
    clock = asyncio.get_running_loop().time
    began = clock()
    assert await read(stage, url) == FILE
    assert clock() - began >= 0.1


async def test_a_slow_file_whose_reader_leaves_is_sent_no_further(stage: Stage, url: str) -> None:
    stage.playground.faults.slow_file(seconds=3600)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await read(stage, url)
    assert await read(stage, url) == FILE


async def test_a_file_is_cut_off_short_of_its_declared_length(stage: Stage, url: str) -> None:
    stage.playground.faults.truncate_file(after=1000)
    with pytest.raises(aiohttp.ClientPayloadError):
        await read(stage, url)
    assert await read(stage, url) == FILE


async def test_a_file_is_gone_for_one_reader_only(stage: Stage, url: str) -> None:
    stage.playground.faults.lose_file("attachments/", times=2)
    assert [await stage.raw.fetch(url) for _ in range(3)] == [404, 404, 200]
    assert stage.playground.violations == []
    assert await stage.playground.download(url) == FILE


async def test_a_planned_fault_reaches_downloads_too(stage: Stage, url: str) -> None:
    stage.playground.faults.next("GET", "/attachments/", status=503)
    assert [await stage.raw.fetch(url) for _ in range(2)] == [503, 200]
