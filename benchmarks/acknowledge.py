"""How fast commands are acknowledged when fifty come in a second."""

import asyncio
import random

from benchmarks import photos
from benchmarks.child import a_bot
from benchmarks.figures import Effort, Figure, Section, Target, median, percentile
from playground import Channel, EventKind, Member, NoAnswerError, Playground, Upload

RATE = 50
TARGET = Target(100)
_GUILDS = 20
_MEMBERS_PER_GUILD = 20


async def _storm(effort: Effort) -> list[float | None]:
    """Seconds from each command to its first answer, None where none came; by a bot that was started for it."""
    async with Playground() as playground:
        people = crowd(playground)
        async with a_bot(playground):
            await warm_up(*people[-1])
            commands = [
                asyncio.create_task(_command(playground, *people[number % len(people)], number, photos.photo(effort)))
                for number in range(effort.of(12 * RATE, 4 * RATE, 3))
            ]
            return await asyncio.gather(*commands)


def crowd(playground: Playground) -> list[tuple[Member, Channel]]:
    """Members of many guilds, in the order in which they ask."""
    found = []
    for number in range(_GUILDS):
        guild = playground.guild(f"Guild {number}")
        channel = guild.text_channel("photos")
        found += [(guild.member(f"Member {number}-{each}"), channel) for each in range(_MEMBERS_PER_GUILD)]
    random.Random(0).shuffle(found)
    return found


async def warm_up(member: Member, channel: Channel) -> None:
    """One answer before the clock runs: its imports are the start's, not a command's."""
    await (await member.slash(channel, "usage")).response()


async def _command(playground: Playground, member: Member, channel: Channel, number: int, data: bytes) -> float | None:
    """Ask when it is this command's time, however late the answers to the others are."""
    await asyncio.sleep(number / RATE)
    upload = Upload("me.jpg", data, "image/jpeg")
    interaction = await member.slash(channel, "animify", photo=upload, style="ghibli", seed=number)
    created = await playground.wait_for(lambda event: event.kind is EventKind.INTERACTION_CREATED, about=interaction.id)
    try:
        await interaction.response()
    except NoAnswerError:
        return None
    assert interaction.answered_at is not None
    return interaction.answered_at - created.at


def measure(effort: Effort) -> Section:
    """Give fifty commands a second, and time the first answers."""
    # several storms, since what one of them meets by chance (another program, a queue that just fills) moves its tail
    storms = [asyncio.run(_storm(effort)) for _ in range(effort.of(3, 1))]
    answered = [[seconds for seconds in storm if seconds is not None] for storm in storms]
    times = [seconds for storm in answered for seconds in storm]
    commands = sum(len(storm) for storm in storms)
    return Section(
        title=f"Acknowledgement at {RATE} commands a second",
        how=(
            f"{commands} `/animify` commands with a 12 MP photo in {len(storms)} storms, evenly spaced, of"
            f" {_GUILDS * _MEMBERS_PER_GUILD} members in {_GUILDS} servers, while the bot paints what it accepted and"
            " keeps the cards of those who wait up to date. From the playground's dispatch to the first answer, a"
            " card or a refusal (who asks twice in a long queue is told to wait), seen from the playground's process."
            " No rate limit was raised."
        ),
        figures=(
            Figure("first answer, p50", median(times) * 1e3, "ms"),
            Figure("first answer, p99", percentile(times, 99) * 1e3, "ms", TARGET),
            Figure(
                "first answer, p99 of the worst storm", max(percentile(storm, 99) for storm in answered) * 1e3, "ms"
            ),
            Figure("slowest", max(times) * 1e3, "ms"),
            Figure("commands without an answer within 3 s", commands - len(times), "", Target(1)),
        ),
    )
