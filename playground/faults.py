"""Misfortunes on demand: the next matching requests fail in the chosen way."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail.

    Attributes
    ----------
    status : int
        The status to answer with; 5xx come without Discord's JSON, as from its edge, and so does a bare 429.
    disconnect : bool
        Cut the connection instead of answering. aiohttp by itself repeats a GET, PUT or DELETE once after that.
    retry_after : float or None
        Answer Discord's own 429, with this many seconds.
    handled : bool
        Do what was asked first, then lose the answer in this way.
    request_bytes : int or None
        Cut the connection once this much of the request's body has come.
    file_bytes : int or None
        Cut the connection once this much of a file of the content network has been sent.
    file_seconds : float
        How long a file of the content network takes.
    """

    status: int = 500
    disconnect: bool = False
    retry_after: float | None = None
    handled: bool = False
    request_bytes: int | None = None
    file_bytes: int | None = None
    file_seconds: float = 0.0

    @property
    def within_file(self) -> bool:
        """Whether it lies in how a file is sent, not in the answer as a whole."""
        return self.file_bytes is not None or self.file_seconds > 0


@dataclass(slots=True)
class _Planned:
    method: str | None
    pattern: re.Pattern[str]
    fault: Fault
    left: int


class Faults:
    """The plan of faults, in the order in which they were asked for.

    A route or path is matched in `re.search`, without host and query; `times` is for how many requests a fault lasts.
    """

    def __init__(self) -> None:
        self._plan: list[_Planned] = []

    @property
    def left(self) -> int:
        """How many requests are still to fail."""
        return sum(planned.left for planned in self._plan)

    def next(
        self,
        method: str,
        route: str,
        *,
        status: int = 500,
        disconnect: bool = False,
        retry_after: float | None = None,
        handled: bool = False,
        times: int = 1,
    ) -> None:
        """Let the next matching requests fail; see `Fault` for the ways."""
        self._add(method, route, Fault(status, disconnect, retry_after, handled), times)

    def storm(self, *, retry_after: float, times: int, route: str = "") -> None:
        """Answer every call with Discord's 429, whatever its method."""
        self._add(None, route, Fault(retry_after=retry_after), times)

    def block(self, method: str, route: str, *, times: int = 1) -> None:
        """Answer 429 as Cloudflare does before Discord is reached: no ``Via`` header, no JSON, no time to wait."""
        self._add(method, route, Fault(status=429), times)

    def lose_acknowledgement(self, *, times: int = 1) -> None:
        """Let the first answer to an interaction take effect, but cut the connection before the bot hears so."""
        self.next("POST", r"/callback$", disconnect=True, handled=True, times=times)

    def cut_upload(self, method: str, route: str, *, after: int, times: int = 1) -> None:
        """Cut the connection once `after` bytes of the request have come; nothing of it takes effect."""
        self._add(method, route, Fault(request_bytes=after), times)

    def slow_file(self, path: str = "", *, seconds: float, times: int = 1) -> None:
        """Let a file of the content network trickle in."""
        self._add("GET", path or _FILES, Fault(file_seconds=seconds), times)

    def truncate_file(self, path: str = "", *, after: int, times: int = 1) -> None:
        """Cut the connection once `after` bytes of a file of the content network were sent."""
        self._add("GET", path or _FILES, Fault(file_bytes=after), times)

    def lose_file(self, path: str = "", *, times: int = 1) -> None:
        """Answer 404 for a file of the content network that is still there for everybody else."""
        self._add("GET", path or _FILES, Fault(status=404), times)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault planned for this request, used up once."""
        for planned in self._plan:
            if planned.method in (None, method) and planned.pattern.search(path):
                planned.left -= 1
                if not planned.left:
                    self._plan.remove(planned)
                return planned.fault
        return None

    def _add(self, method: str | None, route: str, fault: Fault, times: int) -> None:
        self._plan.append(_Planned(method, re.compile(route), fault, times))


_FILES = r"^/((ephemeral-)?attachments|avatars|guilds/\d+/users|embed|external)/"
"""Paths of the content network."""
