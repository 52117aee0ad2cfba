"""Who may change a request's messages now: its pictures that come, its moderators, or its member, one at a time."""

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """A lock for each request whose messages are being changed, for as long as somebody has it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def of(self, interaction_id: int) -> asyncio.Lock:
        """Held by whoever decides about a request's pictures, or changes their message, until both agree."""
        return self._locks.setdefault(interaction_id, asyncio.Lock())
