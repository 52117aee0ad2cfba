"""A journey is cut off wherever it waits; after the next start there is one picture and one charge."""

from itertools import count
from pathlib import Path

import pytest

from engine.dispatcher import Moment
from playground import EventKind
from tests.engine.fakes import Act, FakeRunner, Signals
from tests.faults.mishaps import (
    Asked,
    Cut,
    SlowDisk,
    a_crowded_playground,
    all_resumed,
    ask,
    hurry,
    thinking,
    used,
    watched,
)
from tests.flow.stage import the_bot


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


async def test_a_request_cut_off_at_any_await_goes_on_after_the_next_start(tmp_path: Path) -> None:
    cut, database, everyone = Cut(), tmp_path / "animify.db", list[Asked]()
    async with a_crowded_playground() as playground:
        guild = playground.guild("Cosy Corner")
        async with (
            the_bot(playground, database, runners=[FakeRunner()]) as client,
            watched(client, cut_at=cut) as journeys,
        ):
            for cut.at in count(1):
                everyone.append(await ask(guild, f"{cut.at}"))
                if not (await journeys.next_end()).cancelled():
                    break
                assert client.services.journey._lane.dispatcher.running == 0, cut.at
        assert cut.at > 15
        async with the_bot(playground, database, runners=[FakeRunner()]) as client:
            await all_resumed(client)
            store = client.services.store
            assert await store.audit_faults() == []
            for nth, asked in enumerate(everyone, 1):
                expected = (1, 1) if asked.promised else (0, 0)
                assert (len(asked.pictures), await used(store, guild, asked)) == expected, nth


async def test_a_stop_without_patience_keeps_every_promise_wherever_it_stands(tmp_path: Path) -> None:
    runner, database = FakeRunner(Act.PAINT, Act.STALL), tmp_path / "animify.db"
    queue = Signals()
    async with a_crowded_playground() as playground:
        guild = playground.guild("Cosy Corner")
        async with the_bot(playground, database, runners=[runner], observer=queue) as client:
            everyone = [await ask(guild, "done")]
            await playground.wait_for(lambda event: event.kind is EventKind.THREAD_CREATED)
            everyone += [await ask(guild, name) for name in ("painting", "near", "nearer", "far", "farther")]
            await queue.until(Moment.ENTERED, times=6)
            for asked in everyone:
                await asked.interaction.response()
            await client.services.journey.close(patience=0)
        async with the_bot(playground, database, runners=[FakeRunner()]) as client:
            await all_resumed(client)
            for asked in everyone:
                assert (len(asked.pictures), await used(client.services.store, guild, asked)) == (1, 1)
            assert await client.services.store.audit_faults() == []
    assert {one.rule for one in playground.violations} <= {"unknown-channel"}  # looked for threads that never were


async def test_a_stop_before_the_charge_leaves_nobody_reading_that_the_bot_thinks(tmp_path: Path) -> None:
    disk, database = SlowDisk(), tmp_path / "animify.db"
    async with a_crowded_playground() as playground:
        guild = playground.guild("Cosy Corner")
        async with (
            the_bot(playground, database, runners=[FakeRunner()], on_statement=disk) as client,
            watched(client) as journeys,
        ):
            with disk.held():
                await ask(guild, "being charged")
                await journeys.next_start()
                behind = await ask(guild, "behind it")
                await thinking(playground, behind.interaction)
                await client.services.journey.close(patience=0)
            await journeys.next_end()
            await journeys.next_end()
        async with the_bot(playground, database, runners=[FakeRunner()]) as client:
            await all_resumed(client)
            assert await used(client.services.store, guild, behind) == 0
        assert behind.told or behind.interaction.message is None
