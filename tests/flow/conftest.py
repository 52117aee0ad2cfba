"""The stage that most promises need."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.flow.stage import Stage, a_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db") as ready:
        yield ready
