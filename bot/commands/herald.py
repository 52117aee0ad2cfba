"""Brings to Discord what waits in the store: lines and reports for log channels, and pictures that are to be hidden."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

import structlog
from discord import ui

from bot.commands.curtain import agree, turn
from bot.commands.services import ServiceClient, style_name
from bot.delivery import DeliveryError, log
from bot.delivery.calls import Trouble
from bot.store import Parcel, StoreError
from bot.ui import auditing, moderation
from bot.ui.language import speaking
from bot.values.records import Entry, Picture, Report

INTERVAL: Final = 5.0
"""Seconds between two looks where nobody says that something has changed."""

PATIENCE: Final = 30.0
"""Seconds that one server's channel may take in a round; what is not told by then waits for the next."""

HIDING_INTERVAL: Final = 30.0
"""Seconds between two tries of what Discord would not do."""

_log = structlog.stdlib.get_logger(__name__)


class Herald:
    """Posts to the log channels of servers, each row once, and hides and shows pictures, from `start` until `close`.

    A post whose answer is lost is made again with the same nonce, by which Discord knows it. Which rows were in it is
    known in memory alone: where the process dies just then, and more waits after the next start, some rows are posted
    twice. That is rare and harms nobody.

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
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin, if it has not."""
        if not self._tasks:
            self._tasks = {
                asyncio.create_task(self._go_on_telling(), name="herald"),
                asyncio.create_task(self._go_on_hiding(), name="herald-hiding"),
            }

    async def close(self) -> None:
        """Stop. What is not done by then is done after the next start."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def tell(self) -> None:
        """Tell whatever waits. What goes wrong with one server waits for the next time, and holds up no other.

        Raises
        ------
        StoreError
        """
        async with self._turn:  # or two at once would tell the same
            for guild_id in await self._client.services.store.outbox.waiting():
                await self._tell_server(guild_id)

    async def hide(self) -> None:
        """Hide, or show, whatever is not yet as it was decided. What Discord can't do just now waits, too.

        Raises
        ------
        StoreError
        """
        services = self._client.services
        for job_id in await services.store.reports.unsettled():
            async with turn(services, job_id):
                await agree(self._client, job_id)

    async def _go_on_telling(self) -> None:
        changed = self._client.services.changed
        while True:
            changed.clear()
            await _whatever_happens(self.tell)
            with suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL):
                    await changed.wait()

    async def _go_on_hiding(self) -> None:
        """Apart from the telling: no message that Discord won't change may hold up what moderators are told."""
        while True:
            await _whatever_happens(self.hide)
            await asyncio.sleep(HIDING_INTERVAL)

    async def _tell_server(self, guild_id: int) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                parcel = await self._client.services.store.outbox.parcel(guild_id)
                with speaking((await self._client.services.store.desk.guild(guild_id)).language):
                    await self._tell_entries(parcel)
                    for report in parcel.reports:
                        await self._tell_report(parcel, report)
        except (DeliveryError, TimeoutError) as error:
            _log.warning("a log channel has to wait", guild=guild_id, reason=str(error) or "it takes too long")
        except Exception:  # noqa: BLE001 - a server's boundary: whatever is wrong with its rows must not silence the rest
            _log.error("a log channel can't be told", guild=guild_id, exc_info=True)

    async def _tell_entries(self, parcel: Parcel) -> None:
        """Row by row would be a post each; too many for one are the next one's."""
        waiting = list(parcel.entries)
        while waiting:
            batch = waiting[: self._fitting(parcel, waiting)]
            if parcel.channel_id is not None:
                self._unsure[parcel.guild_id] = batch[-1].id
                view = auditing.log([_line(entry) for entry in batch])
                nonce = f"{batch[0].id}-{batch[-1].id}"
                await self._post(parcel.guild_id, parcel.channel_id, view, nonce=nonce)
            await self._client.services.store.outbox.told(entries=batch)
            self._unsure.pop(parcel.guild_id, None)
            waiting = waiting[len(batch) :]

    def _fitting(self, parcel: Parcel, waiting: Sequence[Entry]) -> int:
        """The same rows as the last time where that post's answer was lost, so that Discord knows it again."""
        last = self._unsure.get(parcel.guild_id)
        again = sum(1 for entry in waiting if last is not None and entry.id <= last)
        return again or auditing.fitting([_line(entry) for entry in waiting])

    async def _tell_report(self, parcel: Parcel, report: Report) -> None:
        services = self._client.services
        if (its_turn := turn(services, report.job_id)).locked():
            return  # it is being hidden or decided, and told of when that is done
        async with its_turn:
            told = await self._settled(report)
        if not report.guild_id:  # nobody moderates outside of servers
            _log.warning("a picture outside of servers was reported", report=report.id, complaint=report.complaint)
        elif parcel.channel_id is not None:
            view = moderation.report(told, style_name(told.style, services.catalogue))
            await self._post(parcel.guild_id, parcel.channel_id, view, nonce=f"report-{report.id}")
        await services.store.outbox.told(reports=[report])

    async def _settled(self, report: Report) -> Report:
        """As it is now; the process may have died between the row and the picture's message."""
        now = await self._client.services.store.reports.one(report.guild_id, report.id) or report
        if now.picture is not Picture.HIDING:
            return now
        return replace(now, picture=await agree(self._client, report.job_id))

    async def _post(self, guild_id: int, channel_id: int, view: ui.LayoutView, *, nonce: str) -> None:
        """A channel that is gone or forbidden has been tried: `/audit` has it all, and `/server` says what is wrong."""
        try:
            await log.post(self._client, view, guild_id=guild_id, channel_id=channel_id, nonce=nonce, pause=self._pause)
        except DeliveryError as error:
            if error.trouble is Trouble.UNREACHABLE:
                raise
            _log.warning("a log channel can't be written to", guild=guild_id, reason=str(error))


async def _whatever_happens(do: Callable[[], Awaitable[None]]) -> None:
    try:
        await do()
    except StoreError as error:
        _log.error("the herald fails", reason=str(error))
    except Exception:  # noqa: BLE001 - the tasks' boundary: the next round may go well
        _log.error("the herald fails", exc_info=True)


def _line(entry: Entry) -> str:
    """A row that can't be put into words is told of all the same, or what comes after it would wait for ever."""
    try:
        return auditing.line(entry)
    except Exception:  # noqa: BLE001 - a row's boundary
        _log.error("a row of the audit has no words", row=entry.id, exc_info=True)
        return auditing.WORDLESS()
