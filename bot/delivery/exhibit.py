"""A result as it is shown: hidden in its message, shown again, looked at, added to, replaced, or taken away."""

import io
from collections.abc import Sequence
from typing import Any, Protocol

import discord
from discord import ui

from bot.delivery import place
from bot.delivery.calls import DeliveryError, Trouble, call
from bot.delivery.place import Posted
from bot.ui import hiding
from bot.ui.hiding import Describe
from engine.encoding import Encoded


class Exhibit(Protocol):
    """A message of ours, and a way to change it; each method raises `DeliveryError`."""

    async def message(self) -> discord.Message: ...
    async def change(
        self, view: ui.LayoutView, kept: Sequence[discord.Attachment] = (), new: Sequence[Encoded] = ()
    ) -> None: ...
    async def remove(self) -> None: ...


class PressedExhibit:
    """The message whose button was pressed, once that is acknowledged: the interaction's token alone can change it."""

    def __init__(self, interaction: discord.Interaction[Any]) -> None:
        self._interaction = interaction

    async def message(self) -> discord.Message:
        """As it is now; the interaction's own copy is as old as the click, or the form that it opened."""
        return await call(self._interaction.original_response)

    async def change(
        self, view: ui.LayoutView, kept: Sequence[discord.Attachment] = (), new: Sequence[Encoded] = ()
    ) -> None:
        """Replace what it shows; of its files only `kept` stay, and `new` ones join them."""
        await call(lambda: self._interaction.edit_original_response(view=view, attachments=[*kept, *map(_file, new)]))

    async def remove(self) -> None:
        """Delete it."""
        await call(self._interaction.delete_original_response)


class PostedExhibit:
    """A message where we are members; a thread that was archived is opened for it."""

    def __init__(self, client: discord.Client, posted: Posted, *, guild_id: int) -> None:
        self._client = client
        self._posted = posted
        self._guild_id = guild_id

    async def message(self) -> discord.Message:
        """As it is now, with addresses of its files that work."""
        return await call(self._partial.fetch)

    async def change(
        self, view: ui.LayoutView, kept: Sequence[discord.Attachment] = (), new: Sequence[Encoded] = ()
    ) -> None:
        """Replace what it shows; of its files only `kept` stay, and `new` ones join them."""
        await place.awaken(self._client, self._posted.channel_id, guild_id=self._guild_id)
        await call(lambda: self._partial.edit(view=view, attachments=[*kept, *map(_file, new)]))

    async def remove(self) -> None:
        """Delete it."""
        await place.remove(self._client, self._posted, guild_id=self._guild_id)

    @property
    def _partial(self) -> discord.PartialMessage:
        channel = self._client.get_partial_messageable(self._posted.channel_id, guild_id=self._guild_id or None)
        return channel.get_partial_message(self._posted.message_id)


async def conceal(exhibit: Exhibit, notice: str) -> None:
    """Hide the pictures, whose files stay with the message; nothing happens where they are hidden already.

    Raises
    ------
    DeliveryError
    """
    message = await exhibit.message()
    card = hiding.hide(_card(message), _names(message), notice)
    if card is not None:
        await exhibit.change(card, message.attachments)


async def reveal(exhibit: Exhibit, describe: Describe) -> None:
    """Show the pictures again; nothing happens where they are shown.

    Raises
    ------
    DeliveryError
        Also where their files are gone.
    """
    message = await _with_files(exhibit)
    card = hiding.show(_card(message), _names(message), describe)
    if card is not None:
        await exhibit.change(card, message.attachments)


async def join(exhibit: Exhibit, new: Encoded, describe: Describe) -> None:
    """Show one more file; nothing happens where one of its name is there already.

    Raises
    ------
    DeliveryError
        Also where the pictures are hidden, or gone.
    """
    message = await _with_files(exhibit)
    if new.filename in _names(message):
        return
    card = hiding.add(_card(message), [*_names(message), new.filename], describe)
    if card is None:
        raise DeliveryError(Trouble.GONE)
    await exhibit.change(card, message.attachments, [new])


async def pictures(exhibit: Exhibit) -> tuple[discord.Attachment, ...]:
    """The files, shown or hidden, in their order; each can be fetched for a day.

    Raises
    ------
    DeliveryError
        Also where they are gone.
    """
    message = await _with_files(exhibit)
    return tuple(sorted(message.attachments, key=lambda one: hiding.place(one.filename)))


def is_spoiler(message: discord.Message) -> bool:
    """Whether anything that our card shows is behind a click."""
    return hiding.is_spoiler(_card(message))


async def _with_files(exhibit: Exhibit) -> discord.Message:
    message = await exhibit.message()
    if not message.attachments:
        raise DeliveryError(Trouble.GONE)
    return message


def _names(message: discord.Message) -> list[str]:
    return [one.filename for one in message.attachments]


def _file(encoded: Encoded) -> discord.File:
    """Made anew for each try: a file is read only once."""
    return discord.File(io.BytesIO(encoded.data), encoded.filename)


def _card(message: discord.Message) -> ui.LayoutView:
    view = ui.LayoutView.from_message(message, timeout=None)
    view.stop()
    return view
