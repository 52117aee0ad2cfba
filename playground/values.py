"""What the world is made of: users, roles, guilds, channels, attachments and messages, as frozen values."""

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

from playground.errors import Json
from playground.layout import Button, Media, buttons, shown, visible_text
from playground.permissions import Overwrite, Permissions

MEBIBYTE = 1024 * 1024
CDN = "https://cdn.discordapp.com"
MEDIA = "https://media.discordapp.net"
"""The same files, for showing them."""


LOCALES = frozenset(
    {"bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "hi", "hr", "hu", "id", "it", "ja"}
    | {"ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi", "zh-CN", "zh-TW"}
)
"""The languages of Discord's clients."""


def known_locale(locale: str) -> str:
    """The locale itself, if Discord's clients have it; raises ValueError otherwise."""
    if locale not in LOCALES:
        raise ValueError(f"{locale!r} is no language of Discord's; those are {', '.join(sorted(LOCALES))}")
    return locale


class ChannelKind(IntEnum):
    TEXT = 0
    DM = 1
    VOICE = 2
    GROUP_DM = 3
    PUBLIC_THREAD = 11


class MessageKind(IntEnum):
    DEFAULT = 0
    REPLY = 19
    COMMAND = 20


class MessageFlags(IntFlag):
    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_COMPONENTS_V2 = 1 << 15


NO_FLAGS = MessageFlags(0)


@dataclass(frozen=True, slots=True)
class User:
    """A person or a bot; `avatar` is the hash in the address of its picture, if it has one, `locale` of `LOCALES`."""

    id: int
    name: str
    is_bot: bool = False
    avatar: str | None = None
    locale: str = "en-US"

    @property
    def avatars(self) -> str:
        """The folder on the CDN where the picture lies."""
        return f"/avatars/{self.id}"

    @property
    def avatar_path(self) -> str | None:
        """Where the picture lies on the CDN, without the ending that names a format."""
        return f"{self.avatars}/{self.avatar}" if self.avatar else None


@dataclass(frozen=True, slots=True)
class Role:
    id: int
    name: str
    permissions: Permissions
    mentionable: bool = False

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"


@dataclass(frozen=True, slots=True)
class Membership:
    """Somebody's place in a guild: the roles held, since when, in unix time, and the avatar worn here alone, if any."""

    roles: frozenset[int]
    joined_at: float
    avatar: str | None = None


@dataclass(frozen=True, slots=True)
class GuildState:
    """A guild; @everyone has the guild's own id, as on Discord, and `people_role` is what every person holds."""

    id: int
    name: str
    owner_id: int
    roles: dict[int, Role]
    members: dict[int, Membership]
    people_role: int
    filesize_limit: int = 10 * MEBIBYTE
    thread_limit: int = 1000
    locale: str = "en-US"


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel, a thread (`parent_id`, `owner_id`), or a conversation of few.

    That is the bot's own with `recipient_id`, or, without the bot, one of `people`.
    """

    id: int
    kind: ChannelKind
    name: str
    guild_id: int | None = None
    parent_id: int | None = None
    owner_id: int | None = None
    recipient_id: int | None = None
    people: tuple[int, ...] = ()
    overwrites: tuple[Overwrite, ...] = ()
    nsfw: bool = False
    archived: bool = False
    locked: bool = False
    auto_archive_minutes: int = 1440
    archive_changed_at: float = 0.0

    @property
    def is_thread(self) -> bool:
        return self.kind is ChannelKind.PUBLIC_THREAD


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file on the CDN; `path` begins with a slash, `url` is unsigned and therefore not fetched by a client."""

    id: int
    filename: str
    size: int
    content_type: str | None
    path: str
    width: int | None = None
    height: int | None = None
    description: str | None = None
    ephemeral: bool = False

    @property
    def url(self) -> str:
        return CDN + self.path


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stood at one moment; `Playground.latest` gives its present state.

    `components` are Discord's own objects, their `attachment://` references resolved; `mentions` and
    `role_mentions` are the ids of the users and roles that it pinged.
    """

    id: int
    channel_id: int
    author: User
    created_at: float
    kind: MessageKind = MessageKind.DEFAULT
    guild_id: int | None = None
    content: str = ""
    flags: MessageFlags = NO_FLAGS
    components: tuple[Json, ...] = ()
    embeds: tuple[Json, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    mentions: tuple[int, ...] = ()
    role_mentions: tuple[int, ...] = ()
    mentions_everyone: bool = False
    edited_at: float | None = None
    nonce: str | None = None
    reference_id: int | None = None
    interaction_id: int | None = None
    interaction: Json | None = field(default=None, repr=False)
    recipient_id: int | None = None
    webhook_id: int | None = None

    @property
    def ephemeral(self) -> bool:
        """Whether only `recipient_id` sees it."""
        return bool(self.flags & MessageFlags.EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether it still reads "… is thinking"."""
        return bool(self.flags & MessageFlags.LOADING)

    @property
    def text(self) -> str:
        """All text that a person reads in it: the content and every text component, one a line."""
        return "\n".join(part for part in (self.content, *visible_text(self.components)) if part)

    @property
    def buttons(self) -> tuple[Button, ...]:
        return buttons(self.components)

    @property
    def media(self) -> tuple[Media, ...]:
        """The pictures and files that its components show."""
        return shown(self.components)
