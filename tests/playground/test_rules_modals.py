"""Rules of modals: what a bot may ask in one, what a person's client lets them send, and what comes back."""

from typing import Any

import pytest

from playground import Interaction, Upload
from tests.playground.rawclient import Stage, listening

Json = dict[str, Any]

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (640).to_bytes(4, "big") + (480).to_bytes(4, "big")
OPTIONS = [{"label": name.title(), "value": name} for name in ("ghibli", "noir", "pastel")]

MODAL: Json = {"title": "Animify", "custom_id": "ask"}
UPLOAD: Json = {"type": 19, "custom_id": "photos", "max_values": 10}
TEXT: Json = {"type": 4, "custom_id": "why", "style": 1}
SELECT: Json = {"type": 3, "custom_id": "strength", "options": OPTIONS}
RADIO: Json = {"type": 21, "custom_id": "style", "options": OPTIONS}
BOXES: Json = {"type": 22, "custom_id": "moods", "options": OPTIONS}
BOX: Json = {"type": 23, "custom_id": "private"}


def label(component: Json, **more: Any) -> Json:
    return {"type": 18, "label": "Photos", "component": component, **more}


def row(component: Json) -> Json:
    return {"type": 1, "components": [component]}


REFUSED: dict[str, Json] = {
    "six components": {"components": [{"type": 10, "content": "text"}] * 6},
    "a long title": {"title": "t" * 46, "components": [label(UPLOAD)]},
    "a long label": {"components": [label(UPLOAD, label="l" * 46)]},
    "a long description": {"components": [label(UPLOAD, description="d" * 101)]},
    "an upload without a label": {"components": [UPLOAD]},
    "an upload in a row": {"components": [row(UPLOAD)]},
    "a text in a row without a label": {"components": [row(TEXT)]},
    "a text of more least than most": {"components": [label({**TEXT, "min_length": 5, "max_length": 4})]},
    "a button": {"components": [label({"type": 2, "style": 1, "custom_id": "b", "label": "Go"})]},
    "files below 0": {"components": [label({**UPLOAD, "min_values": -1})]},
    "eleven files at least": {"components": [label({**UPLOAD, "min_values": 11})]},
    "eleven files at most": {"components": [label({**UPLOAD, "max_values": 11})]},
    "no files at most": {"components": [label({**UPLOAD, "max_values": 0})]},
    "more files at least than at most": {"components": [label({**UPLOAD, "min_values": 3, "max_values": 2})]},
    "no files, but required": {"components": [label({**UPLOAD, "min_values": 0})]},
    "an upload without a custom_id": {"components": [label({"type": 19})]},
    "one radio button": {"components": [label({**RADIO, "options": OPTIONS[:1]})]},
    "eleven radio buttons": {
        "components": [label({**RADIO, "options": [{"label": "l", "value": str(n)} for n in range(11)]})]
    },
    "two radio buttons chosen": {
        "components": [label({**RADIO, "options": [{**each, "default": True} for each in OPTIONS]})]
    },
    "no checkboxes": {"components": [label({**BOXES, "options": []})]},
    "no checkbox, but required": {"components": [label({**BOXES, "min_values": 0})]},
    "a checkbox without a custom_id": {"components": [label({"type": 23})]},
}

ALLOWED: dict[str, list[Json]] = {
    "five components": [{"type": 10, "content": "text"}, *[label({**TEXT, "custom_id": f"{n}"}) for n in range(4)]],
    "any number of files": [label({**UPLOAD, "min_values": 0, "required": False})],
    "ten files": [label({**UPLOAD, "min_values": 10}, label="l" * 45, description="d" * 100)],
    "every field": [label(each) for each in (SELECT, RADIO, BOXES, BOX)],
    "checkboxes of which none is needed": [label({**BOXES, "min_values": 0, "max_values": 3, "required": False})],
}


async def asked(stage: Stage, *components: Json) -> Interaction:
    """An interaction that was answered with a modal of these components, each in a label."""
    interaction = await stage.ping()
    reply = await stage.raw.answer(interaction, 9, MODAL | {"components": [label(each) for each in components]})
    assert reply.status == 200, reply.body
    return interaction


async def submitted(stage: Stage, interaction: Interaction, values: Any) -> Json:
    """The data of the interaction that a filled-in modal starts."""
    async with listening(stage.raw) as gateway:
        await stage.mika.submit(interaction, values)
        data: Json = (await gateway.read(name="INTERACTION_CREATE"))["d"]["data"]
        return data


async def returned(stage: Stage, component: Json, value: object = None) -> object:
    """The value or the values with which a modal's only field comes back."""
    interaction = await asked(stage, component)
    values = {} if value is None else {component["custom_id"]: value}
    done = (await submitted(stage, interaction, values))["components"][0]["component"]
    stage.clock.advance(5)
    return done.get("value", done.get("values"))


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
async def test_a_modal_that_breaks_a_rule_is_refused(stage: Stage, change: Json) -> None:
    assert (await stage.raw.answer(await stage.ping(), 9, MODAL | change)).refusal == (400, 50035)


@pytest.mark.parametrize("components", ALLOWED.values(), ids=ALLOWED)
async def test_a_modal_within_the_rules_is_shown(stage: Stage, components: list[Json]) -> None:
    assert (await stage.raw.answer(await stage.ping(), 9, MODAL | {"components": components})).status == 200


