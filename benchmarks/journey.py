"""From a member's command to the picture in the thread: alone, and with others waiting."""

import asyncio
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean

from benchmarks import photos
from benchmarks.child import a_bot
from benchmarks.figures import Effort, Figure, Section, Step, Target, median, percentile
from benchmarks.overhead import Parts, time_parts, timed
from bot.attachments import Attachments
from bot.policy import MAX_PHOTO_BYTES
from playground import Channel, Event, EventKind, Guild, Playground, Upload, redirect

TARGET = Target(4)
_AHEAD = 20
_PATIENCE = 180.0
_SECONDS = re.compile(r" (\d+(?:\.\d)?) s ")


@dataclass(frozen=True, slots=True)
class Trip:
    """When what was seen from outside, in seconds since the command was given; `painted` is what the result states."""

    painted: float
    answered: float
    thread_opened: float
    picture_posted: float
    card_finished: float


@dataclass(frozen=True, slots=True)
class Trips:
    """Every measured trip, and the parts of one as the bot's own parts take them in this process."""

    first: Trip
    alone: list[Trip]
    crowded: list[Trip]
    fetch: list[float]
    parts: Parts


@dataclass(frozen=True, slots=True)
class Members:
    """People who each use the bot once, so that every one of them gets a thread of their own."""

    playground: Playground
    guild: Guild
    channel: Channel
    upload: Upload
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def travel(self) -> Trip:
        """Let the next member ask, and watch until the card leads to the picture."""
        number = next(self._numbers)
        member = self.guild.member(f"Member {number}")
        interaction = await member.slash(self.channel, "animify", photo=self.upload, style="ghibli", seed=number)
        asked = await self._event(interaction.id, EventKind.INTERACTION_CREATED)
        card = (await interaction.response()).message
        answered = await self._event(interaction.id, EventKind.INTERACTION_ANSWERED)
        opened = await self._event(card.id, EventKind.THREAD_CREATED)
        posted = await self._event(card.id, EventKind.MESSAGE_CREATED, channel_id=card.id)  # a thread has its card's id
        assert posted.message is not None
        assert posted.message.attachments
        finished = await self._event(card.id, EventKind.MESSAGE_EDITED, words=f"/{card.id}/{posted.message.id}")
        assert finished.message is not None
        painted = _SECONDS.search(finished.message.text)
        assert painted is not None
        return Trip(float(painted[1]), *(event.at - asked.at for event in (answered, opened, posted, finished)))

    async def _event(self, about: int, kind: EventKind, *, channel_id: int | None = None, words: str = "") -> Event:
        def fits(event: Event) -> bool:
            message = event.message
            if event.kind is not kind or (channel_id and (message is None or message.channel_id != channel_id)):
                return False
            return not words or (message is not None and words in message.text)

        return await self.playground.wait_for(fits, about=about, timeout=_PATIENCE)


async def _travel_all(effort: Effort) -> Trips:
    async with Playground() as playground:
        guild = playground.guild("Cosy Corner")
        upload = Upload("me.jpg", photos.photo(effort), "image/jpeg")
        members = Members(playground, guild, guild.text_channel("photos"), upload)
        async with a_bot(playground):
            first = await members.travel()
            alone = [await members.travel() for _ in range(effort.of(20, 5))]
            crowded = await _crowd(members, effort.of(_AHEAD, _AHEAD), effort.of(15, 3))
        fetch = await _fetch(playground, upload, rounds=len(alone))
        assert playground.violations == []
    return Trips(first, alone, crowded, fetch, await time_parts(upload.data, rounds=len(alone)))


async def _crowd(members: Members, ahead: int, samples: int) -> list[Trip]:
    """The trips of those who had `ahead` others before them: whoever is served is followed by somebody new."""
    trips: dict[int, Trip] = {}
    turns = iter(range(ahead + samples))

    async def one_after_another() -> None:
        for turn in turns:
            trips[turn] = await members.travel()

    await asyncio.gather(*(one_after_another() for _ in range(ahead + 1)))
    return [trips[turn] for turn in range(ahead, ahead + samples)]


async def _fetch(playground: Playground, upload: Upload, rounds: int) -> list[float]:
    times: list[float] = []
    path = "/attachments/1/1/me.jpg"
    playground.cdn.put(path, upload.data, upload.content_type)
    with redirect(playground.origin):
        async with Attachments(max_bytes=MAX_PHOTO_BYTES) as attachments:
            for _ in range(rounds):
                await timed(attachments.fetch(playground.cdn.sign(path)), times)
    return times


def measure(effort: Effort) -> Section:
    """Run journeys against the bot in its own process, then time the parts of one."""
    trips = asyncio.run(_travel_all(effort))
    alone = [trip.picture_posted for trip in trips.alone]
    crowded = [trip.picture_posted for trip in trips.crowded]
    return Section(
        title="Command to picture in the thread",
        how=(
            "`/animify style:ghibli` with a JPEG of 12 MP and 4 MB; the bot is the unmodified child process, the"
            f" playground is Discord, every member is new. {len(alone)} journeys alone, one after the other;"
            f" {len(crowded)} with {_AHEAD} other members' requests ahead. The bars are means of the journeys alone:"
            " seen from outside, but for painting, which the request's card states, and fetch, open, checks and encode,"
            " which are medians of the same parts called in this process."
        ),
        figures=(
            Figure("alone, p50", median(alone), "s", TARGET),
            Figure("alone, p95", percentile(alone, 95), "s", TARGET),
            Figure(f"with {_AHEAD} waiting, p50", median(crowded), "s"),
            Figure(f"with {_AHEAD} waiting, p95", percentile(crowded, 95), "s"),
            Figure("the first one, which starts the processes", trips.first.picture_posted, "s"),
        ),
        steps=_steps(trips.alone, trips.fetch, trips.parts),
    )


def _steps(trips: Sequence[Trip], fetch: list[float], parts: Parts) -> tuple[Step, ...]:
    """The mean journey; what no part accounts for is the bot's own: store, turns, cards, the way between steps.

    Means, since they add up, and since they undo the rounding of the seconds on the cards.
    """
    inner = {
        "fetch": median(fetch),
        "open the photo": median(parts.decode),
        "paint": fmean(trip.painted for trip in trips),
        "checks": median(parts.check),
        "encode": median(parts.encode),
    }
    made = fmean(trip.thread_opened - trip.answered for trip in trips)
    return (
        Step("acknowledge", fmean(trip.answered for trip in trips)),
        *(Step(name, seconds) for name, seconds in inner.items()),
        Step("turns, store, cards, thread", max(0.0, made - sum(inner.values()))),
        Step("post the picture", fmean(trip.picture_posted - trip.thread_opened for trip in trips), finish=True),
        Step("last edit of the card", fmean(trip.card_finished - trip.picture_posted for trip in trips)),
    )
