"""Nothing of a photo, its link or a token is left: not on disk, not in the log, not in memory."""

import gc
import logging
import sys
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import UnionType
from typing import Any

import numpy as np
import pytest

from bot.logs import RedactingFormatter
from engine.contract import Job, OnStep, Picture
from engine.dispatcher import Moment
from engine.errors import EngineError
from playground import Interaction, Upload
from tests.engine.fakes import Act, FakeRunner
from tests.faults.mishaps import a_crowded_playground, all_resumed, ask, watched
from tests.flow.stage import Stage, a_photo, a_stage, the_bot


class Log(logging.Handler):
    """Everything that any logger says, as the bot would write it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(RedactingFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log() -> Iterator[Log]:
    root, handler = logging.getLogger(), Log()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


class RememberingRunner(FakeRunner):
    """Knows which pixels it was given without keeping them alive."""

    def __init__(self, *script: Act) -> None:
        super().__init__(*script)
        self.seen: list[weakref.ref[Any]] = []

    def run(self, jobs: Sequence[Job], on_step: OnStep) -> Sequence[Picture | EngineError]:
        self.seen += [weakref.ref(job.pixels) for job in jobs]
        return super().run(jobs, on_step)


def secrets_of(interaction: Interaction) -> list[str]:
    """The interaction's token, and where its photo is without its name."""
    return [interaction.token, interaction.attachments[0].path.rsplit("/", 1)[0]]


async def test_no_photo_link_or_token_is_on_disk_or_in_the_log_after_a_success_a_refusal_and_a_restart(
    tmp_path: Path, log: Log
) -> None:
    database, photo = tmp_path / "animify.db", a_photo()
    everything: list[Interaction] = []
    async with a_crowded_playground() as playground:
        guild = playground.guild("Cosy Corner")
        runner = FakeRunner(Act.PAINT, Act.DIE, Act.STALL)
        async with the_bot(playground, database, runners=[runner]) as client, watched(client) as journeys:
            for name in ("painted", "refused"):
                everything.append((await ask(guild, name)).interaction)
                await journeys.next_end()
            everything.append((await ask(guild, "cut off")).interaction)
            await everything[-1].response()
            _clean(tmp_path, photo, everything)
        _clean(tmp_path, photo, everything)
        async with the_bot(playground, database, runners=[FakeRunner()]) as client:
            await all_resumed(client)
        _clean(tmp_path, photo, everything)
    written = "\n".join(log.lines)
    assert "INTERACTION_CREATE" in written  # the gateway's own payloads are in it
    for interaction in everything:
        assert interaction.token not in written
    for part in ("hm=", "ex=", playground.token, repr(photo[200:220])[2:-1]):
        assert part not in written


def _clean(folder: Path, photo: bytes, interactions: list[Interaction]) -> None:
    stored = b"".join(path.read_bytes() for path in folder.iterdir())
    for secret in (secret for interaction in interactions for secret in secrets_of(interaction)):
        assert secret.encode() not in stored
    for start in range(0, len(photo) - 24, 24):
        assert photo[start : start + 24] not in stored


@pytest.mark.parametrize("act", [Act.PAINT, Act.REFUSE, Act.DIE, Act.LOSE, Act.CRASH])
async def test_no_photo_is_in_memory_once_its_picture_is_there_or_refused(tmp_path: Path, act: Act) -> None:
    runner, photo = RememberingRunner(act), a_photo(162, 118, seed=3)
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as stage, watched(stage.client) as journeys:
        await stage.ask(upload=Upload("me.jpg", photo, "image/jpeg"))
        await journeys.next_end()
        gc.collect()
        assert runner.seen
        assert [pixels for pixels in runner.seen if pixels() is not None] == []
        assert copies_of(photo) == []
        assert _arrays((118, 162, 3)) == []


async def test_no_photo_is_in_memory_once_its_journey_was_cut_off(tmp_path: Path) -> None:
    runner, photo = RememberingRunner(Act.STALL), a_photo(162, 118, seed=4)
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as stage, watched(stage.client) as journeys:
        await stage.ask(upload=Upload("me.jpg", photo, "image/jpeg"))
        await _painting(stage)
        await stage.client.services.journey.close(patience=0)
        runner.gate.release()
        await journeys.next_end()
        assert copies_of(photo) == []


async def _painting(stage: Stage) -> None:
    await stage.queue.until(Moment.GRANTED)


def copies_of(photo: bytes) -> list[object]:
    """Every bytes object with this content, but for the sender's and the playground's own (one object)."""
    return [one for one in _reachable() if _is(one, bytes | bytearray) and one == photo and one is not photo]


def _arrays(shape: tuple[int, ...]) -> list[object]:
    arrays = (one for one in _reachable() if _is(one, np.ndarray))
    return [one for one in arrays if one.shape == shape]  # type: ignore[attr-defined]  # they are arrays


def _is(one: object, kind: type | UnionType) -> bool:
    """By type, not by isinstance: that asks for a `__class__`, and some of torch's objects give it with a warning."""
    return issubclass(type(one), kind)


def _reachable() -> Iterator[object]:
    """What tracked objects and the threads' stacks refer to: bytes and arrays are not tracked themselves."""
    stacks = [local for frame in sys._current_frames().values() for local in frame.f_locals.values()]
    yield from stacks
    yield from gc.get_referents(*gc.get_objects())
