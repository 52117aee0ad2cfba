"""An unmodified discord.py client reads avatars of all kinds, and the pictures of embeds and links."""

import io
from collections.abc import AsyncIterator, Sequence

import aiohttp
import discord
import pytest
from discord import app_commands
from PIL import Image

from playground import Member, Message, Upload
from tests.playground.login import logged_in
from tests.playground.rawclient import Stage

CAT = "https://example.org/cat.png"


def picture(*colours: str) -> bytes:
    first, *rest = [Image.new("RGB", (64, 64), colour) for colour in colours]
    file = io.BytesIO()
    first.save(file, "GIF", save_all=True, append_images=rest)
    return file.getvalue()


STILL, MOVING = Upload("me.gif", picture("red")), Upload("us.gif", picture("red", "blue"))


class Bot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(self)
        self.tree.context_menu(name="Avatar")(avatar)
        self.tree.context_menu(name="Pictures")(pictures)

    async def setup_hook(self) -> None:
        await self.tree.sync()


async def avatar(interaction: discord.Interaction, user: discord.User | discord.Member) -> None:
    """Say where it lies and what it is, as a still of at most 32 pixels and as it is."""
    worn = user.display_avatar
    versions = (worn.with_static_format("png").with_size(32).with_format("png"), worn) if user.avatar else (worn,)
    seen = [described(await each.read()) for each in versions]
    await interaction.response.send_message(f"{worn.url.split('/')[3]}: {', '.join(seen)}")


async def pictures(interaction: discord.Interaction, message: discord.Message) -> None:
    shown: Sequence[str | None] = [each.image.proxy_url or each.thumbnail.proxy_url for each in message.embeds]
    async with aiohttp.ClientSession() as session:
        seen = [described(await (await session.get(each)).read()) for each in shown if each]
    await interaction.response.send_message(", ".join(seen) or "none")


def described(data: bytes) -> str:
    with Image.open(io.BytesIO(data)) as image:
        return f"{image.format} {image.width} px {getattr(image, 'n_frames', 1)}"


@pytest.fixture(autouse=True)
async def _bot(stage: Stage) -> AsyncIterator[None]:
    async with logged_in(Bot(), stage.playground):
        yield
    assert stage.playground.violations == []


@pytest.fixture
def noa(stage: Stage) -> Member:
    return stage.guild.member("Noa")


async def avatar_of(stage: Stage, person: Member) -> str:
    return (await (await stage.mika.use_on_user(stage.channel, "Avatar", person)).response()).message.text


async def pictures_of(stage: Stage, message: Message) -> str:
    return (await (await stage.mika.use_on_message(stage.channel, "Pictures", message)).response()).message.text


async def test_avatars_of_all_kinds_are_read(stage: Stage, noa: Member) -> None:
    assert await avatar_of(stage, noa) == "embed: PNG 256 px 1"
    noa.set_avatar(STILL)
    assert await avatar_of(stage, noa) == "avatars: PNG 32 px 1, PNG 64 px 1"
    noa.set_avatar(MOVING)
    assert await avatar_of(stage, noa) == "avatars: PNG 32 px 1, GIF 64 px 2"
    stage.guild.set_avatar(noa, STILL)
    assert await avatar_of(stage, noa) == "guilds: PNG 32 px 1, PNG 64 px 1"


async def test_pictures_of_embeds_and_links_are_read_through_the_proxy(stage: Stage, noa: Member) -> None:
    stage.playground.publish(CAT, MOVING)
    embed = {"title": "A cat", "image": {"url": CAT}}
    assert await pictures_of(stage, await stage.channel.webhook("Feed").say(embeds=[embed])) == "GIF 64 px 2"
    assert await pictures_of(stage, await noa.say(stage.channel, f"{CAT} is nice")) == "GIF 64 px 2"
    assert await pictures_of(stage, await noa.say(stage.channel, "nothing")) == "none"
