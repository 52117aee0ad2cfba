"""Guilds and channels in the hands of a test or a demo; permissions may be given as plain bits."""

from dataclasses import replace

from playground.backend import Backend
from playground.gateway import GUILDS
from playground.member import Member
from playground.permissions import Overwrite, Permissions
from playground.posting import update_thread
from playground.values import ChannelKind, ChannelState, GuildState, Message, Role


class Channel:
    """A channel, a direct message or a thread."""

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
        bot = self._backend.world.bot.id
        others = tuple(each for each in self.state.overwrites if each.target != bot)
        self._update(
            replace(
                self.state,
                overwrites=(*others, Overwrite(bot, is_member=True, allow=Permissions(allow), deny=Permissions(deny))),
            )
        )

    def archive(self, *, locked: bool = False) -> None:
        """Archive this thread, as a moderator or an hour without messages does."""
        update_thread(self._backend, replace(self.state, archived=True, locked=locked))

    def delete(self) -> None:
        """Delete this channel or thread with its messages."""
        world = self._backend.world
        channel = world.channels.pop(self.id)
        for message in world.history(self.id):
            world.remove(message)
        name = "THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE"
        self._backend.gateway.dispatch(name, self._backend.payloads.channel(channel), intents=GUILDS)

    def _update(self, channel: ChannelState) -> None:
        self._backend.world.channels[channel.id] = channel
        self._backend.gateway.dispatch("CHANNEL_UPDATE", self._backend.payloads.channel(channel), intents=GUILDS)


class Guild:
    """A server that the bot is a member of."""

    def __init__(self, backend: Backend, guild_id: int) -> None:
        self._backend = backend
        self.id = guild_id

    @property
    def state(self) -> GuildState:
        return self._backend.world.guilds[self.id]

    def text_channel(self, name: str, *, nsfw: bool = False) -> Channel:
        return self._add_channel(name, ChannelKind.TEXT, nsfw=nsfw)

    def voice_channel(self, name: str) -> Channel:
        """A voice channel, of which only its text chat is modelled."""
        return self._add_channel(name, ChannelKind.VOICE, nsfw=False)

    def role(self, name: str, permissions: int = 0) -> Role:
        role = Role(self._backend.world.next_id(), name, Permissions(permissions))
        self._replace(replace(self.state, roles={**self.state.roles, role.id: role}))
        payload = {"guild_id": str(self.id), "role": self._backend.payloads.role(role, len(self.state.roles))}
        self._backend.gateway.dispatch("GUILD_ROLE_CREATE", payload, intents=GUILDS)
        return role

    def member(self, name: str, *, permissions: int = 0, roles: tuple[Role, ...] = ()) -> Member:
        """A new person here: what everybody may do, and `permissions` besides."""
        held = {self.state.people_role, *(role.id for role in roles)}
        if permissions:
            held.add(self.role(f"{name}'s own", permissions).id)
        user = self._backend.world.add_user(name)
        self._replace(replace(self.state, members={**self.state.members, user.id: frozenset(held)}))
        return Member(self._backend, user)

    def set_bot_permissions(self, permissions: int) -> None:
        """Replace what the bot's role allows."""
        (role_id,) = self.state.members[self._backend.world.bot.id]
        role = replace(self.state.roles[role_id], permissions=Permissions(permissions))
        self._replace(replace(self.state, roles={**self.state.roles, role_id: role}))
        payload = {"guild_id": str(self.id), "role": self._backend.payloads.role(role, 1)}
        self._backend.gateway.dispatch("GUILD_ROLE_UPDATE", payload, intents=GUILDS)

    def limit_threads(self, most: int) -> None:
        """How many threads may be active at once; Discord allows 1,000."""
        self._replace(replace(self.state, thread_limit=most))

    def _add_channel(self, name: str, kind: ChannelKind, *, nsfw: bool) -> Channel:
        channel = self._backend.world.add_channel(self.id, name, kind, nsfw=nsfw)
        self._backend.gateway.dispatch("CHANNEL_CREATE", self._backend.payloads.channel(channel), intents=GUILDS)
        return Channel(self._backend, channel.id)

    def _replace(self, guild: GuildState) -> None:
        self._backend.world.guilds[self.id] = guild
