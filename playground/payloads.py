"""The world as Discord's JSON objects."""

from playground.cdn import Cdn
from playground.clock import created_at, iso
from playground.errors import Json
from playground.permissions import Permissions
from playground.unfurling import PICTURES
from playground.values import CDN, MEDIA, Attachment, ChannelState, GuildState, Message, MessageFlags, Role, User
from playground.world import World


class Payloads:
    """Renders values for the application.

    Parameters
    ----------
    message_content : bool
        Whether it has the privileged intent without which other people's messages come without their content.
    """

    def __init__(self, world: World, cdn: Cdn, *, message_content: bool) -> None:
        self._world = world
        self._cdn = cdn
        self._message_content = message_content

    def user(self, user: User) -> Json:
        return {
            "id": str(user.id),
            "username": user.name,
            "global_name": None if user.is_bot else user.name,
            "discriminator": "0",
            "avatar": user.avatar,
            "bot": user.is_bot,
            "public_flags": 0,
        }

    def member(self, guild: GuildState, user_id: int) -> Json:
        place = guild.members[user_id]
        return {
            "user": self.user(self._world.users[user_id]),
            "roles": [str(role) for role in sorted(place.roles)],
            "joined_at": iso(place.joined_at),
            "nick": None,
            "avatar": place.avatar,
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
        }

    def role(self, role: Role, position: int) -> Json:
        return {
            "id": str(role.id),
            "name": role.name,
            "permissions": str(int(role.permissions)),
            "position": position,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": role.mentionable,
            "flags": 0,
        }

    def channel(self, channel: ChannelState) -> Json:
        """A channel, a thread or a conversation."""
        payload: Json = {"id": str(channel.id), "type": int(channel.kind), "flags": 0, "last_message_id": None}
        if channel.recipient_id:
            return payload | self._recipients((channel.recipient_id,))
        if channel.people:
            group = {"name": channel.name, "owner_id": str(channel.owner_id), "icon": None}
            return payload | self._recipients(channel.people) | (group if channel.owner_id else {})
        payload |= {"guild_id": str(channel.guild_id), "name": channel.name, "rate_limit_per_user": 0}
        if channel.is_thread:
            return payload | self._thread_parts(channel)
        overwrites = [
            {
                "id": str(each.target),
                "type": int(each.is_member),
                "allow": str(int(each.allow)),
                "deny": str(int(each.deny)),
            }
            for each in channel.overwrites
        ]
        return payload | {
            "position": 0,
            "nsfw": channel.nsfw,
            "topic": None,
            "parent_id": None,
            "permission_overwrites": overwrites,
            "bitrate": 64000,
            "user_limit": 0,
        }

    def guild(self, guild: GuildState) -> Json:
        """The payload of GUILD_CREATE, in which the bot is the only member."""
        channels = [each for each in self._world.channels.values() if each.guild_id == guild.id]
        return {
            "id": str(guild.id),
            "name": guild.name,
            "owner_id": str(guild.owner_id),
            "joined_at": iso(guild.members[self._world.bot.id].joined_at),
            "large": False,
            "member_count": len(guild.members),
            "roles": [self.role(role, position) for position, role in enumerate(guild.roles.values())],
            "members": [self.member(guild, self._world.bot.id)],
            "channels": [self.channel(each) for each in channels if not each.is_thread],
            "threads": [self.channel(each) for each in channels if each.is_thread and not each.archived],
            "preferred_locale": guild.locale,
            "icon": None,
            "premium_tier": 0,
            "verification_level": 0,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "afk_timeout": 300,
            "system_channel_flags": 0,
            **{
                each: []
                for each in (
                    "emojis",
                    "features",
                    "guild_scheduled_events",
                    "presences",
                    "soundboard_sounds",
                    "stage_instances",
                    "stickers",
                    "voice_states",
                )
            },
        }

    def attachment(self, attachment: Attachment) -> Json:
        address = self._cdn.sign(attachment.path)
        payload: Json = {
            "id": str(attachment.id),
            "filename": attachment.filename,
            "size": attachment.size,
            "url": address,
            "proxy_url": address.replace(CDN, MEDIA),
            "content_type": attachment.content_type,
            "description": attachment.description,
            "width": attachment.width,
            "height": attachment.height,
            "ephemeral": attachment.ephemeral,
        }
        return {key: value for key, value in payload.items() if value is not None}

    def message(self, message: Message, *, in_full: bool = False) -> Json:
        """A message with freshly signed addresses; `in_full` is for the interactions that hand a message over."""
        in_full = in_full or self._readable(message)
        payload: Json = {
            "id": str(message.id),
            "channel_id": str(message.channel_id),
            "type": int(message.kind),
            "author": self.user(self._world.users.get(message.author.id, message.author)),
            "timestamp": iso(message.created_at),
            "edited_timestamp": iso(message.edited_at) if message.edited_at else None,
            "content": message.content if in_full else "",
            "embeds": [self._signed(each) for each in message.embeds] if in_full else [],
            "components": [self._signed(each) for each in message.components] if in_full else [],
            "attachments": [self.attachment(each) for each in _listed(message)] if in_full else [],
            "flags": int(message.flags),
            "mentions": [self.user(self._world.users[each]) for each in message.mentions if each in self._world.users],
            "mention_roles": [str(each) for each in message.role_mentions],
            "mention_everyone": message.mentions_everyone,
            "pinned": False,
            "tts": False,
        }
        if message.nonce is not None:
            payload["nonce"] = message.nonce
        if message.reference_id:
            payload["message_reference"] = {
                "type": 0,
                "message_id": str(message.reference_id),
                "channel_id": str(message.channel_id),
            }
        if message.webhook_id:
            payload["webhook_id"] = str(message.webhook_id)
        if message.interaction:
            payload |= {"interaction_metadata": message.interaction, "application_id": str(self._world.bot.id)}
            payload["webhook_id"] = str(self._world.bot.id)
        if message.flags & MessageFlags.HAS_THREAD:
            payload["thread"] = self.channel(self._world.channels[message.id])
        return payload

    def resolved_channel(self, channel: ChannelState, user_id: int) -> Json:
        """The partial channel of an interaction, which says what this user may do there, and not why."""
        payload = self.channel(channel) | {"permissions": str(int(self._world.permissions(channel, user_id)))}
        payload.pop("permission_overwrites", None)
        if channel.people:
            payload |= self._recipients(tuple(each for each in channel.people if each != user_id))
        return payload

    def invoker(self, channel: ChannelState, user: User) -> Json:
        """The part of an interaction that says who: `member` with computed permissions, or `user` in a DM."""
        if channel.guild_id is None:
            return {"user": self.user(user)}
        permissions: Permissions = self._world.permissions(channel, user.id)
        member = self.member(self._world.guilds[channel.guild_id], user.id)
        return {"member": member | {"permissions": str(int(permissions))}}

    def _recipients(self, people: tuple[int, ...]) -> Json:
        return {"recipients": [self.user(self._world.users[each]) for each in people]}

    def _thread_parts(self, thread: ChannelState) -> Json:
        messages = len(self._world.history(thread.id))
        return {
            "parent_id": str(thread.parent_id),
            "owner_id": str(thread.owner_id),
            "message_count": messages,
            "total_message_sent": messages,
            "member_count": 1,
            "thread_metadata": {
                "archived": thread.archived,
                "locked": thread.locked,
                "auto_archive_duration": thread.auto_archive_minutes,
                "archive_timestamp": iso(thread.archive_changed_at),
                "create_timestamp": iso(created_at(thread.id)),
            },
        }

    def _readable(self, message: Message) -> bool:
        bot = self._world.bot.id
        return self._message_content or message.guild_id is None or message.author.id == bot or bot in message.mentions

    def _signed(self, part: Json) -> Json:
        """A copy of a component or an embed in which every address of a file of ours is signed."""
        copy: Json = {}
        for key, value in part.items():
            if isinstance(value, dict):
                copy[key] = self._signed(value)
            elif isinstance(value, list):
                copy[key] = [self._signed(each) if isinstance(each, dict) else each for each in value]
            else:
                copy[key] = value
        if "proxy_url" in copy and copy["url"].startswith(CDN):
            copy["url"] = self._cdn.sign(copy["url"].removeprefix(CDN))
            copy["proxy_url"] = copy["url"].replace(CDN, MEDIA)
        return copy


def _listed(message: Message) -> list[Attachment]:
    """The attachments without those that its embeds show."""
    shown = {(embed.get(slot) or {}).get("url") for embed in message.embeds for slot in PICTURES}
    return [each for each in message.attachments if each.url not in shown]
