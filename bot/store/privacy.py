"""The members' side of the store: what is kept of them, and how they take it along, narrow it, or have it erased."""

from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from functools import partial
from typing import Final

from bot.store import cancelling, erasure, export, members, retention, subjects, summary
from bot.store.database import Database, Transaction
from bot.store.erasure import Plan, Post
from bot.store.errors import DatabaseFailedError
from bot.store.export import Json
from bot.store.retention import STEPS, Step
from bot.store.sealed import Sealer
from bot.values.kept import Summary
from bot.values.rules import PicturesOfMe

_WAITING_OF: Final = "SELECT id FROM jobs WHERE owner = :subject AND subject <> :subject AND state = 'queued'"

_WIPE_OF: Final = """
    UPDATE jobs SET url = NULL
    WHERE owner = :subject AND subject <> :subject AND url IS NOT NULL AND ended_at IS NOT NULL
"""


class Privacy:
    """What a person can ask of what is kept of them. Every method but `prune` is one transaction.

    Any method raises `DatabaseFailedError` when SQLite fails, and has had no effect then.
    """

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def summary(self, user_id: int) -> Summary:
        """What is kept of the person, counted, and until when."""
        return await self._database.transact(lambda tx: summary.read(tx, self._sealer, user_id))

    async def export(self, user_id: int) -> Json:
        """All of it, as JSON can say it: no link, no token, and nobody else's id."""
        return await self._database.transact(lambda tx: export.export(tx, self._sealer, user_id))

    async def say(self, user_id: int, said: PicturesOfMe | None) -> tuple[str, ...]:
        """What the person says of their own pictures, for all servers; None leaves it to the servers.

        "Nobody" cancels what waits to be painted of them for others, refunded, and forgets the links that others'
        buttons would need. What is being painted at this moment is finished.

        Returns
        -------
        tuple of str
            The jobs that this has cancelled.
        """
        return await self._database.transact(partial(_say, sealer=self._sealer, user_id=user_id, said=said))

    async def begin_erasure(self, user_id: int) -> Plan:
        """Cancel what is under way for the person, and find the messages that are to be deleted on Discord.

        Running jobs are refunded as any cancelling of theirs is. What waits to be painted of them for others is
        cancelled, too.
        """
        return await self._database.transact(lambda tx: erasure.begin(tx, user_id))

    async def gone(self, posts: Collection[Post]) -> None:
        """These messages are deleted on Discord: an erasure that is begun again does not come back to them."""
        await self._database.transact(lambda tx: erasure.gone(tx, posts))

    async def erase(self, user_id: int) -> Plan:
        """Cut every row off the person's name, for good, and out of the database's files.

        Returns
        -------
        Plan
            What was cancelled by it, and every message that is not known to be gone: nobody can look for them later.
        """
        left = await self._database.transact(lambda tx: erasure.erase(tx, self._sealer, user_id))
        await self._write_back()
        return left

    async def prune(self) -> Counter[str]:
        """Forget what has been kept long enough, and how much of each kind that was: once a day.

        Each transaction looks at `retention.BATCH` rows at most, and others take their turns in between.
        """
        gone: Counter[str] = Counter()
        for step in STEPS:
            gone += await self._walk(step)
        await self._write_back()
        return gone

    async def _walk(self, step: Step) -> Counter[str]:
        gone: Counter[str] = Counter()
        after: int | None = retention.START
        while after is not None:
            batch = await self._database.transact(partial(_call, step, after))
            gone += batch.gone
            after = batch.after
        return gone

    async def _write_back(self) -> None:
        """What is gone is gone from the journal, too; while somebody reads the file it waits for the next time."""
        with suppress(DatabaseFailedError):
            await self._database.write_back()


def _call(step: Step, after: int, tx: Transaction) -> retention.Batch:
    return step(tx, after)


def _say(tx: Transaction, *, sealer: Sealer, user_id: int, said: PicturesOfMe | None) -> tuple[str, ...]:
    subject = subjects.ensure(tx, user_id, sealer)
    members.say(tx, subject, said)
    if said is not PicturesOfMe.NOBODY:
        return ()
    waiting = tuple(row["id"] for row in tx.all(_WAITING_OF, subject=subject))
    for job_id in waiting:
        cancelling.cancel(tx, job_id)
    tx.run(_WIPE_OF, subject=subject)
    return waiting
