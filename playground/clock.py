"""Time and the ids made from it: Discord's snowflakes carry their moment of creation."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], float]

DISCORD_EPOCH = 1_420_070_400.0
"""First second of 2015 (UTC), where Discord's snowflakes start counting."""


class ShiftingClock:
    """Real time plus a shift, so that a test may pass 15 minutes in no time.

    Timers of the event loop don't see the shift: what waits for the loop still waits for real.
    """

    def __init__(self) -> None:
        self._shift = 0.0

    def __call__(self) -> float:
        return time.time() + self._shift

    def advance(self, seconds: float) -> None:
        self._shift += seconds


class Snowflakes:
    """A source of unique ids whose upper bits are milliseconds since `DISCORD_EPOCH`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def __call__(self) -> int:
        now = int((self._clock() - DISCORD_EPOCH) * 1000) << 22
        self._last = max(now, self._last + 1)
        return self._last


def created_at(snowflake: int) -> float:
    """The unix time, in seconds, at which this id was made."""
    return (snowflake >> 22) / 1000 + DISCORD_EPOCH


def iso(moment: float) -> str:
    """Discord's notation of a unix time: ISO 8601 in UTC with microseconds."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds")
