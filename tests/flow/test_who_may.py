"""Who may use which command: the table, a test a cell; and that a call without the right changes nothing."""

from collections.abc import AsyncIterator, Callable, Mapping
from enum import Enum, auto
from pathlib import Path
from typing import Final

import pytest
from discord import app_commands

from bot.store import Act
from playground import Channel, Member, Permissions
from tests.engine.fakes import FakeRunner
from tests.flow.stage import Stage, a_stage
from tests.store.stage import dump


class Right(Enum):
    """What a command takes."""

    NONE = auto()
    MODERATE = auto()
    MANAGE = auto()


Options = Callable[[Stage], Mapping[str, object]]


def nothing(_stage: Stage) -> Mapping[str, object]:
    return {}


def about_mika(stage: Stage) -> Mapping[str, object]:
    return {"member": stage.mika}


def five_for_mika(stage: Stage) -> Mapping[str, object]:
    return {"member": stage.mika, "amount": "5"}


def two_more_for_mika(stage: Stage) -> Mapping[str, object]:
    return {"member": stage.mika, "amount": 2}


def a_role(stage: Stage) -> Mapping[str, object]:
    return {"role": stage.guild.role("artists")}


def five_for_a_role(stage: Stage) -> Mapping[str, object]:
    return {"role": stage.guild.role("artists"), "amount": "5"}


def five(_stage: Stage) -> Mapping[str, object]:
    return {"amount": 5}


COMMANDS: Final[Mapping[str, tuple[Right, Options]]] = {
    "usage": (Right.NONE, nothing),
    "styles": (Right.NONE, nothing),
    "queue": (Right.NONE, nothing),
    "privacy show": (Right.NONE, nothing),
    "privacy export": (Right.NONE, nothing),
    "privacy delete": (Right.NONE, nothing),
    "privacy optout": (Right.NONE, lambda _: {"pictures": "nobody"}),
    "quota show": (Right.MODERATE, about_mika),
    "quota set": (Right.MODERATE, five_for_mika),
    "quota unset": (Right.MODERATE, about_mika),
    "quota grant": (Right.MODERATE, two_more_for_mika),
    "quota reset": (Right.MODERATE, about_mika),
    "block": (Right.MODERATE, about_mika),
    "unblock": (Right.MODERATE, about_mika),
    "purge": (Right.MODERATE, about_mika),
    "audit show": (Right.MODERATE, nothing),
    "audit reports": (Right.MODERATE, nothing),
    "stats": (Right.MODERATE, nothing),
    "quota role set": (Right.MANAGE, five_for_a_role),
    "quota role unset": (Right.MANAGE, a_role),
    "quota role list": (Right.MANAGE, nothing),
    "quota server show": (Right.MANAGE, nothing),
    "quota server set": (Right.MANAGE, five),
    "server": (Right.MANAGE, nothing),
}

WITH_PICTURES: Final = {"animify", "Animify this", "Animify avatar", "Delete picture"}
"""Tried where pictures are: everybody may ask, and who may delete has a table of its own."""

GUARDED: Final = [name for name, (right, _) in COMMANDS.items() if right is not Right.NONE]


def with_permissions(permissions: int) -> Callable[[Stage], Member]:
    return lambda stage: stage.guild.member("Sora", permissions=permissions)


def by_role(stage: Stage) -> Member:
    return stage.guild.member("Sora", roles=(MODERATORS[stage.guild.id],))


MODERATORS: Final = {}  # type: ignore[var-annotated]  # the role that moderates, by server

PEOPLE: Final[Mapping[str, tuple[Callable[[Stage], Member], frozenset[Right]]]] = {
    "another member": (with_permissions(0), frozenset()),
    "who manages messages": (with_permissions(Permissions.MANAGE_MESSAGES), frozenset()),
    "who moderates members": (with_permissions(Permissions.MODERATE_MEMBERS), frozenset({Right.MODERATE})),
    "who holds a moderators' role": (by_role, frozenset({Right.MODERATE})),
    "who manages the server": (with_permissions(Permissions.MANAGE_GUILD), frozenset({Right.MODERATE, Right.MANAGE})),
    "an administrator": (with_permissions(Permissions.ADMINISTRATOR), frozenset({Right.MODERATE, Right.MANAGE})),
    "the owner": (lambda stage: stage.guild.owner, frozenset({Right.MODERATE, Right.MANAGE})),
}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "animify.db"


