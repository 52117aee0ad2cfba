"""THE FLOW: one coroutine a request, from the photo that was asked for to the picture in the thread.

It knows no Discord: a frozen Request comes in, and a Delivery takes what the member sees.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

import structlog

from bot import policy
from bot.answers import TurnedDownError, allowance, failed, turned_down
from bot.attachments import Attachments, FetchError
from bot.board import Board
from bot.delivery import DeliveryError, Posted
from bot.delivery.place import filename
from bot.lanes import Lane, choose
from bot.policy import Showing
from bot.request import Delivery, Request, Trip
from bot.safety import Safety, UnsafePictureError
from bot.store import (
    DatabaseFailedError,
    DuplicateRequestError,
    IllegalTransitionError,
    InFlightError,
    NotAdmittedError,
    OverCapError,
    OverQuotaError,
    RefusedError,
    Store,
    StoreError,
    UnknownJobError,
)
from bot.ui import words
from bot.ui.status import Done, Failed, Finishing, Order, Preparing, Result, Saying, Shown, ended
from bot.values.rules import Place, Refusal, Standing
from bot.witness import Nobody, Witness
from engine.errors import EngineError, PhotoFault
from engine.studio import Look

_SAME_THREAD = 60 * 60
_SEARCHED_THREAD = 24 * 60 * 60  # as long as a photo's link, and so a promise, can live
_SETTLE_AGAIN = (1.0, 5.0, 60.0)

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
    def lanes(self) -> tuple[Lane, ...]:
        """Where requests wait and are painted, the usual one first."""
        return (self._lane,) if self._relief is None else (self._lane, self._relief)

    @property
    def closing(self) -> bool:
        """Whether nothing new is taken, since the bot is stopping."""
        return self._closing

    def begin(self, request: Request, delivery: Delivery) -> asyncio.Task[None]:
        """Start a journey. The task raises what is nobody's refusal, for the caller to answer."""
        return self._start(self._travel(request, delivery), f"journey-{request.interaction_id}")

    def resume(
        self, order: Order, trips: tuple[Trip, ...], delivery: Delivery, painted: Mapping[int, Shown]
    ) -> asyncio.Task[None]:
        """Go on with what an earlier run of the bot had promised.

        Parameters
        ----------
        painted
            What is known of the pictures of this request that may be posted already, these trips' own among them.
        """
        return self._start(self._go_on(order, trips, delivery, painted), f"journey-{order.interaction_id}")

    def recall(self, job_ids: Collection[str], why: Saying) -> bool:
        """End the journeys of jobs that somebody has cancelled in the store; their cards say why.

        One that is ending ends: a picture that is being posted is found to be unwanted then, and taken down.
        False where none is under way, and so no card says anything.
        """
        under_way = [self._carried[job_id] for job_id in job_ids if job_id in self._carried]
        for carried in under_way:
            carried.recalled = why
            if carried.task is not None and not carried.ending:
                carried.task.cancel()
        return bool(under_way)

    async def refused(self, place: Place, reason: str) -> None:
        """Count a request that is not taken, here or before it was made."""
        self._witness.refused(reason)
        try:
            await self._store.refused(place.guild_id, reason)
        except StoreError as error:
            _log.error("a refusal is not counted", reason=str(error))

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
            order, trips, lane = await self._promise(request)
        except asyncio.CancelledError:
            await delivery.refused(words.SHUTTING_DOWN)  # a charge that was made by then is refunded at the next start
            raise
        except DuplicateRequestError:
            delivery.withheld()
        except TurnedDownError as refusal:
            await delivery.refused(refusal.why, refusal.way_out)
            await self.refused(request.place, refusal.reason)
        except StoreError as error:
            _log.error("a request could not be written", reason=str(error))
            await delivery.refused(words.OUR_FAULT)
        else:
            await self._carry_all(order, trips, lane, delivery)

    async def _go_on(
        self, order: Order, trips: tuple[Trip, ...], delivery: Delivery, painted: Mapping[int, Shown]
    ) -> None:
        left = []
        try:
            thread_id = await self._thread(trips[0], within=_SEARCHED_THREAD)
            found = await delivery.found(order, painted, thread_id=thread_id)
            for trip in trips:
                if found is None or trip.position not in found.positions:
                    left.append(trip)
                else:
                    await self._keep(order, trip, found.posted, delivery)
        except DeliveryError as error:
            for trip in trips:
                await self._take_back(trip, error)
            await delivery.closed(order, (failed(error),))
        except StoreError as error:  # nobody waits for an answer here; the next start finds the jobs again
            _log.error("a request does not go on", request=order.interaction_id, reason=str(error))
        else:
            if left:
                await self._carry_all(order, tuple(left), self._lane, delivery)
            else:
                await delivery.closed(order, None)

    def _check(self, request: Request) -> None:
        """Step 1, from memory alone.

        Raises
        ------
        TurnedDownError
        """
        if self._closing:
            raise TurnedDownError("shutting_down", words.SHUTTING_DOWN)
        if not self._lane.open:
            raise TurnedDownError("engine_down", words.ENGINE_DOWN)
        for shot in request.shots:
            if not policy.declares_a_picture(shot.declared):
                raise TurnedDownError("not_a_picture", words.NOT_AN_IMAGE_TYPE)
            if shot.declared.size > policy.MAX_PHOTO_BYTES:
                limit = policy.MAX_PHOTO_BYTES
                raise TurnedDownError("too_large", partial(words.photo_fault, PhotoFault.TOO_MANY_BYTES, limit))

    async def _promise(self, request: Request) -> tuple[Order, tuple[Trip, ...], Lane]:
        """Step 2: quote, then ask the rules and charge together with the jobs' rows.

        Raises
        ------
        TurnedDownError, DuplicateRequestError, StoreError
        """
        longest = policy.max_wait(token_only=request.token_only)
        lane, quote = choose(request, self._lane, self._relief, longest=longest)
        if quote.eta > longest:
            again_at = round(self._clock() + quote.eta - longest)
            raise TurnedDownError("too_busy", partial(words.too_busy, quote.eta, again_at))

        def judge(position: int, found: Standing) -> Refusal | None:
            return policy.admits(request.ask(position), found, house=self._safety.house, now=self._clock())

        try:
            receipt = await self._store.submit(
                request.charge, judge=judge, in_flight_limit=policy.in_flight_limit(quote.eta)
            )
        except (NotAdmittedError, OverQuotaError, OverCapError, InFlightError) as error:
            raise turned_down(error, interaction_id=request.interaction_id) from None
        self._witness.accepted()
        long_wait = policy.worth_a_mention(quote.eta) and not request.token_only
        return request.order(receipt.language, long_wait=long_wait), request.trips(receipt.job_ids), lane

    async def _carry_all(self, order: Order, trips: tuple[Trip, ...], lane: Lane, delivery: Delivery) -> None:
        """Steps 2 to 7, once it is charged: show the card, carry each picture, and say how it ended."""
        board = Board([trip.position for trip in trips], self._clock)
        self._carried |= {trip.job_id: _Carried() for trip in trips}
        try:
            board.previews = await self._safety.looks_away(trips[0].place)
            async with asyncio.TaskGroup() as carrying:
                for trip in trips:
                    carrying.create_task(self._carry(order, trip, lane, delivery, board), name=f"trip-{trip.job_id}")
                await board.complete()
                async with self._card(order, trips[0], delivery, board):
                    await board.over()
        except asyncio.CancelledError:
            if not all(map(ended, board.statuses())):
                await delivery.paused(order)
            raise
        finally:
            for trip in trips:
                del self._carried[trip.job_id]
        mention = hidden = False
        with suppress(StoreError):  # whoever wanted to be called finds the card
            mention = await self._store.mention_wanted(order.interaction_id)
            hidden = await self._hidden(order)
        await delivery.closed(order, board.statuses(), mention=mention, hidden=hidden)

    @asynccontextmanager
    async def _card(self, order: Order, trip: Trip, delivery: Delivery, board: Board) -> AsyncIterator[None]:
        """Show the card, and keep it true while the body runs. Where there is none, the pictures are told why."""
        async with AsyncExitStack() as shown:
            try:
                card = await delivery.accepted(order, saying := board.statuses())
                await self._store.card_posted(trip.job_id, channel_id=card.channel_id, message_id=card.message_id)
                if trip.owner_id is None and await self._store.tell_once(trip.user_id):
                    await delivery.told(words.UPLOADS_ARE_YOURS)
                await shown.enter_async_context(delivery.showing(order, saying, board.statuses))
            except (DeliveryError, StoreError) as error:
                board.open(error)
            else:
                board.open()
            yield

    async def _carry(self, order: Order, trip: Trip, lane: Lane, delivery: Delivery, board: Board) -> None:
        """One picture from its place in the queue to its end; what it is goes to the board."""
        carried = self._carried[trip.job_id]
        carried.task = _this_task()
        try:
            result = await self._make(order, trip, lane, delivery, board)
            carried.ending = True
            await self._post(trip, result, delivery, board, carried)
        except asyncio.CancelledError:
            await self._stopped(trip, board, carried)
        except (IllegalTransitionError, UnknownJobError):  # cancelled in the store, or its member was erased
            carried.ending = True
            self._called_off(trip, board, carried.recalled or words.WITHDRAWN)
        except Exception as error:  # noqa: BLE001 - the journey's boundary: member told, refunded
            carried.ending = True
            await self._take_back(trip, error)
            board.show(trip.position, failed(error) if carried.recalled is None else _called_off(carried.recalled))

    async def _stopped(self, trip: Trip, board: Board, carried: "_Carried") -> None:
        """Either the picture is called off, or the bot stops: then it goes on after the next start, unless it is there.

        Raises
        ------
        asyncio.CancelledError
            The bot stops.
        """
        if carried.recalled is not None:
            if not self._closing:
                _this_task().uncancel()
            carried.ending = True
            self._called_off(trip, board, carried.recalled)
        else:
            with suppress(StoreError):  # then the next start counts an attempt that was none: no harm but the count
                await self._store.put_back(trip.job_id)
            if carried.posted is not None:
                board.show(trip.position, carried.posted)
        if self._closing or carried.recalled is None:
            raise asyncio.CancelledError

    def _called_off(self, trip: Trip, board: Board, why: Saying) -> None:
        self._witness.cancelled()
        board.show(trip.position, _called_off(why))

    async def _make(self, order: Order, trip: Trip, lane: Lane, delivery: Delivery, board: Board) -> Result:
        """Enter the queue, prepare near the turn, paint, encode with the lane free again."""
        look = Look(style=trip.style, strength=trip.strength, seed=trip.seed)
        still_admits = partial(policy.still_admits, trip.ask, house=self._safety.house)
        entered, position = self._clock(), trip.position
        async with AsyncExitStack() as queue:
            turn = await queue.enter_async_context(lane.dispatcher.turn(lane.ticket(trip)))
            queue.enter_context(board.queueing(position, turn.quote))
            await board.opened()
            await turn.near()
            await self._store.start(trip.job_id, judge=still_admits)
            board.show(position, Preparing())
            photo = await lane.studio.prepare(await self._fetch(trip))
            showing = {await self._safety.look(photo.pixels, trip)}
            board.waits(position)
            await turn.granted()
            await self._store.go_on(trip.job_id, judge=still_admits)
            self._witness.granted(waited=self._clock() - entered)
            picture = await lane.studio.paint(trip.job_id, photo, look, partial(board.progress, position))
        board.show(position, Finishing())
        showing.add(await self._safety.look(picture.pixels, trip))
        encoded = await lane.studio.finish(picture, look, limit=delivery.upload_limit)
        shown = Shown(
            position=position,
            filename=filename(trip.style.id, encoded.filename.rpartition(".")[2], position, order.count),
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
        return Result(order=order, shown=shown, data=encoded.data, allowance=left)

    async def _post(self, trip: Trip, result: Result, delivery: Delivery, board: Board, carried: "_Carried") -> None:
        """Step 7: show the picture, and keep the charge.

        Raises
        ------
        DeliveryError, IllegalTransitionError, UnknownJobError
        """
        shown = result.shown
        inline = not (await self._store.desk.guild(trip.place.guild_id)).threads
        posted = await delivery.delivered(
            result,
            board.statuses,
            thread_id=await self._thread(trip),
            inline=inline,
            hidden=await self._hidden(result.order),
        )
        carried.posted = done = Done(shown.engine or "", shown.seconds or 0.0)
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
            await delivery.removed(result.order, trip.position)
            raise
        board.show(trip.position, done)
        self._witness.delivered(style=trip.style.id, engine=done.engine, seconds=done.seconds)

    async def _hidden(self, order: Order) -> bool:
        """Whether somebody objects to what is posted of a request already."""
        if order.count == 1:
            return False
        return any(job.hidden_at is not None for job in await self._store.jobs_of(order.interaction_id))

    async def _keep(self, order: Order, trip: Trip, posted: Posted, delivery: Delivery) -> None:
        """Note down a picture that an earlier run of the bot has posted; what was cancelled since is taken down.

        Raises
        ------
        StoreError
        """
        try:
            await self._store.start(trip.job_id, judge=_posted_already)
            await self._store.deliver(trip.job_id, channel_id=posted.channel_id, message_id=posted.message_id)
        except (IllegalTransitionError, UnknownJobError):
            await delivery.removed(order, trip.position)

    async def _fetch(self, trip: Trip) -> bytes:
        """The photo by its sealed link: opened here, held by nothing after this call."""
        secrets = await self._store.secrets(trip.job_id)
        if secrets.url is None:
            raise FetchError(gone=True)
        return await self._attachments.fetch(secrets.url)

    async def _take_back(self, trip: Trip, error: Exception) -> None:
        if not isinstance(error, EngineError | FetchError | DeliveryError | UnsafePictureError | RefusedError):
            _log.error("a journey failed", job=trip.job_id, exc_info=error)
        kind = type(error).__name__
        await self._settle(trip, lambda: self._store.fail(trip.job_id, kind))
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

    async def _thread(self, trip: Trip, *, within: int = _SAME_THREAD) -> int | None:
        """The thread that took this member's last picture in this channel, if that was within so many seconds."""
        return await self._store.recent_thread(
            guild_id=trip.place.guild_id, channel_id=trip.place.channel_id, user_id=trip.user_id, within=within
        )


@dataclass(slots=True)
class _Carried:
    """A picture that is under way.

    Attributes
    ----------
    ending
        It is posted or taken back, and runs to its end.
    posted
        The picture is there, and so it was made.
    recalled
        Somebody wants it ended: the sentence that says why.
    """

    task: asyncio.Task[None] | None = None
    ending: bool = False
    posted: Done | None = None
    recalled: Saying | None = None


def _called_off(why: Saying) -> Failed:
    return Failed(why, called_off=True)


def _this_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("a picture is carried in a task")
    return task


def _posted_already(_standing: Standing) -> None:
    """The picture is there: no rule makes that undone."""
