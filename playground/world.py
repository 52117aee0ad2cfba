"""The state of this Discord: who is where, and what was said; look-ups raise Discord's own errors."""

from collections import defaultdict
from dataclasses import replace

from playground.clock import Clock, Snowflakes, created_at
from playground.errors import Code, DiscordError
from playground.permissions import (
    ALL,
    DIRECT_MESSAGE,
    EXTERNAL_APP,
    MEMBER_DEFAULT,
    NO_PERMISSIONS,
    Permissions,
    effective,
)
from playground.values import ChannelKind, ChannelState, GuildState, Membership, Message, MessageFlags, Role, User

PAIR = 2
"""How many people have a direct message; more are a group."""


class World:
    """Guilds, channels, users and messages by id; values are frozen and replaced, never changed."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.next_id = Snowflakes(clock)
        self.bot = User(self.next_id(), "Playground Bot", is_bot=True)
        self.guilds: dict[int, GuildState] = {}
        self.channels: dict[int, ChannelState] = {}
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.messages: dict[int, Message] = {}
        self._history: defaultdict[int, dict[int, None]] = defaultdict(dict)
        self._direct: dict[int, int] = {}

    def add_user(self, name: str, *, is_bot: bool = False) -> User:
        user = User(self.next_id(), name, is_bot=is_bot)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, filesize_limit: int) -> GuildState:
        """A guild with its owner, whose @everyone may nothing, so that the bot will have exactly its own bits."""
        guild_id, people = self.next_id(), self.next_id()
        roles = {
            guild_id: Role(guild_id, "@everyone", NO_PERMISSIONS),
            people: Role(people, "people", MEMBER_DEFAULT),
        }
        owner = self.add_user(f"{name}'s owner")
        members = {owner.id: Membership(frozenset({people}), created_at(guild_id))}
        guild = GuildState(guild_id, name, owner.id, roles, members, people, filesize_limit)
        self.guilds[guild_id] = guild
        return guild

    def admit_bot(self, guild: GuildState, permissions: Permissions) -> GuildState:
        """The guild with the bot in it, which holds a role of its own and no other."""
        role = Role(self.next_id(), self.bot.name, permissions)
        place = Membership(frozenset({role.id}), self.clock())
        guild = replace(guild, roles={**guild.roles, role.id: role}, members={**guild.members, self.bot.id: place})
        self.guilds[guild.id] = guild
        return guild

    def add_channel(self, guild_id: int, name: str, kind: ChannelKind, *, nsfw: bool = False) -> ChannelState:
        channel = ChannelState(self.next_id(), kind, name, guild_id, nsfw=nsfw)
        self.channels[channel.id] = channel
        return channel

    def direct_channel(self, user: User) -> ChannelState:
        """The direct message with the bot: one a user."""
        if user.id not in self._direct:
            channel = ChannelState(self.next_id(), ChannelKind.DM, user.name, recipient_id=user.id)
            self.channels[channel.id] = channel
            self._direct[user.id] = channel.id
        return self.channels[self._direct[user.id]]

    def private_channel(self, people: tuple[User, ...]) -> ChannelState:
        """A conversation of these people, without the bot."""
        kind, name = (ChannelKind.DM, "") if len(people) == PAIR else (ChannelKind.GROUP_DM, "a group")
        ids = tuple(each.id for each in people)
        owner = ids[0] if kind is ChannelKind.GROUP_DM else None
        channel = ChannelState(self.next_id(), kind, name, owner_id=owner, people=ids)
        self.channels[channel.id] = channel
        return channel

    def store(self, message: Message) -> None:
        self.messages[message.id] = message
        self._history[message.channel_id][message.id] = None

    def remove(self, message: Message) -> None:
        del self.messages[message.id]
        del self._history[message.channel_id][message.id]

    def history(self, channel_id: int) -> list[Message]:
        """The channel's messages, oldest first."""
        return [self.messages[each] for each in self._history[channel_id]]

    def guild(self, guild_id: int) -> GuildState:
        if guild_id not in self.guilds:
            raise DiscordError(Code.UNKNOWN_GUILD, "unknown-guild")
        return self.guilds[guild_id]

    def channel(self, channel_id: int) -> ChannelState:
        if channel_id not in self.channels:
            raise DiscordError(Code.UNKNOWN_CHANNEL, "unknown-channel")
        return self.channels[channel_id]

    def message(self, channel_id: int, message_id: int) -> Message:
        """A message that the channel's API knows: ephemeral ones it does not."""
        message = self.messages.get(message_id)
        if message is None or message.channel_id != channel_id or message.flags & MessageFlags.EPHEMERAL:
            raise DiscordError(Code.UNKNOWN_MESSAGE, "unknown-message")
        return message

    def active_threads(self, guild_id: int) -> list[ChannelState]:
        return [
            each
            for each in self.channels.values()
            if each.is_thread and each.guild_id == guild_id and not each.archived
        ]

    def thread_of(self, message_id: int) -> ChannelState | None:
        """The thread started from this message, which has the message's own id."""
        thread = self.channels.get(message_id)
        return thread if thread and thread.is_thread else None

    def takes_part(self, channel: ChannelState, user_id: int) -> bool:
        """Whether this user is there: in the guild or the conversation, whatever they may do in it."""
        if channel.guild_id is not None:
            return user_id in self.guilds[channel.guild_id].members
        return user_id in (channel.people or (channel.recipient_id, self.bot.id))

    def app_permissions(self, channel: ChannelState) -> Permissions:
        """What the application may do there: as its bot, or else as one that a person brought along."""
        is_there = self.takes_part(channel, self.bot.id)
        return self.permissions(channel, self.bot.id) if is_there else EXTERNAL_APP

    def permissions(self, channel: ChannelState, user_id: int) -> Permissions:
        """What this user may do in this channel; threads follow their parent."""
        if not self.takes_part(channel, user_id):
            return NO_PERMISSIONS
        if channel.guild_id is None:
            return DIRECT_MESSAGE
        guild = self.guilds[channel.guild_id]
        if user_id == guild.owner_id:
            return ALL
        held = guild.members[user_id].roles
        base = guild.roles[guild.id].permissions
        for role in held:
            base |= guild.roles[role].permissions
        home = self.channels[channel.parent_id] if channel.parent_id else channel
        return effective(base, home.overwrites, everyone=guild.id, roles=held, user=user_id)

    def require(self, channel: ChannelState, *needed: Permissions) -> None:
        """Refuse the bot's call where it may not see the channel (50001) or lacks a permission (50013)."""
        held = self.permissions(channel, self.bot.id)
        if not held & Permissions.VIEW_CHANNEL:
            raise DiscordError(Code.MISSING_ACCESS, "missing-access", f"the bot does not see #{channel.name}")
        missing = [each.name or "" for each in needed if not held & each]
        if missing:
            what = f"the bot lacks {', '.join(missing)} in #{channel.name}"
            raise DiscordError(Code.MISSING_PERMISSIONS, "missing-permissions", what)
