"""What a button remembers: the custom ids of our components, written and read in one place.

Discord keeps a custom id (1-100 characters) with the message, so a button works after a restart for as long as the
job's row is kept. The prefix keeps our ids apart from those of any other view.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

PREFIX = "animify"


class Action(StrEnum):
    """What a button does."""

    DELETE = "delete"
    REPORT = "report"


class Decision(StrEnum):
    """What a moderator's button does about a report."""

    LOOK = "look"
    DELETE = "report-delete"
    BLOCK = "report-block"
    DISMISS = "report-dismiss"


STATE = f"{PREFIX}:state"
"""The button that says that uploads are one's own, or used with permission."""


def write(action: Action, job_id: str) -> str:
    """The custom id of a button that does `action` to a job."""
    return f"{PREFIX}:{action}:{job_id}"


def template(action: Action) -> str:
    """The pattern that matches what `write` wrote, with the job's id in group `job`."""
    return rf"{PREFIX}:{action}:(?P<job>[0-9]+-[0-9]+)"


def decide(decision: Decision, report_id: int) -> str:
    """The custom id of a button that does something about a report."""
    return f"{PREFIX}:{decision}:{report_id}"


def decision_template(decision: Decision) -> str:
    """The pattern that matches what `decide` wrote, with the report's id in group `report`."""
    return rf"{PREFIX}:{decision}:(?P<report>[0-9]{{1,18}})"


def turn_reports(*, newer: bool, report_id: int) -> str:
    """The custom id of a button that leads to the next open report above or below this one."""
    return f"{PREFIX}:reports:{'newer' if newer else 'older'}:{report_id}"


REPORTS_TEMPLATE = rf"{PREFIX}:reports:(?P<way>newer|older):(?P<report>[0-9]{{1,18}})"
"""The pattern that matches what `turn_reports` wrote."""


def purge(user_id: int) -> str:
    """The custom id of the button that deletes a member's results."""
    return f"{PREFIX}:purge:{user_id}"


PURGE_TEMPLATE = rf"{PREFIX}:purge:(?P<member>[0-9]{{1,20}})"
"""The pattern that matches what `purge` wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """A page of the audit: what it is narrowed to, and on which side of which row it lies."""

    actor_id: int | None = None
    target_id: int | None = None
    action: str | None = None
    newer: bool = False
    row: int = 0

    def at(self, *, newer: bool, row: int) -> Self:
        """The neighbouring page on one side of a row."""
        return replace(self, newer=newer, row=row)

    def __str__(self) -> str:
        way = "newer" if self.newer else "older"
        return f"{PREFIX}:audit:{way}:{self.row}:{self.actor_id or ''}:{self.target_id or ''}:{self.action or ''}"

    @classmethod
    def read(cls, *, way: str, row: str, actor: str, target: str, action: str) -> Self:
        """The page of these groups of `AUDIT_TEMPLATE`."""
        return cls(
            actor_id=int(actor) if actor else None,
            target_id=int(target) if target else None,
            action=action or None,
            newer=way == "newer",
            row=int(row),
        )


AUDIT_TEMPLATE = (
    rf"{PREFIX}:audit:(?P<way>newer|older):(?P<row>[0-9]{{1,18}}):(?P<actor>[0-9]{{0,20}}):(?P<target>[0-9]{{0,20}})"
    r":(?P<action>[a-z_]{0,20})"
)
"""The pattern that matches a page as it writes itself."""


def names_job(custom_id: str, job_id: str) -> bool:
    """Whether a component belongs to this job: how we know our own message again after a restart."""
    prefix, _, rest = custom_id.partition(":")
    return prefix == PREFIX and rest.partition(":")[2] == job_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place on the card of /server: on which page and sheet of which server's card, and what stands there."""

    guild_id: int
    page: str
    name: str
    sheet: int = 0

    def __str__(self) -> str:
        return f"{PREFIX}:server:{self.guild_id}:{self.page}:{self.sheet}:{self.name}"

    @classmethod
    def read(cls, *, guild: str, page: str, sheet: str, name: str) -> Self:
        """The spot of these groups of `SPOT_TEMPLATE`."""
        return cls(guild_id=int(guild), page=page, sheet=int(sheet), name=name)


SPOT_TEMPLATE = (
    rf"{PREFIX}:server:(?P<guild>[0-9]{{1,20}}):(?P<page>[a-z]{{1,20}}):(?P<sheet>[0-9]{{1,3}})"
    r":(?P<name>[a-z_]{1,30})"
)
"""The pattern that matches a spot as it writes itself."""
