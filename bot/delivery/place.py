"""Where a picture is posted: the thread it was asked in, a thread on its card, or the card itself."""

import asyncio
import io
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import discord
from discord import ui

from bot.delivery.calls import DeliveryError, Trouble, call
from bot.ui import custom_ids
from bot.ui.status import Order, Result

_ARCHIVE_AFTER: Final = 60
_LOOK_THROUGH = 200  # messages since the command
_LOOK_AGAIN: Final = (2.0, 10.0, 60.0)
_FILENAME: Final = re.compile(r"animify-[a-z0-9_]+(?:-(?P<number>[1-9][0-9]?))?\.(?:jpg|png|webp)", re.ASCII)
_FALL_BACK_ON = {Trouble.FORBIDDEN, Trouble.TOO_MANY_THREADS, Trouble.GONE, Trouble.REFUSED}


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a picture now is."""

    channel_id: int
    message_id: int


async def post(
    client: discord.Client, result: Result, view: ui.LayoutView, *, guild_id: int, channel_id: int
) -> discord.Message:
    """Post a result as a message of its own; it mentions nobody.

    The nonce lets Discord answer a repeated post with the first message.

    Raises
    ------
    DeliveryError
    """
    channel = client.get_partial_messageable(channel_id, guild_id=guild_id or None)

    async def once() -> discord.Message:
        picture = discord.File(io.BytesIO(result.data), result.shown.filename)
        return await channel.send(
            view=view, file=picture, nonce=result.job_id, allowed_mentions=discord.AllowedMentions.none()
        )

    return await call(once)


async def fetch(client: discord.Client, posted: Posted, *, guild_id: int) -> discord.Message:
    """A message of ours as it is now.

    Raises
    ------
    DeliveryError
    """
    channel = client.get_partial_messageable(posted.channel_id, guild_id=guild_id or None)
    return await call(channel.get_partial_message(posted.message_id).fetch)


async def change(
    client: discord.Client,
    posted: Posted,
    view: ui.LayoutView,
    files: Sequence[discord.Attachment],
    *,
    added: Result | None = None,
    guild_id: int,
) -> discord.Message:
    """Replace what a message of ours shows; of its files `files` stay, and another picture may join them.

    Raises
    ------
    DeliveryError
    """
    await awaken(client, posted.channel_id, guild_id=guild_id)
    channel = client.get_partial_messageable(posted.channel_id, guild_id=guild_id or None)
    message = channel.get_partial_message(posted.message_id)

    async def once() -> discord.Message:
        new = [] if added is None else [discord.File(io.BytesIO(added.data), added.shown.filename)]
        return await message.edit(view=view, attachments=[*files, *new])

    return await call(once)


async def call_member(client: discord.Client, said: str, order: Order, channel_id: int, *, guild_id: int) -> None:
    """Call the requester, and nobody else, by a post of its own: an edit would call nobody.

    Raises
    ------
    DeliveryError
    """
    channel = client.get_partial_messageable(channel_id, guild_id=guild_id or None)
    requester = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(order.user_id)])
    await call(lambda: channel.send(said, nonce=f"{order.interaction_id}-m", allowed_mentions=requester))


async def open_thread(client: discord.Client, *, guild_id: int, channel_id: int, card_id: int, name: str) -> int:
    """A public thread on the card; gives its id, which is the card's own.

    Raises
    ------
    DeliveryError
    """
    card = client.get_partial_messageable(channel_id, guild_id=guild_id).get_partial_message(card_id)
    try:
        await call(lambda: card.create_thread(name=name, auto_archive_duration=_ARCHIVE_AFTER))
    except DeliveryError as error:
        if error.trouble is not Trouble.HAS_THREAD:
            raise
    return card_id


async def remove(client: discord.Client, posted: Posted, *, guild_id: int) -> None:
    """Delete a message of ours; an archived thread is opened first, or Discord would refuse.

    Raises
    ------
    DeliveryError
    """
    await awaken(client, posted.channel_id, guild_id=guild_id)
    channel = client.get_partial_messageable(posted.channel_id, guild_id=guild_id or None)
    await call(channel.get_partial_message(posted.message_id).delete)


async def awaken(client: discord.Client, channel_id: int, *, guild_id: int) -> bool:
    """Open a thread if it is archived, and whether it was: nothing in it could be changed.

    Raises
    ------
    DeliveryError
    """
    thread = await _found(client, channel_id, guild_id=guild_id)
    if not isinstance(thread, discord.Thread) or not thread.archived:
        return False
    await call(lambda: thread.edit(archived=False))
    return True


async def archive(client: discord.Client, channel_id: int, *, guild_id: int) -> None:
    """Let a thread go to sleep again.

    Raises
    ------
    DeliveryError
    """
    thread = await _found(client, channel_id, guild_id=guild_id)
    if isinstance(thread, discord.Thread) and not thread.archived:
        await call(lambda: thread.edit(archived=True))


async def rename(client: discord.Client, channel_id: int, name: str, *, guild_id: int, close: bool) -> None:
    """Give a thread of ours another name, and archive it if it is to be closed; a channel stays as it is.

    Raises
    ------
    DeliveryError
    """
    thread = await _found(client, channel_id, guild_id=guild_id)
    if not isinstance(thread, discord.Thread) or client.user is None or thread.owner_id != client.user.id:
        return
    if name != thread.name:
        await call(lambda: thread.edit(name=name, archived=False))
    if close:
        await call(lambda: thread.edit(archived=True))


async def _found(client: discord.Client, channel_id: int, *, guild_id: int) -> object:
    """The channel: discord.py forgets threads once they are archived, and knows nothing of servers without us."""
    channel = client.get_channel(channel_id)
    if channel is None and client.get_guild(guild_id) is not None:
        return await call(lambda: client.fetch_channel(channel_id))
    return channel


def falls_back(error: DeliveryError) -> bool:
    """Whether the picture may still be shown on the card itself."""
    return error.trouble in _FALL_BACK_ON


async def find(
    client: discord.Client,
    interaction_id: int,
    *,
    guild_id: int,
    channels: list[int],
    asked_at: int,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> discord.Message | None:
    """Our own message with pictures of this request in one of these channels, if we can't know whether it is there.

    Channels that are gone, or were never made, are passed over. While Discord can't be reached it is asked again, for
    about a minute.

    Parameters
    ----------
    asked_at
        A snowflake that is older than the message: the card's own, or the interaction's.

    Raises
    ------
    DeliveryError
        `Trouble.UNREACHABLE`, even then: nobody can tell.
    """
    for wait in (*_LOOK_AGAIN, None):
        try:
            return await _look(client, interaction_id, guild_id=guild_id, channels=channels, asked_at=asked_at)
        except DeliveryError:
            if wait is None:
                raise
            await pause(wait)
    raise AssertionError("the last look returns or raises")


async def _look(
    client: discord.Client, interaction_id: int, *, guild_id: int, channels: list[int], asked_at: int
) -> discord.Message | None:
    for channel_id in channels:
        channel = client.get_partial_messageable(channel_id, guild_id=guild_id or None)
        try:
            latest = await call(_reader(channel, asked_at))
        except DeliveryError as error:
            if error.trouble is Trouble.UNREACHABLE:
                raise
            continue
        for message in latest:
            if message.author == client.user and carries(message, interaction_id):
                return message
    return None


def carries(message: discord.Message, interaction_id: int) -> bool:
    """Whether a message shows pictures of a request; its card alone shows none."""
    if not any(position_of(one.filename) is not None for one in message.attachments):
        return False
    view = ui.LayoutView.from_message(message, timeout=None)
    view.stop()
    ids = (getattr(item, "custom_id", None) for item in view.walk_children())
    return any(isinstance(one, str) and custom_ids.names_request(one, interaction_id) for one in ids)


def filename(style_id: str, ending: str, position: int, count: int) -> str:
    """What a picture's file is called in its message: several are numbered, from 1."""
    number = "" if count == 1 else f"-{position + 1}"
    return f"animify-{style_id}{number}.{ending}"


def position_of(name: str) -> int | None:
    """Which of its request's pictures a file is, by its name; None for a file that is none."""
    found = _FILENAME.fullmatch(name)
    return None if found is None else int(found["number"] or 1) - 1


def _reader(channel: discord.PartialMessageable, asked_at: int) -> Callable[[], Awaitable[list[discord.Message]]]:
    async def read() -> list[discord.Message]:
        after = discord.Object(asked_at)
        return [message async for message in channel.history(limit=_LOOK_THROUGH, after=after, oldest_first=True)]

    return read
