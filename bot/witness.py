"""Who hears what becomes of requests: numbers and words of the code's, and nothing of anybody."""

from typing import Protocol


class Witness(Protocol):
    """Called on the event loop, after the fact; takes no time and raises nothing."""

    def accepted(self) -> None:
        """A request was charged."""

    def refused(self, reason: str) -> None:
        """A request was not taken; `reason` as the server's statistics count it."""

    def granted(self, *, waited: float) -> None:
        """A request's turn has come, `waited` seconds after it entered the queue."""

    def delivered(self, *, style: str, engine: str, seconds: float) -> None:
        """A picture was posted, after `seconds` of the engine's time."""

    def failed(self, kind: str) -> None:
        """No picture came of a request; `kind` as its job's row names it."""

    def cancelled(self) -> None:
        """Nobody wants a request any more."""


class Nobody:
    """Hears nothing."""

    def accepted(self) -> None:
        pass

    def refused(self, reason: str) -> None:
        pass

    def granted(self, *, waited: float) -> None:
        pass

    def delivered(self, *, style: str, engine: str, seconds: float) -> None:
        pass

    def failed(self, kind: str) -> None:
        pass

    def cancelled(self) -> None:
        pass
