"""The way back to the member: one request's answer, card, thread and pictures on Discord."""

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, Self

import discord
import structlog

from bot.delivery import place
from bot.delivery.answer import FirstAnswer
from bot.delivery.calls import DeliveryError, Trouble, already_gone
from bot.delivery.card import Card, CardAddress
from bot.delivery.gallery import Found, Gallery
from bot.delivery.place import Posted
from bot.delivery.site import Site, Venue, age_restricted, place_of, scope_of, site_of, venue_of
from bot.ui import captions, cards, words
from bot.ui.language import speaking
from bot.ui.status import Failed, Order, Result, Saying, Shown, Statuses, WayOut

__all__ = [
    "DeliveryError",
    "DiscordDelivery",
    "Found",
    "Posted",
    "Site",
    "Trouble",
    "Venue",
    "WayOut",
    "age_restricted",
    "place_of",
    "scope_of",
    "site_of",
    "venue_of",
]

_log = structlog.stdlib.get_logger(__name__)


class DiscordDelivery:
    """One request's delivery. Made by `answering` an interaction, or by `resuming` what the store kept of one.

    Attributes
    ----------
    way_out
        What a refused member was offered to do about it.
    """

    def __init__(
        self,
        client: discord.Client,
        site: Site,
        *,
        member_name: str | None = None,
        answer: FirstAnswer | None = None,
        card: Card | None = None,
        new_card: Callable[[int], Card] | None = None,
    ) -> None:
        self._client = client
        self.site = site
        self.way_out: WayOut | None = None
        self._answer = answer
        self._card = card
        self._new_card = new_card
        self._gallery = Gallery(client, site, member_name=member_name)

    @classmethod
    def answering(
        cls,
        interaction: discord.Interaction[Any],
        *,
        private: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> Self:
        """The delivery of a request that was made just now; its first answer is due.

        Parameters
        ----------
        private
            The member alone sees all of it.
        """
        site = site_of(interaction, private=private)

        def new_card(message_id: int) -> Card:
            address = CardAddress(
                channel_id=site.channel_id,
                message_id=message_id,
                guild_id=site.guild_id,
                application_id=interaction.application_id,
                token=interaction.token,
                asked_at=interaction.created_at.timestamp(),
                bot_is_here=site.bot_is_here,
            )
            return Card(interaction.client, address, clock=clock)

        return cls(
            interaction.client,
            site,
            member_name=interaction.user.display_name,
            answer=FirstAnswer(interaction, private=private),
            new_card=new_card,
        )

    @classmethod
    def resuming(
        cls, client: discord.Client, site: Site, address: CardAddress, *, clock: Callable[[], float] = time.time
    ) -> Self:
        """The delivery of a request whose card an earlier run of the bot had posted."""
        return cls(client, site, card=Card(client, address, clock=clock))

    @property
    def upload_limit(self) -> int:
        """Bytes that an encoded picture may have."""
        return self.site.upload_limit

    async def refused(self, why: Saying, way_out: WayOut | None = None) -> None:
        """Say no as the first answer, to the member alone; with the button that leads on, if there is one."""
        if self._answer is None:
            return
        self.way_out = way_out
        with _forgiving("refusal"):
            await self._answer.private(why() if way_out is None else cards.refusal(why(), way_out))

    async def told(self, what: Saying) -> None:
        """Say something to the member alone, after the first answer."""
        if self._card is not None:
            with _forgiving("word"):
                await self._card.whisper(what())

    def withheld(self) -> None:
        """Say nothing: the interaction was delivered twice, and the other one answers it."""
        if self._answer is not None:
            self._answer.withhold()

    async def accepted(self, order: Order, statuses: Statuses) -> Posted:
        """Show the request card as the first answer, or bring the one of an earlier run up to date.

        Raises
        ------
        DeliveryError
            The member can't be reached through this interaction, or the earlier card is gone.
        """
        if self._card is not None and self._card.is_result:
            return self._card.posted
        if self._card is not None:
            try:
                await self._card.edit(cards.request(order, statuses))
            except DeliveryError as error:
                if error.trouble is Trouble.GONE:
                    raise  # else the thread is archived, say: the picture itself will bring it back
            return self._card.posted
        if self._answer is None or self._new_card is None:
            raise DeliveryError(Trouble.EXPIRED)
        self._card = self._new_card(await self._answer.card(cards.request(order, statuses)))
        return self._card.posted

    @contextlib.asynccontextmanager
    async def showing(self, order: Order, shown: Statuses, statuses: Callable[[], Statuses]) -> AsyncIterator[None]:
        """Keep the card, which says `shown`, true while the body runs; `statuses` is pulled when it may be edited."""
        if self._card is None:
            yield
            return
        async with self._card.showing(order, shown, statuses):
            yield

    async def delivered(
        self,
        result: Result,
        statuses: Callable[[], Statuses],
        *,
        thread_id: int | None,
        inline: bool,
        hidden: bool = False,
    ) -> Posted:
        """Show a picture: the first one of a request where it belongs, any other one beside it.

        Parameters
        ----------
        statuses
            Where the request stands.
        thread_id
            The member's thread of the last hour in this channel, to be used again.
        inline
            The server wants no thread opened: the pictures come on the card.
        hidden
            Somebody objects to what is shown of the request: nothing more is.

        Raises
        ------
        DeliveryError
            It is shown nowhere, or Discord is gone for so long that nobody can tell.
        """
        if self._card is None:
            raise DeliveryError(Trouble.GONE)
        try:
            return await self._gallery.add(
                result, statuses, self._card, thread_id=thread_id, inline=inline, hidden=hidden
            )
        except DeliveryError as error:
            if error.trouble is not Trouble.UNREACHABLE:
                raise
        found = await self.found(result.order, {result.shown.position: result.shown}, thread_id=thread_id)
        if found is None or result.shown.position not in found.positions:
            raise DeliveryError(Trouble.UNREACHABLE)
        return found.posted

    async def removed(self, order: Order, position: int) -> None:
        """Take a picture away that was called off while it was being posted."""
        if self._card is not None:
            with _forgiving("removal"), already_gone():
                await self._gallery.remove(order, position, self._card)

    async def closed(
        self, order: Order, statuses: Statuses | None, *, mention: bool = False, hidden: bool = False
    ) -> None:
        """Give the cards of a request their last look, and call the member if they want that.

        Parameters
        ----------
        statuses
            How it ended; None where an earlier run of the bot had painted all of it.
        """
        posted = self._gallery.posted
        if posted is None and statuses is not None:
            why = next((one for one in statuses if isinstance(one, Failed)), None)
            if why is not None:
                await self.failed(order, why.why, retry=why.retry)
        if self._card is None or posted is None:
            return
        with _forgiving("last card", order.job_id):
            if statuses is not None:
                await self._gallery.close(order, statuses, self._card, hidden=hidden)
            if posted != self._card.posted:
                await self._card.edit(cards.finished(order, self._link(posted), statuses))
        if mention:
            with _forgiving("mention", order.job_id), speaking(order.language):
                said = captions.ready(order, self._link(posted))
                await place.call_member(self._client, said, order, posted.channel_id, guild_id=self.site.guild_id)

    async def failed(self, order: Order, why: Saying, *, retry: bool = False) -> None:
        """Take the promise back: the card goes and the member alone is told why, or the card says it.

        Parameters
        ----------
        retry
            Whether to offer the same again.
        """
        if self._card is None:  # called off before there was one
            await self.refused(why)
            return
        with _forgiving("failure", order.job_id):
            if self._card.token_lives:
                await self._card.whisper_instead(cards.sorry(order, why, retry=retry))
            else:
                await self._card.edit(cards.failed(order, why, retry=retry))

    async def paused(self, order: Order) -> None:
        """Say on the card that the request outlives this run of the bot; one with pictures says that more will come."""
        if self._card is not None and not self._card.is_result:
            with _forgiving("pause", order.job_id):
                await self._card.edit(cards.failed(order, words.PAUSED))

    async def found(self, order: Order, painted: Mapping[int, Shown], *, thread_id: int | None) -> Found | None:
        """The message with the request's pictures, if it is there although nobody heard so.

        Its answer was lost, or the process died.

        Parameters
        ----------
        painted
            What is known of the pictures that may be in it.

        Raises
        ------
        DeliveryError
            One can't look.
        """
        if self._card is None:
            return None
        message = await self._card.fetch()
        if message is not None and not place.carries(message, order.interaction_id):
            message = None
        if message is None and self.site.bot_is_here:
            places = [one for one in (thread_id, self._card.address.message_id, self.site.channel_id) if one]
            message = await place.find(
                self._client,
                order.interaction_id,
                guild_id=self.site.guild_id,
                channels=list(dict.fromkeys(places)),
                asked_at=order.interaction_id,
            )
        return None if message is None else self._gallery.take_over(message, painted, self._card)

    def _link(self, posted: Posted) -> str:
        guild = self.site.guild_id or "@me"
        return f"https://discord.com/channels/{guild}/{posted.channel_id}/{posted.message_id}"


@contextlib.contextmanager
def _forgiving(what: str, job_id: str | None = None) -> Iterator[None]:
    """What is told to a member on top of the outcome must not change the outcome."""
    try:
        yield
    except DeliveryError as error:
        _log.info("not told", what=what, job=job_id, reason=str(error))
