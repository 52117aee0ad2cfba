"""An unmodified discord.py client is used where its bot is not, from context menus, and by guilds that it leaves."""

import asyncio
import io
from collections.abc import AsyncIterator

import discord
import pytest
from discord import app_commands

from playground import Guild, Member, Permissions, Upload
from tests.playground.login import logged_in
from tests.playground.rawclient import Stage

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (64).to_bytes(4, "big") + (48).to_bytes(4, "big")


class Bot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(
            self,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        )
        self.tree.command(name="where", description="Say where.")(where)
        self.tree.context_menu(name="Animify this")(animify)
        self.tree.context_menu(name="Animify avatar")(animify_avatar)
        self.seen: asyncio.Queue[str] = asyncio.Queue()

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.seen.put_nowait(f"left {guild.name}")

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self.seen.put_nowait(f"joined {guild.name}")


async def where(interaction: discord.Interaction) -> None:
    owner = "server" if interaction.is_guild_integration() else "person"
    place = "private" if interaction.context.private_channel else "guild"
    await interaction.response.defer()
    may_attach = interaction.app_permissions.attach_files
    await interaction.followup.send(f"{owner}, {place}, {interaction.channel}, {may_attach}")
    await interaction.followup.send("more", file=discord.File(io.BytesIO(PNG), "more.png"))


async def animify(interaction: discord.Interaction, message: discord.Message) -> None:
    author = "webhook" if message.webhook_id else "bot" if message.author.bot else "person"
    sizes = [len(await each.read()) for each in message.attachments]
    await interaction.response.send_message(f"{author}: {message.content} {sizes}")


async def animify_avatar(interaction: discord.Interaction, user: discord.User | discord.Member) -> None:
    picture = await user.display_avatar.read()
    since = user.joined_at.year if isinstance(user, discord.Member) and user.joined_at else "left"
    await interaction.response.send_message(f"{user.avatar is not None}, {picture == PNG}, {since}", ephemeral=True)


@pytest.fixture
async def bot(stage: Stage) -> AsyncIterator[Bot]:
    async with logged_in(Bot(), stage.playground) as bot:
        yield bot
    assert stage.playground.violations == []


@pytest.fixture
def elsewhere(stage: Stage) -> Guild:
    return stage.playground.foreign_guild("Elsewhere")


@pytest.fixture
def noa(elsewhere: Guild) -> Member:
    return elsewhere.member("Noa")


@pytest.mark.usefixtures("bot")
async def test_a_command_works_in_a_foreign_guild(stage: Stage, elsewhere: Guild, noa: Member) -> None:
    interaction = await noa.slash(elsewhere.text_channel("photos"), "where")
    assert await texts(stage, interaction.id) == ["person, guild, photos, True", "more"]


@pytest.mark.usefixtures("bot")
async def test_a_command_works_in_a_voice_chat_of_a_foreign_guild(stage: Stage, elsewhere: Guild, noa: Member) -> None:
    interaction = await noa.slash(elsewhere.voice_channel("lounge"), "where")
    assert (await texts(stage, interaction.id))[0] == "person, guild, lounge, True"


@pytest.mark.usefixtures("bot")
async def test_a_command_works_in_private_channels(stage: Stage, noa: Member) -> None:
    pair = stage.playground.private_channel(noa, stage.mika)
    group = stage.playground.private_channel(noa, stage.mika, stage.playground.stranger("Lou"))
    for place, name in ((pair, "Direct Message with Mika"), (group, "a group")):
        interaction = await noa.slash(place, "where")
        assert (await texts(stage, interaction.id))[0] == f"person, private, {name}, True"


@pytest.mark.usefixtures("bot")
async def test_answers_are_hidden_where_external_apps_may_not_speak(
    stage: Stage, elsewhere: Guild, noa: Member
) -> None:
    channel = elsewhere.text_channel("photos")
    channel.overwrite(noa, deny=Permissions.USE_EXTERNAL_APPS)
    await texts(stage, (await noa.slash(channel, "where")).id)
    assert [each.ephemeral for each in elsewhere.messages] == [True, True]


@pytest.mark.usefixtures("bot")
async def test_a_message_menu_hands_over_whoever_wrote_the_message(stage: Stage, elsewhere: Guild, noa: Member) -> None:
    photo = Upload("me.png", PNG)
    foreign = elsewhere.text_channel("photos")
    messages = (
        (noa, foreign, await noa.say(foreign, "me", photo), "person: me [24]"),
        (stage.mika, stage.channel, await stage.mika.say(stage.channel, "us", photo, photo), "person: us [24, 24]"),
        (stage.mika, stage.channel, await stage.guild.bot_user("Other").say(stage.channel, "beep"), "bot: beep []"),
        (stage.mika, stage.channel, await stage.channel.webhook("Feed").say("news", photo), "webhook: news [24]"),
    )
    for member, channel, message, answer in messages:
        interaction = await member.use_on_message(channel, "Animify this", message)
        assert (await interaction.response()).message.text == answer


@pytest.mark.usefixtures("bot")
async def test_a_person_menu_reads_the_avatar_of_members_and_of_those_who_left(stage: Stage) -> None:
    noa = stage.guild.member("Noa", joined_at=1_700_000_000.0)
    noa.set_avatar(Upload("me.png", PNG))
    assert await avatar(stage, noa) == "True, True, 2023"
    stage.guild.kick(noa)
    assert await avatar(stage, noa) == "True, True, left"
    noa.set_avatar(None)
    assert await avatar(stage, noa) == "False, False, left"


async def test_a_guild_is_left_and_joined_again(stage: Stage, bot: Bot) -> None:
    stage.guild.remove_bot()
    assert await asyncio.wait_for(bot.seen.get(), 5) == "left Cosy Corner"
    assert list(bot.guilds) == []
    stage.guild.invite_bot()
    assert await asyncio.wait_for(bot.seen.get(), 5) == "joined Cosy Corner"
    interaction = await stage.mika.slash(stage.channel, "where")
    assert (await texts(stage, interaction.id))[0] == "server, guild, photos, True"


async def avatar(stage: Stage, person: Member) -> str:
    interaction = await stage.mika.use_on_user(stage.channel, "Animify avatar", person)
    return (await interaction.response()).message.text


async def texts(stage: Stage, interaction_id: int) -> list[str]:
    """What the bot said in its deferred answer and in the follow-up after it."""
    await stage.playground.wait_for(
        lambda event: event.kind == "message_created" and event.message and event.message.attachments,
        about=interaction_id,
    )
    return [each.text for each in stage.playground.interaction(interaction_id).messages]
