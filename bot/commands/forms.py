"""Forms that ask for photos, or how to paint pictures that a menu was used on; what they say becomes a request.

A form must be the first answer to an interaction. Nothing of it is kept: what is settled stands in its custom id.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from discord import ui

from bot import policy
from bot.answers import TurnedDownError, allowance
from bot.commands.asking import DEFAULT_STRENGTH, MOST_PICTURES, Picture, Wish, ask, usual_style
from bot.commands.choosing import offered
from bot.commands.filled import Filled
from bot.commands.foresight import Foresight, foreseen, refuse
from bot.commands.pressing import pressed_result
from bot.commands.services import Interaction, RefusalError
from bot.delivery import place_of
from bot.delivery.answer import PATIENCE
from bot.store import Job, Store
from bot.ui import custom_ids, forms, presses, words
from bot.ui.custom_ids import Action, Preset
from bot.ui.forms import Terms
from bot.values.rules import Guild, Source
from styles import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Pictures that a menu was used on, as its interaction carried them: nobody else's message can be fetched again.

    Attributes
    ----------
    found
        How many there are: `pictures` are the first of them.
    whose
        Tells whose they are, as the store knows by then; raises RefusalError where they can't be used at all.
    """

    pictures: tuple[Picture, ...]
    found: int
    whose: Callable[[Store], Awaitable[Source]]


async def open_same(
    interaction: Interaction, job: Job, *, style_id: str, strengths: tuple[float, ...], new_seed: bool
) -> None:
    """Ask for photos to be painted as this job was, or like it; what comes of a private one is private.

    Parameters
    ----------
    strengths
        One for all photos, or up to four of a single one; 0..1.
    new_seed
        Whether any seed will do, and not the job's.

    Raises
    ------
    RefusalError
        The style is gone.
    """
    await open_preset(
        interaction,
        Preset(
            style_id=style_id,
            strengths=tuple(dict.fromkeys(strengths)),
            seed=None if new_seed else job.seed,
            private=job.private,
        ),
    )


async def open_preset(interaction: Interaction, preset: Preset) -> None:
    """Ask for photos, and for what is not settled. What would be refused in any case is refused before.

    Raises
    ------
    RefusalError
        The style is gone.
    """
    style = None if preset.style_id is None else style_named(interaction, preset.style_id)

    def form(known: Foresight) -> ui.Modal:
        return forms.upload(preset, _terms(interaction, style, known))

    await _open(interaction, _an_upload, style, form)


async def open_offered(interaction: Interaction, offer: Offered, *, title: str) -> None:
    """Ask how to paint these pictures, and which of them.

    Raises
    ------
    RefusalError
        They can't be used.
    """

    def form(known: Foresight) -> ui.Modal:
        interaction.client.services.pending.keep(interaction.id, interaction.user.id, offer)
        terms, names = _terms(interaction, None, known), [one.name for one in offer.pictures]
        return forms.pictures(custom_ids.kept(interaction.id), names, terms, title=title, found=offer.found)

    await _open(interaction, offer.whose, None, form)


async def _open(
    interaction: Interaction,
    whose: Callable[[Store], Awaitable[Source]],
    style: Style | None,
    form: Callable[[Foresight], ui.Modal],
) -> None:
    try:
        known = await foreseen(interaction, whose, style)
    except TurnedDownError as no:
        await refuse(interaction, no)
    else:
        await interaction.response.send_modal(form(known))


def _terms(interaction: Interaction, style: Style | None, known: Foresight) -> Terms:
    services = interaction.client.services
    had = offered(services, place_of(interaction))
    last, usual = services.shelf.last(interaction.user.id), usual_style(had, known.guild or Guild())
    styles = sorted(had, key=lambda one: (one.id != last, one != usual))
    return Terms(
        settled=style,
        styles=styles[: forms.MOST_STYLES],
        more_styles=len(styles) > forms.MOST_STYLES,
        others_see=interaction.guild_id is not None or not interaction.context.dm_channel,
        allowance=None if known.usage is None else allowance(known.usage),
    )


