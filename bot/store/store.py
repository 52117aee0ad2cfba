"""The store as the bot uses it: every public method is one transaction."""

import time
from collections.abc import Callable, Collection
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.store import (
    cancelling,
    facts,
    files,
    jobs,
    members,
    migrate,
    proof,
    quota,
    recovery,
    refusals,
    requests,
    results,
    standing,
    subjects,
    submission,
    vault,
)
from bot.store.cancelling import Cancelled, WouldCharge
from bot.store.database import Database, Transaction, unobserved
from bot.store.desk import Desk
from bot.store.insight import Insight
from bot.store.jobs import Job
from bot.store.limits import Usage
from bot.store.moderation import Changes
from bot.store.operator import Operator
from bot.store.outbox import Outbox
from bot.store.privacy import Privacy
from bot.store.proof import Fault
from bot.store.recovery import Recovery
from bot.store.reports import Reports
from bot.store.sealed import Sealer, open_sealer
from bot.store.standing import Judge
from bot.store.submission import JudgeOfEach, NewRequest, Receipt
from bot.store.vault import Secrets
from bot.values.rules import Place, Standing


class Store:
    """Quota, jobs and sealed secrets in one SQLite file. Made by `open`; a context manager that closes itself.

    Any method raises `DatabaseFailedError` when SQLite fails, and has had no effect then.
    """

    def __init__(self, database: Database, sealer: Sealer, default_limit: int) -> None:
        self._database = database
        self._sealer = sealer
        self.default_limit = default_limit
        self.insight = Insight(database)
        self.privacy = Privacy(database, sealer)
        self.desk = Desk(database, Changes(sealer=sealer, default_limit=default_limit))
        self.operator = Operator(database, sealer)
        self.outbox = Outbox(database)
        self.reports = Reports(database, sealer)

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        default_limit: int,
        now: Callable[[], float] = time.time,
        on_statement: Callable[[str], None] = unobserved,
    ) -> Self:
        """Open the database with its key and lock files, all made where there are none, and update its schema.

        Parameters
        ----------
        default_limit
            Pictures per member and day where no server or moderator says otherwise, 0..1000.
        now
            The clock, in epoch seconds.
        on_statement
            Sees every SQL statement before SQLite does; what it raises is raised as if SQLite had.

        Raises
        ------
        DatabaseLockedError, DatabaseUnreadableError, MigrationError, KeyFileError
            Nothing is left open or locked then.
        """
        database = await Database.open(path, now=now, on_statement=on_statement)
        try:
            await database.transact(lambda tx: migrate.apply(tx, migrate.shipped()))
            return cls(database, open_sealer(files.beside(database.path, ".key")), default_limit)
        except BaseException:
            await database.close()  # a cancelled start would otherwise keep the lock until the process ends
            raise

    async def close(self) -> None:
        """Finish what has begun and give the database back."""
        await self._database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def submit(self, request: NewRequest, *, judge: JudgeOfEach, in_flight_limit: int) -> Receipt:
        """Charge the member for every picture and write the jobs, all of it or nothing.

        Parameters
        ----------
        judge
            The rules, asked inside the transaction of each picture, by its position; any refusal refuses all.
        in_flight_limit
            How many requests the member may have under way, this one included, over all servers.

        Raises
        ------
        DuplicateRequestError, NotAdmittedError, InFlightError, OverCapError, OverQuotaError
            Nothing is charged. They are looked for in this order, and of the last two the one that leaves less is
            raised; it says how many pictures could be paid.
        """
        return await self._database.transact(
            lambda tx: submission.submit(
                tx,
                request,
                judge=judge,
                sealer=self._sealer,
                default_limit=self.default_limit,
                in_flight_limit=in_flight_limit,
            )
        )

    async def card_posted(self, job_id: str, *, channel_id: int, message_id: int) -> None:
        """Remember where the request's card is."""
        await self._database.transact(
            lambda tx: requests.card_posted(tx, job_id, channel_id=channel_id, message_id=message_id)
        )

    async def start(self, job_id: str, *, judge: Judge) -> None:
        """Say that the job runs. Call it before its photo is touched: a photo that kills the process is found by it.

        Parameters
        ----------
        judge
            The rules, asked again: somebody may have been blocked, or have said no, while it waited.

        Raises
        ------
        UnknownJobError, IllegalTransitionError
            The job is not queued: it was cancelled in the meantime.
        NotAdmittedError
            The rules say no; the job is still queued.
        """
        await self._database.transact(lambda tx: requests.start(tx, job_id, judge=judge))

    async def go_on(self, job_id: str, *, judge: Judge) -> None:
        """Ask the rules once more, when a running job's turn has come: it may have waited for that for minutes.

        Raises
        ------
        UnknownJobError, IllegalTransitionError
            The job does not run: it was cancelled in the meantime.
        NotAdmittedError
            The rules say no; the job still runs.
        """
        await self._database.transact(lambda tx: requests.go_on(tx, job_id, judge=judge))

    async def judge_again(self, job_id: str, *, judge: Judge) -> None:
        """Ask the rules about a job as they are now, whatever its state: its photo is wanted once more.

        Raises
        ------
        UnknownJobError
        NotAdmittedError
            The rules say no.
        """
        await self._database.transact(lambda tx: requests.judge_again(tx, job_id, judge=judge))

    async def put_back(self, job_id: str) -> None:
        """An orderly stop: the job waits for the next start, which is no attempt of its own."""
        await self._database.transact(lambda tx: requests.put_back(tx, job_id))

    async def deliver(
        self,
        job_id: str,
        *,
        channel_id: int,
        message_id: int,
        engine: str | None = None,
        seconds: float | None = None,
        medium: str | None = None,
        sha256: str | None = None,
    ) -> None:
        """Keep the charge: the picture is in this message. The token is wiped with the last job of the request.

        Where the message is hidden the picture is, too, and its message is unsettled.

        Parameters
        ----------
        engine, seconds, medium, sha256
            Who painted it, in which time, how (a value of `engine.contract.Medium`), and the digest of the posted file
            in hexadecimal; None where an earlier run of the bot did and died before saying so.

        Raises
        ------
        UnknownJobError, IllegalTransitionError
            The job is not running: it was cancelled in the meantime.
        """
        await self._database.transact(
            lambda tx: requests.deliver(
                tx,
                job_id,
                channel_id=channel_id,
                message_id=message_id,
                engine=engine,
                seconds=seconds,
                medium=medium,
                sha256=sha256,
            )
        )

    async def fail(self, job_id: str, reason: str) -> bool:
        """End the job with a refund, and wipe the token with the request's last one.

        False, and no effect, where it has ended already.

        Parameters
        ----------
        reason
            For the operator: stored in plain, so no secret and nothing personal.

        Raises
        ------
        UnknownJobError
        """
        return await self._database.transact(lambda tx: requests.fail(tx, job_id, reason=reason))

    async def cancel_request(self, interaction_id: int, *, accept_charge: bool) -> Cancelled | WouldCharge:
        """End every job of a request that has not ended, because nobody wants them, and wipe the token.

        Queued jobs are refunded; of running ones the first three that the member cancels of a day's.

        Parameters
        ----------
        accept_charge
            Whether running jobs may stay charged; if not, and any would, nothing is done.
        """
        return await self._database.transact(
            lambda tx: cancelling.cancel_request(tx, interaction_id, accept_charge=accept_charge)
        )

    async def want_mention(self, interaction_id: int, wanted: bool) -> None:  # noqa: FBT001 - a setter's one value
        """Whether the member wants to be mentioned when the request is done."""
        await self._database.transact(lambda tx: requests.want_mention(tx, interaction_id, wanted=wanted))

    async def mention_wanted(self, interaction_id: int) -> bool:
        """Whether the member wants to be mentioned; False unless they have said so."""
        return await self._database.transact(lambda tx: requests.mention_wanted(tx, interaction_id))

    async def requeue_interrupted(self) -> Recovery:
        """At start: put jobs that a dead process left running back into the queue, and give up hopeless ones.

        Hopeless are those whose photo's URL is gone and those that were running for the third time; they are failed
        and refunded.
        """
        return await self._database.transact(lambda tx: recovery.recover(tx, self._sealer))

    async def secrets(self, job_id: str) -> Secrets:
        """Open what the job still has: the token for 14 minutes and until it ends, the URL until its signature ends.

        Raises
        ------
        UnknownJobError
        """
        return await self._database.transact(lambda tx: vault.open_secrets(tx, self._sealer, job_id))

    async def wipe_expired(self) -> int:
        """Forget URLs and tokens that Discord no longer honours; how many there were."""
        return await self._database.transact(vault.wipe_expired)

    async def recent_thread(self, *, guild_id: int, channel_id: int, user_id: int, within: int) -> int | None:
        """The thread that took the member's last picture asked for in this channel, if that was `within` seconds."""
        return await self._database.transact(
            lambda tx: requests.recent_thread(
                tx, guild_id=guild_id, channel_id=channel_id, user_id=user_id, within=within
            )
        )

    async def fact(self, name: str) -> str | None:
        """What was remembered under this name."""
        return await self._database.transact(lambda tx: facts.get(tx, name))

    async def remember(self, name: str, value: str) -> None:
        """Keep a fact for the next run."""
        await self._database.transact(lambda tx: facts.put(tx, name, value))

    async def job(self, job_id: str) -> Job | None:
        """The job, or None where it was never or is no longer known."""
        return await self._database.transact(lambda tx: jobs.by_id(tx, job_id))

    async def jobs_of(self, interaction_id: int) -> tuple[Job, ...]:
        """The jobs of a request that are still known, in the order of their positions."""
        return await self._database.transact(lambda tx: jobs.of_request(tx, interaction_id))

    async def jobs_by_result(self, message_id: int) -> tuple[Job, ...]:
        """The jobs whose pictures are in this message, by position; all that were where the message was deleted."""
        return await self._database.transact(lambda tx: jobs.by_result(tx, message_id))

    async def job_by_result(self, message_id: int) -> Job | None:
        """The first of them."""
        return next(iter(await self.jobs_by_result(message_id)), None)

    async def under_way_of(self, user_id: int) -> tuple[Job, ...]:
        """The member's jobs that have not ended, oldest first."""
        return await self._database.transact(lambda tx: jobs.under_way_of(tx, user_id))

    async def last_style(self, user_id: int) -> str | None:
        """The style that the member asked for last, of what is still known."""
        return await self._database.transact(lambda tx: jobs.last_style(tx, user_id))

    async def recent_styles(self, requests: int) -> dict[int, str]:
        """The same of everybody who made one of so many latest requests, by their id."""
        return await self._database.transact(lambda tx: jobs.recent_styles(tx, requests))

    async def keep_only(self, job_id: str) -> None:
        """The other pictures were taken out of the job's message: their photos' URLs are wiped at once.

        Reports are about the message, so those that are open are about this picture from now on.
        """
        await self._database.transact(lambda tx: results.keep_only(tx, job_id))

    async def mark_deleted(self, job_id: str, *, by: int | None = None) -> bool:
        """The result's message is gone with all its pictures: wipe their photos' URLs at once.

        False where it was gone before.

        Parameters
        ----------
        by
            The moderator who deletes it together with others; all of them are one row of the audit.
        """
        return await self._database.transact(
            lambda tx: results.mark_deleted(
                tx, job_id, by=None if by is None else subjects.ensure(tx, by, self._sealer)
            )
        )

    async def usage(self, guild_id: int, user_id: int, roles: Collection[int] = ()) -> Usage:
        """Where the member stands in the guild now (guild 0: outside of servers), with the roles that they hold."""

        def read(tx: Transaction) -> Usage:
            with subjects.as_if_back(tx, user_id, self._sealer):
                holder = quota.account(tx, guild_id, user_id, default_limit=self.default_limit, roles=roles)
                return quota.usage(tx, holder)

        return await self._database.transact(read)

    async def standing(self, place: Place, user_id: int, *, owner_id: int | None = None) -> Standing:
        """How things stand now for what the member may ask for there, of `owner_id`'s picture if it is somebody's."""

        def read(tx: Transaction) -> Standing:
            with subjects.as_if_back(tx, user_id, self._sealer):
                return standing.read(
                    tx,
                    guild_id=place.guild_id,
                    server_id=place.server_id,
                    subject=subjects.known(tx, user_id) or subjects.NOBODY,
                    owner=None if owner_id in (None, user_id) else standing.pictures_of(tx, self._sealer, owner_id),
                )

        return await self._database.transact(read)

    async def usage_of_job(self, job_id: str) -> Usage:
        """Where the member of a job that has not ended stands, with the roles that they held when they asked.

        Raises
        ------
        UnknownJobError
        """
        return await self._database.transact(lambda tx: requests.usage(tx, job_id, default_limit=self.default_limit))

    async def tell_once(self, user_id: int) -> bool:
        """Whether the member has yet to be told that uploads must be theirs; from now on they have been."""
        return await self._database.transact(
            lambda tx: members.tell_once(tx, subjects.ensure(tx, user_id, self._sealer))
        )

    async def stated(self, user_id: int) -> None:
        """The member has said that uploads are theirs or used with permission."""
        await self._database.transact(lambda tx: members.state(tx, subjects.ensure(tx, user_id, self._sealer)))

    async def refused(self, guild_id: int, reason: str) -> None:
        """Count a refusal for the server's statistics."""
        await self._database.transact(lambda tx: refusals.count(tx, guild_id, reason))

    async def audit_faults(self) -> list[Fault]:
        """Whatever does not agree between counters, ledger and jobs; empty in a sound database."""
        return await self._database.transact(proof.faults)
