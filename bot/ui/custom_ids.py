"""What a button remembers: the custom ids of our components, written and read in one place.

Discord keeps a custom id (1-100 characters) with the message, so a button works after a restart for as long as the
job's row is kept. The prefix keeps our ids apart from those of any other view.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from bot.values.buttons import Action

__all__ = [
    "AUDIT_TEMPLATE",
    "CANCEL_CHARGED_TEMPLATE",
    "FIRST_FEW_TEMPLATE",
    "GALLERY_TEMPLATE",
    "KEPT_TEMPLATE",
    "MORE_STYLES",
    "PREFIX",
    "PRESET_TEMPLATE",
    "PURGE_TEMPLATE",
    "QUEUE",
    "REPORTS_TEMPLATE",
    "SPOT_TEMPLATE",
    "STATE",
    "USE_STYLE",
    "Action",
    "AuditPage",
    "Decision",
    "Preset",
    "Spot",
    "cancel_charged",
    "decide",
    "decision_template",
    "first_few",
    "gallery",
    "kept",
    "names_request",
    "purge",
    "template",
    "turn_reports",
    "write",
]

PREFIX = "animify"

MORE_STYLES = "more…"
"""The value of the option under which the styles are that a select has no room for; no style has such an id."""


class Decision(StrEnum):
    """What a moderator's button does about a report."""

    LOOK = "look"
    DELETE = "report-delete"
    BLOCK = "report-block"
    DISMISS = "report-dismiss"


STATE = f"{PREFIX}:state"
"""The button that says that uploads are one's own, or used with permission."""


def write(action: Action, job_id: str, *, part: int = 0) -> str:
    """The custom id of a button that does `action` to a job; `part` tells several selects on one card apart."""
    return f"{PREFIX}:{action}:{job_id}" + (f":{part}" if part else "")


def template(action: Action) -> str:
    """The pattern that matches what `write` wrote, with the job's id in group `job`."""
    return rf"{PREFIX}:{action}:(?P<job>[0-9]{{1,20}}-[0-9])(?::[0-9]{{1,2}})?"


def cancel_charged(job_id: str) -> str:
    """The custom id of the button that cancels although it costs."""
    return f"{PREFIX}:cancel-charged:{job_id}"


CANCEL_CHARGED_TEMPLATE = rf"{PREFIX}:cancel-charged:(?P<job>[0-9]{{1,20}}-[0-9])"
"""The pattern that matches what `cancel_charged` wrote."""


def first_few(interaction_id: int, count: int) -> str:
    """The custom id of the button that asks for the first so many pictures of a request that was too large."""
    return f"{PREFIX}:first:{interaction_id}:{count}"


FIRST_FEW_TEMPLATE = rf"{PREFIX}:first:(?P<request>[0-9]{{1,20}}):(?P<count>[0-9]{{1,2}})"
"""The pattern that matches what `first_few` wrote."""


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


def gallery(page: int, *, forward: bool) -> str:
    """The custom id of a button that leads to a page of the styles, from 0."""
    return f"{PREFIX}:styles:{'next' if forward else 'back'}:{page}"


GALLERY_TEMPLATE = rf"{PREFIX}:styles:(?:next|back):(?P<page>[0-9]{{1,3}})"
"""The pattern that matches what `gallery` wrote."""

USE_STYLE = f"{PREFIX}:use-style"
"""The select whose options are styles to paint a photo in."""


def kept(interaction_id: int) -> str:
    """The custom id of the form that asks how to paint pictures which this interaction has left in memory."""
    return f"{PREFIX}:kept:{interaction_id}"


KEPT_TEMPLATE = rf"{PREFIX}:kept:(?P<kept>[0-9]{{1,20}})"
"""The pattern that matches what `kept` wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What is settled when a form asks for photos; the form asks for the rest.

    Attributes
    ----------
    style_id
        None: the form asks.
    strengths
        0..1, of which four digits are kept: one for all photos, or several of a single one; none: the form asks.
    seed
        None: any.
    max_wait
        Minutes of waiting from which on the backup may paint instead; None: never.
    private
        The member alone sees what comes of it; False: the form asks.
    """

    style_id: str | None = None
    strengths: tuple[float, ...] = ()
    seed: int | None = None
    max_wait: int | None = None
    private: bool = False

    def __str__(self) -> str:
        strengths = "+".join(f"{strength:.4f}".rstrip("0").rstrip(".") for strength in self.strengths)
        seed = "" if self.seed is None else self.seed
        return f"{PREFIX}:photos:{self.style_id or ''}:{strengths}:{seed}:{self.max_wait or ''}:{self.private:d}"

    @classmethod
    def read(cls, *, style: str, strengths: str, seed: str, wait: str, private: str) -> Self:
        """What these groups of `PRESET_TEMPLATE` say."""
        return cls(
            style_id=style or None,
            strengths=tuple(map(float, strengths.split("+"))) if strengths else (),
            seed=int(seed) if seed else None,
            max_wait=int(wait) if wait else None,
            private=private == "1",
        )


_STRENGTH = r"(?:1|0(?:\.[0-9]{1,4})?)"

PRESET_TEMPLATE = (
    rf"{PREFIX}:photos:(?P<style>[a-z0-9_]{{0,32}}):(?P<strengths>(?:{_STRENGTH}(?:\+{_STRENGTH}){{0,3}})?)"
    r":(?P<seed>[0-9]{0,10}):(?P<wait>[0-9]{0,2}):(?P<private>[01])"
)
"""The pattern that matches a preset as it writes itself."""

QUEUE = f"{PREFIX}:queue"
"""The button that brings the card of the queue up to date."""


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


def names_request(custom_id: str, interaction_id: int) -> bool:
    """Whether a component belongs to a job of this request: how we know our own message again after a restart."""
    prefix, _, rest = custom_id.partition(":")
    return prefix == PREFIX and rest.partition(":")[2].startswith(f"{interaction_id}-")


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
