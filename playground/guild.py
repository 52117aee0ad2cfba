"""Guilds in the hands of a test or a demo: their channels, roles and people, and whether the bot is among them."""

from dataclasses import replace

from playground.backend import Backend
from playground.clock import created_at
from playground.errors import Json
from playground.gateway import GUILD_MEMBERS, GUILDS
from playground.member import Member
from playground.permissions import BOT_DEFAULT, Permissions
from playground.stage import Channel
from playground.uploads import Upload
from playground.values import ChannelKind, GuildState, Membership, Message, Role, User, known_locale

PRESENT_ONCE = frozenset({"channels", "threads", "members", "member_count", "joined_at", "large", "presences"})
"""What GUILD_CREATE tells of a guild, and GUILD_UPDATE does not."""


class Guild:
    """A server, with the bot in it or without."""

    def __init__(self, backend: Backend, guild_id: int) -> None:
        self._backend = backend
        self.id = guild_id

    @property
    def state(self) -> GuildState:
        return self._backend.world.guilds[self.id]

    @property
    def name(self) -> str:
        return self.state.name

    @property
    def owner(self) -> Member:
        """The person who owns it, and may do everything in it."""
        return Member(self._backend, self._backend.world.users[self.state.owner_id])

    @property
    def channels(self) -> list[Channel]:
        """Its channels and threads."""
        channels = self._backend.world.channels.values()
        return [Channel(self._backend, each.id) for each in channels if each.guild_id == self.id]

    @property
    def messages(self) -> list[Message]:
        """All messages in it as they are now, oldest first, ephemeral ones included."""
        return sorted((each for channel in self.channels for each in channel.messages), key=lambda each: each.id)

    def text_channel(self, name: str, *, nsfw: bool = False) -> Channel:
        return self._add_channel(name, ChannelKind.TEXT, nsfw=nsfw)

    def voice_channel(self, name: str) -> Channel:
        """A voice channel, of which only its text chat is modelled."""
        return self._add_channel(name, ChannelKind.VOICE, nsfw=False)

    def role(self, name: str, permissions: int = 0, *, mentionable: bool = False) -> Role:
        role = Role(self._backend.world.next_id(), name, Permissions(permissions), mentionable)
        self._replace(replace(self.state, roles={**self.state.roles, role.id: role}))
        self._tell_role("GUILD_ROLE_CREATE", role, len(self.state.roles))
        return role

    def member(
        self, name: str, *, permissions: int = 0, roles: tuple[Role, ...] = (), joined_at: float | None = None
    ) -> Member:
        """A new person here: what everybody may do, and `permissions` besides.

        They joined at `joined_at`, in unix time, or else when the guild was made.
        """
        user = self._backend.world.add_user(name)
        return self._admit(user, permissions=permissions, roles=roles, joined_at=joined_at)

    def bot_user(self, name: str) -> Member:
        """Another bot here, which writes messages and may be named, but uses no commands."""
        return self._admit(self._backend.world.add_user(name, is_bot=True))

    def admit(
        self,
        person: Member,
        *,
        permissions: int = 0,
        roles: tuple[Role, ...] = (),
        joined_at: float | None = None,
    ) -> Member:
        """Let in a person from elsewhere, or one who was kicked; see `member`."""
        return self._admit(person.user, permissions=permissions, roles=roles, joined_at=joined_at)

    def kick(self, member: Member) -> None:
        """Remove a person, who stays a user by whom messages were written."""
        members = {key: place for key, place in self.state.members.items() if key != member.id}
        self._replace(replace(self.state, members=members))
        self._tell("GUILD_MEMBER_REMOVE", {"user": self._backend.payloads.user(member.user)}, intents=GUILD_MEMBERS)

    def give_role(self, member: Member, role: Role) -> None:
        place = self.state.members[member.id]
        self._update_member(member, replace(place, roles=place.roles | {role.id}))

    def take_role(self, member: Member, role: Role) -> None:
        place = self.state.members[member.id]
        self._update_member(member, replace(place, roles=place.roles - {role.id}))

    def set_avatar(self, member: Member, picture: Upload | None) -> None:
        """Have a member wear another picture in this guild alone, or none."""
        place, folder = self.state.members[member.id], f"/guilds/{self.id}/users/{member.id}/avatars"
        self._update_member(member, replace(place, avatar=self._backend.cdn.wear(picture, folder, place.avatar)))

    def set_bot_permissions(self, permissions: int) -> None:
        """Replace what the bot's role allows."""
        (role_id,) = self.state.members[self._backend.world.bot.id].roles
        role = replace(self.state.roles[role_id], permissions=Permissions(permissions))
        self._replace(replace(self.state, roles={**self.state.roles, role_id: role}))
        self._tell_role("GUILD_ROLE_UPDATE", role, 1)

    def remove_bot(self) -> None:
        """Remove the bot with its role, as when a moderator kicks it."""
        bot = self._backend.world.bot.id
        own = self.state.members[bot].roles
        roles = {key: role for key, role in self.state.roles.items() if key not in own}
        members = {key: place for key, place in self.state.members.items() if key != bot}
        self._replace(replace(self.state, roles=roles, members=members))
        self._backend.gateway.dispatch("GUILD_DELETE", {"id": str(self.id)}, intents=GUILDS)

    def invite_bot(self, *, permissions: int = BOT_DEFAULT) -> None:
        """Let the bot in, for the first time or again."""
        guild = self._backend.world.admit_bot(self.state, Permissions(permissions))
        self._backend.gateway.dispatch("GUILD_CREATE", self._backend.payloads.guild(guild), intents=GUILDS)

    def set_locale(self, locale: str) -> None:
        """The language that its settings name; see `Member.set_locale`."""
        self._replace(replace(self.state, locale=known_locale(locale)))
        if self._backend.world.bot.id in self.state.members:
            known = self._backend.payloads.guild(self.state)
            self._tell("GUILD_UPDATE", {key: known[key] for key in known.keys() - PRESENT_ONCE})

    def limit_threads(self, most: int) -> None:
        """How many threads may be active at once; Discord allows 1,000."""
        self._replace(replace(self.state, thread_limit=most))

    def _add_channel(self, name: str, kind: ChannelKind, *, nsfw: bool) -> Channel:
        channel = self._backend.world.add_channel(self.id, name, kind, nsfw=nsfw)
        self._tell("CHANNEL_CREATE", self._backend.payloads.channel(channel))
        return Channel(self._backend, channel.id)

    def _admit(
        self, user: User, *, permissions: int = 0, roles: tuple[Role, ...] = (), joined_at: float | None = None
    ) -> Member:
        held = {self.state.people_role, *(role.id for role in roles)}
        if permissions:
            held.add(self.role(f"{user.name}'s own", permissions).id)
        place = Membership(frozenset(held), created_at(self.id) if joined_at is None else joined_at)
        self._replace(replace(self.state, members={**self.state.members, user.id: place}))
        self._tell("GUILD_MEMBER_ADD", self._backend.payloads.member(self.state, user.id), intents=GUILD_MEMBERS)
        return Member(self._backend, user)

    def _update_member(self, member: Member, place: Membership) -> None:
        self._replace(replace(self.state, members={**self.state.members, member.id: place}))
        self._tell("GUILD_MEMBER_UPDATE", self._backend.payloads.member(self.state, member.id), intents=GUILD_MEMBERS)

    def _tell_role(self, name: str, role: Role, position: int) -> None:
        self._tell(name, {"role": self._backend.payloads.role(role, position)})

    def _tell(self, name: str, payload: Json, *, intents: int = GUILDS) -> None:
        """Send an event of this guild to the bot, if it is in it."""
        if self._backend.world.bot.id in self.state.members:
            self._backend.gateway.dispatch(name, {"guild_id": str(self.id)} | payload, intents=intents)

    def _replace(self, guild: GuildState) -> None:
        self._backend.world.guilds[self.id] = guild
