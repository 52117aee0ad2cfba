"""The request's card on Discord: edited through the interaction while its token lives, else as our own message."""

import asyncio
import contextlib
import io
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Final

import discord
import structlog
from discord import ui

from bot.delivery.calls import ONCE, DeliveryError, Trouble, already_gone, call
from bot.ui import cards
from bot.ui.status import Order, Result, Status, Waiting

TOKEN_LIFE: Final = 14 * 60.0
"""Seconds for which an interaction's token is used: it dies at 15 minutes, and 10,000 invalid requests ban us."""

EDIT_INTERVAL = 2.5
"""Seconds between two edits of a card: a bucket that runs dry would hold back the one edit that counts."""

_TICK = 0.4
"""Looks are taken this part of the interval apart, so that a new stage shows at once and a new number in its turn."""

_NEAR_FRONT = 8  # places

_LAST_EDIT_PATIENCE = 2.0

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAddress:
    """Where a card is and what may edit it.

    Attributes
    ----------
    token
        The interaction's token, if it is known; never in a repr.
    asked_at
        When the interaction was made, in epoch seconds.
    bot_is_here
        Whether we are a member of that place, so that our own message can be edited without the token.
    """

    channel_id: int
    message_id: int
    guild_id: int
    application_id: int
    token: str | None = field(repr=False)
    asked_at: float
    bot_is_here: bool


class Card:
    """One request card.

    Parameters
    ----------
    clock
        Epoch seconds.
    """

    def __init__(
        self,
        client: discord.Client,
        address: CardAddress,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._client = client
        self.address = address
        self._clock = clock

    @property
    def token_lives(self) -> bool:
        """Whether the interaction can still be used."""
        return self.address.token is not None and self._clock() < self.address.asked_at + TOKEN_LIFE

    async def edit(self, view: ui.LayoutView, picture: Result | None = None) -> None:
        """Replace what the card shows; with a picture it becomes the result itself.

        Raises
        ------
        DeliveryError
        """
        webhook, message = self.webhook(), self._message()

        async def once() -> None:
            files = [] if picture is None else [discord.File(io.BytesIO(picture.data), picture.filename)]
            if webhook is not None:
                await webhook.edit_message(self.address.message_id, view=view, attachments=files)
            elif message is not None:
                await message.edit(view=view, attachments=files)
            else:
                raise DeliveryError(Trouble.EXPIRED)

        await call(once)

    async def whisper_instead(self, sentence: str) -> None:
        """Take the card away and tell the member alone; without a token the caller has to say it on the card.

        Raises
        ------
        DeliveryError
        """
        webhook = self.webhook()
        if webhook is None:
            raise DeliveryError(Trouble.EXPIRED)
        with already_gone():
            await call(lambda: webhook.delete_message(self.address.message_id))
        await self.whisper(sentence)

    async def whisper(self, sentence: str) -> None:
        """Tell the member alone.

        Raises
        ------
        DeliveryError
        """
        webhook = self.webhook()
        if webhook is None:
            raise DeliveryError(Trouble.EXPIRED)
        await call(lambda: webhook.send(sentence, ephemeral=True), pauses=ONCE)

    @contextlib.asynccontextmanager
    async def showing(self, order: Order, shown: Status, status: Callable[[], Status]) -> AsyncIterator[None]:
        """Keep the card true while the body runs: one edit in flight, stale ones never sent, none without a change.

        Parameters
        ----------
        shown
            What the card says already.
        """
        over = asyncio.Event()
        updates = asyncio.create_task(self._update(order, shown, status, over), name=f"card-{order.job_id}")
        try:
            yield
        finally:
            over.set()
            # an edit in flight must land before the last one, or it would overwrite it
            done, _ = await asyncio.wait({updates}, timeout=_LAST_EDIT_PATIENCE)
            if not done:
                updates.cancel()
            elif updates.exception() is not None:
                _log.error("a card was not kept", job=order.job_id, exc_info=updates.exception())

    async def _update(self, order: Order, shown: Status, status: Callable[[], Status], over: asyncio.Event) -> None:
        edited_at = self._clock()
        while not await _happens(over, within=_interval(shown) * _TICK):
            now = status()
            moved_on = type(now) is not type(shown)
            if now == shown or not (moved_on or self._clock() >= edited_at + _interval(shown)):
                continue
            try:
                await self.edit(cards.request(order, now))
            except DeliveryError as error:
                _log.info("a card was not updated", job=order.job_id, reason=str(error))
                if error.trouble is not Trouble.UNREACHABLE:
                    return
            shown, edited_at = now, self._clock()

    def webhook(self) -> discord.Webhook | None:
        """The interaction as a webhook, while its token lives."""
        if self.address.token is None or not self.token_lives:
            return None
        webhook = discord.Webhook.partial(self.address.application_id, self.address.token, client=self._client)
        webhook.type = discord.WebhookType.application  # or discord.py would not let it whisper
        return webhook

    def _message(self) -> discord.PartialMessage | None:
        if not self.address.bot_is_here:
            return None
        channel = self._client.get_partial_messageable(self.address.channel_id, guild_id=self.address.guild_id or None)
        return channel.get_partial_message(self.address.message_id)


async def original_card(client: discord.Client, address: CardAddress) -> CardAddress | None:
    """The same address with the id of the interaction's own answer, if Discord has one and the token still lives."""
    webhook = Card(client, address, clock=time.time).webhook()
    if webhook is None:
        return None
    try:
        message = await call(lambda: webhook.fetch_message("@original"))  # type: ignore[arg-type]  # Discord's own alias
    except DeliveryError:
        return None
    if message.flags.ephemeral:  # a refusal that we gave while stopping is no card
        return None
    return replace(address, message_id=message.id, channel_id=message.channel.id)


def _interval(status: Status) -> float:
    """Seconds between edits. Far back in the queue a new number says little, and hundreds of cards want to be kept."""
    return EDIT_INTERVAL * (1 + status.place / _NEAR_FRONT if isinstance(status, Waiting) else 1)


async def _happens(event: asyncio.Event, *, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        return False
    return True
