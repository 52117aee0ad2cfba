"""Rules of selects, in messages and in modals: how they are made, and what may be chosen in them."""

from typing import Any

import pytest

from playground import Interaction, Message, Permissions
from tests.playground.rawclient import V2, RawGateway, Stage, listening

Json = dict[str, Any]

STRING, USER, ROLE, MENTIONABLE, CHANNEL = 3, 5, 6, 7, 8
OPTIONS = [{"label": name.title(), "value": name} for name in ("ghibli", "noir", "pastel")]


def select(kind: int = STRING, **more: Any) -> Json:
    return {"type": kind, "custom_id": "style", **({"options": OPTIONS} if kind == STRING else {}), **more}


def defaults(kind: str, *ids: int) -> list[Json]:
    return [{"id": str(each), "type": kind} for each in ids]


REFUSED: dict[str, Json] = {
    "min_values below 0": select(min_values=-1),
    "min_values above 25": select(min_values=26, max_values=25),
    "max_values of 0": select(max_values=0),
    "max_values above 25": select(max_values=26),
    "more least than most": select(min_values=3, max_values=2),
    "more values than options": select(max_values=4),
    "no options": select(options=[]),
    "a long description": select(options=[{**OPTIONS[0], "description": "d" * 101}]),
    "a value twice": select(options=[OPTIONS[0], OPTIONS[0]]),
    "defaults of options": select(default_values=defaults("user", 1)),
    "options of people": select(USER, options=OPTIONS),
    "channel types of roles": select(ROLE, channel_types=[0]),
    "an unknown channel type": select(CHANNEL, channel_types=[99]),
    "a role among people": select(USER, default_values=defaults("role", 1)),
    "a person among roles": select(ROLE, default_values=defaults("user", 1)),
    "a channel among mentionables": select(MENTIONABLE, default_values=defaults("channel", 1)),
    "more defaults than values": select(ROLE, default_values=defaults("role", 1, 2)),
    "fewer defaults than values": select(ROLE, min_values=2, max_values=3, default_values=defaults("role", 1)),
    "a default twice": select(ROLE, max_values=2, default_values=defaults("role", 1, 1)),
}

ALLOWED: dict[str, Json] = {
    "nothing chosen": select(min_values=0, max_values=3),
    "all options": select(min_values=3, max_values=3),
    "a role that is chosen": select(ROLE, min_values=0, max_values=25, default_values=defaults("role", 1)),
    "roles of which none is chosen": select(ROLE, min_values=1, default_values=[]),
    "a person and a role": select(
        MENTIONABLE, max_values=2, default_values=[*defaults("user", 1), *defaults("role", 2)]
    ),
    "text channels": select(CHANNEL, channel_types=[0, 5], default_values=defaults("channel", 1)),
}


def body(component: Json, *, flags: int = 0) -> Json:
    rows = [{"type": 1, "components": [component]}]
    return {"flags": flags, "components": rows} | ({} if flags else {"content": "text"})


def modal(component: Json) -> Json:
    label = {"type": 18, "label": "Style", "component": component}
    return {"title": "Settings", "custom_id": "settings", "components": [label]}


async def asked(stage: Stage, component: Json) -> Interaction:
    """An interaction that was answered with a modal of this component."""
    interaction = await stage.ping()
    reply = await stage.raw.answer(interaction, 9, modal(component))
    assert reply.status == 200, reply.body
    return interaction


async def shown(stage: Stage, component: Json) -> Message:
    return await stage.send(body(component, flags=V2))


async def data_of(gateway: RawGateway) -> Any:
    return (await gateway.read(name="INTERACTION_CREATE"))["d"]["data"]


@pytest.mark.parametrize("component", REFUSED.values(), ids=REFUSED)
async def test_a_select_that_breaks_a_rule_is_refused_everywhere(stage: Stage, component: Json) -> None:
    path = f"/channels/{stage.channel.id}/messages"
    for flags in (0, V2):
        assert (await stage.raw.call("POST", path, body(component, flags=flags))).refusal == (400, 50035)
    assert (await stage.raw.answer(await stage.ping(), 9, modal(component))).refusal == (400, 50035)


@pytest.mark.parametrize("component", ALLOWED.values(), ids=ALLOWED)
async def test_a_select_within_the_rules_is_accepted_everywhere(stage: Stage, component: Json) -> None:
    for flags in (0, V2):
        await stage.send(body(component, flags=flags))
    await asked(stage, {**component, "required": False})


@pytest.mark.parametrize("change", [{"disabled": True}, {"min_values": 0}, {"min_values": 0, "required": True}])
async def test_a_modals_select_is_enabled_and_asks_for_something_if_required(stage: Stage, change: Json) -> None:
    reply = await stage.raw.answer(await stage.ping(), 9, modal(select(**change)))
    assert reply.refusal == (400, 50035)
    await stage.send(body(select(**change)))


async def test_chosen_options_are_handed_over(stage: Stage) -> None:
    message = await shown(stage, select(min_values=0, max_values=2))
    async with listening(stage.raw) as gateway:
        for values in (["noir", "ghibli"], []):
            await stage.mika.select(message, "style", values)
            data = await data_of(gateway)
            assert (data["values"], data["component_type"]) == (values, STRING)
            assert "resolved" not in data


