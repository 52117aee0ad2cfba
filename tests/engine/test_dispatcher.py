"""Turns: who gets a slot when, what is promised, and that no slot is ever lost."""

import asyncio
from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any

import pytest

from engine.dispatcher import PREFETCH, Dispatcher, Moment, Quote, Standing, Ticket
from tests.engine.fakes import Signals


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def ticket(guild: int = 1, user: int = 1, cost: float = 1.0, key: str | None = None, kind: str | None = None) -> Ticket:
    return Ticket(guild=guild, user=user, cost=cost, key=key, kind=kind)


class Visitor:
    """A task inside a turn, which leaves when it is told to."""

    def __init__(self, dispatcher: Dispatcher, one: Ticket) -> None:
        self._dispatcher = dispatcher
        self.ticket = one
        self.reached: list[str] = []
        self.quote = Quote(-1, -1)
        self._leave = asyncio.Event()
        self.task = asyncio.create_task(self._visit())

    async def _visit(self) -> None:
        async with self._dispatcher.turn(self.ticket) as turn:
            self.turn = turn
            await turn.near()
            self.reached.append("near")
            await turn.granted()
            self.reached.append("granted")
            await self._leave.wait()

    def go(self) -> None:
        self._leave.set()

    async def leave(self) -> None:
        self.go()
        await self.task


