"""The queue's promises, as properties of any sequence of arrivals."""

import random
from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.fairqueue import FairQueue, Ticket

GUILDS = st.integers(1, 4)
USERS = st.integers(1, 3)
COSTS = st.sampled_from([0.1, 0.5, 1.0, 1.3, 7.0])
KEYS = st.sampled_from([None, "a", "b"])
TICKETS = st.builds(Ticket, guild=GUILDS, user=USERS, cost=COSTS, key=KEYS)
CROWDS = st.lists(TICKETS, max_size=40)
NOTHING = None
STEPS = st.lists(TICKETS | st.just(NOTHING), max_size=60)
"""Tickets arrive; None is a turn of service."""

examples = settings(max_examples=60, deadline=None)


def ticket(guild: int = 1, user: int = 1, cost: float = 1.0, key: str | None = None) -> Ticket:
    return Ticket(guild=guild, user=user, cost=cost, key=key)


def filled(tickets: list[Ticket]) -> FairQueue:
    queue = FairQueue()
    for one in tickets:
        queue.push(one)
    return queue


def played(steps: list[Ticket | None]) -> FairQueue:
    """A queue with a past."""
    queue = FairQueue()
    for step in steps:
        if step is not None:
            queue.push(step)
        elif queue:
            queue.pop()
    return queue


def drained(queue: FairQueue) -> list[Ticket]:
    return [queue.pop() for _ in range(len(queue))]


def order(queue: FairQueue) -> list[Ticket]:
    return list(queue.upcoming(len(queue)))


@examples
@given(CROWDS)
def test_whoever_waits_is_served_exactly_once(tickets: list[Ticket]) -> None:
    queue = filled(tickets)
    served = drained(queue)
    assert Counter(served) == Counter(tickets)
    assert len(queue) == 0


@examples
@given(STEPS, CROWDS)
def test_a_user_is_served_in_the_order_of_arrival(past: list[Ticket | None], tickets: list[Ticket]) -> None:
    queue = played(past)
    waiting = order(queue)
    for one in tickets:
        queue.push(one)
    lines, expected = defaultdict(list), defaultdict(list)
    for one in waiting + tickets:
        expected[one.guild, one.user].append(one)
    for one in drained(queue):
        lines[one.guild, one.user].append(one)
    assert lines == expected


@examples
@given(st.lists(st.lists(COSTS, min_size=1, max_size=12), min_size=2, max_size=4))
def test_backlogged_guilds_stay_within_one_ticket_of_each_other(costs: list[list[float]]) -> None:
    queue = filled([ticket(guild, cost=cost) for guild, line in enumerate(costs) for cost in line])
    left = [len(line) for line in costs]
    service = [0.0] * len(costs)
    while all(left):
        served = queue.pop()
        service[served.guild] += served.cost
        left[served.guild] -= 1
        assert max(service) - min(service) <= max(map(max, costs)) + 1e-6


@examples
@given(STEPS)
def test_a_new_guild_waits_for_at_most_twice_the_dearest_ticket_of_every_other(past: list[Ticket | None]) -> None:
    queue = played(past)
    newcomer = ticket(guild=99)
    active = {one.guild for one in order(queue)}
    dearest = max((one.cost for one in past if one is not None), default=0.0)
    queue.push(newcomer)
    assert queue.quote(newcomer).work <= 2 * dearest * len(active) + 1e-6


@examples
@given(STEPS, st.lists(TICKETS.filter(lambda one: one.guild != 4), max_size=20))
def test_newcomers_do_not_overtake_the_head_of_a_guild_that_waits(
    past: list[Ticket | None], late: list[Ticket]
) -> None:
    queue = played([step for step in past if step is None or step.guild != 4])
    head = ticket(guild=4)
    queue.push(head)
    waiting = {one.guild for one in order(queue)}
    before = queue.quote(head).place
    for one in late:
        if one.guild not in waiting:
            queue.push(one)
    assert queue.quote(head).place == before