@pytest.mark.parametrize("values", [[], ["ghibli"], ["ghibli", "noir", "pastel"], ["noir", "noir"], ["noir", "oil"]])
async def test_the_client_lets_nothing_else_be_chosen(stage: Stage, values: list[str]) -> None:
    message = await shown(stage, select(min_values=2, max_values=2))
    with pytest.raises(ValueError, match=r"takes 2 to 2 different values|does not offer"):
        await stage.mika.select(message, "style", values)


async def test_people_come_resolved_with_their_place(stage: Stage) -> None:
    noa = stage.guild.member("Noa")
    message = await shown(stage, select(USER, max_values=2))
    async with listening(stage.raw) as gateway:
        await stage.mika.select(message, "style", [noa, stage.mika.id])
        data = await data_of(gateway)
    assert data["values"] == list(data["resolved"]["users"]) == [str(noa.id), str(stage.mika.id)]
    assert data["resolved"]["members"][str(noa.id)]["roles"]


async def test_roles_come_resolved(stage: Stage) -> None:
    role = stage.guild.role("artists", Permissions.MANAGE_MESSAGES)
    message = await shown(stage, select(ROLE))
    async with listening(stage.raw) as gateway:
        await stage.mika.select(message, "style", [role])
        data = await data_of(gateway)
    assert data["values"] == [str(role.id)]
    assert data["resolved"]["roles"][str(role.id)]["name"] == "artists"


async def test_mentionables_come_resolved_as_what_they_are(stage: Stage) -> None:
    role = stage.guild.role("artists")
    message = await shown(stage, select(MENTIONABLE, max_values=2))
    async with listening(stage.raw) as gateway:
        await stage.mika.select(message, "style", [role, stage.mika])
        resolved = (await data_of(gateway))["resolved"]
    assert (list(resolved["roles"]), list(resolved["users"])) == ([str(role.id)], [str(stage.mika.id)])


async def test_channels_come_resolved_if_they_are_of_the_types_asked_for(stage: Stage) -> None:
    message = await shown(stage, select(CHANNEL, channel_types=[0]))
    async with listening(stage.raw) as gateway:
        await stage.mika.select(message, "style", [stage.channel])
        resolved = (await data_of(gateway))["resolved"]
    assert resolved["channels"][str(stage.channel.id)]["name"] == "photos"
    with pytest.raises(ValueError, match="does not offer"):
        await stage.mika.select(message, "style", [stage.guild.voice_channel("lounge")])


@pytest.mark.parametrize("kind", [USER, ROLE, MENTIONABLE, CHANNEL])
async def test_what_is_elsewhere_cannot_be_chosen(stage: Stage, kind: int) -> None:
    elsewhere = stage.playground.guild("Other")
    message = await shown(stage, select(kind))
    for other in (elsewhere.member("Noa"), elsewhere.role("artists"), elsewhere.text_channel("other"), "noir"):
        with pytest.raises(ValueError, match=r"does not offer|invalid literal"):
            await stage.mika.select(message, "style", [other])


async def test_a_modals_choices_come_back_in_their_label(stage: Stage) -> None:
    interaction = await asked(stage, select(max_values=2))
    async with listening(stage.raw) as gateway:
        await stage.mika.submit(interaction, {"style": ["noir"]})
        data = await data_of(gateway)
    assert data["components"] == [
        {"type": 18, "id": 1, "component": {"type": 3, "id": 2, "custom_id": "style", "values": ["noir"]}}
    ]


async def test_a_modals_roles_come_resolved(stage: Stage) -> None:
    role = stage.guild.role("artists")
    interaction = await asked(stage, select(ROLE))
    async with listening(stage.raw) as gateway:
        await stage.mika.submit(interaction, {"style": [role]})
        data = await data_of(gateway)
    assert data["components"][0]["component"]["values"] == list(data["resolved"]["roles"]) == [str(role.id)]


async def test_what_was_preset_in_a_modal_comes_back(stage: Stage) -> None:
    role = stage.guild.role("artists")
    options = [{**each, "default": each["value"] == "noir"} for each in OPTIONS]
    for component, expected in (
        (select(options=options), ["noir"]),
        (select(ROLE, default_values=defaults("role", role.id)), [str(role.id)]),
    ):
        interaction = await asked(stage, component)
        async with listening(stage.raw) as gateway:
            await stage.mika.submit(interaction, {})
            assert (await data_of(gateway))["components"][0]["component"]["values"] == expected
        stage.clock.advance(5)


async def test_a_select_that_is_not_required_may_stay_empty(stage: Stage) -> None:
    interaction = await asked(stage, select(required=False, min_values=2, max_values=3))
    with pytest.raises(ValueError, match="takes 2 to 3"):
        await stage.mika.submit(interaction, {"style": ["noir"]})
    await stage.mika.submit(interaction, {"style": []})


async def test_a_modal_is_filled_in_as_its_client_lets_one(stage: Stage) -> None:
    interaction = await asked(stage, select())
    with pytest.raises(ValueError, match="takes 1 to 1 different values"):
        await stage.mika.submit(interaction, {})
    with pytest.raises(ValueError, match="does not offer"):
        await stage.mika.submit(interaction, {"style": ["oil"]})
    with pytest.raises(TypeError, match="takes a list"):
        await stage.mika.submit(interaction, {"style": "noir"})
    with pytest.raises(LookupError, match="the modal has no colour; it has style"):
        await stage.mika.submit(interaction, {"colour": ["red"]})
