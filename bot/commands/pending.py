"""What waits between two interactions and can't be fetched again: in memory, for a quarter of an hour."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

LIFE: Final = 15 * 60.0
"""Seconds: as long as the interaction that leads to it."""

MOST: Final = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Kept:
    user_id: int
    until: float
    value: object = field(repr=False)


class Pending:
    """Things by the interaction that left them, each for the member who did; the oldest go first.

    Parameters
    ----------
    clock
        Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[int, _Kept] = OrderedDict()

    def keep(self, interaction_id: int, user_id: int, value: object) -> None:
        """Keep this for `LIFE`, or until there is too much. Call it in the event loop."""
        self._kept[interaction_id] = _Kept(user_id, self._clock() + LIFE, value)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        asyncio.get_running_loop().call_later(LIFE + 1, self._forget_old)  # also where nobody asks any more

    def take(self, interaction_id: int, user_id: int, kind: type[T]) -> T | None:
        """What the member's interaction left, which is kept no longer; None where it is gone, or not theirs."""
        self._forget_old()
        kept = self._kept.get(interaction_id)
        if kept is None or kept.user_id != user_id or not isinstance(kept.value, kind):
            return None
        del self._kept[interaction_id]
        return kept.value

    def forget(self, user_id: int) -> None:
        """The member is erased, and with them what they left here."""
        for interaction_id in [key for key, kept in self._kept.items() if kept.user_id == user_id]:
            del self._kept[interaction_id]

    def _forget_old(self) -> None:
        now = self._clock()
        for interaction_id in [key for key, kept in self._kept.items() if kept.until <= now]:
            del self._kept[interaction_id]
