"""The bot as operators run it: a process that is stopped, killed and started again, and loses nothing."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.store import Store
from playground import Channel, Event, EventKind, Guild, Interaction, Member, Message, Playground, Upload
from tests.flow.stage import a_photo

PATIENCE = 30


@asynccontextmanager
async def running(playground: Playground, home: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """`animify run`, unmodified, until it is ready; killed at the end if it still runs."""
    before = len(playground.events)
    with (home / "bot.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "playground.launch", playground.origin, "bot", "run"),
            cwd=home,
            env={"DISCORD_TOKEN": playground.token, "ANIMIFY_DAILY_LIMIT": "9", "ANIMIFY_TELEMETRY": "none"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        await playground.wait_for(lambda event: event.kind is EventKind.READY, since=before, timeout=PATIENCE)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    async with Playground(identify_interval=0) as ready:
        yield ready


@pytest.fixture
def guild(playground: Playground) -> Guild:
    return playground.guild("Cosy Corner")


@pytest.fixture
def channel(guild: Guild) -> Channel:
    return guild.text_channel("photos")


@pytest.fixture
def mika(guild: Guild) -> Member:
    return guild.member("Mika")


async def ask(member: Member, channel: Channel, *, side: int = 160) -> Interaction:
    photo = Upload("me.jpg", a_photo(side, side), "image/jpeg")
    return await member.slash(channel, "animify", photo=photo, style="ghibli", seed=7)


async def done(playground: Playground, interaction: Interaction) -> None:
    await playground.wait_for(
        lambda event: event.message is not None and "Done" in event.message.text,
        about=interaction.id,
        timeout=PATIENCE,
    )


def pictures(channel: Channel) -> list[Message]:
    places = [channel, *channel.threads]
    return [message for place in places for message in place.messages if message.attachments]


async def ledger(home: Path, guild: Guild, member: Member) -> tuple[int, int]:
    """What the database says after the bot has ended: pictures used, and faults of the audit."""
    async with await Store.open(home / "animify.db", default_limit=9) as store:
        return (await store.usage(guild.id, member.id)).used, len(await store.audit_faults())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_with_status_0_and_an_empty_conscience(
    playground: Playground, channel: Channel, mika: Member, guild: Guild, tmp_path: Path, number: signal.Signals
) -> None:
    async with running(playground, tmp_path) as bot:
        await done(playground, await ask(mika, channel))
        bot.send_signal(number)
        assert await asyncio.wait_for(bot.wait(), 10) == 0
    log = (tmp_path / "bot.log").read_text()
    for complaint in ("Traceback", "never awaited", "never retrieved", "Unclosed", "Task was destroyed"):
        assert complaint not in log
    assert await ledger(tmp_path, guild, mika) == (1, 0)
    assert playground.violations == []


async def test_what_a_stop_cuts_off_goes_on_after_the_next_start(
    playground: Playground, channel: Channel, guild: Guild, tmp_path: Path
) -> None:
    crowd = [guild.member(f"Member {number}") for number in range(12)]  # more than a stop has patience for
    async with running(playground, tmp_path) as bot:
        asked = [await ask(member, channel, side=1400) for member in crowd]
        for interaction in asked:
            await interaction.response()
        bot.terminate()
        assert await asyncio.wait_for(bot.wait(), 10) == 0
    paused = [one for one in asked if "restarting" in (await one.response()).message.text]
    assert paused
    async with running(playground, tmp_path) as bot:
        for interaction in asked:
            await done(playground, interaction)
        bot.terminate()
        await bot.wait()
    assert len(pictures(channel)) == len(crowd)
    for member in crowd:
        assert await ledger(tmp_path, guild, member) == (1, 0)


def answered(event: Event) -> bool:
    return event.kind is EventKind.INTERACTION_ANSWERED


def threaded(event: Event) -> bool:
    return event.kind is EventKind.THREAD_CREATED


def posted(event: Event) -> bool:
    return event.kind is EventKind.MESSAGE_CREATED and event.message is not None and bool(event.message.attachments)


@pytest.mark.parametrize("moment", [answered, threaded, posted])
async def test_a_kill_at_any_step_ends_in_exactly_one_picture_and_one_charge(
    playground: Playground,
    channel: Channel,
    mika: Member,
    guild: Guild,
    tmp_path: Path,
    moment: Callable[[Event], bool],
) -> None:
    async with running(playground, tmp_path) as bot:
        interaction = await ask(mika, channel)
        await playground.wait_for(moment, timeout=PATIENCE)
        bot.kill()
        await bot.wait()
    async with running(playground, tmp_path) as bot:
        await done(playground, interaction)
        bot.terminate()
        assert await asyncio.wait_for(bot.wait(), 10) == 0
    assert len(pictures(channel)) == 1
    assert await ledger(tmp_path, guild, mika) == (1, 0)