@examples
@given(STEPS, TICKETS)
def test_a_ticket_that_comes_and_goes_leaves_no_trace(past: list[Ticket | None], passing: Ticket) -> None:
    queue, undisturbed = played(past), played(past)
    queue.push(passing)
    queue.remove(passing)
    assert len(queue) == len(undisturbed)
    for late in (ticket(1, 2), ticket(3, 1), ticket(passing.guild, passing.user)):
        queue.push(late)
        undisturbed.push(late)
    assert drained(queue) == drained(undisturbed)


@examples
@given(CROWDS, st.data())
def test_a_ticket_that_was_withdrawn_is_paid_for_by_nobody(tickets: list[Ticket], data: st.DataObject) -> None:
    withdrawn = set(data.draw(st.lists(st.sampled_from(tickets), unique=True))) if tickets else set()
    queue = filled(tickets)
    for one in withdrawn:
        queue.remove(one)
    rest = drained(queue)
    assert Counter(rest) == Counter(one for one in tickets if one not in withdrawn)


@examples
@given(STEPS)
def test_the_order_foretold_is_the_order_of_service(past: list[Ticket | None]) -> None:
    queue = played(past)
    foretold = order(queue)
    assert foretold == drained(queue)


@examples
@given(STEPS)
def test_a_quote_is_what_is_really_served_first(past: list[Ticket | None]) -> None:
    queue = played(past)
    quotes = {one: queue.quote(one) for one in order(queue)}
    work, served = 0.0, Counter[int]()
    for place, one in enumerate(drained(queue)):
        assert quotes[one].place == place
        assert quotes[one].work == pytest.approx(work)
        assert quotes[one].yours == served[one.user]
        work += one.cost
        served[one.user] += 1


@examples
@given(STEPS, GUILDS, USERS)
def test_a_newcomer_is_quoted_what_it_then_gets(past: list[Ticket | None], guild: int, user: int) -> None:
    queue = played(past)
    foretold = order(queue)
    quote = queue.quote_newcomer(guild, user)
    assert order(queue) == foretold
    newcomer = ticket(guild, user)
    queue.push(newcomer)
    assert queue.quote(newcomer) == quote


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("costs", [(1.0,), (0.5, 1.0, 2.0)])
def test_a_quote_far_behind_is_right_to_two_tickets_for_each_active_guild(seed: int, costs: tuple[float, ...]) -> None:
    chance = random.Random(seed)
    tickets = [ticket(chance.randrange(12), chance.randrange(3), chance.choice(costs)) for _ in range(300)]
    queue = filled(tickets)
    quotes = {one: queue.quote(one) for one in tickets}
    work, tolerance = 0.0, 2 * 12 * max(costs)
    for place, one in enumerate(drained(queue)):
        assert abs(quotes[one].work - work) <= tolerance
        assert abs(quotes[one].place - place) <= tolerance / min(costs)
        work += one.cost


def test_far_behind_a_members_own_tickets_are_still_counted_one_by_one() -> None:
    tickets = [ticket(guild=1, user=user % 2) for user in range(300)]
    queue = filled([*tickets, ticket(guild=2, user=1)])
    elsewhere = 1
    assert [queue.quote(one).yours for one in tickets if one.user == 1][1:] == [n + elsewhere for n in range(1, 150)]
    assert queue.quote_newcomer(1, 1).yours == 150 + elsewhere


def test_one_viral_guild_does_not_make_the_others_wait() -> None:
    queue = filled([ticket(guild=1, user=user) for user in range(500)])
    small = ticket(guild=2)
    queue.push(small)
    assert queue.quote(small).place == 1
    assert queue.pop().guild == 1
    assert queue.pop() is small


def test_users_of_one_guild_share_its_turns() -> None:
    queue = filled([ticket(user=1) for _ in range(3)] + [ticket(user=2), ticket(user=3)])
    assert [one.user for one in drained(queue)] == [1, 2, 3, 1, 1]


