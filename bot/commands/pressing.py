"""A press on a card: the job that it is about, if this person may do that to it."""

from collections.abc import Mapping
from typing import Any

from bot import policy
from bot.commands import asking
from bot.commands.removal import here
from bot.commands.services import Interaction, RefusalError, actor
from bot.delivery import place_of
from bot.store import Job
from bot.ui import moderation, presses
from bot.ui.status import Choice
from bot.values.buttons import Action


async def pressed(interaction: Interaction, job_id: str, action: Action) -> Job:
    """The job that a button names.

    Raises
    ------
    RefusalError
        It is not known in this place, or not this person's to press.
    """
    job = await here(interaction, job_id)
    guild = await interaction.client.services.store.desk.guild(job.guild_id)
    if not policy.may_press(action, actor(interaction), guild, requester_id=job.user_id, owner_id=job.owner_id):
        raise RefusalError(presses.NOT_YOURS())
    return job


async def pressed_result(interaction: Interaction, job_id: str, action: Action) -> Job:
    """The same where something is made of its picture: that must be there for all to see.

    Raises
    ------
    RefusalError
    """
    job = await pressed(interaction, job_id, action)
    if job.deleted_at is not None:
        raise RefusalError(moderation.ALREADY_DELETED())
    if job.hidden_at is not None:
        raise RefusalError(presses.HIDDEN())
    return job


async def menu(interaction: Interaction, job: Job) -> tuple[Choice, ...]:
    """The other styles that a job's photo can be had in here, now."""
    services, place = interaction.client.services, place_of(interaction)
    guild = await services.store.desk.guild(place.guild_id)
    return asking.menu(services.catalogue, guild, but=job.style, age_restricted=place.age_restricted)


def chosen(interaction: Interaction) -> str:
    """What was chosen in a select of ours."""
    data: Mapping[str, Any] = interaction.data or {}
    return str(data["values"][0])
