"""Rules of interactions: in time, once, of a fitting type, with a token that lives."""

import asyncio
from typing import Any

import pytest

from playground import Interaction, NoAnswerError
from tests.playground.rawclient import EPHEMERAL, V2, RawGateway, Stage

BUTTON = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Again", "custom_id": "again"}]}
FIELD = {"type": 18, "label": "Why?", "component": {"type": 4, "custom_id": "why", "style": 1}}


async def test_a_first_answer_after_three_seconds_is_refused(stage: Stage) -> None:
    interaction = await stage.ping()
    stage.clock.advance(3.1)
    reply = await stage.raw.answer(interaction, 4, {"content": "pong"})
    assert reply.refusal == (404, 10062)
    assert stage.rules() == ["late-response"]


async def test_an_answer_that_never_comes_fails_the_interaction(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.invoking.FIRST_ANSWER_SECONDS", 0.01)
    interaction = await stage.ping()
    with pytest.raises(NoAnswerError, match="did not respond"):
        await interaction.response()
    assert stage.rules() == ["no-response-in-3s"]
    assert (await stage.raw.answer(interaction, 4, {"content": "pong"})).refusal == (404, 10062)


async def test_a_second_first_answer_is_refused(stage: Stage) -> None:
    interaction = await stage.ping()
    assert (await stage.raw.answer(interaction, 4, {"content": "pong"})).status == 200
    assert (await stage.raw.answer(interaction, 4, {"content": "pong"})).refusal == (400, 40060)
    assert stage.rules() == ["double-response"]


@pytest.mark.parametrize("kind", [1, 6, 7, 8, 42])
async def test_an_answer_of_a_type_that_does_not_fit_a_command_is_refused(stage: Stage, kind: int) -> None:
    interaction = await stage.ping()
    assert (await stage.raw.answer(interaction, kind, {"content": "pong"})).refusal == (400, 50035)


async def test_a_wrong_interaction_token_is_unknown(stage: Stage) -> None:
    interaction = await stage.ping()
    reply = await stage.raw.call("POST", f"/interactions/{interaction.id}/forged/callback", {"type": 5})
    assert reply.refusal == (404, 10062)


@pytest.mark.parametrize(
    ("method", "message", "body"),
    [("POST", "", {"content": "more"}), ("PATCH", "@original", {"content": "more"}), ("GET", "@original", None)],
)
async def test_nothing_goes_through_the_webhook_before_the_first_answer(
    stage: Stage, method: str, message: str, body: object
) -> None:
    interaction = await stage.ping()
    reply = await stage.raw.call(method, stage.raw.webhook(interaction, message), body)
    assert reply.refusal == (404, 10015)
    assert stage.rules() == ["webhook-before-answer"]


@pytest.mark.parametrize("message", ["", "@original"])
async def test_a_token_is_invalid_after_fifteen_minutes(stage: Stage, message: str) -> None:
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 4, {"content": "pong"})
    stage.clock.advance(15 * 60 + 1)
    method = "PATCH" if message else "POST"
    reply = await stage.raw.call(method, stage.raw.webhook(interaction, message), {"content": "late"})
    assert reply.refusal == (401, 50027)
    assert stage.rules() == ["token-expired"]


async def test_the_first_follow_up_after_a_deferred_answer_fills_it_and_inherits_its_visibility(stage: Stage) -> None:
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 5, {"flags": EPHEMERAL})
    loading = (await interaction.response()).message
    assert (loading.loading, loading.ephemeral) == (True, True)
    reply = await stage.raw.call("POST", stage.raw.webhook(interaction), {"content": "for all?"})
    assert int(reply.body["id"]) == loading.id
    message = (await interaction.response()).message
    assert (message.text, message.loading, message.ephemeral) == ("for all?", False, True)


async def test_a_second_follow_up_is_a_message_with_a_visibility_of_its_own(stage: Stage) -> None:
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 5)
    for text in ("one", "two"):
        await stage.raw.call("POST", stage.raw.webhook(interaction), {"content": text, "flags": EPHEMERAL})
    assert [(each.text, each.ephemeral) for each in interaction.messages] == [("one", False), ("two", True)]


