"""Who is answered alone is answered in their own language; what everybody sees is in the server's."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import Act
from playground import EventKind, Playground
from tests.engine.fakes import FakeRunner
from tests.flow.moderating import (
    a_result,
    button,
    decide,
    labels,
    log_channel,
    logged,
    manager,
    now,
    report,
    shown,
    told,
)
from tests.flow.panel import Panel
from tests.flow.stage import Stage, a_stage, the_bot


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as ready:
        yield ready


async def speaks(stage: Stage, language: str) -> None:
    """From now on the server's cards are in this language."""
    act = Act(cause=f"in {language}", guild_id=stage.guild.id, actor_id=None)
    await stage.store.desk.change_guild(act, language=language)


async def test_everybody_is_answered_in_the_language_of_their_own_discord(stage: Stage) -> None:
    for locale, answer in (
        ("en-GB", "You have"),
        ("de", "Heute noch"),
        ("ja", "今日の残り"),
        ("fr", "You have"),
    ):
        stage.mika.set_locale(locale)
        assert (await told(stage.mika, stage.channel, "usage")).text.startswith(answer)


async def test_a_servers_language_is_chosen_on_its_card_among_those_that_there_are(stage: Stage) -> None:
    noor = await manager(stage)
    panel = await (await Panel.open(noor, stage.channel)).turn("days")
    panel = await panel.choose("language", "ja")
    assert (await stage.store.desk.guild(stage.guild.id)).language == "ja"
    assert "**Language**" in panel.card.text  # a card for its reader alone stays theirs


async def test_what_a_moderator_does_is_said_in_the_servers_language_and_to_them_in_their_own(stage: Stage) -> None:
    await speaks(stage, "de")
    noor, log = await manager(stage), await log_channel(stage)
    result = await a_result(stage, channel=stage.guild.voice_channel("talk"))
    said = await stage.whispered(await noor.click(result, button(result, "Löschen")))
    assert said.text == "The picture is deleted."
    assert f"Die Moderation, {noor.mention}, hat dieses Bild gelöscht" in now(stage, result).text
    assert noor.mention in (await logged(stage, log, "hat ein Bild gelöscht")).text


async def test_a_report_in_the_log_channel_stays_in_the_servers_language_whoever_decides_it(stage: Stage) -> None:
    noor, log, result = await manager(stage), await log_channel(stage), await a_result(stage)
    noor.set_locale("de")
    await speaks(stage, "ja")
    assert (await report(stage, stage.guild.member("Sora"), result, "rules")).startswith("Thank you.")
    card = await logged(stage, log, "通報 1")
    assert labels(card)[1] == "削除"
    assert (await decide(stage, noor, card, "却下")).text.startswith("Die Meldung ist abgewiesen")
    await shown(stage, card, lambda one: f"{noor.mention} が却下しました" in one.text)


async def test_discord_is_told_of_the_commands_again_once_they_are_described_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Playground(identify_interval=0) as playground:
        for count, german in ((1, "Wen."), (1, "Wen."), (2, "Welches Mitglied.")):
            monkeypatch.setattr(
                "bot.commands.translator._", lambda text, said=german: said if text == "Whom." else text
            )
            async with the_bot(playground, tmp_path / "animify.db"):
                synced = [one for one in playground.events if one.kind is EventKind.COMMANDS_SYNCED]
                assert len(synced) == count
