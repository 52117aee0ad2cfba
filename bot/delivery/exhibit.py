"""A result as it is shown: hidden in its message, shown again, looked at, replaced, or taken away."""

from collections.abc import Sequence
from typing import Any, Protocol

import discord
from discord import ui

from bot.delivery import place
from bot.delivery.calls import DeliveryError, Trouble, call
from bot.delivery.place import Posted
from bot.ui import hiding


class Exhibit(Protocol):
    """A message of ours, and a way to change it; each method raises `DeliveryError`."""

    async def message(self) -> discord.Message: ...
    async def change(self, view: ui.LayoutView, kept: Sequence[discord.Attachment] = ()) -> None: ...
    async def remove(self) -> None: ...


class PressedExhibit:
    """The message whose button was pressed, once that is acknowledged: the interaction's token alone can change it."""

    def __init__(self, interaction: discord.Interaction[Any]) -> None:
        self._interaction = interaction

    async def message(self) -> discord.Message:
        """As it is now; the interaction's own copy is as old as the click, or the form that it opened."""
        return await call(self._interaction.original_response)

    async def change(self, view: ui.LayoutView, kept: Sequence[discord.Attachment] = ()) -> None:
        """Replace what it shows; of its files only `kept` stay."""
        await call(lambda: self._interaction.edit_original_response(view=view, attachments=kept))

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
        """As it is now, with an address of its file that works."""
        return await call(self._partial.fetch)

    async def change(self, view: ui.LayoutView, kept: Sequence[discord.Attachment] = ()) -> None:
        """Replace what it shows; of its files only `kept` stay."""
        await place.awaken(self._client, self._posted.channel_id, guild_id=self._guild_id)
        await call(lambda: self._partial.edit(view=view, attachments=kept))

    async def remove(self) -> None:
        """Delete it."""
        await place.remove(self._client, self._posted, guild_id=self._guild_id)

    @property
    def _partial(self) -> discord.PartialMessage:
        channel = self._client.get_partial_messageable(self._posted.channel_id, guild_id=self._guild_id or None)
        return channel.get_partial_message(self._posted.message_id)


async def conceal(exhibit: Exhibit, notice: str) -> None:
    """Hide the picture, whose file stays with the message; nothing happens where it is hidden already.

    Raises
    ------
    DeliveryError
    """
    message = await exhibit.message()
    card = hiding.hide(_card(message), notice)
    if card is not None:
        await exhibit.change(card, message.attachments)


async def reveal(exhibit: Exhibit, alt_text: str) -> None:
    """Show the picture again; nothing happens where it is shown.

    Raises
    ------
    DeliveryError
        Also where its file is gone.
    """
    message = await exhibit.message()
    if not message.attachments:
        raise DeliveryError(Trouble.GONE)
    card = hiding.show(_card(message), message.attachments[0].filename, alt_text)
    if card is not None:
        await exhibit.change(card, message.attachments)


async def address(exhibit: Exhibit) -> str:
    """Where the picture can be fetched for a day, shown or hidden.

    Raises
    ------
    DeliveryError
        Also where its file is gone.
    """
    message = await exhibit.message()
    if not message.attachments:
        raise DeliveryError(Trouble.GONE)
    return message.attachments[0].url


def _card(message: discord.Message) -> ui.LayoutView:
    view = ui.LayoutView.from_message(message, timeout=None)
    view.stop()
    return view
