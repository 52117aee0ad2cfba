"""THE FLOW: one coroutine a request, from the photo that was asked for to the picture in the thread.

It knows no Discord: a frozen Request comes in, and a Delivery takes what the member sees.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

import structlog

from bot import policy
from bot.answers import TurnedDownError, allowance, sentence, turned_down
from bot.attachments import Attachments, FetchError
from bot.delivery import DeliveryError, Posted
from bot.lanes import Lane, choose
from bot.policy import Showing
from bot.request import Delivery, Request, Trip
from bot.safety import Safety, UnsafePictureError
from bot.store import (
    DatabaseFailedError,
    DuplicateRequestError,
    IllegalTransitionError,
    InFlightError,
    NewRequest,
    NotAdmittedError,
    OverCapError,
    OverQuotaError,
    RefusedError,
    Store,
    StoreError,
    UnknownJobError,
)
from bot.ui import words
from bot.ui.status import Finishing, Painting, Preparing, Result, Status, Waiting
from bot.values.rules import Refusal, Standing
from bot.witness import Nobody, Witness
from engine.contract import Medium, Progress
from engine.dispatcher import Quote
from engine.errors import EngineError, PhotoFault
from engine.studio import Look

_SAME_THREAD = 60 * 60
_SEARCHED_THREAD = 24 * 60 * 60  # as long as a photo's link, and so a promise, can live
_SETTLE_AGAIN = (1.0, 5.0, 60.0)
_ETA_STEP = 5

_log = structlog.stdlib.get_logger(__name__)


class Journey:
    """Carries requests. Every request is a task of its own until its picture is posted or refunded.

    Parameters
    ----------
    lane
        Where requests wait and are painted.
    relief
        Where those do whose members said how long is too long, when `lane` would take longer.
    safety
        Looks at photos and pictures.
    witness
        Hears what becomes of requests.
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
        safety: Safety,
        witness: Witness | None = None,
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._lane = lane
        self._relief = relief
        self._attachments = attachments
        self._safety = safety
        self._witness = witness or Nobody()
        self._clock = clock
        self._pause = pause
        self._under_way: set[asyncio.Task[None]] = set()
        self._carried: dict[str, _Carried] = {}
        self._closing = False

    @property
    def closing(self) -> bool:
        """Whether nothing new is taken, since the bot is stopping."""
        return self._closing

    def begin(self, request: Request, delivery: Delivery) -> asyncio.Task[None]:
        """Start a journey. The task raises what is nobody's refusal, for the caller to answer."""
        return self._start(self._travel(request, delivery), f"journey-{request.interaction_id}")

    def resume(self, trip: Trip, delivery: Delivery) -> asyncio.Task[None]:
        """Go on with what an earlier run of the bot had promised."""
        return self._start(self._go_on(trip, delivery), f"journey-{trip.job_id}")

    def recall(self, job_ids: Collection[str], sentence: str) -> None:
        """End the journeys of jobs that somebody has cancelled in the store; their cards say why, with this sentence.

        One that is ending ends: a picture that is being posted is found to be unwanted then, and taken down.
        """
        for job_id in job_ids:
            if (carried := self._carried.get(job_id)) is not None:
                carried.recalled = sentence
                if not carried.ending:
                    carried.task.cancel()

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
                _log.warning("a journey did not stop", task=task.get_name())

    def _start(self, steps: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(steps, name=name)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _travel(self, request: Request, delivery: Delivery) -> None:
        try:
            self._check(request)
            trip, lane = await self._promise(request)
        except asyncio.CancelledError:
            await delivery.refused(
                words.SHUTTING_DOWN()
            )  # a charge that was made by then is refunded at the next start
            raise
        except DuplicateRequestError:
            delivery.withheld()
        except TurnedDownError as refusal:
            self._witness.refused(refusal.reason)
            await delivery.refused(refusal.sentence, statement=refusal.reason == Refusal.STATEMENT)
            await self._count_refusal(request, refusal.reason)
        except StoreError as error:
            _log.error("a request could not be written", reason=str(error))
            await delivery.refused(words.OUR_FAULT())
        else:
            await self._carry(trip, lane, delivery)

    async def _go_on(self, trip: Trip, delivery: Delivery) -> None:
        try:
            posted = await delivery.found(trip.job_id, thread_id=await self._thread(trip, within=_SEARCHED_THREAD))
            if posted is None:
                await self._carry(trip, self._lane, delivery)
                return
            await self._keep(trip, posted, delivery)
            await delivery.pointed(trip.order, posted)
        except (IllegalTransitionError, UnknownJobError):  # it was cancelled while we looked for it
            await delivery.failed(trip.order, words.WITHDRAWN())
        except DeliveryError as error:
            await self._take_back(trip, delivery, error)
        except StoreError as error:  # nobody waits for an answer here; the next start finds the job again
            _log.error("a job does not go on", job=trip.job_id, reason=str(error))

    def _check(self, request: Request) -> None:
        """Step 1, from memory alone.

        Raises
        ------
        TurnedDownError
        """
        if self._closing:
            raise TurnedDownError("shutting_down", words.SHUTTING_DOWN())
        if not self._lane.open:
            raise TurnedDownError("engine_down", words.ENGINE_DOWN())
        if not policy.declares_a_picture(request.declared):
            raise TurnedDownError("not_a_picture", words.NOT_AN_IMAGE_TYPE())
        if request.declared.size > policy.MAX_PHOTO_BYTES:
            raise TurnedDownError("too_large", words.photo_fault(PhotoFault.TOO_MANY_BYTES, policy.MAX_PHOTO_BYTES))

    async def _promise(self, request: Request) -> tuple[Trip, Lane]:
        """Step 2: quote, then ask the rules and charge together with the job's row.

        Raises
        ------
        TurnedDownError, DuplicateRequestError, StoreError
        """
        longest = policy.max_wait(token_only=request.token_only)
        lane, quote = choose(request, self._lane, self._relief, longest=longest)
        if quote.eta > longest:
            raise TurnedDownError("too_busy", words.too_busy(quote.eta, round(self._clock() + quote.eta - longest)))
        try:
            receipt = await self._store.submit(
                _charge(request),
                judge=lambda found: policy.admits(request.ask, found, house=self._safety.house, now=self._clock()),
                in_flight_limit=policy.in_flight_limit(quote.eta),
            )
        except (NotAdmittedError, OverQuotaError, OverCapError, InFlightError) as error:
            raise turned_down(error) from None
        self._witness.accepted()
        return request.trip(receipt.job_id), lane

    async def _carry(self, trip: Trip, lane: Lane, delivery: Delivery) -> None:
        """Steps 2 to 7, once it is charged: make the picture and post it, or take the promise back."""
        carried = self._carried[trip.job_id] = _Carried(_this_task())
        try:
            result = await self._make(trip, lane, delivery)
            carried.ending = True
            await self._post(trip, result, delivery, carried)
        except asyncio.CancelledError:
            await self._stopped(trip, delivery, carried)
        except (IllegalTransitionError, UnknownJobError):  # cancelled in the store, or its member was erased
            carried.ending = True
            await self._called_off(trip, delivery, carried.recalled or words.WITHDRAWN())
        except Exception as error:  # noqa: BLE001 - the journey's boundary: member told, refunded
            carried.ending = True
            await self._take_back(trip, delivery, error)
        finally:
            del self._carried[trip.job_id]

    async def _stopped(self, trip: Trip, delivery: Delivery, carried: "_Carried") -> None:
        """Either the picture is called off, or the bot stops: then it goes on after the next start, unless it is there.

        Raises
        ------
        asyncio.CancelledError
            The bot stops.
        """
        if carried.recalled is not None:
            if not self._closing:
                carried.task.uncancel()
            carried.ending = True
            await self._called_off(trip, delivery, carried.recalled)
        else:
            with suppress(StoreError):  # then the next start counts an attempt that was none: no harm but the count
                await self._store.put_back(trip.job_id)
            if not carried.posted:
                await delivery.paused(trip.order)
        if self._closing or carried.recalled is None:
            raise asyncio.CancelledError

    async def _called_off(self, trip: Trip, delivery: Delivery, why: str) -> None:
        self._witness.cancelled()
        await delivery.failed(trip.order, why)

    async def _post(self, trip: Trip, result: Result, delivery: Delivery, carried: "_Carried") -> None:
        """Step 7: show the picture, and keep the charge.

        Raises
        ------
        DeliveryError, IllegalTransitionError, UnknownJobError
        """
        inline = not (await self._store.desk.guild(trip.place.guild_id)).threads
        posted = await delivery.delivered(result, thread_id=await self._thread(trip), inline=inline)
        carried.posted = True
        digest = sha256(result.data).hexdigest()
        try:
            await self._settle(
                trip,
                lambda: self._store.deliver(
                    trip.job_id,
                    channel_id=posted.channel_id,
                    message_id=posted.message_id,
                    engine=result.engine,
                    seconds=result.seconds,
                    sha256=digest,
                ),
            )
        except (IllegalTransitionError, UnknownJobError):
            await delivery.removed(posted)
            raise
        self._witness.delivered(style=trip.style.id, engine=result.engine, seconds=result.seconds)

    async def _keep(self, trip: Trip, posted: Posted, delivery: Delivery) -> None:
        """Note down a picture that an earlier run of the bot has posted; what was cancelled since is taken down.

        Raises
        ------
        StoreError
        """
        try:
            await self._store.start(trip.job_id, judge=_posted_already)
            await self._store.deliver(trip.job_id, channel_id=posted.channel_id, message_id=posted.message_id)
        except (IllegalTransitionError, UnknownJobError):
            await delivery.removed(posted)
            raise

    async def _make(self, trip: Trip, lane: Lane, delivery: Delivery) -> Result:
        """Enter the queue and show the card, prepare near the turn, paint, encode with the lane free again."""
        look = Look(style=trip.style, strength=trip.strength, seed=trip.seed)
        still_admits = partial(policy.still_admits, trip.ask, house=self._safety.house)
        entered, board = self._clock(), _Board()
        async with AsyncExitStack() as until_encoded:
            async with lane.dispatcher.turn(lane.ticket(trip)) as turn:
                board.show(lambda: self._waiting(turn.quote()))
                card = await delivery.accepted(trip.order, shown := board.status())
                await self._store.card_posted(trip.job_id, channel_id=card.channel_id, message_id=card.message_id)
                if trip.owner_id is None and await self._store.tell_once(trip.user_id):
                    await delivery.told(words.UPLOADS_ARE_YOURS())
                await until_encoded.enter_async_context(delivery.showing(trip.order, shown, board.status))
                await turn.near()
                await self._store.start(trip.job_id, judge=still_admits)
                board.show(Preparing)
                photo = await lane.studio.prepare(await self._fetch(trip))
                showing = {await self._safety.look(photo.pixels, trip)}
                board.show(lambda: self._waiting(turn.quote()))
                await turn.granted()
                await self._store.go_on(trip.job_id, judge=still_admits)
                self._witness.granted(waited=self._clock() - entered)
                picture = await lane.studio.paint(trip.job_id, photo, look, board.progress)
            board.show(Finishing)
            showing.add(await self._safety.look(picture.pixels, trip))
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
            spoiler=Showing.SPOILER in showing,
            allowance=allowance(await self._store.usage_of_job(trip.job_id)),
        )

    async def _fetch(self, trip: Trip) -> bytes:
        """The photo by its sealed link: opened here, held by nothing after this call."""
        secrets = await self._store.secrets(trip.job_id)
        if secrets.url is None:
            raise FetchError(gone=True)
        return await self._attachments.fetch(secrets.url)

    async def _take_back(self, trip: Trip, delivery: Delivery, error: Exception) -> None:
        if not isinstance(error, EngineError | FetchError | DeliveryError | UnsafePictureError | RefusedError):
            _log.error("a journey failed", job=trip.job_id, exc_info=error)
        kind = type(error).__name__
        await self._settle(trip, lambda: self._store.fail(trip.job_id, kind))
        self._witness.failed(kind)
        await delivery.failed(trip.order, words.refunded(sentence(error)))

    async def _settle(self, trip: Trip, end: Callable[[], Awaitable[object]]) -> None:
        """Write the end of a job, again and again for a minute: one left open would count as under way until a restart.

        What fails even then is settled by the next start.
        """
        for wait in (*_SETTLE_AGAIN, None):
            try:
                await end()
            except DatabaseFailedError as error:
                _log.error("the end of a job is not written", job=trip.job_id, reason=str(error))
                if wait is not None:
                    await self._pause(wait)
            else:
                return

    async def _thread(self, trip: Trip, *, within: int = _SAME_THREAD) -> int | None:
        """The thread that took this member's last picture in this channel, if that was within so many seconds."""
        return await self._store.recent_thread(
            guild_id=trip.place.guild_id, channel_id=trip.place.channel_id, user_id=trip.user_id, within=within
        )

    async def _count_refusal(self, request: Request, reason: str) -> None:
        try:
            await self._store.refused(request.place.guild_id, reason)
        except StoreError as error:
            _log.error("a refusal is not counted", reason=str(error))

    def _waiting(self, quote: Quote) -> Waiting:
        """In steps, so that a card is not edited for a second; rounded up, so that it never promises the past."""
        ready_at = self._clock() + quote.eta
        return Waiting(place=quote.place, ready_at=_ETA_STEP * math.ceil(ready_at / _ETA_STEP))


@dataclass(slots=True)
class _Carried:
    """A journey that is under way.

    Attributes
    ----------
    ending
        It is posted or taken back, and runs to its end.
    posted
        The picture is there.
    recalled
        Somebody wants it ended: the sentence that says why.
    """

    task: asyncio.Task[None]
    ending: bool = False
    posted: bool = False
    recalled: str | None = None


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


def _charge(request: Request) -> NewRequest:
    return NewRequest(
        interaction_id=request.interaction_id,
        place=request.place,
        user_id=request.actor.user_id,
        roles=request.actor.roles,
        owner_id=request.source.owner_id,
        style=request.style.id,
        strength=request.strength,
        seed=request.seed,
        token=request.token,
        photo_url=request.photo_url,
        url_expires_at=request.photo_expires_at,
    )


def _this_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("a journey is carried in a task")
    return task


def _posted_already(_standing: Standing) -> None:
    """The picture is there: no rule makes that undone."""
