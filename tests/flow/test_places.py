"""Direct messages, and servers that only the member brought the bot to."""

from pathlib import Path

import pytest

from playground import invoking
from playground.errors import Json
from tests.engine.fakes import Act, FakeRunner
from tests.flow.stage import a_stage


@pytest.fixture
def brought_by_the_member(monkeypatch: pytest.MonkeyPatch) -> None:
    """The playground knows no user installs; their payload says who brought the bot, and brings no guild object."""
    payload = invoking._payload

    def of_a_user_install(*about: object) -> Json:
        sent = payload(*about)  # type: ignore[arg-type]  # passed on
        return sent | {"authorizing_integration_owners": {"1": sent["member"]["user"]["id"]}}

    monkeypatch.setattr(invoking, "_payload", of_a_user_install)


async def test_a_direct_message_has_a_quota_of_its_own(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", daily_limit=1, runners=[FakeRunner()]) as stage:
        place = stage.playground.direct_message(stage.mika)
        await stage.result_of(await stage.ask(channel=place))
        assert await stage.used() == 0
        assert (await stage.store.usage(0, stage.mika.id)).used == 1
        assert (await (await stage.ask(channel=place)).response()).ephemeral


async def test_a_refusal_in_a_direct_message_takes_the_card_away(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner(Act.DIE, Act.DIE)]) as stage:
        place = stage.playground.direct_message(stage.mika)
        refusal = await stage.whispered(await stage.ask(channel=place))
        assert place.messages == [refusal]
        assert (await stage.store.usage(0, stage.mika.id)).used == 0


@pytest.mark.usefixtures("brought_by_the_member")
async def test_where_only_the_member_brought_the_bot_the_card_becomes_the_picture(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage:
        interaction = await stage.ask()
        result = await stage.result_of(interaction)
        assert result.id == (await interaction.response()).message.id
        assert stage.channel.threads == []
        assert await stage.used() == 0  # the server's quota is not theirs to use
        assert (await stage.store.usage(0, stage.mika.id)).used == 1


@pytest.mark.usefixtures("brought_by_the_member")
async def test_where_only_the_member_brought_the_bot_they_delete_their_picture(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage:
        result = await stage.result_of(await stage.ask())
        told = await stage.whispered(await stage.mika.click(result, result.buttons[0].custom_id or ""))
        assert "deleted" in told.text
        assert stage.playground.latest(result) is None