@pytest.fixture
async def stage(database: Path) -> AsyncIterator[Stage]:
    async with a_stage(database, runners=[FakeRunner()]) as ready:
        role = MODERATORS[ready.guild.id] = ready.guild.role("moderators")
        act = Act(cause="test", guild_id=ready.guild.id, actor_id=1)
        await ready.store.desk.change_guild(act, moderator_roles=frozenset({role.id}))
        yield ready


def trace(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that is kept, but for when the log channel was told: that is nobody's doing here."""
    everything = dump(database)
    return everything | {"audit": [row[:-1] for row in everything["audit"]]}


async def test_every_command_is_in_the_table(stage: Stage) -> None:
    commands = {
        command.qualified_name
        for command in [*stage.client.tree.walk_commands(), *stage.client.tree.get_commands()]
        if not isinstance(command, app_commands.Group)
    }
    assert commands == {*COMMANDS, *WITH_PICTURES}


@pytest.mark.parametrize("who", PEOPLE)
async def test_each_command_serves_who_may_and_refuses_others_without_a_trace(
    stage: Stage, database: Path, who: str
) -> None:
    someone, rights = PEOPLE[who]
    person = someone(stage)
    for name in GUARDED:
        right, options = COMMANDS[name]
        before = trace(database)
        response = await (await person.slash(stage.channel, name, **options(stage))).response()
        assert response.ephemeral, name
        refused = "Only moderators" in response.message.text or "Manage Server" in response.message.text[:60]
        assert refused is (right not in rights), (name, response.message.text)
        if refused:
            assert trace(database) == before, name


@pytest.mark.parametrize("name", [name for name, (right, _) in COMMANDS.items() if right is Right.NONE])
async def test_what_is_everybodys_works_for_a_member(stage: Stage, name: str) -> None:
    response = await (await stage.mika.slash(stage.channel, name, **COMMANDS[name][1](stage))).response()
    assert response.ephemeral
    assert "Something went wrong" not in response.message.text


def direct_message(stage: Stage) -> tuple[Member, Channel]:
    return stage.mika, stage.playground.direct_message(stage.mika)


def user_install(stage: Stage) -> tuple[Member, Channel]:
    elsewhere = stage.playground.foreign_guild("Elsewhere")
    return elsewhere.owner, elsewhere.text_channel("photos")


@pytest.mark.parametrize("where", [direct_message, user_install])
async def test_moderators_commands_are_not_offered_outside_of_servers_that_added_the_bot(
    stage: Stage, where: Callable[[Stage], tuple[Member, Channel]]
) -> None:
    person, place = where(stage)
    for name in GUARDED:
        with pytest.raises(LookupError):
            await person.slash(place, name, **COMMANDS[name][1](stage))


@pytest.mark.parametrize("where", [direct_message, user_install])
@pytest.mark.parametrize("name", [name for name, (right, _) in COMMANDS.items() if right is Right.NONE])
async def test_what_is_everybodys_works_outside_of_servers_too(
    stage: Stage, where: Callable[[Stage], tuple[Member, Channel]], name: str
) -> None:
    person, place = where(stage)
    response = await (await person.slash(place, name, **COMMANDS[name][1](stage))).response()
    assert response.ephemeral
    assert "Something went wrong" not in response.message.text


@pytest.mark.parametrize("name", ["quota show", "quota set", "quota unset", "quota grant", "quota reset", "block"])
async def test_who_left_can_still_be_named(stage: Stage, name: str) -> None:
    stage.guild.kick(stage.mika)
    response = await (await stage.guild.owner.slash(stage.channel, name, **COMMANDS[name][1](stage))).response()
    assert response.ephemeral
    assert stage.mika.mention in response.message.text


async def test_who_left_had_their_rights_here_only_while_they_were(stage: Stage) -> None:
    noor = stage.guild.member("Noor", permissions=Permissions.MANAGE_GUILD)
    stage.guild.kick(noor)
    told = await (await stage.guild.owner.slash(stage.channel, "block", member=noor)).response()
    assert "can't be blocked" not in told.message.text
