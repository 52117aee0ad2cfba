"""An unmodified discord.py client reads what is chosen in its selects, in messages and in modals."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import discord
import pytest
from discord import app_commands, ui

from playground import Member, Message, Role
from tests.playground.login import logged_in
from tests.playground.rawclient import Stage

STYLES = [discord.SelectOption(label=each.title(), value=each) for each in ("ghibli", "noir", "pastel")]


class Settings(ui.LayoutView):
    """One select of each kind."""

    def __init__(self, moderators: list[int]) -> None:
        super().__init__(timeout=None)
        role = [discord.SelectDefaultValue(id=each, type=discord.SelectDefaultValueType.role) for each in moderators]
        selects: Sequence[ui.Select[Any] | ui.RoleSelect[Any] | ui.ChannelSelect[Any] | ui.UserSelect[Any]] = (
            ui.Select(custom_id="styles", options=STYLES, min_values=0, max_values=3),
            ui.RoleSelect(custom_id="roles", min_values=0, max_values=25, default_values=role),
            ui.ChannelSelect(custom_id="channel", channel_types=[discord.ChannelType.text]),
            ui.UserSelect(custom_id="people", max_values=2),
        )
        for select in selects:
            select.callback = self.answer(select)  # type: ignore[method-assign]  # as discord.py's own decorators do
            self.add_item(ui.ActionRow(select))

    def answer(self, select: Any) -> Any:
        async def callback(interaction: discord.Interaction) -> None:
            await interaction.response.send_message(said(select.values), ephemeral=True)

        return callback


class Rules(ui.Modal, title="Rules"):
    styles: ui.Label["Rules"] = ui.Label(text="Styles", component=ui.Select(custom_id="styles", options=STYLES))
    roles: ui.Label["Rules"] = ui.Label(
        text="Roles", component=ui.RoleSelect(custom_id="roles", required=False, max_values=2)
    )
    where: ui.Label["Rules"] = ui.Label(text="Where", component=ui.ChannelSelect(custom_id="where", required=False))
    who: ui.Label["Rules"] = ui.Label(text="Who", component=ui.UserSelect(custom_id="who", required=False))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        labels = (self.styles, self.roles, self.where, self.who)
        chosen: list[Any] = [each.component for each in labels]
        await interaction.response.send_message("; ".join(said(each.values) for each in chosen))


def said(values: Sequence[Any]) -> str:
    return ", ".join(f"{type(each).__name__} {getattr(each, 'name', each)}" for each in values) or "nothing"


class Bot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(self)
        self.tree.command(name="settings", description="Set things.")(settings)
        self.tree.command(name="rules", description="Make rules.")(rules)

    async def setup_hook(self) -> None:
        await self.tree.sync()


async def settings(interaction: discord.Interaction) -> None:
    assert interaction.guild
    moderators = [each.id for each in interaction.guild.roles if each.name == "moderators"]
    await interaction.response.send_message(view=Settings(moderators))


async def rules(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Rules())


@pytest.fixture
async def bot(stage: Stage) -> AsyncIterator[Bot]:
    async with logged_in(Bot(), stage.playground) as bot:
        yield bot
    assert stage.playground.violations == []


@pytest.fixture
def moderators(stage: Stage) -> Role:
    return stage.guild.role("moderators")


@pytest.fixture
def noa(stage: Stage) -> Member:
    return stage.guild.member("Noa")


async def shown(stage: Stage) -> Message:
    return (await (await stage.mika.slash(stage.channel, "settings")).response()).message


async def chosen(stage: Stage, custom_id: str, *values: object) -> str:
    interaction = await stage.mika.select(await shown(stage), custom_id, values)
    return (await interaction.response()).message.text


async def test_every_kind_of_select_in_a_message_is_read(stage: Stage, moderators: Role, noa: Member, bot: Bot) -> None:
    assert bot.user
    assert await chosen(stage, "styles", "noir", "ghibli") == "str noir, str ghibli"
    assert await chosen(stage, "styles") == "nothing"
    assert await chosen(stage, "roles", moderators) == "Role moderators"
    assert await chosen(stage, "channel", stage.channel) == "AppCommandChannel photos"
    assert await chosen(stage, "people", noa, stage.mika) == "Member Noa, Member Mika"


@pytest.mark.usefixtures("bot")
async def test_every_kind_of_select_in_a_modal_is_read(stage: Stage, moderators: Role, noa: Member) -> None:
    interaction = await stage.mika.slash(stage.channel, "rules")
    await interaction.response()
    values: dict[str, list[object]] = {
        "styles": ["pastel"],
        "roles": [moderators],
        "where": [stage.channel],
        "who": [noa],
    }
    submitted = await stage.mika.submit(interaction, values)
    answer = (await submitted.response()).message.text
    assert answer == "str pastel; Role moderators; AppCommandChannel photos; Member Noa"


@pytest.mark.usefixtures("bot")
async def test_selects_that_a_modal_does_not_require_may_stay_empty(stage: Stage) -> None:
    interaction = await stage.mika.slash(stage.channel, "rules")
    await interaction.response()
    submitted = await stage.mika.submit(interaction, {"styles": ["noir"]})
    assert (await submitted.response()).message.text == "str noir; nothing; nothing; nothing"
