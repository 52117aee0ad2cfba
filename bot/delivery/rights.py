"""What the bot must be allowed to do its work, and what of it is missing somewhere."""

from typing import Final

import discord

INVITE_PERMISSIONS: Final = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    attach_files=True,
    read_message_history=True,
)
"""All that it ever needs, and all that its invitation asks for."""

LOG_PERMISSIONS: Final = discord.Permissions(view_channel=True, send_messages=True)
"""What writing in a log channel takes."""

_NO_THREADS: Final = discord.Permissions(send_messages_in_threads=True, create_public_threads=True)


def needed_in(channel: object, *, threads: bool) -> discord.Permissions:
    """What it takes to paint in this channel; `threads`: whether results get a thread of their own."""
    if isinstance(channel, discord.VoiceChannel | discord.StageChannel):
        return INVITE_PERMISSIONS & ~_NO_THREADS
    opens = threads and not isinstance(channel, discord.Thread | discord.ForumChannel)  # a post is a thread already
    return INVITE_PERMISSIONS if opens else INVITE_PERMISSIONS & ~discord.Permissions(create_public_threads=True)


def missing(held: discord.Permissions, needed: discord.Permissions = INVITE_PERMISSIONS) -> tuple[str, ...]:
    """The names of what is missing, as Discord's settings word them; who sees no channel lacks that alone."""
    lacking = needed & ~held
    if lacking.view_channel:
        lacking = discord.Permissions(view_channel=True)
    return tuple(_worded(name) for name, lacks in lacking if lacks)


def _worded(name: str) -> str:
    shown = {"read_messages": "view_channel"}.get(name, name)
    return shown.replace("_", " ").title().replace(" In ", " in ")
