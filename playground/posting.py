"""Creating, editing and deleting messages, with everything that follows: events, dispatches, files on the CDN."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from playground.backend import Backend
from playground.drafts import Draft, Place, compose
from playground.errors import Json
from playground.events import EventKind, Violation
from playground.gateway import DIRECT_MESSAGES, GUILD_MESSAGES, GUILDS
from playground.interactions import Interaction
from playground.mentions import pinged, pinged_roles, pings_everyone, pings_replied
from playground.permissions import Permissions
from playground.unfurling import complete_media, completed, of_links
from playground.uploads import Form, Upload
from playground.values import MEBIBYTE, NO_FLAGS, ChannelState, Message, MessageFlags, MessageKind, User

DIRECT_FILESIZE_LIMIT = 10 * MEBIBYTE
SETTABLE = MessageFlags.SUPPRESS_EMBEDS | MessageFlags.SUPPRESS_NOTIFICATIONS | MessageFlags.IS_COMPONENTS_V2


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a message comes about: its author, the call's route, and what it answers, a message or an interaction."""

    author: User
    route: str
    kind: MessageKind = MessageKind.DEFAULT
    interaction: Interaction | None = None
    ephemeral: bool = False
    reference_id: int | None = None
    webhook_id: int | None = None


def written(text: str, uploads: Sequence[Upload], embeds: Sequence[Json] = (), components: Sequence[Json] = ()) -> Form:
    """A message as a person, a webhook or another bot sends it; components without a text are of the second version."""
    flags = MessageFlags.IS_COMPONENTS_V2 if components and not (text or embeds) else NO_FLAGS
    body = {"content": text, "embeds": list(embeds), "components": list(components), "flags": int(flags)}
    return Form(body, dict(enumerate(uploads)))


def filesize_limit(backend: Backend, channel: ChannelState) -> int:
    """Bytes that one file may have in this channel."""
    return backend.world.guilds[channel.guild_id].filesize_limit if channel.guild_id else DIRECT_FILESIZE_LIMIT


def post(backend: Backend, channel: ChannelState, form: Form, how: Circumstances) -> Message:
    """Check the form, store the message and tell everybody."""
    draft = compose(form, _place(backend, channel, ephemeral=how.ephemeral))
    message = _begun(backend, channel, how)
    message = _filled(backend, message, draft, form.body)
    if how.ephemeral:
        message = replace(message, flags=message.flags | MessageFlags.EPHEMERAL)
    message = _keep(backend, message, draft, how.route)
    announce(backend, message)
    return message


def post_loading(backend: Backend, channel: ChannelState, how: Circumstances) -> Message:
    """The message that reads "… is thinking"."""
    flags = MessageFlags.LOADING | (MessageFlags.EPHEMERAL if how.ephemeral else NO_FLAGS)
    message = replace(_begun(backend, channel, how), flags=flags)
    backend.world.store(message)
    announce(backend, message)
    return message


def edit(backend: Backend, message: Message, form: Form, route: str) -> Message:
    """Merge a form into a message; what was loading is loading no more, and then its mentions ping."""
    channel = backend.world.channel(message.channel_id)
    loading = message.loading
    message = replace(message, flags=message.flags & ~MessageFlags.LOADING)
    draft = compose(form, _place(backend, channel, ephemeral=message.ephemeral), message)
    gone = {each.path for each in message.attachments} - {each.path for each in draft.attachments}
    if loading:
        message = _filled(backend, message, draft, form.body)
    message = replace(
        message,
        content=draft.content,
        flags=draft.flags,
        embeds=draft.embeds,
        components=draft.components,
        attachments=draft.attachments,
        edited_at=backend.clock(),
    )
    message = _keep(backend, message, draft, route)
    for path in gone:
        backend.cdn.remove(path)
    announce_edit(backend, message)
    return message


def delete(backend: Backend, message: Message) -> None:
    """Delete a message with its files; a thread started from it stays, as on Discord."""
    _remove(backend, message)
    if not message.ephemeral:
        _dispatch(backend, "MESSAGE_DELETE", message, _address(message))


def delete_all(backend: Backend, channel: ChannelState, messages: Sequence[Message]) -> None:
    """Delete many messages of one channel in one go, of which the bot hears once."""
    for message in messages:
        _remove(backend, message)
    payload = {"ids": [str(each.id) for each in messages], "channel_id": str(channel.id)}
    payload |= {"guild_id": str(channel.guild_id)}
    backend.tell(channel, "MESSAGE_DELETE_BULK", payload, intents=GUILD_MESSAGES)


def announce(backend: Backend, message: Message) -> None:
    backend.events.emit(EventKind.MESSAGE_CREATED, message=message)
    if not message.ephemeral:
        _dispatch(backend, "MESSAGE_CREATE", message, backend.payloads.message(message))


def announce_edit(backend: Backend, message: Message) -> None:
    backend.world.messages[message.id] = message
    backend.events.emit(EventKind.MESSAGE_EDITED, message=message)
    if not message.ephemeral:
        _dispatch(backend, "MESSAGE_UPDATE", message, backend.payloads.message(message))


