"""One server floods the bot, and a small one is served as if it did not."""

import re
from itertools import chain
from pathlib import Path

from engine.dispatcher import PREFETCH, Moment
from playground import Guild, Interaction, Member
from tests.engine.fakes import Act, FakeRunner
from tests.faults.mishaps import PHOTO, a_crowded_playground
from tests.flow.stage import Stage, a_stage

CROWD = 15
FLOOD = 30


async def flood(stage: Stage, members: list[Member]) -> list[Interaction]:
    """Two requests of each, in channels of their own, all in the queue."""
    channels = [stage.guild.text_channel(member.name) for member in members]
    asked = []
    for member, channel in chain(zip(members, channels, strict=True), zip(members, channels, strict=True)):
        asked.append(await stage.ask(member, channel))
        await stage.queue.until(Moment.ENTERED, times=len(asked))
    return asked


async def ask_in(guild: Guild, member: Member) -> Interaction:
    return await member.slash(guild.text_channel("photos"), "animify", photo=PHOTO, style="ghibli", seed=7)


def place_on(text: str) -> int:
    """How many pictures a card says come first."""
    found = re.search(r"(\d+) pictures? before yours", text)
    return int(found[1]) if found else 0


async def test_a_small_server_is_served_at_once_though_another_one_floods(tmp_path: Path) -> None:
    runner = FakeRunner(*[Act.STALL] * (FLOOD + 1))
    world = a_crowded_playground()
    async with a_stage(tmp_path / "animify.db", world=world, runners=[runner]) as stage:
        small = world.guild("Small Corner")
        crowd = [stage.guild.member(f"Fan {number}") for number in range(CROWD)]
        asked = await flood(stage, crowd)
        mine = await ask_in(small, small.member("Ren"))
        shown = (await mine.response()).message.text
        runner.gate.release(FLOOD + 1)
        for interaction in [*asked, mine]:
            await stage.result_of(interaction)
        order = [job for run in runner.runs for job in run]
        served = order.index(f"{mine.id}-0")
        assert served <= 1 + PREFETCH  # behind what runs, and at worst behind those whose photos are open already
        assert place_on(shown) <= served <= place_on(shown) + PREFETCH
        assert sorted(order) == sorted(f"{one.id}-0" for one in [*asked, mine])


async def test_within_a_server_each_member_has_one_before_any_has_two(tmp_path: Path) -> None:
    runner = FakeRunner(*[Act.STALL] * FLOOD)
    async with a_stage(tmp_path / "animify.db", world=a_crowded_playground(), runners=[runner]) as stage:
        first, greedy, *others = [stage.guild.member(f"Fan {number}") for number in range(6)]
        crowd = (first, first, greedy, greedy, *others)  # the first two take the slots
        asked = [await stage.ask(who) for who in crowd]
        await stage.queue.until(Moment.ENTERED, times=len(asked))
        runner.gate.release(FLOOD)
        for interaction in asked:
            await stage.result_of(interaction)
        order = [job for run in runner.runs for job in run]
        assert order[-1] == f"{asked[3].id}-0"
