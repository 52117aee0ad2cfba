"""Channels and the threads in them: reading, starting, renaming, archiving."""

from dataclasses import replace

from playground import fields
from playground.calls import Answer, Call, Route
from playground.errors import Code, DiscordError, Json
from playground.events import EventKind
from playground.gateway import GUILDS
from playground.permissions import Permissions
from playground.posting import announce_edit, update_thread
from playground.values import ChannelKind, ChannelState, MessageFlags

ARCHIVE_MINUTES = (60, 1440, 4320, 10080)


async def get_channel(call: Call) -> Answer:
    return call.backend.payloads.channel(call.channel())


async def start_from_message(call: Call) -> Answer:
    """Start a thread whose id is the message's."""
    body = (await call.form()).body
    channel = call.channel()
    message = call.message(channel)
    thread = _thread(call, channel, body, message.id)
    if call.backend.world.thread_of(message.id):
        raise DiscordError(Code.THREAD_EXISTS, "thread-exists")
    _begin(call, thread)
    announce_edit(call.backend, replace(message, flags=message.flags | MessageFlags.HAS_THREAD))
    return call.backend.payloads.channel(thread)


async def start_alone(call: Call) -> Answer:
    """Start a public thread without a message."""
    body = (await call.form()).body
    fields.choice(body, "type", "", (int(ChannelKind.PUBLIC_THREAD),))
    thread = _thread(call, call.channel(), body, call.backend.world.next_id())
    _begin(call, thread)
    return call.backend.payloads.channel(thread)


async def edit_thread(call: Call) -> Answer:
    """Rename, archive or lock: by the thread's owner or with MANAGE_THREADS; locking by the latter alone."""
    body = (await call.form()).body
    thread = call.channel()
    if not thread.is_thread:
        call.backend.world.require(thread, Permissions.MANAGE_CHANNELS)
    elif thread.owner_id != call.backend.world.bot.id or thread.locked or "locked" in body:
        call.backend.world.require(thread, Permissions.MANAGE_THREADS)
    if thread.archived and body.get("archived", True):
        raise DiscordError(Code.ARCHIVED_THREAD, "archived-thread", f"the thread {thread.name!r} is archived")
    thread = replace(
        thread,
        name=fields.text(body, "name", "", most=100) or thread.name,
        archived=bool(body.get("archived", thread.archived)),
        locked=bool(body.get("locked", thread.locked)),
        auto_archive_minutes=_archive_minutes(body, thread.auto_archive_minutes),
    )
    update_thread(call.backend, thread)
    return call.backend.payloads.channel(thread)


async def join_or_leave(call: Call) -> None:
    """Membership is not modelled; an archived thread refuses it nevertheless."""
    thread = call.channel()
    if not thread.is_thread:
        raise DiscordError(Code.WRONG_CHANNEL_TYPE, "not-a-thread")
    if thread.archived:
        raise DiscordError(Code.ARCHIVED_THREAD, "archived-thread", f"the thread {thread.name!r} is archived")


def _thread(call: Call, parent: ChannelState, body: Json, thread_id: int) -> ChannelState:
    world = call.backend.world
    if parent.kind is not ChannelKind.TEXT or parent.guild_id is None:
        raise DiscordError(Code.WRONG_CHANNEL_TYPE, "thread-elsewhere", "threads start in text channels only")
    world.require(parent, Permissions.CREATE_PUBLIC_THREADS)
    name = fields.text(body, "name", "", most=100, required=True) or ""
    minutes = _archive_minutes(body, 1440)
    if len(world.active_threads(parent.guild_id)) >= world.guilds[parent.guild_id].thread_limit:
        raise DiscordError(Code.TOO_MANY_THREADS, "too-many-threads")
    return ChannelState(
        id=thread_id,
        kind=ChannelKind.PUBLIC_THREAD,
        name=name,
        guild_id=parent.guild_id,
        parent_id=parent.id,
        owner_id=world.bot.id,
        auto_archive_minutes=minutes,
        archive_changed_at=call.backend.clock(),
    )


def _archive_minutes(body: Json, present: int) -> int:
    if body.get("auto_archive_duration") is None:
        return present
    return fields.choice(body, "auto_archive_duration", "", ARCHIVE_MINUTES)


def _begin(call: Call, thread: ChannelState) -> None:
    backend = call.backend
    backend.world.channels[thread.id] = thread
    backend.events.emit(EventKind.THREAD_CREATED, thread=thread)
    payload = backend.payloads.channel(thread) | {"newly_created": True}
    backend.tell(thread, "THREAD_CREATE", payload, intents=GUILDS)


ROUTES = (
    Route("GET", "/channels/{channel_id}", get_channel, "channel_id"),
    Route("PATCH", "/channels/{channel_id}", edit_thread, "channel_id"),
    Route("POST", "/channels/{channel_id}/messages/{message_id}/threads", start_from_message, "channel_id"),
    Route("POST", "/channels/{channel_id}/threads", start_alone, "channel_id"),
    Route("PUT", "/channels/{channel_id}/thread-members/@me", join_or_leave, "channel_id"),
    Route("DELETE", "/channels/{channel_id}/thread-members/@me", join_or_leave, "channel_id"),
)
