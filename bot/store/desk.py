"""The moderators' side of the store: settings, quotas, blocks and the audit; every method is one transaction."""

from bot.store import audit, guilds, jobs, moderation
from bot.store.audit import Act, Entry, Filter
from bot.store.database import Database
from bot.store.limits import RoleLimit, Usage
from bot.store.moderation import Blocked, Change, Changes
from bot.values.records import Report
from bot.values.rules import Guild


class Desk:
    """What a server's moderators see and change. The same act a second time changes nothing.

    Any method raises `DatabaseFailedError` when SQLite fails, and has had no effect then.
    """

    def __init__(self, database: Database, changes: Changes) -> None:
        self._database = database
        self._changes = changes

    async def guild(self, guild_id: int) -> Guild:
        """What the server has set."""
        return await self._database.transact(lambda tx: guilds.get(tx, guild_id))

    async def styles_off(self) -> dict[int, frozenset[str]]:
        """The styles that are switched off, by the server that did; who has switched off none is missing."""
        return await self._database.transact(guilds.styles_off)

    async def change_guild(self, act: Act, **changes: object) -> Guild:
        """Replace some of a server's settings, by the names of `Guild`'s fields; what holds afterwards.

        Raises
        ------
        UnknownZoneError
        """
        return await self._database.transact(lambda tx: self._changes.change_guild(tx, act, **changes))

    async def present(self, guild_ids: frozenset[int]) -> None:
        """The bot is in exactly these servers now."""
        await self._database.transact(lambda tx: guilds.present(tx, guild_ids))

    async def left(self, guild_id: int) -> None:
        """The bot is no longer in this server: its rows go after a while."""
        await self._database.transact(lambda tx: guilds.left(tx, guild_id))

    async def joined(self, guild_id: int) -> None:
        """The bot is in this server, again perhaps."""
        await self._database.transact(lambda tx: guilds.joined(tx, guild_id))

    async def set_limit(self, change: Change, amount: int | None) -> Usage:
        """Give the member a standing limit, 0..1000 pictures a day or None for no limit; what holds afterwards."""
        return await self._database.transact(lambda tx: self._changes.set_limit(tx, change, amount))

    async def unset_limit(self, change: Change) -> Usage:
        """Take the member's standing limit away; what holds afterwards."""
        return await self._database.transact(lambda tx: self._changes.unset_limit(tx, change))

    async def grant(self, change: Change, amount: int, *, expires_at: int | None = None) -> tuple[Usage, int]:
        """Give the member extra pictures, 1..1000; what holds afterwards, and when they expire.

        Parameters
        ----------
        expires_at
            Epoch seconds; None means with the member's day.
        """
        return await self._database.transact(lambda tx: self._changes.grant(tx, change, amount, expires_at))

    async def reset(self, change: Change) -> Usage:
        """Bring the member's count of today back to zero; what holds afterwards."""
        return await self._database.transact(lambda tx: self._changes.reset(tx, change))

    async def role_limits(self, guild_id: int) -> list[RoleLimit]:
        """The limits that the server has set for roles."""
        return await self._database.transact(lambda tx: moderation.role_limits(tx, guild_id))

    async def set_role_limit(self, act: Act, limit: RoleLimit) -> None:
        """Give whoever holds a role a daily limit."""
        await self._database.transact(lambda tx: self._changes.set_role_limit(tx, act, limit))

    async def unset_role_limit(self, act: Act, role_id: int) -> bool:
        """Take a role's limit away; False where it had none."""
        return await self._database.transact(lambda tx: self._changes.unset_role_limit(tx, act, role_id))

    async def block(self, change: Change, *, expires_at: int | None = None) -> Blocked:
        """Serve the member in this server no more; which queued jobs that cancelled."""
        return await self._database.transact(lambda tx: self._changes.block(tx, change, expires_at))

    async def unblock(self, change: Change) -> bool:
        """Serve the member again; False where no block was in force."""
        return await self._database.transact(lambda tx: self._changes.unblock(tx, change))

    async def deleted(self, act: Act, job_id: str) -> bool:
        """A moderator has deleted somebody else's result: its photo's link goes, and the audit says who did it.

        False, and no effect, where it was deleted before.

        Raises
        ------
        UnknownJobError
        """
        return await self._database.transact(lambda tx: self._changes.deleted(tx, act, job_id))

    async def results_of(self, guild_id: int, user_id: int) -> tuple[str, ...]:
        """The jobs of results that the member asked for in this server and that are not deleted, the latest first."""
        return await self._database.transact(lambda tx: jobs.results_of(tx, guild_id, user_id))

    async def purged(self, change: Change, *, found: int, outcome: str) -> None:
        """A moderator deletes a member's results, `found` of them; `outcome` says for the audit how far that is."""
        await self._database.transact(lambda tx: self._changes.purged(tx, change, found, outcome))

    async def block_for(self, change: Change, report_id: int) -> Blocked | None:
        """Block who had asked for a reported picture, which decides the report; None where it is not open any more."""
        return await self._database.transact(lambda tx: self._changes.block_for(tx, change, report_id))

    async def dismiss(self, act: Act, report_id: int) -> Report | None:
        """A report is unfounded: its picture is hidden no longer, unless somebody else still objects to be in it.

        The report as it is then; None, and no effect, where there is nothing to dismiss any more.
        """
        return await self._database.transact(lambda tx: self._changes.dismiss(tx, act, report_id))

    async def audit(
        self,
        guild_id: int,
        wanted: Filter | None = None,
        *,
        before: int | None = None,
        after: int | None = None,
        limit: int = 10,
    ) -> list[Entry]:
        """The server's audit, the latest first: the nearest rows below `before`, or above `after`."""
        return await self._database.transact(
            lambda tx: audit.page(tx, guild_id, wanted or Filter(), before=before, after=after, limit=limit)
        )