def update_thread(backend: Backend, thread: ChannelState) -> None:
    """Store a changed thread and tell everybody."""
    thread = replace(thread, archive_changed_at=backend.clock())
    backend.world.channels[thread.id] = thread
    backend.events.emit(EventKind.THREAD_UPDATED, thread=thread)
    backend.tell(thread, "THREAD_UPDATE", backend.payloads.channel(thread), intents=GUILDS)


def _place(backend: Backend, channel: ChannelState, *, ephemeral: bool) -> Place:
    folder = f"/ephemeral-attachments/{backend.application_id}" if ephemeral else f"/attachments/{channel.id}"
    return Place(folder, filesize_limit(backend, channel), backend.world.next_id, SETTABLE, ephemeral)


def _begun(backend: Backend, channel: ChannelState, how: Circumstances) -> Message:
    interaction = how.interaction
    return Message(
        id=backend.world.next_id(),
        channel_id=channel.id,
        guild_id=channel.guild_id,
        author=how.author,
        created_at=backend.clock(),
        kind=how.kind,
        reference_id=how.reference_id,
        interaction_id=interaction.id if interaction else None,
        interaction=_origin(backend, interaction) if interaction else None,
        recipient_id=interaction.user.id if interaction and how.ephemeral else None,
        webhook_id=how.webhook_id,
    )


def _origin(backend: Backend, interaction: Interaction) -> Json:
    return {
        "id": str(interaction.id),
        "type": int(interaction.kind),
        "user": backend.payloads.user(interaction.user),
        "authorizing_integration_owners": interaction.owners,
    }


def _filled(backend: Backend, message: Message, draft: Draft, body: Json) -> Message:
    """The message with the draft's words, and the pings that only a new message sends."""
    world = backend.world
    channel = world.channel(message.channel_id)
    may_ping_all = bool(_held(backend, message) & Permissions.MENTION_EVERYONE)
    roles = world.guilds[channel.guild_id].roles.values() if channel.guild_id else ()
    return replace(
        message,
        content=draft.content,
        flags=draft.flags,
        embeds=draft.embeds,
        components=draft.components,
        attachments=draft.attachments,
        mentions=tuple(dict.fromkeys((*_replied(backend, message, body), *pinged(draft.text, body)))),
        role_mentions=pinged_roles(draft.text, body, roles, may_ping_all=may_ping_all),
        mentions_everyone=may_ping_all and pings_everyone(draft.text, body),
        nonce=None if body.get("nonce") is None else str(body["nonce"]),
    )


def _replied(backend: Backend, message: Message, body: Json) -> tuple[int, ...]:
    """The author whom a reply pings, unless it is the reply's own."""
    known = backend.world.messages.get(message.reference_id or 0)
    if known is None or known.author.id not in backend.world.users or known.author.id == message.author.id:
        return ()
    return (known.author.id,) if pings_replied(body) else ()


def _remove(backend: Backend, message: Message) -> None:
    backend.world.remove(message)
    for attachment in message.attachments:
        backend.cdn.remove(attachment.path)
    backend.events.emit(EventKind.MESSAGE_DELETED, message=message)


def _keep(backend: Backend, message: Message, draft: Draft, route: str) -> Message:
    """Store the message and its files, and return it with what Discord adds to it."""
    types = {each.path: each.content_type for each in draft.attachments}
    for path, upload in draft.uploads.items():
        backend.cdn.put(path, upload.data, types.get(path))
    message = replace(message, embeds=_embeds(backend, message, draft))
    complete_media(backend.cdn, message.components)
    backend.world.store(message)
    for name in draft.forgotten:
        what = f"no component shows {name}: under Components V2 nobody sees it"
        backend.violate(Violation("attachment-not-shown", what, route))
    return message


def _embeds(backend: Backend, message: Message, draft: Draft) -> tuple[Json, ...]:
    """Its own embeds, or else those of the links in it."""
    if draft.embeds:
        return completed(backend.cdn, draft.embeds)
    legacy = not message.flags & (MessageFlags.SUPPRESS_EMBEDS | MessageFlags.IS_COMPONENTS_V2)
    may = message.webhook_id or _held(backend, message) & Permissions.EMBED_LINKS
    return of_links(backend.cdn, message.content) if legacy and may else ()


def _held(backend: Backend, message: Message) -> Permissions:
    """What its author may do where it stands."""
    world = backend.world
    channel = world.channel(message.channel_id)
    is_ours = message.author.id == world.bot.id
    return world.app_permissions(channel) if is_ours else world.permissions(channel, message.author.id)


def _address(message: Message) -> Json:
    address = {"id": str(message.id), "channel_id": str(message.channel_id)}
    return address | ({"guild_id": str(message.guild_id)} if message.guild_id else {})


def _dispatch(backend: Backend, name: str, message: Message, payload: Json) -> None:
    intents = GUILD_MESSAGES if message.guild_id else DIRECT_MESSAGES
    channel = backend.world.channel(message.channel_id)
    backend.tell(channel, name, payload | _address(message), intents=intents)
