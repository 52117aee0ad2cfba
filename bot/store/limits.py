"""Which layer sets a member's daily limit, and where the member stands: pure values, no I/O."""

from dataclasses import dataclass
from enum import StrEnum


class Layer(StrEnum):
    """Who set the limit that counts, the strongest first."""

    MEMBER = "member"  # a moderator, for this member alone
    SERVER = "server"  # the server, for everyone in it
    DEFAULT = "default"  # the bot's operator


@dataclass(frozen=True, slots=True)
class Limit:
    """Pictures a day, 0..1000 or None for no limit, and the layer that says so."""

    amount: int | None
    layer: Layer


def decide(*, own: Limit | None, server: int | None, default: int) -> Limit:
    """The limit that counts: a standing one of the member's own beats the server's, which beats the bot's default."""
    if own is not None:
        return own
    if server is not None:
        return Limit(server, Layer.SERVER)
    return Limit(default, Layer.DEFAULT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Where a member stands in a guild now.

    Attributes
    ----------
    limit
        Pictures a day; None where there is no limit.
    layer
        Who set it.
    used
        Of the day's limit, without what grants paid. May be above a limit that was lowered since.
    grants_left
        Extra pictures that have not expired.
    resets_at
        When the day ends in the guild's zone, in epoch seconds.
    """

    limit: int | None
    layer: Layer
    used: int
    grants_left: int
    resets_at: int

    @property
    def left(self) -> int | None:
        """How many pictures can be asked for now, grants included; None where there is no limit."""
        if self.limit is None:
            return None
        return max(0, self.limit - self.used) + self.grants_left
