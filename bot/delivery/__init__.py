"""The way back to the member: one request's answer, card, thread and pictures on Discord."""

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import partial
from typing import Any, Self

import discord
import structlog

from bot.delivery import place
from bot.delivery.answer import FirstAnswer
from bot.delivery.calls import DeliveryError, Trouble, already_gone
from bot.delivery.card import Card, CardAddress
from bot.delivery.gallery import Found, Gallery, Placing, Shows
from bot.delivery.place import Posted
from bot.delivery.site import Site, Venue, age_restricted, place_of, scope_of, site_of, venue_of
from bot.delivery.turns import Turns
from bot.ui import captions, cards, links, words
from bot.ui.language import speaking
from bot.ui.status import Done, Failed, FirstFew, Order, Result, Saying, Shown, Statuses, WayOut

__all__ = [
    "DeliveryError",
    "DiscordDelivery",
    "Found",
    "Placing",
    "Posted",
    "Shows",
    "Site",
    "Trouble",
    "Turns",
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
    on_accepted, on_first_few
        Called once the request is taken, and before a refused member is offered its first few pictures.
    """

    def __init__(
        self,
        client: discord.Client,
        site: Site,
        *,
        turns: Turns,
        member_name: str | None = None,
        answer: FirstAnswer | None = None,
        card: Card | None = None,
        new_card: Callable[[int], Card] | None = None,
    ) -> None:
        self._client = client
        self.site = site
        self.on_accepted: Callable[[], None] = _nothing
        self.on_first_few: Callable[[], None] = _nothing
        self._answer = answer
        self._card = card
        self._new_card = new_card
        self._gallery = Gallery(client, site, turns=turns, member_name=member_name)

    @classmethod
    def answering(
        cls,
        interaction: discord.Interaction[Any],
        *,
        turns: Turns,
        private: bool = False,
        answer: FirstAnswer | None = None,
        clock: Callable[[], float] = time.time,
    ) -> Self:
        """The delivery of a request that was made just now; its first answer is due.

        Parameters
        ----------
        turns
            Where moderators wait for each other, too.
        private
            The member alone sees all of it.
        answer
            Its first answer, if that is under way.
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
            turns=turns,
            member_name=interaction.user.display_name,
            answer=answer or FirstAnswer(interaction, private=private),
            new_card=new_card,
        )

    @classmethod
    def resuming(
        cls,
        client: discord.Client,
        site: Site,
        address: CardAddress,
        *,
        turns: Turns,
        clock: Callable[[], float] = time.time,
    ) -> Self:
        """The delivery of a request whose card an earlier run of the bot had posted."""
        return cls(client, site, turns=turns, card=Card(client, address, clock=clock))

    @property
    def upload_limit(self) -> int:
        """Bytes that an encoded picture may have."""
        return self.site.upload_limit

    async def refused(self, why: Saying, way_out: WayOut | None = None) -> None:
        """Say no as the first answer, to the member alone; with the button that leads on, if there is one."""
        if self._answer is None:
            return
        if isinstance(way_out, FirstFew):
            self.on_first_few()
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
        self.on_accepted()
        if self._card is not None and self._card.is_result:
            return self._card.posted
        if self._card is not None:
            try:
                await self._card.edit(cards.request(order, statuses))
            except DeliveryError as error:
                if error.trouble is Trouble.GONE or not self.site.bot_is_here:
                    raise  # else the thread is archived, say: the picture itself will bring it back
            return self._card.posted
        if self._answer is None or self._new_card is None:
            raise DeliveryError(Trouble.EXPIRED)
        card = cards.request(order, statuses)
        self._card = self._new_card(await self._answer.card(card, private=self.site.private))
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
        self, result: Result, statuses: Callable[[], Statuses], placing: Placing, shows: Shows
    ) -> Posted:
        """Show a picture: the first one of a request where it belongs, any other one beside it.

        Parameters
        ----------
        statuses
            Where the request stands.
        shows
            What may be seen of the request's pictures by then.

        Raises
        ------
        DeliveryError
            It is shown nowhere, or Discord is gone for so long that nobody can tell.
        """
        if self._card is None:
            raise DeliveryError(Trouble.GONE)
        return await self._gallery.add(result, statuses, self._card, placing, shows)

    async def removed(self, order: Order, position: int, shows: Shows) -> None:
        """Take a picture away that was called off while it was being posted."""
        if self._card is not None:
            with _forgiving("removal"), already_gone():
                await self._gallery.remove(order, position, self._card, shows)

    async def lost(self, order: Order, statuses: Callable[[], Statuses], shows: Shows) -> None:
        """Say beside the pictures that are there that one of the others will not come."""
        if self._card is not None:
            with _forgiving("loss", order.job_id):
                await self._gallery.refresh(order, statuses(), self._card, shows)

    async def closed(self, order: Order, statuses: Statuses, shows: Shows, *, mention: bool = False) -> None:
        """Give the cards of a request their last look, and call the member if they want that.

        Parameters
        ----------
        statuses
            How each of its pictures ended.
        """
        posted = self._gallery.posted
        if self._card is None or posted is None:
            await self._nothing_posted(order, statuses, mention=mention)
            return
        there = True
        with _forgiving("last look", order.job_id):
            there = await self._gallery.refresh(order, statuses, self._card, shows)
        if posted != self._card.posted:
            with _forgiving("last card", order.job_id):
                await self._card.edit(
                    cards.finished(order, self._link(posted), statuses)
                    if there
                    else cards.failed(order, words.PICTURES_DELETED)
                )
        if mention and there:
            await self._call(order, partial(captions.ready, order, self._link(posted)), posted.channel_id)

    async def _nothing_posted(self, order: Order, statuses: Statuses, *, mention: bool) -> None:
        """Say why; a card that may be a result by now, although nobody could look, is left alone."""
        if any(isinstance(one, Done) for one in statuses):
            return
        failed = [one for one in statuses if isinstance(one, Failed)]
        if not failed:
            return
        await self.failed(order, failed[0].why, retry=cards.to_retry(statuses))
        if mention and self._card is not None and not self._card.token_lives:  # else they were told just now
            await self._call(
                order, partial(captions.not_ready, order, self._link(self._card.posted)), self.site.channel_id
            )

    async def _call(self, order: Order, what: Saying, channel_id: int) -> None:
        with _forgiving("mention", order.job_id), speaking(order.language):
            await place.call_member(self._client, what(), order, channel_id, guild_id=self.site.guild_id)

    async def failed(self, order: Order, why: Saying, *, retry: int = 0) -> None:
        """Take the promise back: the card goes and the member alone is told why, or the card says it.

        Parameters
        ----------
        retry
            How many pictures to offer again.
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

    async def found(
        self, order: Order, painted: Mapping[int, Shown], *, thread_id: int | None, known: Posted | None
    ) -> Found | None:
        """The message with the request's pictures, if it is there; see `Gallery.find`.

        Raises
        ------
        DeliveryError
            One can't look.
        """
        if self._card is None:
            return None
        return await self._gallery.find(order, painted, self._card, thread_id=thread_id, known=known)

    def _link(self, posted: Posted) -> str:
        return links.message(self.site.guild_id, posted.channel_id, posted.message_id)


def _nothing() -> None:
    """Nobody wants to hear of it."""


@contextlib.contextmanager
def _forgiving(what: str, job_id: str | None = None) -> Iterator[None]:
    """What is told to a member on top of the outcome must not change the outcome."""
    try:
        yield
    except DeliveryError as error:
        _log.info("not told", what=what, job=job_id, reason=str(error))
