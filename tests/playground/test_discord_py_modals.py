"""An unmodified discord.py client reads what is filled in and uploaded in its modals."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord import app_commands, ui

from playground import Interaction, Upload
from tests.playground.login import logged_in
from tests.playground.rawclient import Stage

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (64).to_bytes(4, "big") + (48).to_bytes(4, "big")
STYLES = ("ghibli", "noir")


class Photos(ui.Modal, title="Your photos"):
    photos: ui.Label["Photos"] = ui.Label(text="Photos", component=ui.FileUpload(min_values=1, max_values=10))
    style: ui.Label["Photos"] = ui.Label(
        text="Style", component=ui.RadioGroup(options=[discord.RadioGroupOption(label=each) for each in STYLES])
    )
    moods: ui.Label["Photos"] = ui.Label(
        text="Moods",
        component=ui.CheckboxGroup(
            required=False, options=[discord.CheckboxGroupOption(label=each) for each in ("calm", "dark")]
        ),
    )
    private: ui.Label["Photos"] = ui.Label(text="Private?", component=ui.Checkbox(default=True))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        photos, style, moods, private = (each.component for each in self.walk_children() if isinstance(each, ui.Label))
        assert isinstance(photos, ui.FileUpload)
        assert isinstance(style, ui.RadioGroup)
        assert isinstance(moods, ui.CheckboxGroup)
        assert isinstance(private, ui.Checkbox)
        pictures = [f"{each.filename} {len(await each.read())} {each.ephemeral}" for each in photos.values]
        await interaction.response.send_message(f"{pictures} {style.value} {moods.values} {private.value}")


class Bot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(self)
        self.tree.command(name="photos", description="Give photos.")(ask)
        self.tree.context_menu(name="Same")(ask_again)

    async def setup_hook(self) -> None:
        await self.tree.sync()


async def ask(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Photos())


async def ask_again(interaction: discord.Interaction, _: discord.Message) -> None:
    await interaction.response.send_modal(Photos())


@pytest.fixture(autouse=True)
async def _bot(stage: Stage) -> AsyncIterator[None]:
    async with logged_in(Bot(), stage.playground):
        yield
    assert stage.playground.violations == []


async def told(stage: Stage, interaction: Interaction, **filled: Any) -> str:
    """What the bot says to its modal, filled in by label."""
    modal = (await interaction.response()).modal
    names = {each["label"]: each["component"]["custom_id"] for each in modal["components"]}
    sent = await stage.mika.submit(interaction, {names[key]: value for key, value in filled.items()})
    return (await sent.response()).message.text


async def test_uploads_and_choices_of_a_modal_are_read(stage: Stage) -> None:
    interaction = await stage.mika.slash(stage.channel, "photos")
    photos = [Upload("me.png", PNG), Upload("us.png", PNG + b"more")]
    text = await told(stage, interaction, Photos=photos, Style="noir", Moods=["dark", "calm"])
    assert text == "['me.png 24 True', 'us.png 28 True'] noir ['dark', 'calm'] True"


async def test_a_modal_may_answer_a_context_menu(stage: Stage) -> None:
    message = await stage.mika.say(stage.channel, "look")
    interaction = await stage.mika.use_on_message(stage.channel, "Same", message)
    text = await told(stage, interaction, Photos=[Upload("me.png", PNG)], Style="ghibli", **{"Private?": False})
    assert text == "['me.png 24 True'] ghibli [] False"
