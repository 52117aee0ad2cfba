"""An unmodified discord.py client meets misfortunes as it would on Discord."""

import asyncio
import io
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest
from discord import app_commands

from playground import Upload
from tests.playground.login import logged_in
from tests.playground.rawclient import Stage

PNG = b"\x89PNG\r\n\x1a\n" + bytes(300_000)


class Bot(discord.Client):
    """Answers a command, and keeps what goes wrong."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(self)
        self.tree.command(name="ask", description="Ask.")(self.ask)
        self.problems: asyncio.Queue[Exception] = asyncio.Queue()

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def ask(self, interaction: discord.Interaction, photo: discord.Attachment | None = None) -> None:
        try:
            await interaction.response.send_message(f"{len(await photo.read())} bytes" if photo else "asked")
        except (aiohttp.ClientError, discord.HTTPException) as error:
            self.problems.put_nowait(error)


@pytest.fixture
async def bot(stage: Stage) -> AsyncIterator[Bot]:
    async with logged_in(Bot(), stage.playground) as bot:
        yield bot


@pytest.fixture
def channel(stage: Stage, bot: Bot) -> discord.TextChannel:
    channel = bot.get_channel(stage.channel.id)
    assert isinstance(channel, discord.TextChannel)
    return channel


async def test_a_storm_is_waited_for(stage: Stage, channel: discord.TextChannel) -> None:
    stage.playground.faults.storm(retry_after=0.01, times=4)
    await channel.send("at last")
    assert [each.text for each in stage.channel.messages] == ["at last"]
    assert stage.playground.violations == []


async def test_a_long_storm_is_given_up(stage: Stage, channel: discord.TextChannel) -> None:
    stage.playground.faults.storm(retry_after=0.01, times=5)
    with pytest.raises(discord.HTTPException, match="429"):
        await channel.send("never")
    assert stage.channel.messages == []


async def test_a_429_of_cloudflares_is_an_error_at_once(stage: Stage, channel: discord.TextChannel) -> None:
    stage.playground.faults.block("POST", r"/messages$")
    with pytest.raises(discord.HTTPException, match="429"):
        await channel.send("once")
    await channel.send("twice")
    assert [each.text for each in stage.channel.messages] == ["twice"]


async def test_an_upload_that_is_cut_is_not_tried_again(stage: Stage, channel: discord.TextChannel) -> None:
    stage.playground.faults.cut_upload("POST", r"/messages$", after=1000)
    with pytest.raises((aiohttp.ClientConnectionError, OSError)):
        await channel.send(file=discord.File(io.BytesIO(PNG), "me.png"))
    assert stage.channel.messages == []


async def test_a_lost_acknowledgement_is_an_error_although_the_member_sees_the_answer(stage: Stage, bot: Bot) -> None:
    stage.playground.faults.lose_acknowledgement()
    interaction = await stage.mika.slash(stage.channel, "ask")
    assert (await interaction.response()).message.text == "asked"
    assert isinstance(await bot.problems.get(), aiohttp.ServerDisconnectedError)


async def test_a_file_that_is_gone_is_not_found(stage: Stage, bot: Bot) -> None:
    stage.playground.faults.lose_file()
    await stage.mika.slash(stage.channel, "ask", photo=Upload("me.png", PNG))
    assert isinstance(await bot.problems.get(), discord.NotFound)
