"""The first answer to an interaction."""

from dataclasses import replace

from playground import fields
from playground.backend import Backend
from playground.calls import Answer, Call, Route
from playground.commands import MAX_OPTIONS, check_choice
from playground.errors import Code, DiscordError, Json, invalid
from playground.events import EventKind
from playground.interactions import FITTING, AnswerKind, Interaction, InteractionKind
from playground.layout import number_all
from playground.modals import check_modal
from playground.posting import Circumstances, edit, post, post_loading
from playground.rest_messages import refuse_archived
from playground.uploads import Form
from playground.values import Message, MessageFlags, MessageKind


async def answer(call: Call) -> Answer:
    """`POST /interactions/{id}/{token}/callback`; with `with_response` it returns what it made."""
    form = await call.form()
    interaction = call.backend.interactions.unanswered(call.id("interaction_id"), call.request.match_info["token"])
    kind = _fitting(interaction, form.body)
    data = form.body.get("data") or {}
    ephemeral = interaction.hidden or bool((data.get("flags") or 0) & MessageFlags.EPHEMERAL)
    message = _act(call, interaction, kind, replace(form, body=data), ephemeral=ephemeral)
    interaction.ephemeral = bool(message and message.ephemeral)
    interaction.original_id = message.id if message else interaction.source_id
    interaction.settle(kind, data, call.backend.clock())
    call.backend.events.emit(EventKind.INTERACTION_ANSWERED, message=message, interaction_id=interaction.id)
    if call.request.query.get("with_response", "").lower() not in ("1", "true"):
        return None
    return _receipt(call, interaction, kind, message)


def _fitting(interaction: Interaction, body: Json) -> AnswerKind:
    allowed = FITTING[interaction.kind]
    if interaction.source_id is None:
        allowed -= {AnswerKind.UPDATE, AnswerKind.DEFERRED_UPDATE}
    return fields.choice(body, "type", "", sorted(allowed))


def _act(call: Call, interaction: Interaction, kind: AnswerKind, form: Form, *, ephemeral: bool) -> Message | None:
    backend = call.backend
    how = Circumstances(backend.world.bot, call.route, MessageKind.COMMAND, interaction, ephemeral)
    match kind:
        case AnswerKind.MESSAGE | AnswerKind.DEFERRED_MESSAGE:
            refuse_archived(backend.world.channel(interaction.channel.id))
            message = _reply(backend, interaction, form, how, loading=kind is AnswerKind.DEFERRED_MESSAGE)
            interaction.message_ids.append(message.id)
            return message
        case AnswerKind.UPDATE | AnswerKind.DEFERRED_UPDATE:
            source = _source(backend, interaction)
            if kind is AnswerKind.DEFERRED_UPDATE:
                return source
            refuse_archived(backend.world.channel(source.channel_id))
            return edit(backend, source, form, call.route)
        case AnswerKind.CHOICES:
            _check_choices(form.body)
        case AnswerKind.MODAL:
            check_modal(form.body)
            number_all(form.body["components"])
    return None


def _reply(backend: Backend, interaction: Interaction, form: Form, how: Circumstances, *, loading: bool) -> Message:
    if loading:
        return post_loading(backend, interaction.channel, how)
    return post(backend, interaction.channel, form, how)


def _source(backend: Backend, interaction: Interaction) -> Message:
    """The message whose component was used, if it still exists."""
    source = backend.world.messages.get(interaction.source_id or 0)
    if source is None:
        raise DiscordError(Code.UNKNOWN_MESSAGE, "unknown-message")
    return source


def _check_choices(data: Json) -> None:
    choices = data.get("choices")
    if not isinstance(choices, list):
        raise invalid("data.choices", "required-field", "This field is required", "BASE_TYPE_REQUIRED")
    for index, each in enumerate(fields.listing(data, "choices", "data", most=MAX_OPTIONS)):
        check_choice(each, f"data.choices[{index}]")


def _receipt(call: Call, interaction: Interaction, kind: AnswerKind, message: Message | None) -> Json:
    about: Json = {"id": str(interaction.id), "type": int(interaction.kind)}
    if interaction.kind is InteractionKind.AUTOCOMPLETE or message is None:
        return {"interaction": about}
    about |= {
        "response_message_id": str(message.id),
        "response_message_loading": message.loading,
        "response_message_ephemeral": message.ephemeral,
    }
    resource: Json = {"type": int(kind)}
    if kind is not AnswerKind.DEFERRED_UPDATE:
        resource["message"] = call.backend.payloads.message(message)
    return {"interaction": about, "resource": resource}


ROUTES = (Route("POST", "/interactions/{interaction_id}/{token}/callback", answer, "token", by_token=True),)
