"""Messages in channels and threads, written by the bot under its own token."""

from dataclasses import replace

from playground import fields
from playground.calls import Answer, Call, Route
from playground.clock import created_at
from playground.errors import Code, DiscordError, Json, invalid
from playground.permissions import Permissions
from playground.posting import Circumstances, delete, delete_all, edit, post, update_thread
from playground.values import ChannelState, Message, MessageKind

NONCE_SECONDS = 300.0
"""How long `enforce_nonce` remembers: Discord says "the past few minutes"."""

MAX_HISTORY = 100
FEWEST_AT_ONCE, MOST_AT_ONCE = 2, 100
BULK_DELETE_SECONDS = 14 * 24 * 3600.0


async def create_message(call: Call) -> Answer:
    form = await call.form()
    channel = call.channel()
    speak = Permissions.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permissions.SEND_MESSAGES
    call.backend.world.require(channel, speak, *((Permissions.ATTACH_FILES,) if form.files else ()))
    reference = _reference(call, channel, form.body)
    repeated = _repeated(call, channel, form.body)
    if repeated:
        return call.backend.payloads.message(repeated)
    channel = _awake(call, channel)
    kind = MessageKind.REPLY if reference else MessageKind.DEFAULT
    how = Circumstances(call.backend.world.bot, call.route, kind, reference_id=reference)
    message = post(call.backend, channel, form, how)
    if message.nonce is not None and form.body.get("enforce_nonce"):
        call.backend.nonces[channel.id, message.nonce] = message.id, call.backend.clock()
    return call.backend.payloads.message(message)


async def list_messages(call: Call) -> Answer:
    """Newest first; `limit`, `before`, `after` as on Discord."""
    channel = call.channel()
    if not call.backend.world.permissions(channel, call.backend.world.bot.id) & Permissions.READ_MESSAGE_HISTORY:
        return []
    query = call.request.query
    limit = min(int(query.get("limit", "50")), MAX_HISTORY)
    before, after = int(query.get("before", "0")), int(query.get("after", "0"))
    found = [
        each
        for each in call.backend.world.history(channel.id)
        if not each.ephemeral and each.id > after and (not before or each.id < before)
    ]
    chosen = found[:limit] if after else found[-limit:]
    return [call.backend.payloads.message(each) for each in reversed(chosen)]


async def get_message(call: Call) -> Answer:
    message = call.message(call.channel(Permissions.READ_MESSAGE_HISTORY))
    return call.backend.payloads.message(message)


async def edit_message(call: Call) -> Answer:
    form = await call.form()
    channel = call.channel()
    message = call.message(channel)
    if message.author.id != call.backend.world.bot.id:
        raise DiscordError(Code.NOT_THE_AUTHOR, "not-the-author")
    refuse_archived(channel)
    _refuse_locked(call, channel)
    return call.backend.payloads.message(edit(call.backend, message, form, call.route))


async def delete_message(call: Call) -> None:
    channel = call.channel()
    message = call.message(channel)
    if message.author.id != call.backend.world.bot.id:
        call.backend.world.require(channel, Permissions.MANAGE_MESSAGES)
    refuse_archived(channel)
    delete(call.backend, message)


async def delete_messages(call: Call) -> None:
    """Many messages at once; ids that are unknown here are passed over."""
    body = (await call.form()).body
    channel = call.channel()
    if channel.guild_id is None:
        raise DiscordError(Code.DIRECT_CHANNEL, "bulk-delete-in-dm")
    call.backend.world.require(channel, Permissions.MANAGE_MESSAGES)
    refuse_archived(channel)
    wanted = {int(each) for each in body.get("messages") or ()}
    if not FEWEST_AT_ONCE <= len(wanted) <= MOST_AT_ONCE:
        raise DiscordError(Code.BULK_DELETE_COUNT, "bulk-delete-count", f"{len(wanted)} messages")
    if min(created_at(each) for each in wanted) < call.backend.clock() - BULK_DELETE_SECONDS:
        raise DiscordError(Code.BULK_DELETE_AGE, "bulk-delete-age")
    found = [each for each in call.backend.world.history(channel.id) if each.id in wanted and not each.ephemeral]
    delete_all(call.backend, channel, found)


async def type_in(call: Call) -> None:
    channel = call.channel()
    speak = Permissions.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permissions.SEND_MESSAGES
    call.backend.world.require(channel, speak)


def refuse_archived(channel: ChannelState) -> None:
    """In an archived thread nothing can be changed, only sent; nor deleted, in spite of Discord's documentation."""
    if channel.archived:
        raise DiscordError(Code.ARCHIVED_THREAD, "archived-thread", f"the thread {channel.name!r} is archived")


def _refuse_locked(call: Call, channel: ChannelState) -> None:
    """In a thread that a moderator has locked, others neither write nor edit."""
    held = call.backend.world.permissions(channel, call.backend.world.bot.id)
    if channel.locked and not held & Permissions.MANAGE_THREADS:
        raise DiscordError(Code.THREAD_LOCKED, "locked-thread", f"the thread {channel.name!r} is locked")


def _awake(call: Call, channel: ChannelState) -> ChannelState:
    """Sending unarchives a thread, unless it is locked."""
    _refuse_locked(call, channel)
    if not channel.archived:
        return channel
    channel = replace(channel, archived=False)
    update_thread(call.backend, channel)
    return channel


def _reference(call: Call, channel: ChannelState, body: Json) -> int | None:
    """The id of the message that is replied to."""
    reference = body.get("message_reference")
    if not reference:
        return None
    world = call.backend.world
    if not world.permissions(channel, world.bot.id) & Permissions.READ_MESSAGE_HISTORY:
        raise DiscordError(Code.NO_HISTORY_FOR_REPLY, "reply-without-history")
    known = world.messages.get(int(reference.get("message_id", 0)))
    if known is None or known.channel_id != channel.id:
        if not reference.get("fail_if_not_exists", True):
            return None
        raise invalid("message_reference", "unknown-reference", "Unknown message", "REPLIES_UNKNOWN_MESSAGE")
    return known.id


def _repeated(call: Call, channel: ChannelState, body: Json) -> Message | None:
    """The message that was already sent with this nonce, where the bot asked for that to be looked up."""
    nonce = body.get("nonce")
    if nonce is None:
        return None
    nonce = fields.text({"nonce": str(nonce)}, "nonce", "", most=25) or ""
    earlier, at = call.backend.nonces.get((channel.id, nonce), (0, 0.0))
    if not body.get("enforce_nonce") or call.backend.clock() - at > NONCE_SECONDS:
        return None
    return call.backend.world.messages.get(earlier)


ROUTES = (
    Route("POST", "/channels/{channel_id}/messages", create_message, "channel_id"),
    Route("GET", "/channels/{channel_id}/messages", list_messages, "channel_id"),
    Route("GET", "/channels/{channel_id}/messages/{message_id}", get_message, "channel_id"),
    Route("PATCH", "/channels/{channel_id}/messages/{message_id}", edit_message, "channel_id"),
    Route("DELETE", "/channels/{channel_id}/messages/{message_id}", delete_message, "channel_id"),
    Route("POST", "/channels/{channel_id}/messages/bulk-delete", delete_messages, "channel_id"),
    Route("POST", "/channels/{channel_id}/typing", type_in, "channel_id"),
)
