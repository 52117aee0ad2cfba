"""Rules of command definitions, and what a member may send of a command."""

from typing import Any

import pytest

from playground import Upload
from tests.playground.rawclient import RawGateway, Stage

Json = dict[str, Any]


def option(name: str = "style", kind: int = 3, **more: Any) -> Json:
    return {"name": name, "description": "An option.", "type": kind, **more}


def command(*options: Json, **more: Any) -> Json:
    return {"name": "draw", "description": "Draw.", "options": list(options), **more}


CHOICES = [{"name": str(number), "value": str(number)} for number in range(26)]
LARGE = [
    option(f"o{n}", description="d" * 100, choices=[{"name": "n" * 100, "value": "v" * 100}] * 3) for n in range(12)
]
TRANSLATED = {"name": "n", "name_localizations": {"de": "n" * 100}}

REFUSED: dict[str, list[Json]] = {
    "upper case": [command(name="Draw")],
    "a space": [command(name="draw it")],
    "a long name": [command(name="d" * 33)],
    "no description": [command(description=None)],
    "a long description": [command(description="d" * 101)],
    "a name twice": [command(), command()],
    "26 options": [command(*[option(f"o{number}") for number in range(26)])],
    "an option twice": [command(option(), option())],
    "an unknown option type": [command(option(kind=12))],
    "a required option after an optional one": [command(option("a"), option("b", required=True))],
    "26 choices": [command(option(choices=CHOICES))],
    "a choice without a value": [command(option(choices=[{"name": "n"}]))],
    "autocompletion with choices": [command(option(autocomplete=True, choices=CHOICES[:1]))],
    "autocompletion of a file": [command(option(kind=11, autocomplete=True))],
    "a sub-command beside an option": [command(option("set", 1), option("style"))],
    "groups in groups": [command(option("a", 2, options=[option("b", 2)]))],
    "more than 8000 characters": [command(*LARGE)],
    "a menu with a description": [{"name": "Turn", "type": 3, "description": "Turn it."}],
    "a menu with options": [{"name": "Turn", "type": 3, "options": [option()]}],
    "a menu with a long name": [{"name": "T" * 33, "type": 2}],
    "a menu without a name": [{"name": "", "type": 2}],
    "a menu twice": [{"name": "Turn", "type": 3}, {"name": "Turn", "type": 3}],
    "an unknown command type": [command(type=9)],
    "an unknown language": [command(name_localizations={"de-AT": "male"})],
    "a translated name in upper case": [command(name_localizations={"de": "Male"})],
    "a long translated name": [command(name_localizations={"de": "m" * 33})],
    "a long translated description": [command(description_localizations={"ja": "d" * 101})],
    "an empty translated description": [command(option(description_localizations={"ja": ""}))],
    "a long translated choice": [command(option(choices=[CHOICES[0] | {"name_localizations": {"de": "n" * 101}}]))],
    "a long translated menu": [{"name": "Turn", "type": 3, "name_localizations": {"de": "T" * 33}}],
    "more than 8000 characters in another language": [
        command(*[option(f"o{n}", choices=[TRANSLATED | {"value": f"{m}"} for m in range(25)]) for n in range(4)])
    ],
    "no object": ["draw"],  # type: ignore[list-item]  # the rule is about exactly that
}


@pytest.mark.parametrize("definitions", REFUSED.values(), ids=REFUSED)
async def test_a_definition_that_breaks_a_rule_is_refused(stage: Stage, definitions: list[Json]) -> None:
    assert (await stage.raw.register(*definitions)).refusal == (400, 50035)


async def test_a_translated_definition_is_stored_as_it_is(stage: Stage) -> None:
    names = {"de": "male", "ja": "\u63cf\u304f"}
    menu = {"name": "Turn", "type": 3, "name_localizations": {"de": "Dreh das!"}}
    reply = await stage.raw.register(command(name_localizations=names), menu)
    assert [each["name_localizations"] for each in reply.body] == [names, menu["name_localizations"]]