async def test_uploads_come_resolved_with_signed_addresses(stage: Stage) -> None:
    interaction = await asked(stage, UPLOAD, SELECT)
    photos = [Upload("me.png", PNG), Upload("you.png", PNG)]
    data = await submitted(stage, interaction, {"photos": photos, "strength": ["noir"]})
    known = data["resolved"]["attachments"]
    assert data["components"] == [
        {"type": 18, "id": 1, "component": {"type": 19, "id": 2, "custom_id": "photos", "values": list(known)}},
        {"type": 18, "id": 3, "component": {"type": 3, "id": 4, "custom_id": "strength", "values": ["noir"]}},
    ]
    assert [each["filename"] for each in known.values()] == ["me.png", "you.png"]
    first = next(iter(known.values()))
    assert (first["ephemeral"], first["width"], first["content_type"]) == (True, 640, "image/png")
    assert "/ephemeral-attachments/" in first["url"]
    assert await stage.raw.fetch(first["url"]) == 200
    assert await stage.raw.fetch(first["url"].partition("?")[0]) == 404


async def test_a_person_sends_as_many_files_as_are_asked_for(stage: Stage) -> None:
    interaction = await asked(stage, {**UPLOAD, "min_values": 2, "max_values": 3})
    for count in (0, 1, 4):
        with pytest.raises(ValueError, match=f"takes 2 to 3 files, not {count}"):
            await stage.mika.submit(interaction, {"photos": [Upload("me.png", PNG)] * count})
    for wrong in ([PNG], "me.png"):
        with pytest.raises(TypeError, match="takes a list"):
            await stage.mika.submit(interaction, {"photos": wrong})
    await stage.mika.submit(interaction, {"photos": [Upload("me.png", PNG)] * 3})


async def test_a_file_is_needed_unless_it_is_not_required(stage: Stage) -> None:
    required = {"type": 19, "custom_id": "photos"}
    with pytest.raises(ValueError, match="takes 1 to 1 files, not 0"):
        await stage.mika.submit(await asked(stage, required), {})
    assert await returned(stage, {**required, "required": False}) == []


async def test_a_text_is_needed_unless_it_is_not_required(stage: Stage) -> None:
    with pytest.raises(ValueError, match="takes 1 to 4000 characters, not 0"):
        await stage.mika.submit(await asked(stage, TEXT), {})
    optional = {**TEXT, "required": False, "min_length": 3, "max_length": 5}
    assert await returned(stage, optional) == ""
    for text in ("ab", "abcdef"):
        with pytest.raises(ValueError, match="takes 3 to 5 characters"):
            await stage.mika.submit(await asked(stage, optional), {"why": text})
    with pytest.raises(TypeError, match="is a text"):
        await stage.mika.submit(await asked(stage, optional), {"why": ["abc"]})
    assert await returned(stage, optional, "abc") == "abc"


async def test_one_radio_button_is_chosen(stage: Stage) -> None:
    assert await returned(stage, RADIO, "noir") == "noir"
    assert await returned(stage, {**RADIO, "options": [{**OPTIONS[0], "default": True}, OPTIONS[1]]}) == "ghibli"
    assert await returned(stage, {**RADIO, "required": False}) is None
    for values, problem in (({}, "needs one of"), ({"style": "oil"}, "does not offer 'oil'")):
        with pytest.raises(ValueError, match=problem):
            await stage.mika.submit(await asked(stage, RADIO), values)


async def test_checkboxes_of_a_group_are_ticked(stage: Stage) -> None:
    assert await returned(stage, BOXES, ["noir", "ghibli", "pastel"]) == ["noir", "ghibli", "pastel"]
    assert await returned(stage, {**BOXES, "required": False}) == []
    for values in ([], ["oil"], ["noir", "noir"]):
        with pytest.raises(ValueError, match=r"takes 1 to 3|does not offer"):
            await stage.mika.submit(await asked(stage, BOXES), {"moods": values})
    with pytest.raises(ValueError, match="takes 1 to 2"):
        await stage.mika.submit(await asked(stage, {**BOXES, "max_values": 2}), {"moods": ["noir", "ghibli", "pastel"]})


async def test_a_checkbox_is_ticked_or_not(stage: Stage) -> None:
    assert await returned(stage, BOX) is False
    assert await returned(stage, {**BOX, "default": True}) is True
    assert await returned(stage, BOX, value=True) is True


async def test_no_modal_follows_a_modal(stage: Stage) -> None:
    again = await stage.mika.submit(await asked(stage, BOX), {})
    assert (await stage.raw.answer(again, 9, MODAL | {"components": [label(BOX)]})).refusal == (400, 50035)


async def test_no_modal_follows_a_deferred_answer(stage: Stage) -> None:
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 5)
    assert (await stage.raw.answer(interaction, 9, MODAL | {"components": [label(BOX)]})).refusal == (400, 40060)


async def test_a_button_and_a_menu_open_a_modal(stage: Stage) -> None:
    await stage.raw.register({"name": "Animify this", "type": 3})
    button = row({"type": 2, "style": 1, "label": "Same", "custom_id": "same"})
    message = await stage.send({"content": "card", "components": [button]})
    for interaction in (
        await stage.mika.click(message, "same"),
        await stage.mika.use_on_message(stage.channel, "Animify this", message),
    ):
        assert (await stage.raw.answer(interaction, 9, MODAL | {"components": [label(UPLOAD)]})).status == 200
        sent = await stage.mika.submit(interaction, {"photos": [Upload("me.png", PNG)]})
        assert sent.attachments[0].filename == "me.png"
