"""However many wait, only the photos that are painted soon are in memory."""

from pathlib import Path
from unittest.mock import patch

from engine.dispatcher import PREFETCH, Moment
from playground.cdn import Blob
from tests.engine.fakes import Act, FakeRunner
from tests.faults.mishaps import a_crowded_playground
from tests.flow.stage import Stage, a_stage

CROWD = 20
SLOTS = 1


class Fetched:
    """Stands in for the content network's `open`, and counts the photos that were fetched for turns not yet over."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._open = stage.playground.cdn.open
        self.paths: list[str] = []
        self.held: list[int] = []

    def __call__(self, path: str, query: str) -> Blob | None:
        self.paths.append(path)
        self.held.append(len(self.paths) - len(self._stage.queue.of(Moment.LEFT)))
        return self._open(path, query)


async def test_of_a_crowd_that_waits_only_those_near_their_turn_have_their_photos_fetched(tmp_path: Path) -> None:
    runner = FakeRunner(*[Act.STALL] * CROWD)
    async with a_stage(tmp_path / "animify.db", world=a_crowded_playground(), runners=[runner]) as stage:
        fetched = Fetched(stage)
        with patch.object(stage.playground.cdn, "open", fetched):
            asked = [await stage.ask(stage.guild.member(f"Fan {number}")) for number in range(CROWD)]
            await stage.queue.until(Moment.ENTERED, times=CROWD)
            for served in range(1, CROWD + 1):
                runner.gate.release()
                await stage.queue.until(Moment.LEFT, times=served)
            for interaction in asked:
                await stage.result_of(interaction)
        assert len(set(fetched.paths)) == len(fetched.paths) == CROWD
        assert max(fetched.held) <= SLOTS + PREFETCH * SLOTS
