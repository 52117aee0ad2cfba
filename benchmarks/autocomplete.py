"""How fast styles are suggested when fifty members a second type, while pictures are painted."""

import asyncio
import random
import time
from typing import Final

from benchmarks import photos
from benchmarks.acknowledge import RATE, crowd, warm_up
from benchmarks.child import a_bot
from benchmarks.figures import Effort, Figure, Section, Target, median, percentile
from playground import Channel, Member, NoAnswerError, Playground, Upload

TARGET: Final = Target(20)
_PICTURES: Final = 5  # requests a second beside: more than the painter paints
_TYPED: Final = ("", "g", "gh", "man", "neon", "dreamy", "water", "retro 90", "sky", "xyz")


async def _storm(effort: Effort, *, painting: bool) -> list[float | None]:
    """Seconds from each keystroke to its suggestions, None where none came; by a bot that was started for it."""
    async with Playground() as playground:
        people = crowd(playground)
        async with a_bot(playground):
            await warm_up(*people[-1])
            count = effort.of(12 * RATE, 4 * RATE, 3)
            asking = [
                asyncio.create_task(_ask(*people[-number - 1], number / _PICTURES, photos.photo(effort)))
                for number in range(count * _PICTURES // RATE if painting else 0)
            ]
            typing = [asyncio.create_task(_keystroke(*people[number % len(people)], number)) for number in range(count)]
            seconds = await asyncio.gather(*typing)
            await asyncio.gather(*asking)
            return seconds


async def _ask(member: Member, channel: Channel, after: float, data: bytes) -> None:
    """Give the painter something to do."""
    await asyncio.sleep(after)
    await member.slash(channel, "animify", photo=Upload("me.jpg", data, "image/jpeg"), style="ghibli")


async def _keystroke(member: Member, channel: Channel, number: int) -> float | None:
    """Type when it is this one's time, however late the answers to the others are."""
    await asyncio.sleep(number / RATE)
    typed = random.Random(number).choice(_TYPED)
    began = time.perf_counter()
    try:
        await member.autocomplete(channel, "animify", focused="style", value=typed)
    except NoAnswerError:
        return None
    return time.perf_counter() - began


def measure(effort: Effort) -> Section:
    """Type fifty times a second, and time the suggestions."""
    storms = [asyncio.run(_storm(effort, painting=True)) for _ in range(effort.of(3, 1))]
    idle = [seconds for seconds in asyncio.run(_storm(effort, painting=False)) if seconds is not None]
    answered = [[seconds for seconds in storm if seconds is not None] for storm in storms]
    times = [seconds for storm in answered for seconds in storm]
    keystrokes = sum(len(storm) for storm in storms)
    return Section(
        title=f"Suggestions at {RATE} keystrokes a second",
        how=(
            f"{keystrokes} keystrokes in the option `style` in {len(storms)} storms, evenly spaced, of hundreds of"
            f" members in twenty servers, beside {_PICTURES} requests a second for pictures of 12 MP, more than the bot"
            " paints; then once more with nothing to paint. From the keystroke to the list, seen by the member on the"
            " playground."
        ),
        figures=(
            Figure("suggestions, p50", median(times) * 1e3, "ms", TARGET),
            Figure("suggestions, p99", percentile(times, 99) * 1e3, "ms", TARGET),
            Figure("suggestions, p99 of the worst storm", max(percentile(storm, 99) for storm in answered) * 1e3, "ms"),
            Figure("suggestions, p99 with nothing to paint", percentile(idle, 99) * 1e3, "ms", TARGET),
            Figure("keystrokes without suggestions within 3 s", keystrokes - len(times), "", Target(1)),
        ),
    )
