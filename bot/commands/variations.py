"""Variations: the photo of a job painted again in another way, as a request like any other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.commands import asking
from bot.commands.asking import FOUR_STRENGTHS, Pointed, Wish
from bot.commands.buttons import Answer
from bot.commands.forms import open_same, style_named
from bot.commands.pressing import chosen, menu, pressed, pressed_result
from bot.commands.services import Interaction, RefusalError, tell
from bot.policy import Declared
from bot.store import Job, State
from bot.ui import cards, custom_ids, presses
from bot.ui.custom_ids import Action
from bot.values.rules import Origin, Source

_STEP: Final = 0.2


@dataclass(frozen=True, slots=True)
class Look:
    """How a photo is to be painted this time; `strengths` 0..1, and a seed of None is any."""

    style_id: str
    strengths: tuple[float, ...]
    seed: int | None = None


def _varying(action: Action, look: Callable[[Job], Look]) -> Answer:
    """A button under a result; `look` raises RefusalError where there is no such picture."""

    async def answer(interaction: Interaction, *, job: str) -> None:
        found = await pressed_result(interaction, job, action)
        await _ask(interaction, (found,), look(found))

    return answer


def _again(job: Job) -> Look:
    return Look(job.style, (job.strength,))


def _subtler(job: Job) -> Look:
    if job.strength <= 0:
        raise RefusalError(presses.SUBTLEST())
    return Look(job.style, (max(0.0, round(job.strength - _STEP, 2)),), job.seed)


def _bolder(job: Job) -> Look:
    if job.strength >= 1:
        raise RefusalError(presses.BOLDEST())
    return Look(job.style, (min(1.0, round(job.strength + _STEP, 2)),), job.seed)


def _four(job: Job) -> Look:
    return Look(job.style, FOUR_STRENGTHS, job.seed)


async def _restyled(interaction: Interaction, *, job: str) -> None:
    """The select of styles; its last option may be the way to those that it has no room for."""
    found = await pressed_result(interaction, job, Action.STYLE)
    style_id = chosen(interaction)
    if style_id == custom_ids.MORE_STYLES:
        await tell(interaction, {"view": cards.more_styles(found.id, await menu(interaction, found))})
        return
    await _ask(interaction, (found,), Look(style_id, (found.strength,), found.seed))


async def _retried(interaction: Interaction, *, job: str) -> None:
    """Under a request of which nothing came: all of it once more, with another seed."""
    found = await pressed(interaction, job, Action.RETRY)
    request = await interaction.client.services.store.jobs_of(found.interaction_id)
    lost = tuple(one for one in request if one.state in (State.FAILED, State.CANCELLED))
    if not lost:
        raise RefusalError(presses.NOTHING_FAILED())
    await _ask(interaction, lost, Look(found.style, tuple(one.strength for one in lost)))


async def _ask(interaction: Interaction, jobs: tuple[Job, ...], look: Look) -> None:
    """Paint these jobs' photos, or ask for others where one can't be had.

    The form that asks must be the first answer, so nothing is acknowledged before it is known.
    """
    style = style_named(interaction, look.style_id)
    photos = [await _photo(interaction, job) for job in jobs]
    there = tuple(one for one in photos if one is not None)
    first = jobs[0]
    if len(there) < len(jobs):
        new_seed = look.seed is None
        await open_same(interaction, first, style_id=style.id, strengths=look.strengths, new_seed=new_seed)
        return
    wish = Wish(style=style, strengths=look.strengths, seed=look.seed, private=first.private)
    await asking.ask(interaction, there, wish)


async def _photo(interaction: Interaction, job: Job) -> Pointed | None:
    """The photo that a job was made of, if its link is still kept.

    Raises
    ------
    RefusalError
        Whoever it belongs to was erased, and nobody can ask them.
    """
    if job.owned and job.owner_id is None:
        raise RefusalError(presses.OWNER_ERASED())
    url = (await interaction.client.services.store.secrets(job.id)).url
    if url is None:
        return None
    return Pointed(
        url=url,
        declared=Declared(size=0, content_type="image/jpeg"),  # what was declared is not kept
        source=Source(origin=Origin.MESSAGE, owner_id=job.owner_id) if job.owned else Source(),
        expires_at=job.url_expires_at,
    )


BUTTONS = (
    (custom_ids.template(Action.AGAIN), _varying(Action.AGAIN, _again)),
    (custom_ids.template(Action.SUBTLER), _varying(Action.SUBTLER, _subtler)),
    (custom_ids.template(Action.BOLDER), _varying(Action.BOLDER, _bolder)),
    (custom_ids.template(Action.FOUR), _varying(Action.FOUR, _four)),
    (custom_ids.template(Action.STYLE), _restyled),
    (custom_ids.template(Action.RETRY), _retried),
)
"""What makes another picture of a photo that was painted before."""
