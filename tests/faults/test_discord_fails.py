"""Discord fails at the Nth call of a request, in every way: one picture or one refund, never both, never two."""

from itertools import count
from pathlib import Path

import pytest

from playground.faults import Fault
from tests.engine.fakes import FakeRunner
from tests.faults.mishaps import FailNth, a_crowded_playground, ask, hurry, used, watched
from tests.flow.stage import a_stage

WAYS = {
    "an error of its own": Fault(500),
    "an error after doing it": Fault(500, handled=True),
    "a cut connection": Fault(disconnect=True),
    "a cut connection after doing it": Fault(disconnect=True, handled=True),
    "too many requests": Fault(retry_after=0.02),
    "not found": Fault(404),
    "forbidden": Fault(403),
}

ONLY_ONCE = [(way, 1) for way in WAYS]
FROM_THEN_ON = [(way, 1000) for way, fault in WAYS.items() if not fault.handled]  # else nobody could know


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.mark.parametrize(("way", "times"), [*ONLY_ONCE, *FROM_THEN_ON])
async def test_a_request_ends_in_one_picture_or_one_refund_wherever_discord_fails(
    tmp_path: Path, way: str, times: int
) -> None:
    faults = FailNth(WAYS[way])
    world = a_crowded_playground(faults)
    async with (
        a_stage(tmp_path / "animify.db", world=world, runners=[FakeRunner()]) as stage,
        watched(stage.client) as journeys,
    ):
        for nth in count(1):
            faults.arm(nth, times=times)
            asked = await ask(stage.guild, f"{nth}")
            end = await journeys.next_end()
            fired, where = faults.fired, f"call {nth}: {faults.calls[nth - 1 : nth]}"
            faults.disarm()
            assert end.exception() is None, where
            assert (stage.dispatcher.waiting, stage.dispatcher.running) == (0, 0), where
            pictures = len(asked.pictures)
            assert (pictures, await used(stage.store, stage.guild, asked)) in {(1, 1), (0, 0)}, where
            assert pictures or asked.told or asked.lost or times > 1, where
            job = await stage.store.job(asked.job_id)
            assert job is not None, where
            assert job.state == ("delivered" if pictures else "failed"), where
            if not fired:
                assert pictures == 1
                break
        assert nth > 5  # answer, photo, thread, picture, last card
        world.violations.clear()  # second tries of what had been done, and answers that never were


async def test_a_picture_is_not_refunded_when_its_post_is_there_and_three_answers_to_it_were_lost(
    tmp_path: Path,
) -> None:
    world = a_crowded_playground()
    async with (
        a_stage(tmp_path / "animify.db", world=world, runners=[FakeRunner()]) as stage,
        watched(stage.client) as journeys,
    ):
        world.faults.next("POST", r"/messages$", disconnect=True, handled=True, times=3)
        asked = await ask(stage.guild, "photos")
        await journeys.next_end()
        assert (len(asked.pictures), await used(stage.store, stage.guild, asked)) == (1, 1)


async def test_a_picture_is_not_posted_again_elsewhere_when_three_answers_from_the_hours_thread_were_lost(
    tmp_path: Path,
) -> None:
    world = a_crowded_playground()
    async with (
        a_stage(tmp_path / "animify.db", world=world, runners=[FakeRunner()]) as stage,
        watched(stage.client) as journeys,
    ):
        first = await ask(stage.guild, "photos")
        await journeys.next_end()
        world.faults.next("POST", r"/messages$", disconnect=True, handled=True, times=3)
        await stage.ask(first.member, first.channel)
        await journeys.next_end()
        assert len(first.pictures) == 2
