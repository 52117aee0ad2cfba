"""What the card of a request says now, for whoever may edit it; nobody is called when it changes."""

import asyncio
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

from bot.ui.status import Painting, Preparing, Status, Statuses, Waiting, ended
from engine.contract import Progress
from engine.dispatcher import Quote

NOTHING: Final[Mapping[int, Status]] = MappingProxyType({})
"""What an earlier run of the bot has left of a request that is new."""

_ETA_STEP = 5


class Board:
    """A line for each picture of a request.

    Parameters
    ----------
    positions
        Which of them are under way.
    earlier
        How the others ended in an earlier run of the bot.
    clock
        Epoch seconds.

    Attributes
    ----------
    previews
        Whether rough pictures may be shown.
    """

    def __init__(
        self, positions: Sequence[int], clock: Callable[[], float], earlier: Mapping[int, Status] = NOTHING
    ) -> None:
        lines: dict[int, Callable[[], Status]] = dict.fromkeys(positions, Preparing)
        lines |= {position: _always(status) for position, status in earlier.items()}
        self._lines = {position: lines[position] for position in sorted(lines)}
        self._quotes: dict[int, Callable[[], Quote]] = {}
        self._clock = clock
        self._expected = set(positions)
        self._under_way = set(positions)
        self._complete = asyncio.Event()
        self._open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()
        self.previews = False

    def statuses(self) -> Statuses:
        """Where the request stands."""
        return tuple(line() for line in self._lines.values())

    def open(self, fault: Exception | None = None) -> None:
        """The card is there, or can't be because of this."""
        if fault is None:
            self._open.set_result(None)
            return
        self._open.set_exception(fault)
        self._open.exception()  # nobody may be left to be told

    async def opened(self) -> None:
        """Until the card is there; raises why it can't be."""
        await asyncio.shield(self._open)

    async def complete(self) -> None:
        """Until every picture stands in the queue, or has ended before it could."""
        await self._complete.wait()

    async def over(self) -> None:
        """Until every picture has ended."""
        await self._over.wait()

    @contextmanager
    def queueing(self, position: int, quote: Callable[[], Quote]) -> Iterator[None]:
        """A picture stands in the queue while the body runs; `quote` is asked no more after that."""
        self._quotes[position] = quote
        self.waits(position)
        try:
            yield
        finally:
            del self._quotes[position]

    def waits(self, position: int) -> None:
        """A picture waits for its turn, as the quote says whenever it is asked."""
        self._lines[position] = lambda: self._waiting(position)
        self._arrived(position)

    def show(self, position: int, status: Status) -> None:
        """A picture stands so now."""
        self._lines[position] = _always(status)
        if ended(status):
            self._arrived(position)
            self._under_way.discard(position)
            if not self._under_way:
                self._over.set()

    def progress(self, position: int, progress: Progress) -> None:
        """The engine has come so far. Of previews only the latest is kept."""
        preview = progress.preview if self.previews else None
        self.show(position, Painting(progress.step, progress.steps, preview))

    def _arrived(self, position: int) -> None:
        self._expected.discard(position)
        if not self._expected:
            self._complete.set()

    def _waiting(self, position: int) -> Status:
        """In steps, so that a card is not edited for a second; rounded up, so that it never promises the past."""
        if position not in self._quotes:  # it has left the queue, and what became of it is still to be shown
            return Preparing()
        quote = self._quotes[position]()
        ready_at = self._clock() + quote.eta
        return Waiting(place=quote.place, yours=quote.yours, ready_at=_ETA_STEP * math.ceil(ready_at / _ETA_STEP))


def _always(status: Status) -> Callable[[], Status]:
    return lambda: status
