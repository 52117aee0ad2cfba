"""Misfortune in doses: fail the Nth call, hurry the pauses that follow, and count what came of a request."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import discord.http
import discord.webhook.async_
import pytest

from bot.client import AnimifyClient
from bot.delivery import calls, place
from bot.store import Store
from bot.ui import words
from playground import Channel, EventKind, Guild, Interaction, Limit, Member, Message, Playground, Upload
from playground.faults import Fault, Faults
from tests.flow.stage import a_photo

PHOTO = Upload("me.jpg", a_photo(), "image/jpeg")


class FailNth(Faults):
    """Lets one call of the bot's fail: the Nth since it was armed, and `times - 1` more after it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__()
        self._fault = fault
        self._range = range(0)
        self.calls: list[str] = []

    def arm(self, nth: int, *, times: int = 1) -> None:
        self._range = range(nth, nth + times)
        self.calls = []

    def disarm(self) -> None:
        self._range = range(0)

    @property
    def fired(self) -> bool:
        return len(self.calls) >= self._range.start

    def take(self, method: str, path: str) -> Fault | None:
        self.calls.append(f"{method} {path}")
        return self._fault if len(self.calls) in self._range else None


class _HurriedAsyncio:
    """asyncio with short sleeps, for a library that pauses for seconds before it tries again."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 1000)


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py and we wait 0.5 s to 9 s between tries; hundreds of failures would take an hour."""
    hurried = _HurriedAsyncio()
    monkeypatch.setattr(discord.http, "asyncio", hurried)
    monkeypatch.setattr(discord.webhook.async_, "asyncio", hurried)
    for function in (calls.call, place.find):
        monkeypatch.setitem(function.__kwdefaults__ or {}, "pause", hurried.sleep)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a member of its own in a channel of its own, so that requests can't be mistaken."""

    member: Member
    channel: Channel
    interaction: Interaction

    @property
    def job_id(self) -> str:
        return f"{self.interaction.id}-0"

    @property
    def pictures(self) -> list[Message]:
        places = [self.channel, *self.channel.threads]
        return [one for place in places for one in place.messages if one.attachments]

    @property
    def lost(self) -> bool:
        """Discord never had an answer of ours, so the member was shown that we did not respond."""
        return self.interaction.answer is None

    @property
    def promised(self) -> bool:
        """Whether the member was shown a card."""
        answer = self.interaction.message
        return answer is not None and not answer.loading and not answer.ephemeral

    @property
    def told(self) -> bool:
        """Whether the member was told, alone, what became of it; what every newcomer is told says nothing of that."""
        words_for_one = [one.text for one in self.interaction.messages if one.ephemeral and one.text]
        return any(text != words.UPLOADS_ARE_YOURS() for text in words_for_one)


async def ask(guild: Guild, name: str) -> Asked:
    channel, member = guild.text_channel(name), guild.member(name)
    return Asked(member, channel, await member.slash(channel, "animify", photo=PHOTO, style="ghibli", seed=7))


async def used(store: Store, guild: Guild, asked: Asked) -> int:
    return (await store.usage(guild.id, asked.member.id)).used


class Journeys:
    """The journeys that a bot begins, and a way to wait for their ends."""

    def __init__(self) -> None:
        self._begun: asyncio.Queue[asyncio.Task[None]] = asyncio.Queue()
        self._to_end: asyncio.Queue[asyncio.Task[None]] = asyncio.Queue()

    def add(self, task: asyncio.Task[None]) -> asyncio.Task[None]:
        self._begun.put_nowait(task)
        self._to_end.put_nowait(task)
        return task

    async def next_start(self) -> None:
        async with asyncio.timeout(20):
            await self._begun.get()

    async def next_end(self) -> asyncio.Task[None]:
        """Wait for the next journey to begin, to end, and to be told of."""
        async with asyncio.timeout(20):
            task = await self._to_end.get()
            await asyncio.wait({task})
            await quiet()
        return task


@asynccontextmanager
async def watched(client: AnimifyClient, *, cut_at: "Cut | None" = None) -> AsyncIterator[Journeys]:
    """Hear of every journey that this bot begins; with `cut_at`, cancel it there."""
    journeys, journey = Journeys(), client.services.journey
    start = journey._start

    def starting(steps: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        return journeys.add(start(steps if cut_at is None else cut_at.journey(steps), name))

    with patch.object(journey, "_start", starting), ExitStack() as cutting:
        if cut_at is not None:
            carrier = journey._carrier
            carry = carrier.carry
            cutting.enter_context(patch.object(carrier, "carry", lambda *about: cut_at.through(carry(*about))))
        yield journeys


async def quiet() -> None:
    """Wait until no command, resumption or journey runs."""
    while busy := {task for task in asyncio.all_tasks() if task.get_name().startswith(_WORK)}:
        await asyncio.wait(busy)


_WORK = ("journey-", "CommandTree-invoker", "discord.py: on_ready")


async def all_resumed(client: AnimifyClient) -> None:
    """Wait until everything that an earlier run left has come to its end."""
    async with asyncio.timeout(30):
        await client.wait_until_ready()
        await quiet()


SUBMITTING = "INSERT INTO requests"


class SlowDisk:
    """Holds the store back when it takes a request, for as long as it is told to."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()

    def __call__(self, sql: str) -> None:
        if SUBMITTING in sql:
            self._open.wait(10)

    @contextmanager
    def held(self) -> Iterator[None]:
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()


async def thinking(playground: Playground, interaction: Interaction) -> None:
    """Wait until the member reads that the bot is thinking."""
    await playground.wait_for(
        lambda event: event.kind is EventKind.INTERACTION_ANSWERED and event.message and event.message.loading,
        about=interaction.id,
    )


class Cut:
    """Cancels a journey at the Nth time that it, or one of the pictures that it carries, waits for something."""

    def __init__(self) -> None:
        self.at = 0
        self._left = 0
        self._journey: asyncio.Task[None] | None = None

    async def journey(self, steps: Coroutine[None, None, None]) -> None:
        self._left, self._journey = self.at, asyncio.current_task()
        await self.through(steps)

    async def through(self, steps: Coroutine[None, None, None]) -> None:
        await _Stepped(steps, self)

    def waits(self) -> None:
        self._left -= 1
        if self._left == 0 and self._journey is not None:
            self._journey.cancel()


class _Stepped:
    def __init__(self, steps: Coroutine[None, None, None], cut: Cut) -> None:
        self._steps = steps
        self._cut = cut

    def __await__(self) -> Generator[Any, Any, None]:
        step: Callable[[Any], Any] = self._steps.send
        value: Any = None
        while True:
            try:
                waiting = step(value)
            except StopIteration:
                return
            self._cut.waits()
            try:
                step, value = self._steps.send, (yield waiting)
            except BaseException as error:  # noqa: BLE001 - handed on to the coroutine, cancellation above all
                step, value = self._steps.throw, error


def a_crowded_playground(faults: Faults | None = None) -> Playground:
    """A playground for hundreds of requests in a second: rate limits have tests of their own."""
    return Playground(faults=faults, identify_interval=0, limits={}, global_limit=Limit(100_000, 1.0))
