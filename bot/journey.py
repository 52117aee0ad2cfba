"""THE FLOW: one coroutine a request, from the photo that was asked for to the picture in the thread.

It knows no Discord: a frozen Request comes in, and a Delivery takes what the member sees.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

import structlog

from bot import policy
from bot.answers import TurnedDownError, failed, turned_down
from bot.attachments import Attachments
from bot.board import NOTHING, Board
from bot.carrying import Carried, Carrier
from bot.delivery import DeliveryError, Posted
from bot.lanes import Lane, choose
from bot.request import Delivery, Request, Trip
from bot.safety import Safety
from bot.store import (
    DuplicateRequestError,
    InFlightError,
    NotAdmittedError,
    OverCapError,
    OverQuotaError,
    Store,
    StoreError,
)
from bot.ui import words
from bot.ui.status import Order, Saying, Shown, Status, Statuses, ended
from bot.values.rules import Place, Refusal, Standing
from bot.witness import Nobody, Witness
from engine.errors import PhotoFault

_SEARCHED_THREAD = 24 * 60 * 60  # as long as a photo's link, and so a promise, can live

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What an earlier run of the bot has left of a request.

    Attributes
    ----------
    ended
        How those of its pictures ended that are under way no more.
    painted
        What is known of all of its pictures, for those that turn out to be posted.
    posted
        Where its pictures are, if some are for certain.
    """

    ended: Mapping[int, Status]
    painted: Mapping[int, Shown]
    posted: Posted | None


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
        self._safety = safety
        self._witness = witness or Nobody()
        self._clock = clock
        self._carrier = Carrier(
            store=store,
            attachments=attachments,
            safety=safety,
            witness=self._witness,
            closing=lambda: self._closing,
            clock=clock,
            pause=pause,
        )
        self._under_way: set[asyncio.Task[None]] = set()
        self._carried: dict[str, Carried] = {}
        self._closing = False

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Where requests wait and are painted, the usual one first."""
        return (self._lane,) if self._relief is None else (self._lane, self._relief)

    @property
    def closing(self) -> bool:
        """Whether nothing new is taken, since the bot is stopping."""
        return self._closing

    def require_open(self) -> None:
        """Nothing is taken while the bot stops, or while its engine takes nothing.

        Raises
        ------
        TurnedDownError
        """
        if self._closing:
            raise TurnedDownError("shutting_down", words.SHUTTING_DOWN)
        if not self._lane.open:
            raise TurnedDownError("engine_down", words.ENGINE_DOWN)

    def begin(self, request: Request, delivery: Delivery) -> asyncio.Task[None]:
        """Start a journey. The task raises what is nobody's refusal, for the caller to answer."""
        return self._start(self._travel(request, delivery), f"journey-{request.interaction_id}")

    def resume(self, order: Order, trips: tuple[Trip, ...], delivery: Delivery, past: Past) -> asyncio.Task[None]:
        """Go on with what an earlier run of the bot had promised; without trips, say how it ended."""
        return self._start(self._go_on(order, trips, delivery, past), f"journey-{order.interaction_id}")

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

    async def _go_on(self, order: Order, trips: tuple[Trip, ...], delivery: Delivery, past: Past) -> None:
        ended, left = dict(past.ended), []
        try:
            thread_id = await self._carrier.thread(trips[0], within=_SEARCHED_THREAD) if trips else None
            found = await delivery.found(order, past.painted, thread_id=thread_id, known=past.posted)
            for trip in trips:
                if found is None or trip.position not in found.positions:
                    left.append(trip)
                else:
                    ended[trip.position] = await self._carrier.keep(order, trip, found.posted, delivery)
        except DeliveryError as error:
            for trip in trips:
                await self._carrier.take_back(trip, error)
                ended[trip.position] = failed(error)
            await self._close(order, tuple(ended.values()), delivery)
        except StoreError as error:  # nobody waits for an answer here; the next start finds the jobs again
            _log.error("a request does not go on", request=order.interaction_id, reason=str(error))
        else:
            if left:
                await self._carry_all(order, tuple(left), self._lane, delivery, ended)
            else:
                await self._close(order, tuple(ended.values()), delivery)

    def _check(self, request: Request) -> None:
        """Step 1, from memory alone.

        Raises
        ------
        TurnedDownError
        """
        self.require_open()
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

        limit = policy.in_flight_limit(quote.eta)
        try:
            receipt = await self._store.submit(request.charge, judge=judge, in_flight_limit=limit)
        except (NotAdmittedError, OverQuotaError, OverCapError) as error:
            interaction_id, pictures = request.interaction_id, len(request.shots)
            raise turned_down(error, request.ask(0), interaction_id=interaction_id, pictures=pictures) from None
        except InFlightError as error:
            free_at = self._ended_at(request.actor.user_id, error.count - limit + 1)
            raise TurnedDownError("in_flight", partial(words.too_many_in_flight, error.count, free_at)) from None
        self._witness.accepted()
        long_wait = policy.worth_a_mention(quote.eta) and not request.token_only
        return request.order(receipt.language, long_wait=long_wait), request.trips(receipt.job_ids), lane

    def _ended_at(self, user_id: int, requests: int) -> int | None:
        """When so many of a member's requests will have ended, in epoch seconds; None where nobody can say."""
        etas: dict[int, float] = {}
        for one in self._carried.values():
            standing = one.lane.find(one.trip.job_id) if one.trip.user_id == user_id else None
            if standing is not None:
                etas[one.order.interaction_id] = max(standing.quote.eta, etas.get(one.order.interaction_id, 0.0))
        soonest = sorted(etas.values())
        return math.ceil(self._clock() + soonest[requests - 1]) if requests <= len(soonest) else None

    async def _carry_all(
        self,
        order: Order,
        trips: tuple[Trip, ...],
        lane: Lane,
        delivery: Delivery,
        earlier: Mapping[int, Status] = NOTHING,
    ) -> None:
        """Steps 2 to 7, once it is charged: show the card, carry each picture, and say how it ended."""
        board = Board([trip.position for trip in trips], self._clock, earlier)
        everyone = [Carried(order, trip, lane, delivery, board) for trip in trips]
        self._carried |= {one.trip.job_id: one for one in everyone}
        try:
            async with asyncio.TaskGroup() as carrying:
                for one in everyone:
                    carrying.create_task(self._carrier.carry(one), name=f"trip-{one.trip.job_id}")
                await board.complete()
                async with self._card(order, trips[0], delivery, board):
                    with suppress(StoreError):  # no previews, then
                        board.previews = await self._safety.looks_away(trips[0].place)
                    await board.over()
        except asyncio.CancelledError:
            if not all(map(ended, board.statuses())):
                await delivery.paused(order)
            raise
        finally:
            for trip in trips:
                del self._carried[trip.job_id]
        await self._close(order, board.statuses(), delivery)

    async def _close(self, order: Order, statuses: Statuses, delivery: Delivery) -> None:
        mention = False
        with suppress(StoreError):  # whoever wanted to be called finds the card
            mention = order.long_wait and await self._store.mention_wanted(order.interaction_id)
        await delivery.closed(order, statuses, partial(self._carrier.shows, order), mention=mention)

    @asynccontextmanager
    async def _card(self, order: Order, trip: Trip, delivery: Delivery, board: Board) -> AsyncIterator[None]:
        """Show the card, and keep it true while the body runs. Where there is none, the pictures are told why."""
        async with AsyncExitStack() as shown:
            try:
                card = await delivery.accepted(order, saying := board.statuses())
                await self._store.card_posted(trip.job_id, channel_id=card.channel_id, message_id=card.message_id)
                with suppress(StoreError):  # a hint is worth no refund
                    if trip.owner_id is None and await self._store.tell_once(trip.user_id):
                        await delivery.told(words.UPLOADS_ARE_YOURS)
                await shown.enter_async_context(delivery.showing(order, saying, board.statuses))
            except Exception as error:  # noqa: BLE001 - the journey's boundary: each picture tells it, and is refunded
                board.open(error)
            else:
                board.open()
            yield
