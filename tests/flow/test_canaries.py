"""Nothing of a photo, its link or a token is left, however a request ends: not on disk, in a log, or in memory."""

import asyncio
import io
import logging
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

import aiohttp
import numpy as np
import pytest

from bot.logs import formatter
from bot.store.sealed import Sealer
from bot.store.standing import DRAINING
from bot.telemetry import MAIN, Health, Sources
from playground import Event, Playground
from tests.faults.mishaps import a_crowded_playground, hurry
from tests.flow import canaries
from tests.flow.canaries import Canaries, Photo, files, found, live, marker, named
from tests.flow.endings import ENDINGS, Play

PHOTO = ("words", "packed", "pixels")
OPEN_STILL = {"cut off"}
"""Endings after which the bot owes a picture, and so keeps what it needs for it, sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What there is after an ending.

    Attributes
    ----------
    secrets
        What must not be there.
    token
        The bot's own.
    reason
        Words that a moderator wrote.
    held
        Every file, while the bot is still running.
    left
        Every file after it.
    log
        All that was said, by its form.
    objects
        What of the secrets is alive in the bot.
    sealed
        What the database was given instead of secrets, with the field that each is for.
    mikas
        The fields of hers that are for links.
    """

    ending: str
    secrets: Canaries
    token: bytes
    reason: bytes
    held: Mapping[str, bytes]
    left: Mapping[str, bytes]
    log: Mapping[str, bytes]
    metrics: bytes
    objects: Sequence[str]
    sealed: Sequence[tuple[str, bytes]]
    mikas: Collection[str]


@pytest.fixture(scope="module", params=ENDINGS)
def remains(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remains]:
    home, logs = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("log")
    with pytest.MonkeyPatch.context() as patched, everything_said(logs) as log, all_that_is_sealed() as sealed:
        hurry(patched)
        for place in ("data", "temp", "here"):
            (home / place).mkdir()
        patched.setenv("TMPDIR", str(home / "temp"))
        patched.setattr(tempfile, "tempdir", None)
        patched.chdir(home / "here")
        yield asyncio.run(played(request.param, home, log, sealed))


async def played(ending: str, home: Path, log: Mapping[str, Path], sealed: Sequence[tuple[str, bytes]]) -> Remains:
    """Play it, and look everywhere; into the memory once the playground is silent.

    Its side of the connections, in this process as well, holds the last addresses that were called.
    """
    async with a_crowded_playground() as world:
        play = Play(world, home / "data" / "animify.db", ending)
        await ENDINGS[ending](play)
        secrets = play.canaries()
        metrics = await page(play)
        held = files(*home.iterdir())
        await world._server.stop()
        objects = live(secrets)
        await play.stop()
    return Remains(
        ending=ending,
        secrets=secrets,
        token=world.token.encode(),
        reason=play.reason.encode(),
        held=held,
        left=files(*home.iterdir()),
        log={form: path.read_bytes() for form, path in log.items()},
        metrics=metrics,
        objects=objects,
        sealed=sealed,
        mikas=[f"jobs/{interaction.id}-0/url" for interaction in play.asked if interaction.user == play.mika.user],
    )


async def page(play: Play) -> bytes:
    """What Prometheus is told."""
    services = play.client.services
    sources = Sources(
        lanes={MAIN: services.journey._lane}, gateway=play.client, draining=partial(services.store.fact, DRAINING)
    )
    return play.metrics.written(sources, await Health(sources).look())[0]


@contextmanager
def everything_said(folder: Path) -> Iterator[Mapping[str, Path]]:
    """All that any logger says from level debug on, in each form; to nobody else, who might keep it."""
    root, paths = logging.getLogger(), {form: folder / form for form in ("text", "json")}
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []
    for form, path in paths.items():
        writing = logging.FileHandler(path)
        writing.setFormatter(formatter(form))
        root.addHandler(writing)
    root.setLevel(logging.DEBUG)
    yield paths
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


@contextmanager
def all_that_is_sealed() -> Iterator[list[tuple[str, bytes]]]:
    made: list[tuple[str, bytes]] = []
    seal = Sealer.seal

    def sealing(self: Sealer, text: str, *, field: str) -> bytes:
        made.append((field, sealed := seal(self, text, field=field)))
        return sealed

    with patch.object(Sealer, "seal", sealing):
        yield made


def test_no_file_holds_a_photo_a_link_or_a_token(remains: Remains) -> None:
    secrets = {**remains.secrets, "the bot's token": remains.token}
    assert {path: here for path, data in remains.held.items() if (here := found(secrets, data))} == {}
    assert {path: here for path, data in remains.left.items() if (here := found(secrets, data))} == {}


