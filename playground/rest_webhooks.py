"""What follows the first answer: follow-ups, and edits and deletions under the interaction's token."""

from playground.calls import Answer, Call, Route
from playground.errors import Code, DiscordError
from playground.interactions import Interaction
from playground.posting import Circumstances, delete, edit, post
from playground.rest_messages import refuse_archived
from playground.values import Message, MessageFlags, MessageKind

MAX_USER_INSTALL_FOLLOWUPS = 5


async def follow_up(call: Call) -> Answer:
    """A new message, except after a deferred answer: then it fills that one, visible to whom that one was."""
    form = await call.form()
    interaction = _interaction(call)
    backend = call.backend
    refuse_archived(backend.world.channel(interaction.channel.id))
    original = interaction.message
    if original is not None and original.loading:
        return backend.payloads.message(edit(backend, original, form, call.route))
    _count(interaction)
    ephemeral = interaction.hidden or bool((form.body.get("flags") or 0) & MessageFlags.EPHEMERAL)
    how = Circumstances(backend.world.bot, call.route, MessageKind.REPLY, interaction, ephemeral)
    message = post(backend, interaction.channel, form, how)
    interaction.message_ids.append(message.id)
    return backend.payloads.message(message)


async def get_message(call: Call) -> Answer:
    return call.backend.payloads.message(_message(call, _interaction(call)))


async def edit_message(call: Call) -> Answer:
    form = await call.form()
    message = _message(call, _interaction(call))
    refuse_archived(call.backend.world.channel(message.channel_id))
    return call.backend.payloads.message(edit(call.backend, message, form, call.route))


async def delete_message(call: Call) -> None:
    message = _message(call, _interaction(call))
    refuse_archived(call.backend.world.channel(message.channel_id))
    delete(call.backend, message)


def _interaction(call: Call) -> Interaction:
    if call.id("application_id") != call.backend.application_id:
        raise DiscordError(Code.UNKNOWN_WEBHOOK, "unknown-webhook")
    return call.backend.interactions.answered(call.request.match_info["token"])


def _message(call: Call, interaction: Interaction) -> Message:
    wanted = call.request.match_info["message"]
    message_id = interaction.original_id if wanted == "@original" else call.id("message")
    message = call.backend.world.messages.get(message_id or 0)
    if message is None or message.id not in {interaction.original_id, *interaction.message_ids}:
        raise DiscordError(Code.UNKNOWN_MESSAGE, "unknown-message")
    return message


def _count(interaction: Interaction) -> None:
    """Where no server installed the application, five follow-ups are all."""
    if "0" not in interaction.owners and interaction.followups >= MAX_USER_INSTALL_FOLLOWUPS:
        raise DiscordError(Code.TOO_MANY_FOLLOWUPS, "too-many-followups")
    interaction.followups += 1


_MESSAGE = "/webhooks/{application_id}/{token}/messages/{message}"

ROUTES = (
    Route("POST", "/webhooks/{application_id}/{token}", follow_up, "token", by_token=True),
    Route("GET", _MESSAGE, get_message, "token", by_token=True),
    Route("PATCH", _MESSAGE, edit_message, "token", by_token=True),
    Route("DELETE", _MESSAGE, delete_message, "token", by_token=True),
)
