"""Permission bits, and how Discord works them out from roles and channel overwrites.

Bits and order of computation: Discord's documentation, topics/permissions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag


class Permissions(IntFlag):
    """The bits that the playground looks at; Discord has more."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    USE_EXTERNAL_APPS = 1 << 50


NO_PERMISSIONS = Permissions(0)

ALL = Permissions((1 << 51) - 1)
"""What an administrator may do."""

BOT_DEFAULT = (
    Permissions.VIEW_CHANNEL
    | Permissions.SEND_MESSAGES
    | Permissions.SEND_MESSAGES_IN_THREADS
    | Permissions.CREATE_PUBLIC_THREADS
    | Permissions.ATTACH_FILES
    | Permissions.READ_MESSAGE_HISTORY
)
"""What a guild gives the bot unless a test says otherwise."""

MEMBER_DEFAULT = (
    BOT_DEFAULT | Permissions.EMBED_LINKS | Permissions.USE_APPLICATION_COMMANDS | Permissions.USE_EXTERNAL_APPS
)
"""What a person in a guild may do without any role of their own."""

DIRECT_MESSAGE = MEMBER_DEFAULT & ~(
    Permissions.CREATE_PUBLIC_THREADS | Permissions.SEND_MESSAGES_IN_THREADS | Permissions.USE_EXTERNAL_APPS
)

EXTERNAL_APP = Permissions.EMBED_LINKS | Permissions.ATTACH_FILES | Permissions.MENTION_EVERYONE
"""What an application may where it is no member: documented for conversations of people, a guess for guilds."""


@dataclass(frozen=True, slots=True)
class Overwrite:
    """A channel's exception for one role or one member (`target` is its id)."""

    target: int
    is_member: bool
    allow: Permissions = NO_PERMISSIONS
    deny: Permissions = NO_PERMISSIONS


def effective(
    base: Permissions, overwrites: Iterable[Overwrite], *, everyone: int, roles: frozenset[int], user: int
) -> Permissions:
    """Permissions in a channel: @everyone's overwrite first, then those of all roles together, then the member's own.

    Parameters
    ----------
    base : Permissions
        Union of the member's roles, @everyone included.
    everyone : int
        Id of the role @everyone (the guild's id).
    """
    if base & Permissions.ADMINISTRATOR:
        return ALL
    kept = list(overwrites)
    layers = (
        [each for each in kept if not each.is_member and each.target == everyone],
        [each for each in kept if not each.is_member and each.target in roles and each.target != everyone],
        [each for each in kept if each.is_member and each.target == user],
    )
    for layer in layers:
        allow = deny = NO_PERMISSIONS
        for overwrite in layer:
            allow |= overwrite.allow
            deny |= overwrite.deny
        base = (base & ~deny) | allow
    return base if base & Permissions.VIEW_CHANNEL else NO_PERMISSIONS