def test_the_database_with_its_journal_key_and_lock_is_all_that_is_written(remains: Remains) -> None:
    assert set(remains.held) == {f"data/animify.db{part}" for part in ("", "-wal", "-shm", ".key", ".lock")}
    assert set(remains.left) == {f"data/animify.db{part}" for part in ("", ".key", ".lock")}


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_line_of_the_log_holds_a_photo_a_signature_a_token_or_a_moderators_words(
    remains: Remains, form: str
) -> None:
    log = remains.log[form]
    assert b"INTERACTION_CREATE" in log  # the gateway's own payloads are in it
    secrets = {**named(remains.secrets, (*PHOTO, "signature", "token")), "the bot's token": remains.token}
    assert found({**secrets, "the reason": remains.reason, "a query": b"hm="}, log) == []


def test_the_metrics_hold_none_of_it(remains: Remains) -> None:
    assert b"animify_requests_total" in remains.metrics
    assert found({**remains.secrets, "the token": remains.token, "the reason": remains.reason}, remains.metrics) == []


def test_no_live_object_of_the_bot_holds_a_photo_a_link_or_a_token(remains: Remains) -> None:
    assert remains.objects == []


def test_a_sealed_token_goes_with_the_end(remains: Remains) -> None:
    tokens = {field: sealed for field, sealed in remains.sealed if field.endswith("/token")}
    kept = found(tokens, b"".join(remains.left.values()))
    assert kept == (list(tokens) if remains.ending in OPEN_STILL else [])


def test_a_sealed_link_stays_for_what_may_be_asked_again_and_goes_with_an_erasure(remains: Remains) -> None:
    links = {field: sealed for field, sealed in remains.sealed if field in remains.mikas}
    assert links
    kept = found(links, b"".join(remains.held.values()))
    assert kept == ([] if remains.ending == "erased" else list(links))


def test_a_moderators_words_go_with_an_erasure(remains: Remains) -> None:
    written = remains.reason in b"".join(remains.held.values())
    assert written == (remains.ending == "blocked")


async def test_the_command_itself_leaves_none_of_it(tmp_path: Path) -> None:
    photo, log = Photo.make("the command"), tmp_path / "log"
    home, temp = tmp_path / "home", tmp_path / "temp"
    home.mkdir()
    temp.mkdir()
    async with a_crowded_playground() as world, running(world, home, temp, log) as address:
        channel, mika = (guild := world.guild("Cosy Corner")).text_channel("photos"), guild.member("Mika")
        asked = []
        for damaged, end in ((False, "Done"), (True, "damaged")):
            upload = photo.upload(damaged=damaged)
            asked.append(await mika.slash(channel, "animify", photo=upload, style="ghibli", seed=7))
            await world.wait_for(partial(says, end), about=asked[-1].id, timeout=30)
        metrics = await got(f"{address}/metrics")
    secrets = {**photo.canaries, "the bot's token": world.token.encode()}
    for interaction in asked:
        secrets |= canaries.of_interaction(world, interaction)
    kept = files(home, temp)
    assert set(kept) == {f"home/animify.db{part}" for part in ("", ".key", ".lock")}
    assert found(secrets, b"".join(kept.values()) + metrics) == []
    assert b"INTERACTION_CREATE" in (said := log.read_bytes())
    assert found({**named(secrets, (*PHOTO, "signature", "token", "the")), "a query": b"hm="}, said) == []


def says(text: str, event: Event) -> bool:
    return event.message is not None and text in event.message.text


async def got(address: str) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        return await response.read()


@asynccontextmanager
async def running(world: Playground, home: Path, temp: Path, log: Path) -> AsyncIterator[str]:
    """`animify run` in a process of its own, saying all that it can; gives the address of its metrics."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = "{}:{}".format(*free.getsockname())
    settings = {"ANIMIFY_TELEMETRY": address, "ANIMIFY_LOG_LEVEL": "debug", "ANIMIFY_LOG_FORMAT": "json"}
    with log.open("wb") as output:
        bot = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "playground.launch", world.origin, "bot", "run"),
            cwd=home,
            env={"DISCORD_TOKEN": world.token, "TMPDIR": str(temp), "HOME": str(temp), **settings},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        await asyncio.wait_for(world.connected.wait(), 30)
        yield f"http://{address}"
    finally:
        bot.terminate()
        await bot.wait()


@pytest.fixture
def planted() -> list[object]:
    """A photo's pixels and words in every kind of thing that may hold them."""
    words, pixels = marker("planted").encode(), bytes(canaries.COLOUR) * 8
    array = np.frombuffer(pixels, np.uint8).reshape(1, 8, 3)
    return [
        ("in a tuple", b"photo " + words),
        {"in a dict": bytearray(words + b" photo")},
        f"in a text: {words.decode()}",
        io.BytesIO(words + b" in a file"),
        array.copy(),
        array.astype(np.float32),
        (array / 255).astype(np.float32),
    ]


def test_whoever_looks_for_live_objects_finds_them(planted: list[object]) -> None:
    wanted = {"words": marker("planted").encode(), "pixels": bytes(canaries.COLOUR) * 8}
    seen = [one.partition(" of ")[0] for one in live(wanted)]
    assert set(seen) == {"pixels: ndarray", "words: BytesIO", "words: bytearray", "words: bytes", "words: str"}
    assert seen.count("pixels: ndarray") == 3
    planted.clear()
    assert live(wanted) == []
