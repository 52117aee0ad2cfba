"""Rate limits: a bucket a route and major parameter, one global limit, and the ban after too many invalid requests.

Discord publishes the headers, the global limit of 50 requests a second and the ban after 10,000 invalid requests in
10 minutes (topics/rate-limits), but no numbers for routes: those here are guesses, so obey the headers.
"""

import hashlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from playground.clock import Clock

VIA = {"Via": "1.1 google"}
"""Discord's own edge sets it; discord.py takes a 429 without it for a ban."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `requests` in `seconds`."""

    requests: int
    seconds: float


DEFAULT = Limit(50, 1.0)
ROUTES: Mapping[str, Limit] = MappingProxyType(
    {
        "POST /channels/{channel_id}/messages": Limit(5, 5.0),
        "PATCH /channels/{channel_id}/messages/{message_id}": Limit(5, 5.0),
        "POST /channels/{channel_id}/messages/{message_id}/threads": Limit(10, 5.0),
        "POST /webhooks/{application_id}/{token}": Limit(5, 2.0),
        "PATCH /webhooks/{application_id}/{token}/messages/{message}": Limit(5, 2.0),
    }
)
GLOBAL = Limit(50, 1.0)
INVALID = Limit(10_000, 600.0)


@dataclass(slots=True)
class _Window:
    """A fixed window that opens with its first request."""

    limit: Limit
    opened: float
    used: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the limits say to one request: headers for every answer, and how long to wait if it is refused."""

    headers: Mapping[str, str]
    retry_after: float | None = None
    scope: str = "user"


@dataclass(slots=True)
class RateLimits:
    """All windows of one application; `everything` is the limit over all routes."""

    clock: Clock
    routes: Mapping[str, Limit]
    everything: Limit
    invalid: deque[float] = field(default_factory=deque)
    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict)

    def spend(self, route: str, major: str, *, counts_globally: bool) -> Verdict:
        """Take one request from its bucket and, unless it is of an interaction, from the global limit."""
        if counts_globally:
            wait = self._take("global", "", self.everything)[1]
            if wait is not None:
                return Verdict({**VIA, "X-RateLimit-Global": "true"}, wait, "global")
        window, wait = self._take(route, major, self.routes.get(route, DEFAULT))
        reset = window.opened + window.limit.seconds
        headers = {
            **VIA,
            "X-RateLimit-Limit": str(window.limit.requests),
            "X-RateLimit-Remaining": str(max(0, window.limit.requests - window.used)),
            "X-RateLimit-Reset": f"{reset:.3f}",
            "X-RateLimit-Reset-After": f"{reset - self.clock():.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:32],
        }
        return Verdict(headers, wait)

    def note_invalid(self) -> None:
        """Count an answer of 401, 403 or 429 towards the ban."""
        self.invalid.append(self.clock())

    @property
    def banned(self) -> bool:
        """Whether this address has made too many invalid requests in the last ten minutes."""
        while self.invalid and self.invalid[0] < self.clock() - INVALID.seconds:
            self.invalid.popleft()
        return len(self.invalid) >= INVALID.requests

    def _take(self, route: str, major: str, limit: Limit) -> tuple[_Window, float | None]:
        now = self.clock()
        window = self._windows.get((route, major))
        if window is None or now >= window.opened + window.limit.seconds:
            window = self._windows[route, major] = _Window(limit, now)
        if window.used >= limit.requests:
            return window, window.opened + limit.seconds - now
        window.used += 1
        return window, None
