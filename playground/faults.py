"""Misfortunes on demand: the next matching requests fail in the chosen way."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail.

    Attributes
    ----------
    status : int
        The status to answer with; 5xx come without Discord's JSON, as from its edge.
    disconnect : bool
        Cut the connection instead of answering. aiohttp by itself repeats a GET, PUT or DELETE once after that.
    retry_after : float or None
        Answer 429 with this many seconds.
    handled : bool
        Do what was asked first, then lose the answer in this way.
    """

    status: int = 500
    disconnect: bool = False
    retry_after: float | None = None
    handled: bool = False


@dataclass(slots=True)
class _Planned:
    method: str
    pattern: re.Pattern[str]
    fault: Fault
    left: int


class Faults:
    """The plan of faults, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._plan: list[_Planned] = []

    def next(
        self,
        method: str,
        route_pattern: str,
        *,
        status: int = 500,
        disconnect: bool = False,
        retry_after: float | None = None,
        handled: bool = False,
        times: int = 1,
    ) -> None:
        """Let the next `times` requests fail whose path (no host, no query) matches in `re.search`."""
        fault = Fault(status, disconnect, retry_after, handled)
        self._plan.append(_Planned(method, re.compile(route_pattern), fault, times))

    def take(self, method: str, path: str) -> Fault | None:
        """The fault planned for this request, used up once."""
        for planned in self._plan:
            if planned.method == method and planned.pattern.search(path):
                planned.left -= 1
                if not planned.left:
                    self._plan.remove(planned)
                return planned.fault
        return None
