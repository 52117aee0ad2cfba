"""A process that works on a store until it is killed, and says what is safe: `crashing.py PATH SEED FIRST`."""

import asyncio
import json
import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.store import OverQuotaError, State, Store
from tests.store.stage import change, deliver, request, start, taken

MEMBERS = 5
CALLERS = 4


class Caller:
    """One of several at once; its interactions are numbered apart from those of the others and of earlier rounds."""

    def __init__(self, store: Store, seed: int, first: int) -> None:
        self._store = store
        self._chance = random.Random(seed)
        self._next = first

    async def work(self) -> None:
        """Make one request after another, and bring each to some end."""
        while True:
            user_id, pictures = self._chance.randrange(1, MEMBERS + 1), self._chance.choice((1, 1, 3))
            try:
                job_ids = await taken(self._store, request(self._number(), user_id=user_id, pictures=pictures))
            except OverQuotaError:
                await self._moderate(user_id)
                continue
            for job_id in job_ids:
                say(job_id, State.QUEUED)
            await self._bring_to_an_end(job_ids)

    async def _bring_to_an_end(self, job_ids: Sequence[str]) -> None:
        for number, job_id in enumerate(job_ids):
            fate = self._chance.choice(("left", "failed", "cancelled", "delivered"))
            if fate == "left":
                return
            await start(self._store, job_id)
            say(job_id, State.RUNNING)
            if fate == "cancelled":
                await self._cancel(job_ids[number:])
                return
            if fate == "failed":
                await self._store.fail(job_id, "broken")
            else:
                await deliver(self._store, job_id, message_id=interaction_of(job_id))
            say(job_id, State(fate))

    async def _cancel(self, left: Sequence[str]) -> None:
        await self._store.cancel_request(interaction_of(left[0]), accept_charge=True)
        for job_id in left:
            say(job_id, State.CANCELLED)

    async def _moderate(self, user_id: int) -> None:
        given = change(self._number(), member_id=user_id)
        desk = self._store.desk
        await (desk.reset(given) if self._chance.random() < 0.5 else desk.grant(given, 2))

    def _number(self) -> int:
        self._next += CALLERS
        return self._next


def interaction_of(job_id: str) -> int:
    return int(job_id.partition("-")[0])


def say(job_id: str, state: State) -> None:
    """One write, so that a line is whole or missing."""
    os.write(1, (json.dumps([job_id, state]) + "\n").encode())


async def main(path: Path, seed: int, first: int) -> None:
    """Work until the end."""
    async with await Store.open(path, default_limit=3) as store:
        for given_up in (await store.requeue_interrupted()).given_up:
            say(given_up.job.id, State.FAILED)
        await asyncio.gather(*(Caller(store, seed + number, first + number).work() for number in range(CALLERS)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
