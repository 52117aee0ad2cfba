"""What the operator sets is felt at once: whom the bot serves nowhere, and draining."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.attachments import Attachments
from bot.control import answering
from bot.store import Action, Order, Scope, Store, beside, commands
from playground import Channel, Member, Playground
from tests.engine.fakes import Act, FakeRunner, Signals
from tests.flow.stage import Stage, a_stage, the_bot


def in_the_server(stage: Stage) -> tuple[Member, Channel]:
    return stage.mika, stage.channel


def in_direct_messages(stage: Stage) -> tuple[Member, Channel]:
    return stage.mika, stage.playground.direct_message(stage.mika)


def by_their_own_install(stage: Stage) -> tuple[Member, Channel]:
    elsewhere = stage.playground.foreign_guild("Elsewhere")
    elsewhere.admit(stage.mika)
    return stage.mika, elsewhere.text_channel("photos")


@pytest.fixture
def untouched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """At the end, no photo was fetched."""
    fetched: list[str] = []
    monkeypatch.setattr(Attachments, "fetch", lambda _self, url: fetched.append(url))
    yield
    assert fetched == []


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("where", [in_the_server, in_direct_messages, by_their_own_install])
async def test_a_denied_member_is_served_nowhere(
    stage: Stage, where: Callable[[Stage], tuple[Member, Channel]]
) -> None:
    await stage.store.operator.carry_out(Order(action=Action.DENY, scope=Scope.MEMBER, target=stage.mika.id))
    member, place = where(stage)
    response = await (await stage.ask(member, place)).response()
    assert response.ephemeral
    assert "does not want me to work for you" in response.message.text


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("where", [in_the_server, by_their_own_install])
async def test_in_a_denied_server_nobody_is_served_whoever_installed_the_bot(
    stage: Stage, where: Callable[[Stage], tuple[Member, Channel]]
) -> None:
    member, place = where(stage)
    server = place.state.guild_id or 0
    await stage.store.operator.carry_out(Order(action=Action.DENY, scope=Scope.SERVER, target=server))
    response = await (await stage.ask(member, place)).response()
    assert "in this server" in response.message.text


async def test_draining_lets_nothing_new_in_and_finishes_what_was_promised(tmp_path: Path) -> None:
    runner = FakeRunner(Act.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as stage:
        first = await stage.ask()
        await stage.card_shows(first, "Painting")
        await stage.store.operator.carry_out(Order(action=Action.DRAIN))
        response = await (await stage.ask(stage.guild.member("Ren"))).response()
        assert "take nothing new" in response.message.text
        runner.gate.release()
        assert (await stage.result_of(first)).attachments
        await stage.store.operator.carry_out(Order(action=Action.RESUME))
        assert (await stage.result_of(await stage.ask())).attachments


async def test_whoever_waits_is_told_when_they_are_denied(tmp_path: Path) -> None:
    runner, database = FakeRunner(Act.STALL), tmp_path / "animify.db"
    async with a_stage(database, runners=[runner]) as stage:
        await stage.ask(stage.guild.member("Ren"))
        waiting = await stage.ask()
        await stage.card_shows(waiting, "Waiting")
        order = Order(action=Action.DENY, scope=Scope.MEMBER, target=stage.mika.id)
        with beside.opened(database, writes=True) as shell:
            shell.transact(lambda tx: commands.put(tx, order))
        async with answering(stage.store, on_recall=stage.client.services.journey.recall):
            told = await stage.whispered(waiting)
        assert "does not want me to work for you" in told.text
        assert await stage.used() == 0
        runner.gate.release()


async def test_whoever_is_denied_while_no_bot_runs_is_told_at_the_next_start(tmp_path: Path) -> None:
    database = tmp_path / "animify.db"
    async with Playground(identify_interval=0) as playground:
        guild = playground.guild("Cosy Corner")
        channel, mika = guild.text_channel("photos"), guild.member("Mika")
        async with the_bot(playground, database, runners=[FakeRunner(Act.STALL)]) as client:
            parts = client.services
            stage = Stage(
                playground, guild, channel, mika, client, parts.store, parts.journey._lane.dispatcher, Signals()
            )
            await stage.ask(guild.member("Ren"))
            waiting = await stage.ask()
            await stage.card_shows(waiting, "Waiting")
        async with await Store.open(database, default_limit=3) as shell:
            await shell.operator.carry_out(Order(action=Action.DENY, scope=Scope.MEMBER, target=mika.id))
        async with the_bot(playground, database, runners=[FakeRunner()]) as client:
            told = await stage.whispered(waiting)
            assert "does not want me to work for you" in told.text
            assert (await client.services.store.usage(guild.id, mika.id)).used == 0