def style_named(interaction: Interaction, style_id: str) -> Style:
    """The style.

    Raises
    ------
    RefusalError
        It is gone.
    """
    style = interaction.client.services.catalogue.get(style_id)
    if style is None:
        raise RefusalError(presses.STYLE_GONE())
    return style


async def _an_upload(_store: Store) -> Source:
    return Source()


async def _same(interaction: Interaction, *, job: str) -> None:
    """The button under anyone's result. What is not known in time can't be told by a form."""
    try:
        async with asyncio.timeout(PATIENCE):
            found = await pressed_result(interaction, job, Action.SAME)
    except TimeoutError:
        raise RefusalError(presses.BUSY()) from None
    await open_same(interaction, found, style_id=found.style, strengths=(found.strength,), new_seed=False)


async def _uploaded(
    interaction: Interaction, *, style: str, strengths: str, seed: str, wait: str, private: str
) -> None:
    """The form that asks for photos was sent."""
    preset = Preset.read(style=style, strengths=strengths, seed=seed, wait=wait, private=private)
    filled = Filled.of(interaction)
    pictures = _pictures(filled)
    await ask(interaction, pictures, _wish(interaction, filled, preset))


def _pictures(filled: Filled) -> tuple[Picture, ...]:
    """The photos that were put into a form.

    Raises
    ------
    RefusalError
        There are none, or some of several files are no pictures.
    """
    pictures = filled.uploads(forms.PHOTOS)[:MOST_PICTURES]
    if not pictures:
        raise RefusalError(words.NOT_AN_IMAGE_TYPE())
    wrong = [one.name for one in pictures if not policy.declares_a_picture(one.declared)]
    if wrong and len(pictures) > 1:
        raise RefusalError(forms.no_pictures(wrong))
    return pictures


async def _chosen(interaction: Interaction, *, kept: str) -> None:
    """The form that asks how to paint a message's pictures, or an avatar, was sent."""
    services, filled = interaction.client.services, Filled.of(interaction)
    offer = services.pending.take(int(kept), interaction.user.id, Offered)
    if offer is None:
        raise RefusalError(forms.CHOOSE_AGAIN())
    numbers = filled.chosen(forms.PICTURES) if forms.PICTURES in filled else ["1"]
    pictures = [one for number, one in enumerate(offer.pictures, start=1) if str(number) in numbers]
    if not pictures:
        raise RefusalError(words.NO_PICTURE_THERE())
    wish = _wish(interaction, filled, Preset())
    await ask(interaction, _owned(pictures, offer, services.store), wish)


async def _owned(pictures: list[Picture], offer: Offered, store: Store) -> tuple[Picture, ...]:
    source = await offer.whose(store)
    return tuple(replace(one, source=source) for one in pictures)


def _wish(interaction: Interaction, filled: Filled, preset: Preset) -> Wish:
    """What is wanted, as it was settled or filled in; the server's usual style where there was none to choose.

    Raises
    ------
    RefusalError
        The style is gone.
    """
    style_id = preset.style_id or next(iter(filled.chosen(forms.STYLE)), None)
    return Wish(
        style=None if style_id is None else style_named(interaction, style_id),
        strengths=preset.strengths or (_strength(filled),),
        seed=preset.seed,
        max_wait=None if preset.max_wait is None else preset.max_wait * 60.0,
        private=preset.private or filled.ticked(forms.PRIVATE),
    )


def _strength(filled: Filled) -> float:
    steps = {f"{strength:g}": strength for strength in forms.STRENGTHS}
    return next((steps[one] for one in filled.chosen(forms.STRENGTH) if one in steps), DEFAULT_STRENGTH)


BUTTONS = (
    (custom_ids.template(Action.SAME), _same),
    (custom_ids.PRESET_TEMPLATE, _uploaded),
    (custom_ids.KEPT_TEMPLATE, _chosen),
)
"""The same for somebody's own photo, and the forms."""
