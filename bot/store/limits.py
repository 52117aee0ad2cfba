"""Which layer sets a member's daily limit, and where the member stands: pure values, no I/O."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self


class Layer(StrEnum):
    """Who set the limit that counts, the strongest first."""

    MEMBER = "member"  # a moderator, for this member alone
    ROLE = "role"  # the server, for a role: the best of the member's counts
    SERVER = "server"  # the server, for everyone in it
    DEFAULT = "default"  # the bot's operator


class Scope(StrEnum):
    """What the operator can cap, or deny service."""

    SERVER = "server"  # one server, all its members together
    MEMBER = "member"  # one member, over all servers


@dataclass(frozen=True, slots=True)
class Limit:
    """Pictures a day, 0..1000 or None for no limit, and the layer that says so."""

    amount: int | None
    layer: Layer


@dataclass(frozen=True, slots=True)
class RoleLimit:
    """Pictures a day, 0..1000 or None for no limit, of whoever holds a role."""

    role_id: int
    amount: int | None


def decide(*, own: Limit | None, roles: Collection[RoleLimit] = (), server: int | None, default: int) -> Limit:
    """The limit that counts.

    A standing one of the member's own beats the best of the member's roles, which replaces the server's even if it is
    lower, which beats the bot's default.
    """
    if own is not None:
        return own
    if roles:
        amounts = [role.amount for role in roles]
        return Limit(None if None in amounts else max(amount or 0 for amount in amounts), Layer.ROLE)
    if server is not None:
        return Limit(server, Layer.SERVER)
    return Limit(default, Layer.DEFAULT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The operator's cap that leaves the least: pictures a UTC day, how many are left, and when it starts anew."""

    scope: Scope
    amount: int
    left: int
    resets_at: int


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
    cap
        The operator's cap that leaves the least; None where there is none.
    """

    limit: int | None
    layer: Layer
    used: int
    grants_left: int
    resets_at: int
    cap: Cap | None = None

    @property
    def day_left(self) -> int | None:
        """What is left of the day's limit, without grants; None where there is no limit."""
        return None if self.limit is None else max(0, self.limit - self.used)

    @property
    def left(self) -> int | None:
        """How many pictures can be asked for now, grants included and caps heeded; None where nothing limits them."""
        own = None if self.day_left is None else self.day_left + self.grants_left
        if self.cap is None:
            return own
        return self.cap.left if own is None else min(own, self.cap.left)

    def after(self, *, of_day: int, of_grants: int) -> Self:
        """Where the member stands once so many more pictures are paid, by the day's limit and by grants."""
        paid = of_day + of_grants
        return replace(
            self,
            used=self.used + of_day,
            grants_left=self.grants_left - of_grants,
            cap=None if self.cap is None else replace(self.cap, left=self.cap.left - paid),
        )