def test_a_guild_that_left_ahead_of_the_others_keeps_its_debt() -> None:
    queue = filled([ticket(guild=1, cost=9.5), *(ticket(guild=2, cost=1) for _ in range(20))])
    assert queue.pop().guild == 1
    queue.push(ticket(guild=1))
    assert [one.guild for one in drained(queue)].index(1) == 10


def test_a_newcomer_starts_where_an_ideal_server_would_be_by_now() -> None:
    queue = filled([ticket(guild, cost=10) for guild in (1, 2, 1, 2)])
    queue.pop()
    queue.push(ticket(guild=3, cost=6))
    queue.push(ticket(guild=3, cost=6))
    assert [one.guild for one in drained(queue)] == [2, 3, 1, 2, 3]


def test_coming_and_going_neither_pays_a_debt_nor_doubles_it() -> None:
    queue = filled([ticket(guild=2), ticket(guild=1, cost=9.5), *(ticket(guild=2) for _ in range(20))])
    assert [queue.pop().guild for _ in range(2)] == [2, 1]
    for _ in range(3):
        passing = ticket(guild=1)
        queue.push(passing)
        queue.remove(passing)
    queue.push(ticket(guild=1))
    foretold = order(queue)
    assert [one.guild for one in foretold].index(1) == 9
    assert drained(queue) == foretold


def test_a_debt_that_grew_is_not_forgotten_with_its_smaller_past() -> None:
    queue = filled([ticket(guild=1, cost=3), *(ticket(guild=2) for _ in range(20))])
    queue.pop()
    dear = ticket(guild=1, cost=9.5)
    queue.push(dear)
    queue.take(dear)
    queue.push(ticket(guild=1))
    assert [one.guild for one in drained(queue)].index(1) == 13


def test_a_debt_is_over_when_nobody_waits() -> None:
    queue = filled([ticket(guild=1, cost=100), ticket(guild=2)])
    drained(queue)
    queue.push(ticket(guild=2))
    queue.push(ticket(guild=1))
    queue.push(ticket(guild=2))
    assert [one.guild for one in drained(queue)] == [2, 1, 2]


def test_staying_away_saves_up_no_service() -> None:
    queue = filled([ticket(guild=1) for _ in range(20)])
    for _ in range(10):
        queue.pop()
    for _ in range(10):
        queue.push(ticket(guild=2))
    assert [queue.pop().guild for _ in range(6)] in ([1, 2] * 3, [2, 1] * 3)


def test_a_free_ticket_still_moves_its_guild_on() -> None:
    queue = filled([ticket(guild=1, cost=0), ticket(guild=1, cost=0), ticket(guild=2, cost=0)])
    assert [one.guild for one in drained(queue)] == [1, 2, 1]


def test_a_guild_pays_for_a_ticket_that_is_taken_before_its_turn() -> None:
    early = ticket(3)
    queue = filled([ticket(1), ticket(2), ticket(1), early, ticket(3)])
    queue.take(early)
    assert [one.guild for one in drained(queue)] == [1, 2, 1, 3]


def test_the_same_ticket_cannot_wait_twice() -> None:
    one = ticket()
    queue = filled([one])
    with pytest.raises(ValueError, match="waits already"):
        queue.push(one)
    assert drained(queue) == [one]


def test_what_does_not_wait_cannot_be_removed_or_popped() -> None:
    queue = FairQueue()
    with pytest.raises(KeyError):
        queue.remove(ticket())
    with pytest.raises(IndexError):
        queue.pop()


def test_quotes_and_withdrawals_do_not_pile_up_in_memory() -> None:
    queue = filled([ticket(guild=1, cost=5), ticket(guild=2)])
    queue.pop()
    for guild in range(3, 1000):
        queue.quote_newcomer(1 + guild % 2, 7)
        queue.quote_newcomer(guild, 7)
    root = queue._root
    assert len(root._heap) < 100
    assert len(root._debtors) < 3
    assert len(root._children) < 3
