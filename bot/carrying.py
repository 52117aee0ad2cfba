"""One picture, carried from its place in the queue to its message, or to its refund."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Final

import structlog

from bot import policy
from bot.answers import allowance, failed
from bot.attachments import Attachments, FetchError
from bot.board import Board
from bot.delivery import DeliveryError, Placing, Posted, Trouble
from bot.delivery.place import filename
from bot.lanes import Lane
from bot.policy import Showing
from bot.request import Delivery, Trip
from bot.safety import Safety, UnsafePictureError
from bot.store import DatabaseFailedError, IllegalTransitionError, RefusedError, Store, StoreError, UnknownJobError
from bot.ui import words
from bot.ui.status import Done, Failed, Finishing, Order, Preparing, Result, Saying, Shown, Status, ended
from bot.values.records import Picture
from bot.values.rules import Standing
from bot.witness import Witness
from engine.errors import EngineError
from engine.studio import Look

SAME_THREAD: Final = 60 * 60
"""Seconds for which a member's pictures of one channel go to one thread."""

_SETTLE_AGAIN = (1.0, 5.0, 60.0)

_log = structlog.stdlib.get_logger(__name__)


@dataclass(slots=True, eq=False)
class Carried:
    """A picture that is under way: of which request, where it waits, and whom it reports to.

    Attributes
    ----------
    ending
        It is posted or taken back, and runs to its end.
    posted
        The picture is there, and so it was made.
    recalled
        Somebody wants it ended: the sentence that says why.
    """

    order: Order
    trip: Trip
    lane: Lane
    delivery: Delivery
    board: Board
    task: asyncio.Task[None] | None = None
    ending: bool = False
    posted: Done | None = None
    recalled: Saying | None = None

    def show(self, status: Status) -> None:
        """The card says so from now on."""
        self.board.show(self.trip.position, status)


