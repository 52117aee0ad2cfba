"""/stats, as moderators use it."""

import io

import pytest
from PIL import Image

from playground import Member, Message, Permissions
from tests.flow.stage import Stage


@pytest.fixture
def noor(stage: Stage) -> Member:
    """A moderator."""
    return stage.guild.member("Noor", permissions=Permissions.MODERATE_MEMBERS)


async def told(stage: Stage, who: Member, **options: object) -> Message:
    """What the bot says in the end."""
    interaction = await who.slash(stage.channel, "stats", **options)
    response = await interaction.response()
    assert response.ephemeral
    event = await stage.playground.wait_for(
        lambda event: event.message is not None and bool(event.message.text), about=interaction.id, timeout=20
    )
    assert event.message is not None
    return event.message


async def test_a_moderator_gets_a_chart_and_its_main_numbers(stage: Stage, noor: Member) -> None:
    await stage.result_of(await stage.ask())
    message = await told(stage, noor)
    assert message.ephemeral
    assert "1 picture in the last 30 days: Ghibli 1." in message.text
    (chart,) = message.attachments
    assert "Ghibli 1" in (chart.description or "")
    with Image.open(io.BytesIO(await stage.playground.download(chart))) as picture:
        assert picture.format == "PNG"


async def test_a_moderator_says_how_many_days(stage: Stage, noor: Member) -> None:
    await stage.result_of(await stage.ask())
    assert "1 picture today" in (await told(stage, noor, days=1)).text


async def test_a_server_where_nothing_happened_gets_a_sentence_instead(stage: Stage, noor: Member) -> None:
    message = await told(stage, noor)
    assert "Nobody has asked" in message.text
    assert not message.attachments


async def test_other_members_are_refused(stage: Stage) -> None:
    message = await told(stage, stage.mika)
    assert "moderators" in message.text
    assert not message.attachments


async def test_another_servers_pictures_are_not_in_it(stage: Stage) -> None:
    await stage.result_of(await stage.ask())
    elsewhere = stage.playground.guild("Elsewhere")
    channel = elsewhere.text_channel("photos")
    boss = elsewhere.member("Boss", permissions=Permissions.MANAGE_GUILD)
    interaction = await boss.slash(channel, "stats")
    event = await stage.playground.wait_for(
        lambda event: event.message is not None and bool(event.message.text), about=interaction.id
    )
    assert event.message is not None
    assert "Nobody has asked" in event.message.text
