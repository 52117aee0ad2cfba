"""A playground with one guild, one channel and one member, and a raw client to break its rules with."""

from collections.abc import AsyncIterator

import pytest

from playground import Playground, ShiftingClock
from tests.playground.rawclient import RawClient, Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    clock = ShiftingClock()
    async with Playground(clock) as playground, RawClient(playground) as raw:
        guild = playground.guild("Cosy Corner")
        yield Stage(playground, clock, raw, guild, guild.text_channel("photos"), guild.member("Mika"))
