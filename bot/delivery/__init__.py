"""The way back to the member: one request's answer, card, thread and picture on Discord."""

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

import discord
import structlog

from bot.delivery import place
from bot.delivery.answer import FirstAnswer
from bot.delivery.calls import DeliveryError, Trouble, already_gone
from bot.delivery.card import Card, CardAddress
from bot.delivery.place import Posted
from bot.ui import cards, words
from bot.ui.status import Order, Result, Status
from bot.values.rules import Place

__all__ = [
    "DeliveryError",
    "DiscordDelivery",
    "Posted",
    "Site",
    "Trouble",
    "Venue",
    "age_restricted",
    "place_of",
    "scope_of",
]

_log = structlog.stdlib.get_logger(__name__)


class Venue(StrEnum):
    """Where results go."""

    THREAD = "thread"  # asked inside a thread: the result comes there
    CHANNEL = "channel"  # a text channel: a thread on the card takes it
    CARD = "card"  # direct messages, voice and stage channels, user installs: on the card itself


_IN_THREADS: Final = discord.Permissions(send_messages_in_threads=True, attach_files=True)
_NEEDED: Final = {
    Venue.THREAD: _IN_THREADS,
    Venue.CHANNEL: _IN_THREADS | discord.Permissions(create_public_threads=True),
    Venue.CARD: discord.Permissions.none(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The place a request was made in.

    Attributes
    ----------
    bot_is_here
        False where only the member installed us: nothing but the interaction's token can answer there.
    upload_limit
        Bytes that one file may have there.
    age_restricted
        Whether it is a channel for adults, now.
    """

    guild_id: int
    channel_id: int
    venue: Venue
    bot_is_here: bool
    upload_limit: int
    age_restricted: bool


def scope_of(interaction: discord.Interaction[Any]) -> int:
    """The server whose quota counts: 0 outside a server that installed the bot."""
    return (interaction.guild_id or 0) if interaction.is_guild_integration() else 0


def place_of(interaction: discord.Interaction[Any]) -> Place:
    """Where somebody acts, as the rules look at it."""
    channel = interaction.channel
    parent = channel.parent if isinstance(channel, discord.Thread) else None
    category = getattr(parent or channel, "category_id", None)
    parents = (getattr(channel, "parent_id", None), category)
    return Place(
        guild_id=scope_of(interaction),
        server_id=interaction.guild_id or 0,
        channel_id=interaction.channel_id or 0,
        parents=frozenset(one for one in parents if one is not None),
        age_restricted=age_restricted(channel),
    )


def age_restricted(channel: object) -> bool:
    """A thread is as its parent; direct messages never are."""
    places = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
    return isinstance(channel, places) and channel.is_nsfw()


def site_of(interaction: discord.Interaction[Any]) -> Site:
    """Read the place off an interaction's payload."""
    in_guild = interaction.guild_id is not None
    bot_is_here = interaction.is_guild_integration() if in_guild else bool(interaction.context.dm_channel)
    limit = interaction.filesize_limit
    if in_guild and bot_is_here and interaction.guild is not None:
        # a post in the thread is ours: the member's own plan is no help there
        limit = min(limit, interaction.guild.filesize_limit)
    return Site(
        guild_id=scope_of(interaction),
        channel_id=interaction.channel_id or 0,
        venue=_allowed(venue_of(interaction.channel), interaction.app_permissions) if bot_is_here else Venue.CARD,
        bot_is_here=bot_is_here,
        upload_limit=limit,
        age_restricted=age_restricted(interaction.channel),
    )


def venue_of(channel: object) -> Venue:
    """Where results of requests in this channel go."""
    if isinstance(channel, discord.Thread):
        return Venue.THREAD
    return Venue.CHANNEL if isinstance(channel, discord.TextChannel) else Venue.CARD


def _allowed(venue: Venue, ours: discord.Permissions) -> Venue:
    """Not to post where we may not, so that no thread is left empty; what changes later is met when it happens."""
    return venue if ours.is_superset(_NEEDED[venue]) else Venue.CARD


class DiscordDelivery:
    """One request's delivery. Made by `answering` an interaction, or by `resuming` what the store kept of one."""

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
        self._member_name = member_name
        self._answer = answer
        self._card = card
        self._new_card = new_card

    @classmethod
    def answering(cls, interaction: discord.Interaction[Any], *, clock: Callable[[], float] = time.time) -> Self:
        """The delivery of a request that was made just now; its first answer is due."""
        site = site_of(interaction)

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
            answer=FirstAnswer(interaction),
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
        """Bytes that the encoded picture may have."""
        return self.site.upload_limit

    async def refused(self, sentence: str, *, statement: bool = False) -> None:
        """Say no as the first answer, to the member alone; with the button that makes the statement, if that is why."""
        if self._answer is not None:
            with _forgiving("refusal"):
                await self._answer.private(cards.statement(sentence) if statement else sentence)

    async def told(self, sentence: str) -> None:
        """Say something to the member alone, after the first answer."""
        if self._card is not None:
            with _forgiving("word"):
                await self._card.whisper(sentence)

    def withheld(self) -> None:
        """Say nothing: the interaction was delivered twice, and the other one answers it."""
        if self._answer is not None:
            self._answer.withhold()

    async def accepted(self, order: Order, status: Status) -> Posted:
        """Show the request card as the first answer, or bring the one of an earlier run up to date.

        Raises
        ------
        DeliveryError
            The member can't be reached through this interaction, or the earlier card is gone.
        """
        if self._card is not None:
            try:
                await self._card.edit(cards.request(order, status))
            except DeliveryError as error:
                if error.trouble is Trouble.GONE:
                    raise  # else the thread is archived, say: the picture itself will bring it back
            return Posted(self._card.address.channel_id, self._card.address.message_id)
        if self._answer is None or self._new_card is None:
            raise DeliveryError(Trouble.EXPIRED)
        message_id = await self._answer.public(cards.request(order, status))
        self._card = self._new_card(message_id)
        return Posted(self.site.channel_id, message_id)

    @contextlib.asynccontextmanager
    async def showing(self, order: Order, shown: Status, status: Callable[[], Status]) -> AsyncIterator[None]:
        """Keep the card, which says `shown`, true while the body runs; `status` is pulled when it may be edited."""
        if self._card is None:
            yield
            return
        async with self._card.showing(order, shown, status):
            yield

    async def delivered(self, result: Result, *, thread_id: int | None, inline: bool) -> Posted:
        """Post the picture, and point the card to it.

        Parameters
        ----------
        thread_id
            The member's thread of the last hour in this channel, to be used again.
        inline
            The server wants no thread opened: the picture comes on the card.

        Raises
        ------
        DeliveryError
            It is shown nowhere, or Discord is gone for so long that nobody can tell.
        """
        try:
            return await self._shown(result, thread_id, inline=inline)
        except DeliveryError as error:
            if error.trouble is not Trouble.UNREACHABLE:
                raise
        posted = await self.found(result.order.job_id, thread_id=thread_id)
        if posted is None:
            raise DeliveryError(Trouble.UNREACHABLE)
        await self.pointed(result.order, posted)
        return posted

    async def pointed(self, order: Order, posted: Posted) -> None:
        """Let the card lead to a picture that is posted elsewhere."""
        if self._card is not None and posted.message_id != self._card.address.message_id:
            with _forgiving("last card", order.job_id):
                await self._card.edit(cards.finished(order, self._link(posted)))

    async def removed(self, posted: Posted) -> None:
        """Take a picture down that was called off while it was being posted."""
        with _forgiving("removal"), already_gone():
            await place.remove(self._client, posted, guild_id=self.site.guild_id)

    async def failed(self, order: Order, sentence: str) -> None:
        """Take the promise back: the card goes and the member alone is told why, or the card says it."""
        if self._card is None:  # called off before there was one
            await self.refused(sentence)
            return
        with _forgiving("failure", order.job_id):
            if self._card.token_lives:
                await self._card.whisper_instead(sentence)
            else:
                await self._card.edit(cards.failed(order, sentence))

    async def paused(self, order: Order) -> None:
        """Say on the card that the request outlives this run of the bot."""
        if self._card is not None:
            with _forgiving("pause", order.job_id):
                await self._card.edit(cards.failed(order, words.PAUSED()))

    async def found(self, job_id: str, *, thread_id: int | None) -> Posted | None:
        """The result of this job, if it is there although nobody heard so: its answer was lost, or the process died.

        Raises
        ------
        DeliveryError
            One can't look.
        """
        if self._card is None or not self.site.bot_is_here:
            return None
        places = [one for one in (thread_id, self._card.address.message_id, self.site.channel_id) if one]
        return await place.find(
            self._client, job_id, guild_id=self.site.guild_id, channels=places, asked_at=int(job_id.partition("-")[0])
        )

    async def _shown(self, result: Result, thread_id: int | None, *, inline: bool) -> Posted:
        """Post it where it belongs, or else on the card."""
        try:
            posted = None if inline and self.site.venue is Venue.CHANNEL else await self._post(result, thread_id)
        except DeliveryError as error:
            if not place.falls_back(error):
                raise
            posted = None
        if self._card is None:
            raise DeliveryError(Trouble.GONE)
        if posted is None:
            await self._card.edit(cards.result(result), result)
            return Posted(self._card.address.channel_id, self._card.address.message_id)
        await self.pointed(result.order, posted)
        return posted

    async def _post(self, result: Result, thread_id: int | None) -> Posted | None:
        """A message of its own where there is a thread for it; None where the card is the place."""
        match self.site.venue:
            case Venue.CARD:
                return None
            case Venue.THREAD:
                return await self._send(result, self.site.channel_id)
            case Venue.CHANNEL:
                if thread_id is not None:
                    try:
                        return await self._send(result, thread_id)
                    except DeliveryError as error:
                        if not place.falls_back(error):
                            raise  # else it was deleted or locked since: the card gets a thread of its own
                return await self._send(result, await self._open_thread(result))

    async def _open_thread(self, result: Result) -> int:
        if self._card is None:
            raise DeliveryError(Trouble.GONE)
        return await place.open_thread(
            self._client,
            guild_id=self.site.guild_id,
            channel_id=self.site.channel_id,
            card_id=self._card.address.message_id,
            name=words.thread_name(result.order.style, self._member_name),
        )

    async def _send(self, result: Result, channel_id: int) -> Posted:
        return await place.post(self._client, result, guild_id=self.site.guild_id, channel_id=channel_id)

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
