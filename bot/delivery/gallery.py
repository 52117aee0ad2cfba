"""Where a request's pictures are shown: one message, in a thread or on the request's card, that grows with each."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import discord
from discord import ui

from bot.delivery import place
from bot.delivery.calls import DeliveryError
from bot.delivery.card import Card
from bot.delivery.place import Posted
from bot.delivery.site import Site, Venue
from bot.ui import cards, hiding, moderation, words
from bot.ui.language import _, speaking
from bot.ui.status import Allowance, Order, Result, Shown, Statuses, ended


@dataclass(frozen=True, slots=True)
class Found:
    """A request's message of pictures, and which of them it has."""

    posted: Posted
    positions: frozenset[int]


class Gallery:
    """The pictures of one request.

    Attributes
    ----------
    posted
        Its message; None until there is a first picture.
    """

    def __init__(self, client: discord.Client, site: Site, *, member_name: str | None) -> None:
        self._client = client
        self._site = site
        self._member_name = member_name
        self.posted: Posted | None = None
        self._shown: dict[int, Shown] = {}
        self._files: tuple[discord.Attachment, ...] = ()
        self._allowance: Allowance | None = None
        self._turn = asyncio.Lock()  # each picture is added to all that are there

    async def add(
        self,
        result: Result,
        statuses: Callable[[], Statuses],
        card: Card,
        *,
        thread_id: int | None,
        inline: bool,
        hidden: bool,
    ) -> Posted:
        """Show one more picture; the first one opens the message.

        Parameters
        ----------
        hidden
            Somebody objects to what the message shows: it grows, and shows nothing.

        Raises
        ------
        DeliveryError
            It is not shown.
        """
        async with self._turn:
            shown = self._shown | {result.shown.position: result.shown}
            if self.posted is None:
                self.posted = await self._open(result, statuses(), card, thread_id, inline=inline)
            elif self.posted == card.posted:
                await self._put_on_card(result, statuses(), shown, card, hidden=hidden)
            else:
                view = self._view(result.order, shown, statuses())
                await self._change(self._curtained(view, shown) if hidden else view, added=result)
            self._shown, self._allowance = shown, result.allowance
            return self.posted

    async def remove(self, order: Order, position: int, card: Card) -> None:
        """Take one picture away; with the last one its message goes, too.

        Raises
        ------
        DeliveryError
        """
        async with self._turn:
            gone = self._shown.pop(position, None)
            if self.posted is None or gone is None:
                return
            if not self._shown and self.posted != card.posted:
                await place.remove(self._client, self.posted, guild_id=self._site.guild_id)
                self.posted = None
            elif self.posted == card.posted:
                card.drop(gone.filename)
                if not self._shown:
                    self.posted = None
            else:
                self._files = tuple(one for one in self._files if one.filename != gone.filename)
                await self._change(self._view(order, self._shown, ()))

    async def close(self, order: Order, statuses: Statuses, card: Card, *, hidden: bool) -> None:
        """The last look, where the last picture has not brought it: some that were still expected then have failed.

        Raises
        ------
        DeliveryError
        """
        if self.posted is None or len(self._shown) == order.count:
            return
        view = self._view(order, self._shown, statuses)
        if hidden:
            view = self._curtained(view, self._shown)
        if self.posted == card.posted:
            await card.edit(view)
        else:
            await self._change(view)

    def take_over(self, message: discord.Message, painted: Mapping[int, Shown], card: Card) -> Found:
        """Go on with a message that is there already."""
        files = {place.position_of(one.filename): one.filename for one in message.attachments}
        behind_a_click = spoilers(message)
        for position, name in files.items():
            if position is not None and position in painted and position not in self._shown:
                self._shown[position] = replace(painted[position], filename=name, spoiler=name in behind_a_click)
        self.posted = Posted(message.channel.id, message.id)
        self._files = tuple(message.attachments)
        if self.posted == card.posted:
            card.become(message)
        return Found(self.posted, frozenset(one for one in files if one is not None))

    async def _open(
        self, result: Result, statuses: Statuses, card: Card, thread_id: int | None, *, inline: bool
    ) -> Posted:
        """Post it where it belongs, or else on the card."""
        if not (inline and self._site.venue is Venue.CHANNEL):
            try:
                posted = await self._post(result, statuses, card, thread_id)
            except DeliveryError as error:
                if not place.falls_back(error):
                    raise
            else:
                if posted is not None:
                    return posted
        await self._put_on_card(result, statuses, {result.shown.position: result.shown}, card)
        return card.posted

    async def _post(self, result: Result, statuses: Statuses, card: Card, thread_id: int | None) -> Posted | None:
        """A message of its own where there is a thread for it; None where the card is the place."""
        match self._site.venue:
            case Venue.CARD:
                return None
            case Venue.THREAD:
                return await self._send(result, statuses, self._site.channel_id)
            case Venue.CHANNEL:
                if thread_id is not None:
                    try:
                        return await self._send(result, statuses, thread_id)
                    except DeliveryError as error:
                        if not place.falls_back(error):
                            raise  # else it was deleted or locked since: the card gets a thread of its own
                return await self._send(result, statuses, await self._open_thread(result.order, card))

    async def _open_thread(self, order: Order, card: Card) -> int:
        with speaking(order.language):
            name = words.thread_name(_(order.style), self._member_name)
        return await place.open_thread(
            self._client,
            guild_id=self._site.guild_id,
            channel_id=self._site.channel_id,
            card_id=card.address.message_id,
            name=name,
        )

    async def _send(self, result: Result, statuses: Statuses, channel_id: int) -> Posted:
        view = self._view(result.order, {result.shown.position: result.shown}, statuses, result.allowance)
        message = await place.post(self._client, result, view, guild_id=self._site.guild_id, channel_id=channel_id)
        self._files = tuple(message.attachments)
        return Posted(channel_id, message.id)

    async def _put_on_card(
        self, result: Result, statuses: Statuses, shown: Mapping[int, Shown], card: Card, *, hidden: bool = False
    ) -> None:
        """The card is a result from now on, and says how many are still to come."""
        view = self._view(result.order, shown, statuses, result.allowance, cancel=True)
        async with card.still():
            edited = await card.edit(self._curtained(view, shown) if hidden else view, added=result)
            card.become(edited)

    async def _change(self, view: ui.LayoutView, *, added: Result | None = None) -> None:
        if self.posted is None:
            return
        message = await place.change(
            self._client, self.posted, view, self._files, added=added, guild_id=self._site.guild_id
        )
        self._files = tuple(message.attachments)

    def _view(
        self,
        order: Order,
        shown: Mapping[int, Shown],
        statuses: Statuses,
        allowance: Allowance | None = None,
        *,
        cancel: bool = False,
    ) -> ui.LayoutView:
        under_way = sum(not ended(one) for one in statuses)
        return cards.result(
            order,
            tuple(shown[position] for position in sorted(shown)),
            pending=max(0, under_way - 1),  # one of them is in the picture
            allowance=allowance or self._allowance,
            statuses=statuses,
            cancel=cancel,
        )

    def _curtained(self, view: ui.LayoutView, shown: Mapping[int, Shown]) -> ui.LayoutView:
        notice = moderation.HIDDEN_NOTICE if self._site.guild_id else moderation.HIDDEN_NOTICE_DIRECT
        return hiding.hide(view, [one.filename for one in shown.values()], notice()) or view


def spoilers(message: discord.Message) -> frozenset[str]:
    """The names of the files that a message shows behind a click."""
    view = ui.LayoutView.from_message(message, timeout=None)
    view.stop()
    galleries = [one for one in view.walk_children() if isinstance(one, ui.MediaGallery)]
    hidden = [item.media.url for gallery in galleries for item in gallery.items if item.spoiler]
    return frozenset(one.filename for one in message.attachments if any(one.filename in url for url in hidden))
