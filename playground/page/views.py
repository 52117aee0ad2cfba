"""The world as one person sees it, as JSON for the page; ids are texts, since a browser's numbers are too small."""

from collections.abc import Iterator, Mapping

from playground.commands import CommandKind
from playground.contexts import check_command
from playground.errors import Json
from playground.member import Member
from playground.permissions import Permissions
from playground.playground import Playground
from playground.values import Attachment, ChannelState, GuildState, Message, MessageFlags, Role, User


class View:
    """What this person sees.

    Parameters
    ----------
    used : mapping
        What started an interaction (a command's or a button's name), by the interaction's id.
    """

    def __init__(self, playground: Playground, person: Member, used: Mapping[int, str]) -> None:
        self._playground = playground
        self._world = playground.world
        self._person = person
        self._used = used

    def snapshot(self) -> Json:
        """Everything at once, for a page that was just opened."""
        world = self._world
        guilds = [each for each in world.guilds.values() if self._person.id in each.members]
        channels = [each for each in world.channels.values() if self.sees_channel(each)]
        messages = [each for channel in channels for each in world.history(channel.id) if self.sees(each)]
        return {
            "bot": self.bot(),
            "locale": self._person.user.locale,
            "users": [_user(each) for each in world.users.values()],
            "guilds": [self._guild(each) for each in guilds],
            "channels": [self.channel(each) for each in channels],
            "messages": [self.message(each) for each in messages],
        }

    def sees(self, message: Message) -> bool:
        """Whether it is there for this person: what is ephemeral is for one alone."""
        channel = self._world.channels.get(message.channel_id)
        mine = not message.ephemeral or message.recipient_id == self._person.id
        return mine and channel is not None and self.sees_channel(channel)

    def sees_channel(self, channel: ChannelState) -> bool:
        return bool(self._world.permissions(channel, self._person.id) & Permissions.VIEW_CHANNEL)

    def may_delete(self, channel: ChannelState) -> bool:
        """Whether this person may delete what others wrote there."""
        return bool(self._world.permissions(channel, self._person.id) & Permissions.MANAGE_MESSAGES)

    def bot(self) -> Json:
        return _user(self._world.bot) | {"online": self._playground.connected.is_set()}

    def channel(self, channel: ChannelState) -> Json:
        return {
            "id": str(channel.id),
            "type": int(channel.kind),
            "kind": channel.kind.name.lower(),
            "name": channel.name if channel.guild_id else self._company(channel),
            "guild": _text(channel.guild_id),
            "parent": _text(channel.parent_id),
            "manage": self.may_delete(channel),
        }

    def message(self, message: Message) -> Json:
        return {
            "id": str(message.id),
            "channel": str(message.channel_id),
            "author": _user(self._world.users.get(message.author.id, message.author)),
            "at": message.created_at,
            "lang": self._language(message) if message.author.is_bot else None,
            "content": message.content,
            "loading": message.loading,
            "ephemeral": message.ephemeral,
            "embeds": list(message.embeds),
            "components": list(message.components),
            "attachments": [_attachment(each) for each in message.attachments],
            "mentions": [str(each) for each in message.mentions],
            "interaction": _text(message.interaction_id),
            "by": message.interaction["user"]["id"] if message.interaction else None,
            "used": self._used.get(message.interaction_id or 0),
            "thread": bool(message.flags & MessageFlags.HAS_THREAD),
        }

    def _language(self, message: Message) -> str:
        """What a bot is expected to write in: the server's language where all of it reads along, else its reader's."""
        guild = self._world.guilds.get(message.guild_id or 0)
        if guild and not message.ephemeral and self._world.bot.id in guild.members:
            return guild.locale
        asked = message.interaction_id
        return (self._playground.interaction(asked).user if asked else self._person.user).locale

    def commands(self, channel: ChannelState) -> list[Json]:
        """The commands that this person is offered there, in the order of their names."""
        locale = self._person.user.locale
        offered = [_command(each, locale) for each in self._listed(channel) if self._may_use(channel, each)]
        return sorted(offered, key=lambda each: str(each["name"]))

    def _listed(self, channel: ChannelState) -> Iterator[Json]:
        for scope in {channel.guild_id, None}:
            for command in self._playground.commands.listed(scope):
                try:
                    check_command(self._world, channel, command)
                except LookupError:
                    continue
                yield command

    def _may_use(self, channel: ChannelState, command: Json) -> bool:
        """Whether the server's settings show it; "0" is for administrators alone."""
        wanted = command["default_member_permissions"]
        if wanted is None or channel.guild_id is None:
            return True
        needed = int(wanted) or Permissions.ADMINISTRATOR
        return int(self._world.permissions(channel, self._person.id)) & needed == needed

    def _guild(self, guild: GuildState) -> Json:
        return {
            "id": str(guild.id),
            "name": guild.name,
            "has_bot": self._world.bot.id in guild.members,
            "members": [str(each) for each in guild.members],
            "roles": [_role(each) for each in guild.roles.values()],
        }

    def _company(self, channel: ChannelState) -> str:
        """A conversation goes by the names of those others who are in it."""
        people = channel.people or (self._world.bot.id,)
        return ", ".join(self._world.users[each].name for each in people if each != self._person.id)


def _user(user: User) -> Json:
    avatar = f"{user.avatar_path}.png" if user.avatar_path else None
    return {"id": str(user.id), "name": user.name, "bot": user.is_bot, "avatar": avatar}


def _role(role: Role) -> Json:
    return {"id": str(role.id), "name": role.name}


def _attachment(attachment: Attachment) -> Json:
    return {
        "id": str(attachment.id),
        "name": attachment.filename,
        "size": attachment.size,
        "type": attachment.content_type,
        "url": attachment.url,
        "width": attachment.width,
        "height": attachment.height,
        "description": attachment.description,
        "spoiler": attachment.filename.startswith("SPOILER_"),
    }


def _command(command: Json, locale: str) -> Json:
    return _worded(command, locale) | {"kind": CommandKind(command["type"]).name.lower()}


def _worded(thing: Json, locale: str) -> Json:
    """A command, an option or a choice, described in the language of who reads it; its name stays what is sent."""
    described = (thing.get("description_localizations") or {}).get(locale, thing.get("description"))
    inner = {key: [_worded(each, locale) for each in thing[key]] for key in ("options", "choices") if thing.get(key)}
    return {key: value for key, value in thing.items() if "locali" not in key} | {"description": described} | inner


def _text(snowflake: int | None) -> str | None:
    return None if snowflake is None else str(snowflake)
