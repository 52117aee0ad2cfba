"""The request's card on Discord: edited through the interaction while its token lives, else as our own message."""

import asyncio
import contextlib
import io
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import discord
import structlog
from discord import ui

from bot.delivery.calls import ONCE, DeliveryError, Trouble, already_gone, call
from bot.delivery.place import Posted
from bot.ui import cards
from bot.ui.status import Order, Painting, Result, Statuses, Waiting, ended
from engine.encoding import thumbnail

TOKEN_LIFE: Final = 14 * 60.0
"""Seconds for which an interaction's token is used: it dies at 15 minutes, and 10,000 invalid requests ban us."""

EDIT_INTERVAL = 2.5
"""Seconds between two edits of a card: a bucket that runs dry would hold back the one edit that counts."""

_TICK = 0.4
"""Looks are taken this part of the interval apart, so that a new stage shows at once and a new number in its turn."""

_NEAR_FRONT = 8  # places

_LAST_EDIT_PATIENCE = 2.0
_PREVIEW_SIDE: Final = 384

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
    """One request card. It may become the place where the request's pictures are shown.

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
        self._files: tuple[discord.Attachment, ...] = ()
        self._flight: asyncio.Task[None] | None = None
        self._still = 0

    @property
    def posted(self) -> Posted:
        """Where it is."""
        return Posted(self.address.channel_id, self.address.message_id)

    @property
    def token_lives(self) -> bool:
        """Whether the interaction can still be used."""
        return self.address.token is not None and self._clock() < self.address.asked_at + TOKEN_LIFE

    async def edit(
        self, view: ui.LayoutView, *, added: Result | None = None, preview: bytes | None = None
    ) -> discord.Message:
        """Replace what the card says. Its pictures stay with it, and another one may join them.

        Parameters
        ----------
        preview
            The file that the view calls `cards.PREVIEW`.

        Raises
        ------
        DeliveryError
        """
        webhook, message = self.webhook(), self._message()
        new = {} if added is None else {added.shown.filename: added.data}
        if preview is not None:
            new[cards.PREVIEW] = preview

        async def once() -> discord.Message:
            files = [discord.File(io.BytesIO(data), name) for name, data in new.items()]
            if webhook is not None:
                return await webhook.edit_message(
                    self.address.message_id, view=view, attachments=[*self._files, *files]
                )
            if message is not None:
                return await message.edit(view=view, attachments=[*self._files, *files])
            raise DeliveryError(Trouble.EXPIRED)

        return await call(once)

    async def fetch(self) -> discord.Message | None:
        """As it is now; None where nobody can look.

        Raises
        ------
        DeliveryError
        """
        webhook, message = self.webhook(), self._message()
        if webhook is not None:
            return await call(lambda: webhook.fetch_message(self.address.message_id))
        return None if message is None else await call(message.fetch)

    @property
    def is_result(self) -> bool:
        """Whether it shows pictures."""
        return bool(self._files)

    def become(self, message: discord.Message) -> None:
        """The card is a result from here on: its pictures stay with it, and it shows no progress."""
        self._files = tuple(one for one in message.attachments if one.filename != cards.PREVIEW)
        self._still += 1

    def drop(self, filename: str) -> None:
        """Let the next edit take this picture away."""
        self._files = tuple(one for one in self._files if one.filename != filename)

    async def whisper_instead(self, said: ui.LayoutView) -> None:
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
        await self.whisper(said)

    async def whisper(self, said: str | ui.LayoutView) -> None:
        """Tell the member alone.

        Raises
        ------
        DeliveryError
        """
        webhook = self.webhook()
        if webhook is None:
            raise DeliveryError(Trouble.EXPIRED)
        what: dict[str, Any] = {"content": said} if isinstance(said, str) else {"view": said}
        await call(lambda: webhook.send(**what, ephemeral=True), pauses=ONCE)

    @contextlib.asynccontextmanager
    async def showing(self, order: Order, shown: Statuses, statuses: Callable[[], Statuses]) -> AsyncIterator[None]:
        """Keep the card true while the body runs: one edit in flight, stale ones never sent, none without a change.

        Parameters
        ----------
        shown
            What the card says already.
        """
        over = asyncio.Event()
        updates = asyncio.create_task(self._update(order, shown, statuses, over), name=f"card-{order.job_id}")
        try:
            yield
        finally:
            over.set()
            async with self.still():
                await asyncio.wait({updates}, timeout=_LAST_EDIT_PATIENCE)
            if not updates.done():
                updates.cancel()
            elif updates.exception() is not None:
                _log.error("a card was not kept", job=order.job_id, exc_info=updates.exception())

    @contextlib.asynccontextmanager
    async def still(self) -> AsyncIterator[None]:
        """No progress is shown while the body runs: an edit in flight lands first, or is given up.

        Else it would overwrite what counts, or hold it back.
        """
        self._still += 1
        try:
            if self._flight is not None:
                await asyncio.wait({self._flight}, timeout=_LAST_EDIT_PATIENCE)
                self._flight.cancel()
            yield
        finally:
            self._still -= 1

    async def _update(
        self, order: Order, shown: Statuses, statuses: Callable[[], Statuses], over: asyncio.Event
    ) -> None:
        edited_at = self._clock()
        while not await _happens(over, within=_interval(shown) * _TICK):
            now = statuses()
            if self._still or now == shown:
                continue
            if not (_moved_on(shown, now) or self._clock() >= edited_at + _interval(shown)):
                continue
            self._flight = asyncio.create_task(self._progress(order, now), name=f"edit-{order.job_id}")
            await asyncio.wait({self._flight})
            if self._flight.cancelled():
                continue
            error = self._flight.exception()
            if isinstance(error, DeliveryError):
                _log.info("a card was not updated", job=order.job_id, reason=str(error))
                if error.trouble is not Trouble.UNREACHABLE:
                    return
            elif error is not None:
                raise error
            shown, edited_at = now, self._clock()

    async def _progress(self, order: Order, now: Statuses) -> None:
        rough = next((one.preview for one in now if isinstance(one, Painting) and one.preview is not None), None)
        preview = None if rough is None else await asyncio.to_thread(thumbnail, rough, _PREVIEW_SIDE)
        await self.edit(cards.request(order, now, preview=preview is not None), preview=preview)

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
    if not message.flags.components_v2:  # a refusal that we gave while stopping is no card
        return None
    return replace(address, message_id=message.id, channel_id=message.channel.id)


def _moved_on(before: Statuses, now: Statuses) -> bool:
    """Whether it is worth an edit at once; of many pictures, one or the other is always at another stage."""
    if len(now) == 1:
        return type(before[0]) is not type(now[0])
    return [ended(one) for one in before] != [ended(one) for one in now]


def _interval(statuses: Statuses) -> float:
    """Seconds between edits. Far back in the queue a new number says little, and hundreds of cards want to be kept."""
    if not all(isinstance(one, Waiting) for one in statuses):
        return EDIT_INTERVAL
    return EDIT_INTERVAL * (1 + min(one.place for one in statuses if isinstance(one, Waiting)) / _NEAR_FRONT)


async def _happens(event: asyncio.Event, *, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        return False
    return True
