"""What the fair queue takes with 1e3, 1e5 and 1e6 tickets waiting: `python -m benchmarks.fairqueue`."""

import random
import time
from collections.abc import Callable
from itertools import cycle, islice

from engine.fairqueue import FairQueue, Ticket

WAITING = (10**3, 10**5, 10**6)
SAMPLE = 400
BATCHES = 50
TICKETS_PER_USER = 5
USERS_PER_GUILD = 20


def microseconds(call: Callable[[Ticket], object], tickets: list[Ticket]) -> float:
    """The mean of one call."""
    begin = time.perf_counter()
    for ticket in tickets:
        call(ticket)
    return (time.perf_counter() - begin) / len(tickets) * 1e6


def crowd(waiting: int) -> list[Ticket]:
    """Tickets of many guilds, in random order of arrival."""
    users = max(1, waiting // TICKETS_PER_USER)
    owners = list(islice(cycle(range(users)), waiting))
    randomness = random.Random(waiting)
    randomness.shuffle(owners)
    return [
        Ticket(guild=user // USERS_PER_GUILD, user=user, cost=randomness.uniform(0.3, 3.0), key="ghibli")
        for user in owners
    ]


def measure(waiting: int) -> str:
    """One line of figures."""
    tickets = crowd(waiting)
    queue = FairQueue()
    push = microseconds(queue.push, tickets)
    sample = random.Random(0).sample(tickets, SAMPLE)
    remove = microseconds(queue.remove, sample)
    again = microseconds(queue.push, sample)
    pop = microseconds(lambda _: queue.pop(), sample)
    like = microseconds(lambda ticket: queue.pop_like(ticket.key), sample[:BATCHES])
    front = list(queue.upcoming(32))
    near = microseconds(queue.quote, front)
    far = microseconds(lambda ticket: queue.quote_newcomer(ticket.guild, ticket.user), sample[:20])
    assert len(queue) == waiting - SAMPLE - BATCHES
    guilds = len({ticket.guild for ticket in tickets})
    return (
        f"{waiting:>9,} waiting in {guilds:>6,} guilds: "
        f"push {push:.1f} (at that length {again:.1f}), pop {pop:.1f}, pop_like {like:.1f}, remove {remove:.1f}, "
        f"quote in the first 32 {near:.0f}, far behind {far:.0f} µs"
    )


def main() -> None:
    """Print a line for each length of the queue."""
    for waiting in WAITING:
        print(measure(waiting), flush=True)


if __name__ == "__main__":
    main()