async def settle() -> None:
    """Let every task that can go on do so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def dismiss(*crowd: Visitor) -> None:
    """Cancel those that have not left."""
    for visitor in crowd:
        visitor.task.cancel()
    await asyncio.wait([visitor.task for visitor in crowd])


async def visitors(dispatcher: Dispatcher, *tickets: Ticket) -> list[Visitor]:
    entered = [Visitor(dispatcher, one) for one in tickets]
    await settle()
    return entered


async def test_no_more_turns_than_slots_are_granted_and_leaving_makes_room() -> None:
    dispatcher = Dispatcher(lambda: 2)
    first, second, third = await visitors(dispatcher, ticket(), ticket(), ticket())
    assert (dispatcher.running, dispatcher.waiting) == (2, 1)
    await second.leave()
    await settle()
    assert third.reached == ["near", "granted"]
    await first.leave()
    await third.leave()
    assert (dispatcher.running, dispatcher.waiting) == (0, 0)


async def test_a_small_guild_passes_a_viral_one() -> None:
    dispatcher = Dispatcher(lambda: 1)
    viral = await visitors(dispatcher, *(ticket(guild=1, user=user) for user in range(6)))
    [small] = await visitors(dispatcher, ticket(guild=2))
    assert small.turn.quote().place == 1
    for visitor in viral[:2]:
        await visitor.leave()
    await settle()
    assert small.reached == ["near", "granted"]
    await dismiss(small, *viral)


async def test_only_so_many_wait_with_a_photo_as_may_be_prefetched() -> None:
    dispatcher = Dispatcher(lambda: 1)
    crowd = await visitors(dispatcher, *(ticket(user=user) for user in range(8)))
    assert [visitor.reached for visitor in crowd[: PREFETCH + 1]] == [["near", "granted"], ["near"], ["near"]]
    assert all(not visitor.reached for visitor in crowd[PREFETCH + 1 :])
    late = await visitors(dispatcher, ticket(guild=2), ticket(guild=3), ticket(guild=4))
    assert sum(visitor.reached == ["near"] for visitor in crowd + late) == PREFETCH
    await dismiss(*crowd, *late)


async def test_who_was_near_and_is_overtaken_still_counts() -> None:
    dispatcher = Dispatcher(lambda: 1)
    running, next_one, overtaken = await visitors(dispatcher, ticket(), ticket(), ticket())
    late = await visitors(dispatcher, ticket(guild=2), ticket(guild=3))
    assert [visitor.turn.quote().place for visitor in (next_one, *late, overtaken)] == [0, 1, 2, 3]
    await running.leave()
    await settle()
    assert [visitor.reached for visitor in (overtaken, *late)] == [["near"], ["near"], []]
    await dismiss(next_one, overtaken, *late)


async def test_who_leaves_before_the_turn_makes_room_for_another_photo() -> None:
    dispatcher = Dispatcher(lambda: 1)
    running, *near, behind = await visitors(dispatcher, *(ticket() for _ in range(PREFETCH + 2)))
    assert behind.reached == []
    await dismiss(*near)
    await settle()
    assert behind.reached == ["near"]
    await dismiss(running, behind)


async def test_who_overtakes_those_with_photos_is_near_when_granted() -> None:
    observed = Signals()
    dispatcher = Dispatcher(lambda: 1, observer=observed)
    viral = await visitors(dispatcher, *(ticket(guild=1) for _ in range(5)))
    small = ticket(guild=2)
    [late] = await visitors(dispatcher, small)
    assert late.reached == []
    for visitor in viral[:2]:
        await visitor.leave()
    await observed.until(Moment.GRANTED, small)
    assert [moment for moment, subject in observed.heard if subject is small] == ["entered", "near", "granted"]
    await dismiss(late, *viral)


async def test_while_there_are_no_slots_nobody_is_near_and_a_wake_lets_them_in() -> None:
    slots = 0
    dispatcher = Dispatcher(lambda: slots)
    [visitor] = await visitors(dispatcher, ticket())
    assert visitor.reached == []
    slots = 1
    dispatcher.wake()
    await settle()
    assert visitor.reached == ["near", "granted"]
    await visitor.leave()


async def test_who_is_next_but_still_fetches_is_passed_over_and_keeps_its_place() -> None:
    dispatcher = Dispatcher(lambda: 1)
    async with dispatcher.turn(ticket()) as slow:
        await slow.near()
        second, third = await visitors(dispatcher, ticket(), ticket())
        assert second.reached == ["near", "granted"]
        asked = asyncio.create_task(slow.granted())
        await settle()
        await second.leave()
        await asked
        assert third.reached == ["near"]
    await settle()
    assert third.reached == ["near", "granted"]
    await third.leave()


async def test_when_slots_shrink_running_turns_go_on_and_no_new_one_is_granted() -> None:
    slots = 2
    dispatcher = Dispatcher(lambda: slots)
    first, second, third = await visitors(dispatcher, ticket(), ticket(), ticket())
    slots = 1
    await first.leave()
    await settle()
    assert third.reached == ["near"]
    await second.leave()
    await settle()
    assert third.reached == ["near", "granted"]
    await third.leave()


async def test_after_each_head_come_at_most_one_engine_full_of_its_like() -> None:
    observed = Signals()
    dispatcher = Dispatcher(lambda: 3, observer=observed)
    blockers = await visitors(dispatcher, ticket(guild=9), ticket(guild=9), ticket(guild=9))
    keys = "abbaaabb"
    crowd = await visitors(dispatcher, *(ticket(guild=guild, key=key) for guild, key in enumerate(keys)))
    for visitor in blockers:
        await visitor.leave()
    for _ in keys:
        for visitor in crowd:
            if "granted" in visitor.reached:
                await visitor.leave()
        await settle()
    granted = [subject.key for subject in observed.of(Moment.GRANTED) if isinstance(subject, Ticket)]
    assert "".join(key for key in granted if isinstance(key, str)) == "aaabbbab"


async def test_an_exception_in_a_turn_frees_its_slot_and_teaches_nothing() -> None:
    clock = Clock()
    dispatcher = Dispatcher(lambda: 1, clock=clock)
    before = dispatcher.estimate("a")

    async def fail() -> None:
        async with dispatcher.turn(ticket(kind="a")) as turn:
            await turn.granted()
            clock.now += 50
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert (dispatcher.running, dispatcher.waiting) == (0, 0)
    assert dispatcher.estimate("a") == before


async def test_the_same_ticket_cannot_wait_twice() -> None:
    dispatcher = Dispatcher(lambda: 0)
    one = ticket()
    async with dispatcher.turn(one):
        with pytest.raises(ValueError, match="waits already"):
            async with dispatcher.turn(one):
                pass
    assert dispatcher.waiting == 0


async def test_a_turn_at_an_idle_engine_takes_its_own_work_alone() -> None:
    dispatcher = Dispatcher(lambda: 1, clock=Clock())
    assert dispatcher.quote(1, 1, 3.0) == Quote(0, 3.0)


async def test_a_quote_counts_running_and_waiting_work_with_a_margin() -> None:
    clock = Clock()
    dispatcher = Dispatcher(lambda: 2, clock=clock)
    crowd = await visitors(dispatcher, *(ticket(cost=4.0) for _ in range(4)))
    clock.now += 1
    quote = dispatcher.quote(1, 1, 4.0)
    assert quote.place == 2
    assert quote.eta == pytest.approx((2 * 3 + 2 * 4) / 2 * 1.33 + 4)
    assert crowd[0].turn.quote() == Quote(0, 3.0)
    assert crowd[3].turn.quote().place == 1
    await dismiss(*crowd)


async def test_a_quote_says_how_many_of_those_ahead_are_the_members_own() -> None:
    dispatcher = Dispatcher(lambda: 1)
    crowd = await visitors(dispatcher, *(ticket(user=user) for user in (7, 7, 8, 7)))
    assert [visitor.turn.quote().yours for visitor in crowd] == [0, 0, 0, 1]
    assert (dispatcher.quote(1, 7, 1.0).place, dispatcher.quote(1, 7, 1.0).yours) == (3, 2)
    assert dispatcher.quote(1, 9, 1.0).yours == 0
    await dismiss(*crowd)


async def test_several_costs_are_quoted_as_each_alone() -> None:
    dispatcher = Dispatcher(lambda: 1, clock=Clock())
    crowd = await visitors(dispatcher, ticket(), ticket(), ticket(guild=2))
    assert dispatcher.quotes(1, 1, [1.0, 4.0]) == [dispatcher.quote(1, 1, 1.0), dispatcher.quote(1, 1, 4.0)]
    await dismiss(*crowd)


async def test_a_turn_is_found_by_its_name_for_as_long_as_it_is_there() -> None:
    dispatcher = Dispatcher(lambda: 1, clock=Clock())
    first, second = await visitors(
        dispatcher, *(Ticket(guild=1, user=1, cost=3.0, name=name) for name in ("first", "second"))
    )
    assert dispatcher.find("first") == Standing(first.turn.quote(), granted=True)
    assert dispatcher.find("second") == Standing(second.turn.quote(), granted=False)
    assert dispatcher.find("third") is None
    await first.leave()
    assert dispatcher.find("first") is None
    await dismiss(second)
    assert dispatcher.find("second") is None


async def test_quoting_changes_nothing() -> None:
    dispatcher = Dispatcher(lambda: 1, clock=Clock())
    crowd = await visitors(dispatcher, ticket(guild=1), ticket(guild=1), ticket(guild=2))
    quotes = [dispatcher.quote(guild, 1, 1.0) for guild in (1, 2, 3)]
    assert [dispatcher.quote(guild, 1, 1.0) for guild in (1, 2, 3)] == quotes
    assert (dispatcher.running, dispatcher.waiting) == (1, 2)
    await dismiss(*crowd)


async def test_estimates_follow_what_turns_really_take() -> None:
    clock = Clock()
    dispatcher = Dispatcher(lambda: 1, clock=clock)
    for _ in range(20):
        async with dispatcher.turn(ticket(cost=1.0, kind="a")) as turn:
            await turn.granted()
            clock.now += 5
    assert dispatcher.estimate("a") == pytest.approx(5, rel=0.01)
    assert dispatcher.quote(1, 1, 1.0).eta == pytest.approx(5, rel=0.2)


async def test_the_margin_slowly_learns_how_much_longer_waits_are_than_the_queue_was() -> None:
    clock = Clock()
    dispatcher = Dispatcher(lambda: 1, clock=clock)

    async def promised_wait() -> float:
        blocker, waiting = await visitors(dispatcher, ticket(cost=100.0), ticket(cost=100.0))
        wait = waiting.turn.quote().eta - 100
        clock.now += 200
        await dismiss(blocker, waiting)
        return wait

    assert await promised_wait() == pytest.approx(133)
    for _ in range(60):
        await promised_wait()
    assert 165 < await promised_wait() < 200


async def test_leaving_without_a_grant_teaches_nothing() -> None:
    dispatcher = Dispatcher(lambda: 0, clock=Clock())
    before = dispatcher.quote(1, 1, 1.0)
    async with dispatcher.turn(ticket()):
        pass
    assert dispatcher.quote(1, 1, 1.0) == before


@coroutine
def cancelled_at(number: int, steps: Coroutine[Any, Any, None]) -> Generator[Any, Any, bool]:
    """Run a coroutine and cancel it where it waits for the nth time; whether it came so far."""
    inner = steps.__await__()
    for _ in range(number - 1):
        try:
            waited_for = inner.send(None)
        except StopIteration:
            return False
        yield waited_for
    try:
        inner.send(None)
    except StopIteration:
        return False
    with pytest.raises(asyncio.CancelledError):
        inner.throw(asyncio.CancelledError())
    return True


async def test_cancelling_at_any_await_loses_no_slot() -> None:
    number, came_so_far = 0, True
    while came_so_far:
        number += 1
        dispatcher = Dispatcher(lambda: 1)
        ahead, between, behind = await visitors(dispatcher, ticket(), ticket(), ticket())

        async def journey(
            dispatcher: Dispatcher = dispatcher, ahead: Visitor = ahead, between: Visitor = between
        ) -> None:
            await asyncio.sleep(0)
            async with dispatcher.turn(ticket(guild=2)) as turn:
                await ahead.leave()
                await turn.near()
                await asyncio.sleep(0)
                asyncio.get_running_loop().call_soon(between.go)  # after this turn has asked, as others ask too
                await turn.granted()
                await asyncio.sleep(0)
            await asyncio.sleep(0)

        task = asyncio.create_task(_finished(cancelled_at(number, journey())))
        came_so_far = await task
        for visitor in (ahead, between, behind):
            await visitor.leave()
        assert "granted" in behind.reached
        assert (dispatcher.running, dispatcher.waiting) == (0, 0)
    assert number > 5


async def _finished(steps: Any) -> bool:
    came_so_far: bool = await steps
    return came_so_far


async def test_a_turn_that_is_cancelled_in_the_moment_of_its_grant_passes_the_slot_on() -> None:
    unlucky = ticket()

    def observe(moment: Moment, subject: Ticket) -> None:
        if moment is Moment.GRANTED and subject is unlucky:
            second.task.cancel()

    dispatcher = Dispatcher(lambda: 1, observer=observe)
    first, second, third = await visitors(dispatcher, ticket(), unlucky, ticket())
    await first.leave()
    await settle()
    assert second.reached == ["near"]
    assert third.reached == ["near", "granted"]
    await third.leave()
    assert (dispatcher.running, dispatcher.waiting) == (0, 0)
