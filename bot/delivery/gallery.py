"""Where a request's pictures are shown: one message, in a thread or on the request's card, that grows with each."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

import discord
from discord import ui

from bot.delivery import place
from bot.delivery.calls import DeliveryError, Trouble, already_gone
from bot.delivery.card import Card
from bot.delivery.place import Posted
from bot.delivery.site import Site, Venue
from bot.delivery.turns import Turns
from bot.ui import cards, hiding, moderation, words
from bot.ui.language import speaking
from bot.ui.status import Allowance, Order, Result, Shown, Statuses, ended
from bot.values.records import Picture

Shows = Callable[[], Awaitable[Picture]]
"""What may be seen of a request's pictures, asked while nobody else may change them."""


@dataclass(frozen=True, slots=True)
class Found:
    """A request's message of pictures, and which of them it has."""

    posted: Posted
    positions: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Where a picture belongs.

    Attributes
    ----------
    thread_id
        The member's thread of the last hour in this channel, to be used again.
    inline
        The server wants no thread opened: the pictures come on the card.
    """

    thread_id: int | None
    inline: bool


class Gallery:
    """The pictures of one request.

    Attributes
    ----------
    posted
        Its message; None until there is a first picture.
    """

    def __init__(self, client: discord.Client, site: Site, *, turns: Turns, member_name: str | None) -> None:
        self._client = client
        self._site = site
        self._turns = turns
        self._member_name = member_name
        self.posted: Posted | None = None
        self._shown: dict[int, Shown] = {}
        self._files: tuple[discord.Attachment, ...] = ()
        self._allowance: Allowance | None = None

    async def add(
        self, result: Result, statuses: Callable[[], Statuses], card: Card, placing: Placing, shows: Shows
    ) -> Posted:
        """Show one more picture; the first one opens the message. A hidden one grows, and shows nothing.

        Raises
        ------
        DeliveryError
            It is not shown, or Discord is gone for so long that nobody can tell.
        """
        async with self._turns.of(result.order.interaction_id):
            try:
                return await self._add(result, statuses(), card, placing, hidden=await _hidden(shows))
            except DeliveryError as error:
                if error.trouble is not Trouble.UNREACHABLE:
                    raise
            position = result.shown.position
            found = await self._find(result.order, {position: result.shown}, card, placing.thread_id, None)
            if found is None or position not in found.positions:
                raise DeliveryError(Trouble.UNREACHABLE)
            return found.posted

    async def remove(self, order: Order, position: int, card: Card, shows: Shows) -> None:
        """Take one picture away; with the last one its message goes, too.

        Raises
        ------
        DeliveryError
        """
        async with self._turns.of(order.interaction_id):
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
                await self._change(self._look(order, self._shown, (), hidden=await _hidden(shows)))

    async def refresh(self, order: Order, statuses: Statuses, card: Card, shows: Shows) -> bool:
        """Say where the request stands, as far as the last picture has not said it: others have failed since.

        False where somebody has deleted the message.

        Raises
        ------
        DeliveryError
        """
        async with self._turns.of(order.interaction_id):  # the first picture may be on its way
            if self.posted is None or len(self._shown) == order.count:
                return True
            try:
                on_card = self.posted == card.posted
                view = self._look(order, self._shown, statuses, cancel=on_card, hidden=await _hidden(shows))
                if on_card:
                    await card.edit(view)
                else:
                    await self._change(view)
            except DeliveryError as error:
                if error.trouble is not Trouble.GONE:
                    raise
                return False
            return True

    async def find(
        self,
        order: Order,
        painted: Mapping[int, Shown],
        card: Card,
        *,
        thread_id: int | None,
        known: Posted | None,
    ) -> Found | None:
        """The message that is there already, if nobody heard so: its answer was lost, or the process died.

        Parameters
        ----------
        painted
            What is known of the pictures that may be in it.
        known
            Where some of them are for certain.

        Raises
        ------
        DeliveryError
            One can't look.
        """
        async with self._turns.of(order.interaction_id):
            return await self._find(order, painted, card, thread_id, known)

    async def _find(
        self, order: Order, painted: Mapping[int, Shown], card: Card, thread_id: int | None, known: Posted | None
    ) -> Found | None:
        message = await self._looked_up(order, card, thread_id, known)
        return None if message is None else self._take_over(message, painted, card)

    async def _looked_up(
        self, order: Order, card: Card, thread_id: int | None, known: Posted | None
    ) -> discord.Message | None:
        message = None
        with already_gone():
            if known is not None and known != card.posted and self._site.bot_is_here:
                message = await place.fetch(self._client, known, guild_id=self._site.guild_id)
            else:
                message = await card.fetch()
        if message is not None and place.carries(message, order.interaction_id):
            return message
        if not self._site.bot_is_here:
            return None
        places = [one for one in (thread_id, card.address.message_id, self._site.channel_id) if one]
        return await place.find(
            self._client,
            order.interaction_id,
            guild_id=self._site.guild_id,
            channels=list(dict.fromkeys(places)),
            asked_at=order.interaction_id,
        )

    def _take_over(self, message: discord.Message, painted: Mapping[int, Shown], card: Card) -> Found:
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

    async def _add(self, result: Result, statuses: Statuses, card: Card, placing: Placing, *, hidden: bool) -> Posted:
        shown = self._shown | {result.shown.position: result.shown}
        if self.posted is None:
            self.posted = await self._open(result, statuses, card, placing)
        elif self.posted == card.posted:
            await self._put_on_card(result, statuses, shown, card, hidden=hidden)
        else:
            await self._change(self._look(result.order, shown, statuses, hidden=hidden), added=result)
        self._shown, self._allowance = shown, result.allowance
        return self.posted

    async def _open(self, result: Result, statuses: Statuses, card: Card, placing: Placing) -> Posted:
        """Post it where it belongs, or else on the card."""
        if not (placing.inline and self._site.venue is Venue.CHANNEL):
            try:
                posted = await self._post(result, statuses, card, placing.thread_id)
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
            name = words.thread_name(self._member_name)
        return await place.open_thread(
            self._client,
            guild_id=self._site.guild_id,
            channel_id=self._site.channel_id,
            card_id=card.address.message_id,
            name=name,
        )

    async def _send(self, result: Result, statuses: Statuses, channel_id: int) -> Posted:
        view = self._look(result.order, {result.shown.position: result.shown}, statuses, result.allowance)
        message = await place.post(self._client, result, view, guild_id=self._site.guild_id, channel_id=channel_id)
        self._files = tuple(message.attachments)
        return Posted(channel_id, message.id)

    async def _put_on_card(
        self, result: Result, statuses: Statuses, shown: Mapping[int, Shown], card: Card, *, hidden: bool = False
    ) -> None:
        """The card is a result from now on, and says how many are still to come."""
        view = self._look(result.order, shown, statuses, result.allowance, cancel=True, hidden=hidden)
        async with card.still():
            if self._site.bot_is_here:  # an archived thread lets nothing in it be changed
                await place.awaken(self._client, card.address.channel_id, guild_id=self._site.guild_id)
            edited = await card.edit(view, added=result)
            card.become(edited)

    async def _change(self, view: ui.LayoutView, *, added: Result | None = None) -> None:
        if self.posted is None:
            return
        message = await place.change(
            self._client, self.posted, view, self._files, added=added, guild_id=self._site.guild_id
        )
        self._files = tuple(message.attachments)

    def _look(
        self,
        order: Order,
        shown: Mapping[int, Shown],
        statuses: Statuses,
        allowance: Allowance | None = None,
        *,
        cancel: bool = False,
        hidden: bool = False,
    ) -> ui.LayoutView:
        """The card with these pictures; hidden, with a line in their place."""
        view = cards.result(
            order,
            tuple(shown[position] for position in sorted(shown)),
            pending=sum(not ended(one) for position, one in enumerate(statuses) if position not in shown),
            allowance=allowance or self._allowance,
            statuses=statuses,
            cancel=cancel,
        )
        if not hidden:
            return view
        with speaking(order.language):
            notice = moderation.hidden_notice(moderated=bool(self._site.guild_id))
        return hiding.hide(view, [one.filename for one in shown.values()], notice) or view


async def _hidden(shows: Shows) -> bool:
    """Whether pictures are there and not to be seen.

    Raises
    ------
    DeliveryError
        They are deleted.
    """
    picture = await shows()
    if picture is Picture.DELETED:
        raise DeliveryError(Trouble.GONE)
    return picture is not Picture.SHOWN


def spoilers(message: discord.Message) -> frozenset[str]:
    """The names of the files that a message shows behind a click, or would if it were not hidden."""
    view = ui.LayoutView.from_message(message, timeout=None)
    view.stop()
    return frozenset(hiding.spoilers(view, [one.filename for one in message.attachments]))
