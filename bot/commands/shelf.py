"""What autocomplete knows by heart: the styles that servers have switched off, and the last one that members used."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import structlog

from bot.store import Store, StoreError
from bot.values.rules import Guild

MOST: Final = 10_000
"""Servers, and members, that are remembered; who was asked about longest ago is forgotten first."""

FRESH: Final = 60.0
"""Seconds for which something is taken for granted; then it is read again while it still answers."""

_T = TypeVar("_T")

_log = structlog.stdlib.get_logger(__name__)


class Shelf:
    """Answers at once from memory; what it does not know yet it reads beside, for the next time.

    Parameters
    ----------
    clock
        Seconds, monotonic.
    """

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._off: _Memory[frozenset[str]] = _Memory(self._read_off, clock)
        self._last: _Memory[str | None] = _Memory(store.last_style, clock)

    def off(self, guild_id: int) -> frozenset[str]:
        """The ids of styles that are off in this server, as far as that is known; 0 is everywhere outside of them."""
        return self._off.get(guild_id) or frozenset()

    def last(self, user_id: int) -> str | None:
        """The id of the style that this member used last, as far as that is known."""
        return self._last.get(user_id)

    def learn(self, guild_id: int, guild: Guild) -> None:
        """Take over what a server has set, which somebody has just read or changed."""
        self._off.put(guild_id, guild.styles_off)

    def used(self, user_id: int, style_id: str) -> None:
        """The member asks for a picture in that style."""
        self._last.put(user_id, style_id)

    def forget(self, user_id: int) -> None:
        """Know nothing of this member any more."""
        self._last.drop(user_id)

    async def fill(self) -> None:
        """Read what is switched off, and what was used of late, before anybody asks.

        Raises
        ------
        StoreError
        """
        for guild_id, off in (await self._store.desk.styles_off()).items():
            self._off.put(guild_id, off)
        for user_id, style_id in (await self._store.recent_styles(MOST)).items():
            self._last.put(user_id, style_id)

    async def known(self) -> None:
        """Wait until everything is read that is being read now."""
        await self._off.settled()
        await self._last.settled()

    async def close(self) -> None:
        """Read no further."""
        await self._off.close()
        await self._last.close()

    async def _read_off(self, guild_id: int) -> frozenset[str]:
        return (await self._store.desk.guild(guild_id)).styles_off


@dataclass(frozen=True, slots=True)
class _Entry(Generic[_T]):
    value: _T
    at: float


class _Memory(Generic[_T]):
    """Values by id, the latest asked for; one that is missing or old is read in a task beside."""

    def __init__(self, read: Callable[[int], Awaitable[_T]], clock: Callable[[], float]) -> None:
        self._read = read
        self._clock = clock
        self._entries: OrderedDict[int, _Entry[_T]] = OrderedDict()
        self._reading: dict[int, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def get(self, key: int) -> _T | None:
        entry = self._entries.get(key)
        if entry is None or self._clock() >= entry.at + FRESH:
            self._refresh(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry.value

    def put(self, key: int, value: _T) -> None:
        """What is being read now is older than this."""
        self._reading.pop(key, None)
        self._entries[key] = _Entry(value, self._clock())
        self._entries.move_to_end(key)
        if len(self._entries) > MOST:
            self._entries.popitem(last=False)

    def drop(self, key: int) -> None:
        self._reading.pop(key, None)
        self._entries.pop(key, None)

    async def settled(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.settled()

    def _refresh(self, key: int) -> None:
        if key in self._reading:
            return
        task = self._reading[key] = asyncio.create_task(self._fill(key), name=f"shelf-{key}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fill(self, key: int) -> None:
        task = asyncio.current_task()
        try:
            value = await self._read(key)
        except StoreError as error:  # the next keystroke asks again
            _log.warning("suggestions can't be looked up", reason=str(error))
            if self._reading.get(key) is task:
                del self._reading[key]
        else:
            if self._reading.get(key) is task:  # else something newer is known, or nothing may be
                self.put(key, value)