class Carrier:
    """Carries pictures, each in a task of its own.

    Parameters
    ----------
    closing
        Whether the bot is stopping.
    clock
        Epoch seconds.
    pause
        Waits between tries to settle.
    """

    def __init__(
        self,
        *,
        store: Store,
        attachments: Attachments,
        safety: Safety,
        witness: Witness,
        closing: Callable[[], bool],
        clock: Callable[[], float],
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        self._store = store
        self._attachments = attachments
        self._safety = safety
        self._witness = witness
        self._closing = closing
        self._clock = clock
        self._pause = pause

    async def carry(self, carried: Carried) -> None:
        """Steps 3 to 7: from its place in the queue to its end; what that is goes to the board.

        Raises
        ------
        asyncio.CancelledError
            The bot stops.
        """
        carried.task = _this_task()
        try:
            result = await self._make(carried)
            carried.ending = True
            await self._post(carried, result)
        except asyncio.CancelledError:
            await self._stopped(carried)
        except (IllegalTransitionError, UnknownJobError):  # cancelled in the store, or its member was erased
            carried.ending = True
            self._called_off(carried, carried.recalled or words.WITHDRAWN)
        except Exception as error:  # noqa: BLE001 - the journey's boundary: member told, refunded
            carried.ending = True
            await self.take_back(carried.trip, error)
            carried.show(failed(error) if carried.recalled is None else _called_off(carried.recalled))
            if not all(map(ended, carried.board.statuses())):  # else the last look says so
                order = carried.order
                await carried.delivery.lost(order, carried.board.statuses, partial(self.shows, order))

    async def _stopped(self, carried: Carried) -> None:
        """Either the picture is called off, or the bot stops: then it goes on after the next start, unless it is there.

        Raises
        ------
        asyncio.CancelledError
            The bot stops.
        """
        if carried.recalled is not None:
            if not self._closing():
                _this_task().uncancel()
            carried.ending = True
            self._called_off(carried, carried.recalled)
        else:
            with suppress(StoreError):  # then the next start counts an attempt that was none: no harm but the count
                await self._store.put_back(carried.trip.job_id)
            if carried.posted is not None:
                carried.show(carried.posted)
        if self._closing() or carried.recalled is None:
            raise asyncio.CancelledError

    def _called_off(self, carried: Carried, why: Saying) -> None:
        self._witness.cancelled()
        carried.show(_called_off(why))

    async def _make(self, carried: Carried) -> Result:
        """Enter the queue, prepare near the turn, paint, encode with the lane free again."""
        trip, lane, board = carried.trip, carried.lane, carried.board
        look = Look(style=trip.style, strength=trip.strength, seed=trip.seed)
        still_admits = partial(policy.still_admits, trip.ask, house=self._safety.house)
        entered, position = self._clock(), trip.position
        async with AsyncExitStack() as queue:
            turn = await queue.enter_async_context(lane.dispatcher.turn(lane.ticket(trip)))
            queue.enter_context(board.queueing(position, turn.quote))
            await board.opened()
            await turn.near()
            await self._store.start(trip.job_id, judge=still_admits)
            carried.show(Preparing())
            photo = await lane.studio.prepare(await self._fetch(trip))
            showing = {await self._safety.look(photo.pixels, trip)}
            board.waits(position)
            await turn.granted()
            if await self.shows(carried.order) is Picture.DELETED:
                raise DeliveryError(Trouble.GONE)  # nothing is painted for nobody
            await self._store.go_on(trip.job_id, judge=still_admits)
            self._witness.granted(waited=self._clock() - entered)
            picture = await lane.studio.paint(trip.job_id, photo, look, partial(board.progress, position))
        carried.show(Finishing())
        showing.add(await self._safety.look(picture.pixels, trip))
        encoded = await lane.studio.finish(picture, look, limit=carried.delivery.upload_limit)
        shown = Shown(
            position=position,
            filename=filename(trip.style.id, encoded.filename.rpartition(".")[2], position, carried.order.count),
            engine=picture.engine,
            medium=picture.medium,
            seed=picture.seed,
            strength=trip.strength,
            seconds=picture.seconds,
            several_frames=photo.frames > 1,
            detour=picture.detour or lane.detour,
            spoiler=Showing.SPOILER in showing,
        )
        left = allowance(await self._store.usage_of_job(trip.job_id))
        return Result(order=carried.order, shown=shown, data=encoded.data, allowance=left)

    async def _post(self, carried: Carried, result: Result) -> None:
        """Step 7: show the picture, and keep the charge.

        Raises
        ------
        DeliveryError, IllegalTransitionError, UnknownJobError
        """
        trip, shown = carried.trip, result.shown
        inline = not (await self._store.desk.guild(trip.place.guild_id)).threads
        placing = Placing(thread_id=await self.thread(trip), inline=inline)
        shows = partial(self.shows, result.order)
        posted = await carried.delivery.delivered(result, carried.board.statuses, placing, shows)
        carried.posted = done = Done(shown.engine, shown.seconds)
        digest = sha256(result.data).hexdigest()
        try:
            await self._settle(
                trip,
                lambda: self._store.deliver(
                    trip.job_id,
                    channel_id=posted.channel_id,
                    message_id=posted.message_id,
                    engine=shown.engine,
                    seconds=shown.seconds,
                    medium=shown.medium,
                    sha256=digest,
                ),
            )
        except (IllegalTransitionError, UnknownJobError):
            await carried.delivery.removed(result.order, trip.position, shows)
            raise
        carried.show(done)
        self._witness.delivered(style=trip.style.id, engine=shown.engine or "", seconds=shown.seconds or 0.0)

    async def shows(self, order: Order) -> Picture:
        """What may be seen of a request's pictures.

        Raises
        ------
        DeliveryError
            Nobody can tell, so nothing may be changed.
        """
        if order.count == 1:
            return Picture.SHOWN
        try:
            jobs = await self._store.jobs_of(order.interaction_id)
        except StoreError:
            raise DeliveryError(Trouble.REFUSED) from None
        if any(job.deleted_at is not None for job in jobs):
            return Picture.DELETED
        return Picture.HIDDEN if any(job.hidden_at is not None for job in jobs) else Picture.SHOWN

    async def keep(self, order: Order, trip: Trip, posted: Posted, delivery: Delivery) -> Status:
        """Note down a picture that an earlier run of the bot has posted; what was cancelled since is taken down.

        Raises
        ------
        StoreError
        """
        try:
            await self._store.start(trip.job_id, judge=_posted_already)
            await self._store.deliver(trip.job_id, channel_id=posted.channel_id, message_id=posted.message_id)
        except (IllegalTransitionError, UnknownJobError):
            await delivery.removed(order, trip.position, partial(self.shows, order))
            return _called_off(words.WITHDRAWN)
        return Done(None, None)

    async def _fetch(self, trip: Trip) -> bytes:
        """The photo by its sealed link: opened here, held by nothing after this call."""
        secrets = await self._store.secrets(trip.job_id)
        if secrets.url is None:
            raise FetchError(gone=True)
        return await self._attachments.fetch(secrets.url)

    async def take_back(self, trip: Trip, error: Exception) -> None:
        """End a job of which no picture came, and refund it."""
        if not isinstance(error, EngineError | FetchError | DeliveryError | UnsafePictureError | RefusedError):
            _log.error("a journey failed", job=trip.job_id, exc_info=error)
        kind, taken_back = type(error).__name__, False

        async def end() -> None:
            nonlocal taken_back
            taken_back = await self._store.fail(trip.job_id, kind)

        with suppress(UnknownJobError):  # its member was erased meanwhile
            await self._settle(trip, end)
        if taken_back:  # else it had ended already, and that was counted
            self._witness.failed(kind)

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

    async def thread(self, trip: Trip, *, within: int = SAME_THREAD) -> int | None:
        """The thread that took this member's last picture in this channel, if that was within so many seconds."""
        return await self._store.recent_thread(
            guild_id=trip.place.guild_id, channel_id=trip.place.channel_id, user_id=trip.user_id, within=within
        )


def _called_off(why: Saying) -> Failed:
    return Failed(why, called_off=True)


def _this_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("a picture is carried in a task")
    return task


def _posted_already(_standing: Standing) -> None:
    """The picture is there: no rule makes that undone."""