@pytest.mark.parametrize(("kind", "most"), [(1, 100), (2, 15), (3, 15)])
async def test_there_is_a_most_of_commands_of_each_type(stage: Stage, kind: int, most: int) -> None:
    described = {"description": "Draw."} if kind == 1 else {}
    many = [{"name": f"draw{number}", "type": kind, **described} for number in range(most + 1)]
    assert (await stage.raw.register(*many)).refusal == (400, 30032)
    assert (await stage.raw.register(*many[:most])).status == 200


async def test_200_new_commands_a_day_are_all(stage: Stage) -> None:
    for start in (0, 100):
        await stage.raw.register(*[command(name=f"draw{start + number}") for number in range(100)])
    assert (await stage.raw.register(command(name="other"))).refusal == (400, 30034)
    stage.clock.advance(24 * 3600)
    assert (await stage.raw.register(command(name="other"))).status == 200


async def test_an_unchanged_command_keeps_its_id(stage: Stage) -> None:
    first, again = [(await stage.raw.register(command())).body[0] for _ in range(2)]
    assert first["id"] == again["id"]
    path = f"/applications/{stage.playground.application_id}/commands"
    assert (await stage.raw.call("GET", f"{path}/{first['id']}")).body["name"] == "draw"
    assert (await stage.raw.call("GET", f"{path}/1")).refusal == (404, 10063)


async def test_commands_of_another_application_are_out_of_reach(stage: Stage) -> None:
    assert (await stage.raw.call("PUT", "/applications/1/commands", [])).refusal == (403, 50001)


async def test_a_guilds_commands_are_known_in_that_guild_only(stage: Stage) -> None:
    path = f"/applications/{stage.playground.application_id}/guilds/{stage.guild.id}/commands"
    assert (await stage.raw.call("PUT", path, [command()])).status == 200
    await stage.mika.slash(stage.channel, "draw")
    with pytest.raises(LookupError, match="no command 'draw'"):
        await stage.mika.slash(stage.playground.direct_message(stage.mika), "draw")


@pytest.mark.parametrize(
    ("line", "options", "error"),
    [
        ("paint", {}, "no command 'paint'"),
        ("quota", {}, "needs a sub-command: set"),
        ("quota get", {}, "no sub-command 'get'"),
        ("quota set", {"amount": 5}, "needs member"),
        ("quota set", {"member": None, "colour": 5}, "no option colour"),
        ("turn", {"photo": b"bytes"}, "takes an Upload"),
    ],
)
async def test_a_member_cannot_send_what_discords_client_would_not(
    stage: Stage, line: str, options: Json, error: str
) -> None:
    subcommand = option("set", 1, options=[option("member", 6, required=True), option("amount", 4)])
    turn = {**command(option("photo", 11, required=True)), "name": "turn"}
    await stage.raw.register({**command(subcommand), "name": "quota"}, turn)
    with pytest.raises((LookupError, ValueError, TypeError), match=error):
        await stage.mika.slash(stage.channel, line, **options)


async def test_people_roles_and_channels_come_resolved(stage: Stage) -> None:
    options = [option("who", 6), option("role", 8), option("where", 7)]
    await stage.raw.register(command(*options))
    role = stage.guild.role("artists")
    async with RawGateway(stage.raw) as gateway:
        await gateway.identify()
        await gateway.read(name="READY")
        await stage.mika.slash(stage.channel, "draw", who=stage.mika, role=role, where=stage.channel)
        resolved = (await gateway.read(name="INTERACTION_CREATE"))["d"]["data"]["resolved"]
    assert resolved["users"][str(stage.mika.id)]["username"] == "Mika"
    assert "user" not in resolved["members"][str(stage.mika.id)]
    assert resolved["roles"][str(role.id)]["name"] == "artists"
    assert resolved["channels"][str(stage.channel.id)]["name"] == "photos"


async def test_an_interactions_upload_is_ephemeral_and_signed(stage: Stage) -> None:
    await stage.raw.register(command(option("photo", 11)))
    interaction = await stage.mika.slash(stage.channel, "draw", photo=Upload("me.png", b"bytes"))
    (attachment,) = interaction.attachments
    assert attachment.path.startswith("/ephemeral-attachments/")
    assert await stage.playground.download(attachment) == b"bytes"
    assert await stage.raw.fetch(attachment.url) == 404
