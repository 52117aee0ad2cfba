"""What the fair queue takes with 1e3, 1e5 and 1e6 tickets waiting."""

import random
import time
from collections.abc import Callable
from itertools import cycle, islice

from benchmarks.figures import Effort, Figure, Section
from engine.fairqueue import FairQueue, Ticket

WAITING = (10**3, 10**5, 10**6)
SAMPLE = 400
TICKETS_PER_USER = 5
USERS_PER_GUILD = 20


def _microseconds(call: Callable[[Ticket], object], tickets: list[Ticket]) -> float:
    """The mean of one call."""
    begin = time.perf_counter()
    for ticket in tickets:
        call(ticket)
    return (time.perf_counter() - begin) / len(tickets) * 1e6


def _crowd(waiting: int) -> list[Ticket]:
    """Tickets of many guilds, in random order of arrival."""
    users = max(1, waiting // TICKETS_PER_USER)
    owners = list(islice(cycle(range(users)), waiting))
    randomness = random.Random(waiting)
    randomness.shuffle(owners)
    return [Ticket(guild=user // USERS_PER_GUILD, user=user, cost=randomness.uniform(0.3, 3.0)) for user in owners]


def _figures(waiting: int) -> tuple[Figure, ...]:
    """The mean of each operation at this length."""
    tickets = _crowd(waiting)
    queue = FairQueue()
    for ticket in tickets:
        queue.push(ticket)
    sample = random.Random(0).sample(tickets, SAMPLE)
    times = {
        "remove": _microseconds(queue.remove, sample),
        "push": _microseconds(queue.push, sample),
        "pop": _microseconds(lambda _: queue.pop(), sample),
        "quote one of the first 32": _microseconds(queue.quote, list(queue.upcoming(32))),
        "quote a newcomer": _microseconds(lambda each: queue.quote_newcomer(each.guild, each.user), sample[:20]),
    }
    assert len(queue) == waiting - SAMPLE
    return tuple(Figure(f"{name}, {waiting:,} waiting", each, "µs") for name, each in times.items())


def measure(effort: Effort) -> Section:
    """Measure each length of the queue."""
    lengths = WAITING[: effort.of(3, 2)]
    return Section(
        title="The fair queue",
        how=(
            f"Means over {SAMPLE} tickets of a queue at its length; {USERS_PER_GUILD} members a server,"
            f" {TICKETS_PER_USER} tickets each, arrived in random order."
        ),
        figures=tuple(figure for waiting in lengths for figure in _figures(waiting)),
    )
