"""A photo that ends the process each time that it is touched ends in a refund, not in a bot that dies for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.attachments import Attachments
from bot.store import State, Store
from engine.images import Decoder
from playground import Playground
from tests.engine.fakes import FakeRunner
from tests.faults.mishaps import a_crowded_playground, all_resumed, ask, used
from tests.flow.stage import the_bot

STARTS = 3


class Deadly:
    """A step at which the process dies: who comes here comes no further."""

    def __init__(self) -> None:
        self._reached = asyncio.Event()
        self.deaths = 0

    async def step(self, _photo: object) -> None:
        self.deaths += 1
        self._reached.set()
        await asyncio.Event().wait()

    @asynccontextmanager
    async def killing(self, playground: Playground, database: Path) -> AsyncIterator[None]:
        """A bot that dies here before the block is left."""
        async with the_bot(playground, database, runners=[FakeRunner()]) as client:
            yield
            async with asyncio.timeout(20):
                await self._reached.wait()
            await client.services.journey.close(patience=0)
        self._reached.clear()


async def put_nothing_back(_store: Store, _job_id: str) -> None:
    """What a dead process does, in place of the orderly stop that a test's end brings."""


@pytest.mark.parametrize(("owner", "step"), [(Attachments, "fetch"), (Decoder, "decode")])
async def test_a_photo_that_kills_the_process_is_refunded_after_three_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: type, step: str
) -> None:
    deadly, database = Deadly(), tmp_path / "animify.db"
    monkeypatch.setattr(owner, step, staticmethod(deadly.step))
    monkeypatch.setattr(Store, "put_back", put_nothing_back)
    async with a_crowded_playground() as playground:
        guild = playground.guild("Cosy Corner")
        async with deadly.killing(playground, database):
            asked = await ask(guild, "photos")
        for _ in range(STARTS - 1):
            async with deadly.killing(playground, database):
                pass
        async with the_bot(playground, database, runners=[FakeRunner()]) as client:
            store = client.services.store
            job = await store.job(asked.job_id)
            assert (job and job.state, await used(store, guild, asked)) == (State.FAILED, 0)
            await all_resumed(client)
            assert await store.audit_faults() == []
    assert deadly.deaths == STARTS
    told = [one.text for one in asked.channel.messages if "did not count" in one.text]
    assert len(told) == 1
    assert all(one.ephemeral for one in asked.channel.messages)
