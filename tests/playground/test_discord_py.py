"""An unmodified discord.py client lives in the playground as on Discord."""

import asyncio
import io
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import discord
import pytest
from discord import app_commands, ui

from playground import AnswerKind, Playground, Upload
from tests.playground.login import logged_in
from tests.playground.rawclient import Stage

ROOT = Path(__file__).parents[2]
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (64).to_bytes(4, "big") + (48).to_bytes(4, "big")


class Card(ui.LayoutView):
    """A text, a picture if there is one, and a button."""

    def __init__(self, text: str, picture: str | None = None) -> None:
        super().__init__(timeout=None)
        again: ui.Button[Card] = ui.Button(label="Again", custom_id="again")
        row: ui.ActionRow[Card] = ui.ActionRow(again)
        items: list[ui.Item[Card]] = [ui.TextDisplay(text), row]
        if picture:
            items.insert(1, ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{picture}", description="A fox")))
        self.add_item(ui.Container(*items))
        self.stop()


class Reason(ui.Modal, title="Reason"):
    why: ui.TextInput["Reason"] = ui.TextInput(label="Why?", custom_id="why")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"because {self.why.value}", ephemeral=True)


class Bot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(self)
        self.tree.command(name="draw", description="Draw a photo.")(draw)
        self.tree.command(name="think", description="Think first.")(think)
        self.tree.command(name="why", description="Ask why.")(why)
        quota = app_commands.Group(name="quota", description="Quotas.")
        quota.command(name="set", description="Set a quota.")(set_quota)
        self.tree.add_command(quota)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if interaction.type is discord.InteractionType.component:
            await interaction.response.defer()
            view = Card(f"again, {interaction.user.display_name}")
            await interaction.edit_original_response(view=view, attachments=[])


async def styles(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name="Ghibli", value="ghibli")] if "ghibli".startswith(current) else []


@app_commands.autocomplete(style=styles)
async def draw(interaction: discord.Interaction, photo: discord.Attachment, style: str) -> None:
    callback = await interaction.response.send_message(view=Card(f"working on {photo.width}x{photo.height}"))
    picture = await photo.read()
    assert isinstance(callback.resource, discord.InteractionMessage)
    await callback.resource.edit(view=Card("done"))
    assert isinstance(interaction.channel, discord.TextChannel)
    message = interaction.channel.get_partial_message(callback.resource.id)
    thread = await message.create_thread(name="pictures", auto_archive_duration=60)
    await thread.send(view=Card(f"in {style}", "fox.png"), file=discord.File(io.BytesIO(picture), "fox.png"))


async def think(interaction: discord.Interaction) -> None:
    await interaction.response.defer(ephemeral=True)
    await interaction.followup.send("thought", file=discord.File(io.BytesIO(PNG), "thought.png"))


async def why(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Reason())


async def set_quota(interaction: discord.Interaction, member: discord.User, amount: int) -> None:
    allowed = interaction.permissions.manage_guild
    await interaction.response.send_message(f"{member.display_name}: {amount}, {allowed}", ephemeral=True)


@pytest.fixture
async def bot(stage: Stage) -> AsyncIterator[Bot]:
    async with logged_in(Bot(), stage.playground) as bot:
        yield bot
    assert stage.playground.violations == []


@pytest.mark.usefixtures("bot")
async def test_a_photo_goes_through_a_command_into_a_thread(stage: Stage) -> None:
    interaction = await stage.mika.slash(stage.channel, "draw", photo=Upload("me.png", PNG), style="ghibli")
    response = await interaction.response()
    assert response.type is AnswerKind.MESSAGE
    posted = await stage.playground.wait_for(
        lambda event: event.kind == "message_created" and event.message and event.message.attachments
    )
    assert response.message.text == "done"
    thread = stage.channel.thread_of(response.message)
    assert thread is not None
    (picture,) = thread.messages
    assert posted.message == picture
    assert picture.text == "in ghibli"
    assert await stage.playground.download(picture.attachments[0]) == PNG
    said = [
        event.message.text for event in stage.playground.events if event.kind == "message_created" and event.message
    ]
    assert said == ["working on 64x48", "in ghibli"]


@pytest.mark.usefixtures("bot")
async def test_a_click_edits_the_message_with_the_button(stage: Stage) -> None:
    await stage.mika.slash(stage.channel, "draw", photo=Upload("me.png", PNG), style="ghibli")
    posted = await stage.playground.wait_for(lambda event: event.message and event.message.attachments)
    assert posted.message is not None
    click = await stage.mika.click(posted.message, "again")
    assert (await click.response()).type is AnswerKind.DEFERRED_UPDATE
    edited = await stage.playground.wait_for(lambda event: event.kind == "message_edited", about=posted.message.id)
    assert edited.message is not None
    assert (edited.message.text, edited.message.attachments) == ("again, Mika", ())


