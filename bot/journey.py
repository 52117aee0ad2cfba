"""THE FLOW: one coroutine a request, from the photo that was asked for to the picture in the thread.

It knows no Discord: a frozen Request comes in, and a Delivery takes what the member sees.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, suppress

from bot import policy
from bot.attachments import Attachments, FetchError
from bot.delivery import DeliveryError
from bot.lanes import Lane, choose
from bot.request import Delivery, Request, Trip
from bot.store import (
    DatabaseFailedError,
    DuplicateRequestError,
    InFlightError,
    NewRequest,
    OverQuotaError,
    Store,
    StoreError,
    Usage,
)
from bot.ui import words
from bot.ui.status import Allowance, Finishing, Painting, Preparing, Result, Status, Waiting
from engine.contract import Medium, Progress
from engine.dispatcher import Quote
from engine.errors import EncodeError, EngineError, PhotoError, PhotoFault, UnfitError
from engine.studio import Look

_SAME_THREAD = 60 * 60
_SEARCHED_THREAD = 24 * 60 * 60  # as long as a photo's link, and so a promise, can live
_SETTLE_AGAIN = (1.0, 5.0, 60.0)
_ETA_STEP = 5

_log = logging.getLogger(__name__)


class Journey:
    """Carries requests. Every request is a task of its own until its picture is posted or refunded.

    Parameters
    ----------
    lane
        Where requests wait and are painted.
    relief
        Where those do whose members said how long is too long, when `lane` would take longer.
    clock
        Epoch seconds.
    pause
        Waits between tries to settle; tests put their own here.
    """

    def __init__(
        self,
        *,
        store: Store,
        lane: Lane,
        relief: Lane | None = None,
        attachments: Attachments,
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._lane = lane
        self._relief = relief
        self._attachments = attachments
        self._clock = clock
        self._pause = pause
        self._under_way: set[asyncio.Task[None]] = set()
        self._closing = False

    def begin(self, request: Request, delivery: Delivery) -> asyncio.Task[None]:
        """Start a journey. The task raises what is nobody's refusal, for the caller to answer."""
        return self._start(self._travel(request, delivery), f"journey-{request.interaction_id}")

    def resume(self, trip: Trip, delivery: Delivery) -> asyncio.Task[None]:
        """Go on with what an earlier run of the bot had promised."""
        return self._start(self._go_on(trip, delivery), f"journey-{trip.job_id}")

    async def close(self, *, patience: float) -> None:
        """Stop: what is not done within `patience` seconds goes on after the next start, and its card says so."""
        self._closing = True
        if not self._under_way:
            return
        _, late = await asyncio.wait(self._under_way, timeout=patience)
        for task in late:
            task.cancel()
        if late:
            _, stubborn = await asyncio.wait(late, timeout=patience)
            for task in stubborn:
                _log.warning("%s did not stop", task.get_name())

    def _start(self, steps: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(steps, name=name)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _travel(self, request: Request, delivery: Delivery) -> None:
        if (sentence := self._check(request)) is not None:
            await delivery.refused(sentence)
            return
        try:
            promised = await self._promise(request, delivery)
        except asyncio.CancelledError:
            await delivery.refused(words.SHUTTING_DOWN)  # a charge that was made by then is refunded at the next start
            raise
        except StoreError as error:
            _log.error("a request could not be written: %s", error)
            await delivery.refused(words.OUR_FAULT)
            return
        if promised is not None:
            await self._carry(*promised, delivery)

    async def _go_on(self, trip: Trip, delivery: Delivery) -> None:
        try:
            posted = await delivery.found(trip.job_id, thread_id=await self._thread(trip, within=_SEARCHED_THREAD))
            if posted is None:
                await self._carry(trip, self._lane, delivery)
                return
            await self._store.start(trip.job_id)
            await self._store.deliver(trip.job_id, channel_id=posted.channel_id, message_id=posted.message_id)
            await delivery.pointed(trip.order, posted)
        except DeliveryError as error:
            await self._take_back(trip, delivery, error)
        except StoreError as error:  # nobody waits for an answer here; the next start finds the job again
            _log.error("%s does not go on: %s", trip.job_id, error)

    def _check(self, request: Request) -> str | None:
        """Step 1, from memory alone: the sentence of a refusal, or None."""
        if self._closing:
            return words.SHUTTING_DOWN
        if not self._lane.open:
            return words.ENGINE_DOWN
        if not policy.declares_a_picture(request.declared):
            return words.NOT_AN_IMAGE_TYPE
        if request.declared.size > policy.MAX_PHOTO_BYTES:
            return words.photo_fault(PhotoFault.TOO_MANY_BYTES, policy.MAX_PHOTO_BYTES)
        if not policy.age_allows(adult_style=request.style.adult, age_restricted_channel=request.age_restricted):
            return words.ADULT_STYLE
        return None

    async def _promise(self, request: Request, delivery: Delivery) -> tuple[Trip, Lane] | None:
        """Step 2: quote, then charge together with the job's row. None: the member was told no."""
        longest = policy.max_wait(token_only=request.token_only)
        lane, quote = choose(request, self._lane, self._relief, longest=longest)
        if quote.eta > longest:
            await delivery.refused(words.too_busy(quote.eta, round(self._clock() + quote.eta - longest)))
            return None
        try:
            receipt = await self._store.submit(_charge(request), in_flight_limit=policy.in_flight_limit(quote.eta))
        except DuplicateRequestError:
            delivery.withheld()
            return None
        except (OverQuotaError, InFlightError) as error:
            await delivery.refused(_not_charged(error))
            return None
        return request.trip(receipt.job_id), lane

    async def _carry(self, trip: Trip, lane: Lane, delivery: Delivery) -> None:
        """Steps 2 to 7, once it is charged: make the picture and post it, or take the promise back."""
        try:
            result = await self._make(trip, lane, delivery)
            posted = await delivery.delivered(result, thread_id=await self._thread(trip))
        except asyncio.CancelledError:
            with suppress(StoreError):  # then the next start counts an attempt that was none: no harm but the count
                await self._store.put_back(trip.job_id)
            await delivery.paused(trip.order)
            raise
        except Exception as error:  # noqa: BLE001 - the journey's boundary: member told, refunded
            await self._take_back(trip, delivery, error)
            return
        await self._settle(
            lambda: self._store.deliver(
                trip.job_id,
                channel_id=posted.channel_id,
                message_id=posted.message_id,
                engine=result.engine,
                seconds=result.seconds,
            )
        )

    async def _make(self, trip: Trip, lane: Lane, delivery: Delivery) -> Result:
        """Enter the queue and show the card, prepare near the turn, paint, encode with the lane free again."""
        look = Look(style=trip.style, strength=trip.strength, seed=trip.seed)
        board = _Board()
        async with AsyncExitStack() as until_encoded:
            async with lane.dispatcher.turn(lane.ticket(trip)) as turn:
                board.show(lambda: self._waiting(turn.quote()))
                card = await delivery.accepted(trip.order, shown := board.status())
                await self._store.card_posted(trip.job_id, channel_id=card.channel_id, message_id=card.message_id)
                await until_encoded.enter_async_context(delivery.showing(trip.order, shown, board.status))
                await turn.near()
                await self._store.start(trip.job_id)
                board.show(Preparing)
                photo = await lane.studio.prepare(await self._fetch(trip))
                board.show(lambda: self._waiting(turn.quote()))
                await turn.granted()
                picture = await lane.studio.paint(trip.job_id, photo, look, board.progress)
            board.show(Finishing)
            encoded = await lane.studio.finish(picture, look, limit=delivery.upload_limit)
        return Result(
            order=trip.order,
            data=encoded.data,
            filename=encoded.filename,
            engine=picture.engine,
            made_by_model=picture.medium is Medium.MODEL,
            seed=picture.seed,
            strength=trip.strength,
            seconds=picture.seconds,
            several_frames=photo.frames > 1,
            detour=picture.detour or lane.detour,
            allowance=allowance(await self._store.usage(trip.guild_id, trip.user_id)),
        )

    async def _fetch(self, trip: Trip) -> bytes:
        """The photo by its sealed link: opened here, held by nothing after this call."""
        secrets = await self._store.secrets(trip.job_id)
        if secrets.url is None:
            raise FetchError(gone=True)
        return await self._attachments.fetch(secrets.url)

    async def _take_back(self, trip: Trip, delivery: Delivery, error: Exception) -> None:
        if not isinstance(error, EngineError | FetchError | DeliveryError):
            _log.error("the journey of %s failed", trip.job_id, exc_info=error)
        await self._settle(lambda: self._store.fail(trip.job_id, type(error).__name__))
        await delivery.failed(trip.order, words.refunded(_sentence(error)))

    async def _settle(self, end: Callable[[], Awaitable[object]]) -> None:
        """Write the end of a job, again and again for a minute: one left open would count as under way until a restart.

        What fails even then is settled by the next start.
        """
        for wait in (*_SETTLE_AGAIN, None):
            try:
                await end()
            except DatabaseFailedError as error:
                _log.error("the end of a job is not written: %s", error)
                if wait is not None:
                    await self._pause(wait)
            else:
                return

    async def _thread(self, trip: Trip, *, within: int = _SAME_THREAD) -> int | None:
        """The thread that took this member's last picture in this channel, if that was within so many seconds."""
        return await self._store.recent_thread(
            guild_id=trip.guild_id, channel_id=trip.channel_id, user_id=trip.user_id, within=within
        )

    def _waiting(self, quote: Quote) -> Waiting:
        """In steps, so that a card is not edited for a second; rounded up, so that it never promises the past."""
        ready_at = self._clock() + quote.eta
        return Waiting(place=quote.place, ready_at=_ETA_STEP * math.ceil(ready_at / _ETA_STEP))


class _Board:
    """What the card says now, for whoever may edit it; nobody is called when it changes."""

    def __init__(self) -> None:
        self._status: Callable[[], Status] = Preparing

    def status(self) -> Status:
        return self._status()

    def show(self, status: Callable[[], Status]) -> None:
        self._status = status

    def progress(self, progress: Progress) -> None:
        painting = Painting(progress.step, progress.steps)  # and not the preview, which would be kept
        self.show(lambda: painting)


def allowance(usage: Usage) -> Allowance:
    """What a card says of a quota."""
    return Allowance(limit=usage.limit, left=usage.left, resets_at=usage.resets_at)


def _charge(request: Request) -> NewRequest:
    return NewRequest(
        interaction_id=request.interaction_id,
        guild_id=request.guild_id,
        user_id=request.user_id,
        channel_id=request.channel_id,
        style=request.style.id,
        strength=request.strength,
        seed=request.seed,
        token=request.token,
        photo_url=request.photo_url,
        url_expires_at=request.photo_expires_at,
    )


def _not_charged(error: OverQuotaError | InFlightError) -> str:
    match error:
        case OverQuotaError(usage=usage):
            return words.over_quota(allowance(usage))
        case InFlightError(count=count):
            return words.too_many_in_flight(count)


def _sentence(error: Exception) -> str:
    """What the member is told when no picture came of a promise."""
    match error:
        case PhotoError(fault=fault, limit=limit):
            return words.photo_fault(fault, limit)
        case FetchError(gone=gone):
            return words.PHOTO_GONE if gone else words.PHOTO_UNREACHABLE
        case UnfitError():
            return words.NOT_REDRAWN
        case EncodeError():
            return words.TOO_LARGE_TO_SEND
        case EngineError():
            return words.ENGINE_FAILED
        case DeliveryError():
            return words.NO_RESULT_PLACE
        case _:
            return words.OUR_FAULT
