"""The kill loop: a process that is killed at any moment leaves a sound store in which all that it was told is true."""

import asyncio
import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.store import State, Store

ROOT = Path(__file__).resolve().parents[2]
LATER = {
    State.QUEUED: set(State),
    State.RUNNING: set(State),  # a start puts it back into the queue
    State.DELIVERED: {State.DELIVERED},
    State.FAILED: {State.FAILED},
    State.CANCELLED: {State.CANCELLED},
}


def work_until_killed(path: Path, *, seed: int, lines: int) -> dict[str, State]:
    """Let a process work, kill it after it has said so many lines, and return the last that it said of each job."""
    command = [sys.executable, "-m", "tests.store.crashing", str(path), str(seed), str(seed * 1_000_000)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        said += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return {job_id: State(state) for job_id, state in map(json.loads, said)}


async def check(path: Path, acknowledged: dict[str, State]) -> None:
    async with await Store.open(path, default_limit=3) as store:
        assert await store.audit_faults() == []
        for job_id, state in acknowledged.items():
            job = await store.job(job_id)
            assert job is not None, f"{job_id} was acknowledged and is gone"
            assert job.state in LATER[state]


def test_a_killed_process_leaves_a_sound_store_with_all_that_it_acknowledged(
    path: Path, request: pytest.FixtureRequest
) -> None:
    chance = random.Random(4)
    acknowledged: dict[str, State] = {}
    for seed in range(1, request.config.getoption("kill_rounds", 20) + 1):
        acknowledged |= work_until_killed(path, seed=seed, lines=chance.randrange(1, 60))
        asyncio.run(check(path, acknowledged))
    assert any(not state.under_way for state in acknowledged.values())
