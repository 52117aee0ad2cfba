"""Tells log channels what was done and reported: of each row once, and of rows that wait together in one post."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

import structlog
from discord import ui

from bot.commands.removal import posted
from bot.commands.services import ServiceClient, style_name
from bot.delivery import DeliveryError, log
from bot.delivery.calls import Trouble
from bot.delivery.exhibit import conceal
from bot.store import Parcel, StoreError
from bot.ui import auditing, moderation
from bot.values.records import Entry, Report

INTERVAL: Final = 5.0
"""Seconds between two looks where nobody says that something has changed."""

_log = structlog.stdlib.get_logger(__name__)


class Herald:
    """Posts to the log channels of servers, from `start` until `close`.

    Parameters
    ----------
    pause
        Waits between two tries of a post; tests put their own here.
    """

    def __init__(self, client: ServiceClient, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._client = client
        self._pause = pause
        self._turn = asyncio.Lock()
        self._unsure: dict[int, int] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, if it has not."""
        if self._task is None:
            self._task = asyncio.create_task(self._go_on(), name="herald")

    async def close(self) -> None:
        """Stop. What is not told by then is told after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def tell(self) -> None:
        """Tell whatever waits. What Discord can't take just now waits for the next time.

        Raises
        ------
        StoreError
        """
        async with self._turn:  # or two at once would tell the same
            for parcel in await self._client.services.store.outbox.waiting():
                try:
                    await self._tell_entries(parcel)
                    for report in parcel.reports:
                        await self._tell_report(parcel, report)
                except DeliveryError as error:
                    _log.warning("a log channel has to wait", guild=parcel.guild_id, reason=str(error))

    async def _go_on(self) -> None:
        changed = self._client.services.changed
        while True:
            changed.clear()
            try:
                await self.tell()
            except StoreError as error:
                _log.error("log channels are not told", reason=str(error))
            except Exception:  # noqa: BLE001 - the task's boundary: one bad row must not silence all servers
                _log.error("log channels are not told", exc_info=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL):
                    await changed.wait()

    async def _tell_entries(self, parcel: Parcel) -> None:
        """Row by row would be a post each; too many for one are the next one's."""
        waiting = list(parcel.entries)
        while waiting:
            batch = waiting[: self._fitting(parcel, waiting)]
            if parcel.channel_id is not None:
                self._unsure[parcel.guild_id] = batch[-1].id
                view = auditing.log([auditing.line(entry) for entry in batch])
                nonce = f"{batch[0].id}-{batch[-1].id}"
                await self._post(parcel.guild_id, parcel.channel_id, view, nonce=nonce)
            await self._client.services.store.outbox.told(entries=batch)
            self._unsure.pop(parcel.guild_id, None)
            waiting = waiting[len(batch) :]

    def _fitting(self, parcel: Parcel, waiting: Sequence[Entry]) -> int:
        """The same rows as the last time where that post's answer was lost, so that Discord knows it again."""
        last = self._unsure.get(parcel.guild_id)
        again = sum(1 for entry in waiting if last is not None and entry.id <= last)
        return again or auditing.fitting([auditing.line(entry) for entry in waiting])

    async def _tell_report(self, parcel: Parcel, report: Report) -> None:
        services = self._client.services
        if not report.guild_id:  # nobody moderates outside of servers
            _log.warning("a picture outside of servers was reported", report=report.id, complaint=report.complaint)
        else:
            await self._hide(report)
        told = await services.store.reports.one(report.guild_id, report.id) or report
        if parcel.channel_id is not None and report.guild_id:
            view = moderation.report(told, style_name(told.style, services.catalogue))
            await self._post(parcel.guild_id, parcel.channel_id, view, nonce=f"report-{report.id}")
        await services.store.outbox.told(reports=[report])

    async def _hide(self, report: Report) -> None:
        """The process may have died between the row and the picture's message."""
        services = self._client.services
        job = await services.store.job(report.job_id)
        if job is None or job.hidden_at is None or job.deleted_at is not None:
            return
        try:
            await conceal(posted(self._client, job), moderation.HIDDEN_NOTICE)
        except DeliveryError as error:
            if error.trouble is Trouble.UNREACHABLE:
                raise
            _log.warning("a reported picture is not hidden", job=job.id, reason=str(error))

    async def _post(self, guild_id: int, channel_id: int, view: ui.LayoutView, *, nonce: str) -> None:
        """A channel that is gone or forbidden has been tried: `/audit` has it all, and `/server` says what is wrong."""
        try:
            await log.post(self._client, view, guild_id=guild_id, channel_id=channel_id, nonce=nonce, pause=self._pause)
        except DeliveryError as error:
            if error.trouble is Trouble.UNREACHABLE:
                raise
            _log.warning("a log channel can't be written to", guild=guild_id, reason=str(error))
