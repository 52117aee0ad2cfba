"""Channels and their webhooks in the hands of a test or a demo; permissions may be given as plain bits."""

from collections.abc import Sequence
from dataclasses import replace

from playground.backend import Backend
from playground.errors import Json
from playground.gateway import GUILDS
from playground.member import Member
from playground.permissions import Overwrite, Permissions
from playground.posting import Circumstances, post, update_thread, written
from playground.uploads import Upload
from playground.values import ChannelState, Message, Role, User


class Webhook:
    """An address of somebody else's under which messages come into a channel; its name is the message's author."""

    def __init__(self, backend: Backend, channel_id: int, name: str) -> None:
        self._backend = backend
        self._channel_id = channel_id
        self.user = User(backend.world.next_id(), name, is_bot=True)

    @property
    def id(self) -> int:
        return self.user.id

    async def say(
        self, text: str = "", *uploads: Upload, embeds: Sequence[Json] = (), components: Sequence[Json] = ()
    ) -> Message:
        """Write a message; see `Playground.publish` for the pictures of embeds and components."""
        channel = self._backend.world.channels[self._channel_id]
        form = written(text, uploads, embeds, components)
        return post(self._backend, channel, form, Circumstances(self.user, "webhook", webhook_id=self.id))


class Channel:
    """A channel, a conversation or a thread."""

    def __init__(self, backend: Backend, channel_id: int) -> None:
        self._backend = backend
        self.id = channel_id

    @property
    def state(self) -> ChannelState:
        return self._backend.world.channels[self.id]

    @property
    def name(self) -> str:
        return self.state.name

    @property
    def messages(self) -> list[Message]:
        """All messages as they are now, oldest first, ephemeral ones included."""
        return self._backend.world.history(self.id)

    @property
    def threads(self) -> list["Channel"]:
        """Threads started here, in order."""
        channels = self._backend.world.channels.values()
        return [Channel(self._backend, each.id) for each in channels if each.is_thread and each.parent_id == self.id]

    def thread_of(self, message: Message) -> "Channel | None":
        """The thread that was started from this message."""
        thread = self._backend.world.thread_of(message.id)
        return Channel(self._backend, thread.id) if thread else None

    def overwrite_bot(self, *, allow: int = 0, deny: int = 0) -> None:
        """Replace the channel's overwrite for the bot."""
        self.overwrite(self._backend.world.bot, allow=allow, deny=deny)

    def overwrite(self, target: Role | User | Member, *, allow: int = 0, deny: int = 0) -> None:
        """Replace the channel's overwrite for this role or person."""
        others = tuple(each for each in self.state.overwrites if each.target != target.id)
        is_member = not isinstance(target, Role)
        own = Overwrite(target.id, is_member=is_member, allow=Permissions(allow), deny=Permissions(deny))
        self._update(replace(self.state, overwrites=(*others, own)))

    def webhook(self, name: str) -> Webhook:
        """A new webhook, under which others write here."""
        return Webhook(self._backend, self.id, name)

    def archive(self, *, locked: bool = False) -> None:
        """Archive this thread, as a moderator or an hour without messages does."""
        update_thread(self._backend, replace(self.state, archived=True, locked=locked))

    def lock(self) -> None:
        """Lock this thread, as a moderator does: only those who may manage threads write in it."""
        update_thread(self._backend, replace(self.state, locked=True))

    def delete(self) -> None:
        """Delete this channel or thread with its messages."""
        world = self._backend.world
        channel = world.channels.pop(self.id)
        for message in world.history(self.id):
            world.remove(message)
        name = "THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE"
        self._backend.tell(channel, name, self._backend.payloads.channel(channel), intents=GUILDS)

    def _update(self, channel: ChannelState) -> None:
        self._backend.world.channels[channel.id] = channel
        self._backend.tell(channel, "CHANNEL_UPDATE", self._backend.payloads.channel(channel), intents=GUILDS)
