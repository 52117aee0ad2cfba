"""Twenty members at once: everybody has their own card, picture and buttons, and Discord minds nothing."""

import asyncio
from pathlib import Path

from playground import Member, Message
from tests.engine.fakes import FakeRunner
from tests.flow.moderating import button, labels
from tests.flow.stage import Stage, a_stage

CROWD = 20


async def plays(stage: Stage, member: Member) -> tuple[Message, Message]:
    """A member asks, and plays on what comes."""
    first = await stage.result_of(await stage.ask(member))
    again = await member.click(first, button(first, "Again"))
    return first, await stage.result_of(again)


async def test_twenty_members_at_once_each_get_their_own(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage:
        members = [stage.guild.member(f"Member {number}") for number in range(CROWD)]
        results = await asyncio.gather(*(plays(stage, member) for member in members))
        for member, (first, second) in zip(members, results, strict=True):
            assert member.mention in first.text
            assert member.mention in second.text
            assert "Again" in labels(second)
            assert await stage.used(member) == 2
        messages = {message.id for pair in results for message in pair}
        assert len(messages) == 2 * CROWD
        threads = {message.channel_id for pair in results for message in pair}
        assert len(threads) == CROWD
