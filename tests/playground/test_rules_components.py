"""Rules of message components, one line a rule."""

from typing import Any

import pytest

from tests.playground.rawclient import V2, Stage

Json = dict[str, Any]

BUTTON: Json = {"type": 2, "style": 1, "label": "Again", "custom_id": "again"}
LINK: Json = {"type": 2, "style": 5, "label": "Picture", "url": "https://example.org/"}
OPTION: Json = {"label": "Ghibli", "value": "ghibli"}
SELECT: Json = {"type": 3, "custom_id": "style", "options": [OPTION]}
TEXT: Json = {"type": 10, "content": "text"}
PICTURE: Json = {"media": {"url": "https://example.org/a.png"}}
GALLERY: Json = {"type": 12, "items": [PICTURE]}
SECTION: Json = {"type": 9, "components": [TEXT], "accessory": BUTTON}


def row(*children: Json) -> Json:
    return {"type": 1, "components": list(children)}


def container(*children: Json, **more: Any) -> Json:
    return {"type": 17, "components": list(children), **more}


def numbered(count: int) -> list[Json]:
    return [{**BUTTON, "custom_id": f"again {number}"} for number in range(count)]


def options(count: int) -> list[Json]:
    return [{"label": "style", "value": str(number)} for number in range(count)]


LEGACY: dict[str, list[Json]] = {
    "six rows": [row(each) for each in numbered(6)],
    "a text without the flag": [TEXT],
    "a button without a row": [BUTTON],
    "an empty row": [row()],
    "six buttons in a row": [row(*numbered(6))],
    "a select beside a button": [row(SELECT, BUTTON)],
    "an empty custom_id": [row({**BUTTON, "custom_id": ""})],
    "a long custom_id": [row({**BUTTON, "custom_id": "c" * 101})],
    "a custom_id twice": [row(BUTTON), row(BUTTON)],
    "no custom_id": [row({"type": 2, "style": 1, "label": "Again"})],
    "a long label": [row({**BUTTON, "label": "l" * 81})],
    "neither label nor emoji": [row({"type": 2, "style": 1, "custom_id": "again"})],
    "an unknown style": [row({**BUTTON, "style": 7})],
    "a link with a custom_id": [row({**LINK, "custom_id": "link"})],
    "a link without an address": [row({"type": 2, "style": 5, "label": "Picture"})],
    "a link of another scheme": [row({**LINK, "url": "ftp://example.org/"})],
    "a premium button without its SKU": [row({"type": 2, "style": 6})],
    "no options": [row({**SELECT, "options": []})],
    "26 options": [row({**SELECT, "options": options(26)})],
    "an option twice": [row({**SELECT, "options": [OPTION, OPTION]})],
    "an option with a long label": [row({**SELECT, "options": [{**OPTION, "label": "l" * 101}]})],
    "more defaults than values": [row({**SELECT, "options": [{**each, "default": True} for each in options(2)]})],
    "a long placeholder": [row({**SELECT, "placeholder": "p" * 151})],
    "more least than most values": [row({**SELECT, "min_values": 3, "max_values": 2})],
    "26 values": [row({**SELECT, "max_values": 26})],
    "no object": ["text"],  # type: ignore[list-item]  # the rule is about exactly that
}

WITH_FLAG: dict[str, list[Json]] = {
    "41 components": [container(*[TEXT] * 40)],
    "41 components, the nested ones counted": [
        container(*[SECTION | {"accessory": each} for each in numbered(13)], TEXT)
    ],
    "more than 4000 characters": [{**TEXT, "content": "t" * 2001}, {**TEXT, "content": "t" * 2000}],
    "an empty text": [{**TEXT, "content": ""}],
    "an unknown type": [{"type": 99}],
    "a modal's field": [{"type": 18, "label": "Why?", "component": {"type": 4, "custom_id": "why", "style": 1}}],
    "a container in a container": [container(container(TEXT))],
    "an empty container": [container()],
    "a colour beyond white": [container(TEXT, accent_color=0x1000000)],
    "an empty gallery": [{**GALLERY, "items": []}],
    "eleven pictures": [{**GALLERY, "items": [PICTURE] * 11}],
    "a long alternative text": [{**GALLERY, "items": [{**PICTURE, "description": "d" * 1025}]}],
    "a picture without an address": [{**GALLERY, "items": [{"media": {}}]}],
    "a picture of another scheme": [{**GALLERY, "items": [{"media": {"url": "file:///etc/passwd"}}]}],
    "a picture that was not sent": [{**GALLERY, "items": [{"media": {"url": "attachment://gone.png"}}]}],
    "a file that was not sent": [{"type": 13, "file": {"url": "attachment://gone.txt"}}],
    "a section without an accessory": [{"type": 9, "components": [TEXT]}],
    "a section of four texts": [{**SECTION, "components": [TEXT] * 4}],
    "a section with a row": [{**SECTION, "components": [row(BUTTON)]}],
    "a wide separator": [{"type": 14, "spacing": 3}],
    "a thumbnail that was not sent": [
        {**SECTION, "accessory": {"type": 11, "media": {"url": "attachment://gone.png"}}}
    ],
}

ALLOWED: dict[str, tuple[int, list[Json]]] = {
    "five rows of five": (0, [row(*[{**BUTTON, "custom_id": f"{r} {c}"} for c in range(5)]) for r in range(5)]),
    "25 options": (0, [row({**SELECT, "options": options(25)})]),
    "a user select": (0, [row({"type": 5, "custom_id": "who"})]),
    "a link": (0, [row(LINK)]),
    "40 components": (V2, [container(*[TEXT] * 39)]),
    "4000 characters": (V2, [{**TEXT, "content": "t" * 4000}]),
    "a whole card": (V2, [container(TEXT, SECTION, {"type": 14}, GALLERY, row(LINK), accent_color=0xFFFFFF)]),
}


@pytest.mark.parametrize("components", LEGACY.values(), ids=LEGACY)
async def test_components_that_break_a_rule_are_refused(stage: Stage, components: list[Json]) -> None:
    await refused(stage, {"content": "text", "components": components})


@pytest.mark.parametrize("components", WITH_FLAG.values(), ids=WITH_FLAG)
async def test_v2_components_that_break_a_rule_are_refused(stage: Stage, components: list[Json]) -> None:
    await refused(stage, {"flags": V2, "components": components})


@pytest.mark.parametrize(("flags", "components"), ALLOWED.values(), ids=ALLOWED)
async def test_components_within_the_rules_are_accepted(stage: Stage, flags: int, components: list[Json]) -> None:
    await stage.send({"flags": flags, "components": components})
    assert stage.playground.violations == []


async def test_buttons_that_are_disabled_or_gone_cannot_be_used(stage: Stage) -> None:
    message = await stage.send({"content": "text", "components": [row({**BUTTON, "disabled": True})]})
    for custom_id in ("again", "other"):
        with pytest.raises(LookupError, match="nothing to use"):
            await stage.mika.click(message, custom_id)


async def test_a_select_hands_over_the_chosen_values(stage: Stage) -> None:
    message = await stage.send({"content": "text", "components": [row(SELECT)]})
    interaction = await stage.mika.select(message, "style", ["ghibli"])
    assert (await stage.raw.answer(interaction, 7, {"content": "chosen", "components": []})).status == 200


async def refused(stage: Stage, body: Json) -> None:
    reply = await stage.raw.call("POST", f"/channels/{stage.channel.id}/messages", body)
    assert reply.refusal == (400, 50035)
    assert "errors" in reply.body
    assert stage.channel.messages == []
