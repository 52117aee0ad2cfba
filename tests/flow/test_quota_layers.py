"""/quota for members, roles and the server, as moderators use it and members feel it."""

from pathlib import Path

import pytest

from bot.store import Action, Filter, Order, Scope
from playground import Member, Permissions
from tests.engine.fakes import FakeRunner
from tests.flow.stage import Stage, a_stage


@pytest.fixture
def boss(stage: Stage) -> Member:
    return stage.guild.member("Boss", permissions=Permissions.MANAGE_GUILD)


async def told(stage: Stage, who: Member, command: str, **options: object) -> str:
    response = await (await who.slash(stage.channel, command, **options)).response()
    assert response.ephemeral
    return response.message.text


async def test_the_best_of_a_members_roles_replaces_the_servers_limit(stage: Stage, boss: Member) -> None:
    low, high = stage.guild.role("low"), stage.guild.role("high")
    await told(stage, boss, "quota server set", amount=9)
    await told(stage, boss, "quota role set", role=low, amount="1")
    await told(stage, boss, "quota role set", role=high, amount="2")
    both = stage.guild.member("Both", roles=(low, high))
    assert "have 2 of 2 pictures left today" in (said := await told(stage, both, "usage"))
    assert "the best of your roles" in said
    assert "have 9 of 9 pictures left today" in (said := await told(stage, stage.mika, "usage"))
    assert "Your limit is this server's" in said
    assert "the best of their roles" in await told(stage, boss, "quota show", member=both)


async def test_a_role_that_is_given_or_taken_counts_at_once(stage: Stage, boss: Member) -> None:
    role = stage.guild.role("patrons")
    await told(stage, boss, "quota role set", role=role, amount="unlimited")
    stage.guild.give_role(stage.mika, role)
    assert "no daily limit here (the best of your roles)" in await told(stage, stage.mika, "usage")
    stage.guild.take_role(stage.mika, role)
    assert "3 of 3 pictures" in await told(stage, stage.mika, "usage")


async def test_the_card_of_a_picture_counts_with_the_members_roles(stage: Stage, boss: Member) -> None:
    role = stage.guild.role("patrons")
    await told(stage, boss, "quota role set", role=role, amount="8")
    stage.guild.give_role(stage.mika, role)
    assert "7 left today" in (await stage.result_of(await stage.ask())).text


async def test_roles_with_a_limit_are_listed_and_can_be_taken_off_it(stage: Stage, boss: Member) -> None:
    role = stage.guild.role("patrons")
    assert "No role has" in await told(stage, boss, "quota role list")
    await told(stage, boss, "quota role set", role=role, amount="8")
    assert f"<@&{role.id}>: 8" in await told(stage, boss, "quota role list")
    assert "any more" in await told(stage, boss, "quota role unset", role=role)
    assert "had no daily limit" in await told(stage, boss, "quota role unset", role=role)


async def test_a_limit_of_ones_own_is_taken_away_again(stage: Stage, boss: Member) -> None:
    await told(stage, boss, "quota set", member=stage.mika, amount="0")
    assert "daily limit is 0" in (await (await stage.ask()).response()).message.text
    assert "3 pictures" in await told(stage, boss, "quota unset", member=stage.mika, reason="enough")
    assert (await stage.result_of(await stage.ask())).attachments


async def test_the_servers_limit_is_shown_and_may_go_back_to_the_usual_one(stage: Stage, boss: Member) -> None:
    assert "3 pictures a member, the usual one" in await told(stage, boss, "quota server show")
    await told(stage, boss, "quota server set", amount=7)
    assert "7 pictures a member" in await told(stage, boss, "quota server show")
    await told(stage, boss, "quota server set")
    assert "the usual one" in await told(stage, boss, "quota server show")


async def test_a_grant_may_last_longer_than_the_day(stage: Stage, boss: Member) -> None:
    said = await told(stage, boss, "quota grant", member=stage.mika, amount=2, expires="7d", reason="contest")
    (entry,) = await stage.store.desk.audit(stage.guild.id)
    assert (entry.reason, entry.target_id, entry.actor_id) == ("contest", stage.mika.id, boss.id)
    until = int(said.split("<t:")[1].split(":")[0])
    assert until - entry.at == pytest.approx(7 * 86400, abs=2)
    assert "2 extra pictures" in await told(stage, stage.mika, "usage")


@pytest.mark.parametrize("span", ["7", "0d", "-1h", "2y", "99999h", "400d", "tomorrow", "\uff17d"])
async def test_a_span_that_is_none_is_refused_and_nothing_changes(stage: Stage, boss: Member, span: str) -> None:
    assert "no span of time" in await told(stage, boss, "quota grant", member=stage.mika, amount=2, expires=span)
    assert await stage.store.desk.audit(stage.guild.id) == []


async def test_spans_are_suggested(stage: Stage, boss: Member) -> None:
    offered = await boss.autocomplete(
        stage.channel, "quota grant", focused="expires", value="3d", member=stage.mika, amount=1
    )
    assert [choice.value for choice in offered] == ["3d"]


async def test_a_grant_to_oneself_is_marked_in_the_audit(stage: Stage, boss: Member) -> None:
    await told(stage, boss, "quota grant", member=boss, amount=5)
    (entry,) = await stage.store.desk.audit(stage.guild.id, Filter(actor_id=boss.id))
    assert entry.self_serving


async def test_the_operators_caps_hold_whatever_a_server_allows(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()], daily_limit=9) as stage:
        await stage.store.operator.carry_out(Order(action=Action.CAP, scope=Scope.MEMBER, amount=1))
        await stage.result_of(await stage.ask())
        response = await (await stage.ask()).response()
        assert response.ephemeral
        assert "over all servers" in response.message.text
        assert await stage.used() == 1


async def test_two_servers_count_for_themselves(stage: Stage, boss: Member) -> None:
    other = stage.playground.guild("Elsewhere")
    channel = other.text_channel("photos")
    other.admit(stage.mika)
    await stage.result_of(await stage.ask())
    await told(stage, boss, "quota set", member=stage.mika, amount="1")
    assert "3 of 3 pictures left" in (await (await stage.mika.slash(channel, "usage")).response()).message.text


async def test_what_a_picture_costs_is_said_before_it_is_paid(stage: Stage) -> None:
    command = stage.client.tree.get_command("animify")
    assert command is not None
    assert "costs one" in getattr(command, "description", "")
    assert "costs one" in await told(stage, stage.mika, "usage")
    assert "costs one" in await told(stage, stage.mika, "styles")
