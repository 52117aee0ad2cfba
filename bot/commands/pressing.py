"""A press on a card: the job that it is about, if this person may do that to it."""

from collections.abc import Awaitable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from bot import policy
from bot.commands import asking
from bot.commands.removal import here
from bot.commands.services import Interaction, RefusalError, actor, in_time
from bot.delivery import DeliveryError, place_of
from bot.delivery.calls import ONCE, call
from bot.store import Job
from bot.ui import moderation, presses
from bot.ui.status import Choice
from bot.values.buttons import Action

T = TypeVar("T")


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


async def others(interaction: Interaction, job: Job) -> list[Job]:
    """The other jobs of its request of which there is a picture, or may be one yet."""
    request = await interaction.client.services.store.jobs_of(job.interaction_id)
    return [one for one in request if one.id != job.id and one.deleted_at is None and not one.state.lost]


async def announced(interaction: Interaction, asked: Awaitable[T]) -> T:
    """What a press needs to know; then a card for the asker alone is on its way, as "@original"."""
    known = await in_time(interaction, asked, new=True)
    if not interaction.response.is_done():
        with suppress(DeliveryError):  # behind a cut connection Discord may have taken it; what comes next will know
            await call(lambda: interaction.response.defer(ephemeral=True, thinking=True), pauses=ONCE)
    return known


async def menu(interaction: Interaction, job: Job) -> tuple[Choice, ...]:
    """The other styles that a job's photo can be had in here, now."""
    services, place = interaction.client.services, place_of(interaction)
    services.shelf.learn(place.guild_id, await services.store.desk.guild(place.guild_id))
    return asking.menu(services, place, but=job.style)


def chosen(interaction: Interaction) -> str:
    """What was chosen in a select of ours."""
    data: Mapping[str, Any] = interaction.data or {}
    return str(data["values"][0])