@pytest.mark.usefixtures("bot")
async def test_suggestions_come_while_typing(stage: Stage) -> None:
    choices = await stage.mika.autocomplete(stage.channel, "draw", focused="style", value="gh")
    assert [(each.name, each.value) for each in choices] == [("Ghibli", "ghibli")]


@pytest.mark.usefixtures("bot")
async def test_a_deferred_answer_is_filled_by_the_first_follow_up(stage: Stage) -> None:
    interaction = await stage.mika.slash(stage.channel, "think")
    response = await interaction.response()
    assert (response.type, response.ephemeral) == (AnswerKind.DEFERRED_MESSAGE, True)
    await stage.playground.wait_for(lambda event: event.kind == "message_edited", about=interaction.id)
    assert (response.message.text, response.message.ephemeral) == ("thought", True)


@pytest.mark.usefixtures("bot")
async def test_a_modal_is_shown_filled_in_and_answered(stage: Stage) -> None:
    interaction = await stage.mika.slash(stage.channel, "why")
    assert (await interaction.response()).modal["title"] == "Reason"
    submitted = await stage.mika.submit(interaction, {"why": "I like foxes"})
    assert (await submitted.response()).message.text == "because I like foxes"


@pytest.mark.usefixtures("bot")
async def test_a_sub_command_names_a_person_and_carries_the_callers_permissions(stage: Stage) -> None:
    interaction = await stage.mika.slash(stage.channel, "quota set", member=stage.playground.stranger("Noa"), amount=5)
    assert (await interaction.response()).message.text == "Noa: 5, False"


@pytest.mark.usefixtures("bot")
async def test_a_command_works_in_a_direct_message(stage: Stage) -> None:
    channel = stage.playground.direct_message(stage.mika)
    interaction = await stage.mika.slash(channel, "think")
    assert (await interaction.response()).ephemeral


@pytest.mark.parametrize("farewell", ["drop", "ask_reconnect"])
async def test_a_lost_connection_is_resumed_and_misses_nothing(stage: Stage, bot: Bot, farewell: str) -> None:
    session = bot.ws.session_id
    getattr(stage.playground.gateway, farewell)()
    await stage.playground.wait_for(lambda event: event.kind == "disconnected")
    interaction = await stage.mika.slash(stage.channel, "think")
    await stage.playground.wait_for(lambda event: event.kind == "resumed")
    assert (await interaction.response()).ephemeral
    assert bot.ws.session_id == session


async def test_the_client_keeps_up_with_the_world(stage: Stage, bot: Bot) -> None:
    arrived = asyncio.create_task(bot.wait_for("guild_channel_create"))
    await asyncio.sleep(0)
    stage.guild.text_channel("new")
    channel = await asyncio.wait_for(arrived, 5)
    permissions = channel.permissions_for(channel.guild.me)
    assert (channel.name, permissions.send_messages, permissions.manage_messages) == ("new", True, False)


ECHO = """
import os, discord
from discord import app_commands

bot = discord.Client(intents=discord.Intents(guilds=True))
tree = app_commands.CommandTree(bot)

@tree.command(description="Echo.")
async def echo(interaction: discord.Interaction, text: str):
    await interaction.response.send_message(text)

bot.setup_hook = tree.sync
bot.run(os.environ["TOKEN"], log_handler=None)
"""


@asynccontextmanager
async def echo_process(playground: Playground, folder: Path, farewell: signal.Signals) -> AsyncIterator[None]:
    (folder / "echo.py").write_text(ECHO)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "playground.launch", playground.origin, "echo"),
        env={"PYTHONPATH": f"{ROOT}:{folder}", "TOKEN": playground.token},
    )
    try:
        await asyncio.wait_for(playground.connected.wait(), 30)
        yield
    finally:
        process.send_signal(farewell)
        await process.wait()


async def test_a_bot_in_a_process_of_its_own_may_be_killed_and_started_again(tmp_path: Path) -> None:
    async with Playground(identify_interval=0) as playground:
        guild = playground.guild("Cosy Corner")
        channel, mika = guild.text_channel("photos"), guild.member("Mika")
        for farewell in (signal.SIGKILL, signal.SIGINT):
            async with echo_process(playground, tmp_path, farewell):
                interaction = await mika.slash(channel, "echo", text="hello")
                assert (await interaction.response()).message.text == "hello"
                seen = len(playground.events)
            await playground.wait_for(lambda event: event.kind == "disconnected", since=seen)
            assert not playground.connected.is_set()
        assert playground.violations == []
