"""The database fails at the Nth statement of a request: what it costs is right, and the next start mends the rest."""

import sqlite3
from itertools import count
from pathlib import Path

import pytest

from tests.engine.fakes import FakeRunner
from tests.faults.mishaps import Asked, a_crowded_playground, all_resumed, ask, hurry, quiet, used, watched
from tests.flow.stage import a_stage, the_bot


class FailingDisk:
    """Sees every statement, and fails the Nth since it was armed and `times - 1` more after it."""

    def __init__(self) -> None:
        self._range = range(0)
        self._seen = 0
        self.failed = ""

    def arm(self, nth: int, *, times: int) -> None:
        self._range, self._seen, self.failed = range(nth, nth + times), 0, ""

    def disarm(self) -> str:
        """The statement that it failed; nothing where it was not reached."""
        self._range = range(0)
        return self.failed

    def __call__(self, sql: str) -> None:
        self._seen += 1
        if self._seen in self._range:
            self.failed = self.failed or " ".join(sql.split())[:60]
            raise sqlite3.OperationalError("disk I/O error")


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.mark.parametrize("times", [1, 10_000], ids=["once", "from then on"])
async def test_a_request_survives_a_failing_disk_at_every_statement(tmp_path: Path, times: int) -> None:
    disk, database, everyone = FailingDisk(), tmp_path / "animify.db", list[tuple[Asked, str]]()
    async with a_crowded_playground() as playground:
        guild = playground.guild("Cosy Corner")
        async with the_bot(playground, database, runners=[FakeRunner()], on_statement=disk) as client:
            for nth in count(1):
                disk.arm(nth, times=times)
                asked = await ask(guild, f"{nth}")
                await asked.interaction.response()
                await quiet()
                failed = disk.disarm()
                where = f"statement {nth}: {failed}"
                everyone.append((asked, where))
                assert len(asked.pictures) == 1 or asked.told, where
                dispatcher = client.services.journey._lane.dispatcher
                assert (dispatcher.waiting, dispatcher.running) == (0, 0), where
                assert await client.services.store.audit_faults() == [], where
                if not failed:
                    break
        assert nth > 30
        async with the_bot(playground, database, runners=[FakeRunner()]) as client:
            await all_resumed(client)
            store = client.services.store
            assert await store.audit_faults() == []
            for asked, where in everyone:
                assert (len(asked.pictures), await used(store, guild, asked)) in {(1, 1), (0, 0)}, where
                job = await store.job(asked.job_id)
                assert job is None or job.state in {"delivered", "failed"}, where


async def test_nobody_is_told_of_a_failure_when_their_picture_is_there(tmp_path: Path) -> None:
    failures = iter([sqlite3.OperationalError("disk I/O error")])

    def fails_to_note_the_delivery(sql: str) -> None:
        if "result_message_id = :message_id" in sql and (failure := next(failures, None)):
            raise failure

    async with (
        a_stage(tmp_path / "animify.db", runners=[FakeRunner()], on_statement=fails_to_note_the_delivery) as stage,
        watched(stage.client) as journeys,
    ):
        asked = await ask(stage.guild, "photos")
        await journeys.next_end()
        assert next(failures, None) is None
        assert (len(asked.pictures), asked.told) == (1, False)
