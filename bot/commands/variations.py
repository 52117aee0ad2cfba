"""Variations: the photo of a job painted again in another way, as a request like any other."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from discord import ui

from bot.commands import asking
from bot.commands.asking import FOUR_STRENGTHS, Picture, Wish
from bot.commands.buttons import Answer
from bot.commands.forms import open_same, style_named
from bot.commands.pressing import chosen, menu, pressed, pressed_result
from bot.commands.services import Interaction, RefusalError, whisper
from bot.delivery.answer import FirstAnswer
from bot.policy import Declared
from bot.store import Job, State, StoreError
from bot.ui import cards, custom_ids, presses, words
from bot.ui.custom_ids import Action
from engine.errors import UnfitError
from styles import Style

_STEP: Final = 0.2


@dataclass(frozen=True, slots=True)
class Look:
    """How a photo is to be painted this time; `strengths` 0..1, and a seed of None is any."""

    style_id: str
    strengths: tuple[float, ...]
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """What is painted in another way.

    Attributes
    ----------
    job
        The first that it was painted for before.
    photos
        None where one of them can't be had any more.
    """

    job: Job
    photos: tuple[Picture, ...] | None
    style: Style
    look: Look


def _varying(action: Action, look: Callable[[Job], Look]) -> Answer:
    """A button under a result; `look` raises RefusalError where there is no such picture."""

    async def answer(interaction: Interaction, *, job: str) -> None:
        await _paint(interaction, _varied(interaction, job, action, look))

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
    style_id = chosen(interaction)
    if style_id == custom_ids.MORE_STYLES:
        await whisper(interaction, _more_styles(interaction, job))
        return

    def look(found: Job) -> Look:
        return Look(style_id, (found.strength,), found.seed)

    await _paint(interaction, _varied(interaction, job, Action.STYLE, look))


async def _more_styles(interaction: Interaction, job_id: str) -> ui.LayoutView:
    found = await pressed_result(interaction, job_id, Action.STYLE)
    return cards.more_styles(found.id, await menu(interaction, found))


async def _retried(interaction: Interaction, *, job: str) -> None:
    """Under a request of which something failed: that once more."""
    await _paint(interaction, _failed(interaction, job))


async def _varied(interaction: Interaction, job_id: str, action: Action, look: Callable[[Job], Look]) -> Variation:
    found = await pressed_result(interaction, job_id, action)
    return await _variation(interaction, (found,), look(found))


async def _failed(interaction: Interaction, job_id: str) -> Variation:
    """What nobody wanted any more is not tried again; what the checks refused would come out the same by its seed."""
    found = await pressed(interaction, job_id, Action.RETRY)
    request = await interaction.client.services.store.jobs_of(found.interaction_id)
    lost = tuple(one for one in request if one.state is State.FAILED)
    if not lost:
        raise RefusalError(presses.NOTHING_FAILED())
    unfit = any(one.failure == UnfitError.__name__ for one in lost)
    look = Look(found.style, tuple(one.strength for one in lost), None if unfit else found.seed)
    return await _variation(interaction, lost, look)


async def _paint(interaction: Interaction, lookup: Awaitable[Variation]) -> None:
    """Paint it, or ask for other photos where one can't be had.

    Until the job is known, nobody knows who may see what comes of it: as few as see the card that was pressed.
    """
    message = interaction.message
    answer = FirstAnswer(interaction, private=message is not None and message.flags.ephemeral)
    try:
        found = await lookup
    except (RefusalError, StoreError) as error:
        await answer.private(asking.why_not(error)())
        return
    if found.photos is not None:
        look = found.look
        wish = Wish(style=found.style, strengths=look.strengths, seed=look.seed, private=found.job.private)
        await asking.ask(interaction, found.photos, wish, answer=answer)
    elif not await answer.form(partial(_open_form, interaction, found)):
        await answer.private(words.PHOTO_GONE())


async def _open_form(interaction: Interaction, found: Variation) -> None:
    look, new_seed = found.look, found.look.seed is None
    await open_same(interaction, found.job, style_id=look.style_id, strengths=look.strengths, new_seed=new_seed)


async def _variation(interaction: Interaction, jobs: tuple[Job, ...], look: Look) -> Variation:
    """These jobs' photos in another look.

    Raises
    ------
    RefusalError, StoreError
    """
    style = style_named(interaction, look.style_id)
    photos = [await _photo(interaction, job) for job in jobs]
    there = tuple(one for one in photos if one is not None)
    return Variation(
        job=jobs[0],
        photos=there if len(there) == len(jobs) else None,
        style=style,
        look=look,
    )


async def _photo(interaction: Interaction, job: Job) -> Picture | None:
    """The photo that a job was made of, if its link is still kept.

    Raises
    ------
    RefusalError
        Whoever it belongs to was erased, and nobody can ask them.
    """
    if job.owner_erased:
        raise RefusalError(presses.OWNER_ERASED())
    url = (await interaction.client.services.store.secrets(job.id)).url
    if url is None:
        return None
    return Picture(
        url=url,
        declared=Declared(size=0, content_type="image/jpeg"),  # what was declared is not kept
        source=job.source,
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
