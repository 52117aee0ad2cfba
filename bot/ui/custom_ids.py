"""What a button remembers: the custom ids of our components, written and read in one place.

Discord keeps a custom id (1-100 characters) with the message, so a button works after a restart for as long as the
job's row is kept. The prefix keeps our ids apart from those of any other view.
"""

from enum import StrEnum

PREFIX = "animify"


class Action(StrEnum):
    """What a button does."""

    DELETE = "delete"


def write(action: Action, job_id: str) -> str:
    """The custom id of a button that does `action` to a job."""
    return f"{PREFIX}:{action}:{job_id}"


def template(action: Action) -> str:
    """The pattern that matches what `write` wrote, with the job's id in group `job`."""
    return rf"{PREFIX}:{action}:(?P<job>[0-9]+-[0-9]+)"


def names_job(custom_id: str, job_id: str) -> bool:
    """Whether a component belongs to this job: how we know our own message again after a restart."""
    prefix, _, rest = custom_id.partition(":")
    return prefix == PREFIX and rest.partition(":")[2] == job_id