async def test_an_ephemeral_message_is_unknown_to_the_channel(stage: Stage) -> None:
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 4, {"content": "psst", "flags": EPHEMERAL})
    message = (await interaction.response()).message
    path = f"/channels/{stage.channel.id}/messages/{message.id}"
    assert (await stage.raw.call("GET", path)).refusal == (404, 10008)
    assert (await stage.raw.call("PATCH", path, {"content": "?"})).refusal == (404, 10008)
    other = stage.guild.member("Noa")
    with pytest.raises(LookupError, match="does not see"):
        await other.click(message, "again")


async def clicked(stage: Stage) -> tuple[Interaction, int]:
    message = await stage.send({"content": "card", "components": [BUTTON]})
    return await stage.mika.click(message, "again"), message.id


async def test_after_a_deferred_update_the_original_is_the_message_with_the_button(stage: Stage) -> None:
    interaction, message_id = await clicked(stage)
    await stage.raw.answer(interaction, 6)
    reply = await stage.raw.call("PATCH", stage.raw.webhook(interaction, "@original"), {"content": "edited"})
    assert int(reply.body["id"]) == message_id
    assert [each.text for each in stage.channel.messages] == ["edited"]


async def test_an_update_edits_the_message_with_the_button(stage: Stage) -> None:
    interaction, _ = await clicked(stage)
    await stage.raw.answer(interaction, 7, {"content": "edited", "components": []})
    assert [(each.text, each.buttons) for each in stage.channel.messages] == [("edited", ())]


async def test_an_update_of_a_deleted_message_is_refused(stage: Stage) -> None:
    interaction, message_id = await clicked(stage)
    await stage.raw.call("DELETE", f"/channels/{stage.channel.id}/messages/{message_id}")
    assert (await stage.raw.answer(interaction, 7, {"content": "edited"})).refusal == (404, 10008)


async def test_the_webhook_reaches_no_messages_of_others(stage: Stage) -> None:
    other = await stage.send({"content": "mine"})
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 4, {"content": "pong"})
    reply = await stage.raw.call("PATCH", stage.raw.webhook(interaction, other.id), {"content": "yours"})
    assert reply.refusal == (404, 10008)


async def test_a_deleted_original_is_gone(stage: Stage) -> None:
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 4, {"content": "pong"})
    path = stage.raw.webhook(interaction, "@original")
    assert (await stage.raw.call("DELETE", path)).status == 204
    assert (await stage.raw.call("GET", path)).refusal == (404, 10008)
    assert stage.channel.messages == []


async def test_a_user_install_gets_five_follow_ups(stage: Stage) -> None:
    await stage.raw.register({"name": "ping", "description": "Say pong.", "integration_types": [1]})
    interaction = await stage.mika.slash(stage.playground.direct_message(stage.mika), "ping")
    await stage.raw.answer(interaction, 4, {"content": "pong"})
    replies = []
    for _ in range(6):
        replies.append(await stage.raw.call("POST", stage.raw.webhook(interaction), {"content": "more"}))
        stage.clock.advance(2)
    assert [each.status for each in replies] == [200] * 5 + [400]
    assert replies[-1].refusal == (400, 40094)


async def test_the_receipt_of_an_answer_carries_its_message(stage: Stage) -> None:
    interaction = await stage.ping()
    reply = await stage.raw.answer(interaction, 4, {"content": "pong"})
    assert reply.body["interaction"]["response_message_id"] == reply.body["resource"]["message"]["id"]
    assert reply.body["resource"]["message"]["interaction_metadata"]["id"] == str(interaction.id)


async def test_autocompletion_takes_at_most_25_choices(stage: Stage) -> None:
    option = {"name": "style", "description": "A style.", "type": 3, "autocomplete": True}
    await stage.raw.register({"name": "draw", "description": "Draw.", "options": [option]})
    typing = asyncio.create_task(stage.mika.autocomplete(stage.channel, "draw", focused="style", value="gh"))
    created = await stage.playground.wait_for(lambda event: event.kind == "interaction_created")
    interaction = stage.playground.interaction(created.interaction_id or 0)
    choices = [{"name": f"style {number}", "value": str(number)} for number in range(26)]
    assert (await stage.raw.answer(interaction, 8, {"choices": choices})).refusal == (400, 50035)
    assert (await stage.raw.answer(interaction, 8, {})).refusal == (400, 50035)
    assert (await stage.raw.answer(interaction, 4, {"content": "no"})).refusal == (400, 50035)
    assert (await stage.raw.answer(interaction, 8, {"choices": choices[:25]})).status == 200
    assert len(await typing) == 25


@pytest.mark.parametrize(
    "change",
    [
        {"title": "t" * 46},
        {"custom_id": ""},
        {"components": []},
        {"components": [FIELD] * 6},
        {"components": [FIELD, FIELD]},
        {"components": [{**FIELD, "label": "l" * 46}]},
        {"components": [{"type": 2, "style": 1, "label": "no", "custom_id": "no"}]},
        {"components": [{**FIELD, "component": {"type": 19, "custom_id": "files", "max_values": 11}}]},
    ],
    ids=[
        "title",
        "custom_id",
        "nothing in it",
        "six fields",
        "same custom_id",
        "label",
        "a bare button",
        "eleven files",
    ],
)
async def test_a_modal_that_breaks_a_rule_is_refused(stage: Stage, change: dict[str, Any]) -> None:
    modal = {"title": "Reason", "custom_id": "reason", "components": [FIELD]}
    assert (await stage.raw.answer(await stage.ping(), 9, modal | change)).refusal == (400, 50035)


async def test_a_modal_is_filled_in_and_comes_back(stage: Stage) -> None:
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 9, {"title": "Reason", "custom_id": "reason", "components": [FIELD]})
    assert (await interaction.response()).modal["title"] == "Reason"
    submitted = await stage.mika.submit(interaction, {"why": "because"})
    assert (await stage.raw.answer(submitted, 4, {"content": "noted"})).status == 200
    assert stage.playground.violations == []


async def test_a_modal_of_rows_keeps_what_was_filled_in_before(stage: Stage) -> None:
    row = {"type": 1, "components": [{"type": 4, "custom_id": "why", "style": 1, "label": "Why?", "value": "as ever"}]}
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 9, {"title": "Reason", "custom_id": "reason", "components": [row]})
    async with RawGateway(stage.raw) as gateway:
        await gateway.identify()
        await gateway.read(name="READY")
        await stage.mika.submit(interaction, {})
        data = (await gateway.read(name="INTERACTION_CREATE"))["d"]["data"]
    assert data["components"][0]["components"][0]["value"] == "as ever"


async def test_only_a_modal_can_be_submitted(stage: Stage) -> None:
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 5)
    with pytest.raises(ValueError, match="not answered with a modal"):
        await stage.mika.submit(interaction, {})


async def test_an_answer_without_its_receipt_has_no_body(stage: Stage) -> None:
    interaction = await stage.ping()
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    assert (await stage.raw.call("POST", path, {"type": 5})).status == 204


async def test_an_answer_whose_message_is_gone_says_so(stage: Stage) -> None:
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 4, {"content": "pong"})
    response = await interaction.response()
    await stage.mika.delete(response.message)
    with pytest.raises(LookupError, match="no message"):
        _ = response.message


async def test_the_webhook_of_another_application_is_unknown(stage: Stage) -> None:
    interaction = await stage.ping()
    await stage.raw.answer(interaction, 5)
    reply = await stage.raw.call("POST", f"/webhooks/1/{interaction.token}", {"content": "hi"})
    assert reply.refusal == (404, 10015)


async def test_components_v2_flag_is_allowed_in_a_first_answer(stage: Stage) -> None:
    card = {"flags": V2 | EPHEMERAL, "components": [{"type": 10, "content": "a card"}]}
    interaction = await stage.ping()
    assert (await stage.raw.answer(interaction, 4, card)).status == 200
    response = await interaction.response()
    assert (response.ephemeral, response.message.text) == (True, "a card")
