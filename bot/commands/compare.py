"""Before/After, under a result: the photo beside the picture, or as an animation, for the requester alone at first."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import discord

from bot import policy
from bot.attachments import FetchError
from bot.commands.curtain import alt_texts, in_reach, posted, turn
from bot.commands.pressing import announced, others, pressed_result
from bot.commands.services import Interaction, RefusalError, acknowledged, actor, link_of, style_name
from bot.comparing import BusyError, PictureFile
from bot.delivery import DeliveryError, place_of, site_of
from bot.delivery.calls import Trouble
from bot.delivery.exhibit import PressedExhibit, is_spoiler, join
from bot.delivery.place import position_of
from bot.policy import Ask
from bot.store import Job, NotAdmittedError, UnknownJobError
from bot.ui import compare, custom_ids, moderation, words
from bot.ui.compare import Comparison, Form
from bot.ui.custom_ids import Action
from bot.values.rules import Refusal, Standing
from engine.encoding import Encoded
from engine.errors import EncodeError, EngineError, PhotoError

Pressed = Callable[..., Awaitable[None]]


async def _asked(interaction: Interaction, *, job: str) -> None:
    """The button under a result: the answer is a card of its own."""
    await _show(interaction, await announced(interaction, _comparable(interaction, job)), Form.SIDES)


def _turning(form: Form) -> Pressed:
    """A button of that card: it turns to this form."""

    async def pressed(interaction: Interaction, *, job: str) -> None:
        await _show(interaction, await acknowledged(interaction, _comparable(interaction, job)), form)

    return pressed


def _posting(form: Form) -> Pressed:
    """A button of that card: what it shows in this form joins the result's own message, for everyone."""

    async def pressed(interaction: Interaction, *, job: str) -> None:
        found = await acknowledged(interaction, _comparable(interaction, job))
        if not await _may_post(interaction, found):
            raise RefusalError(compare.NOT_HERE())
        message, picture = await _picture(interaction, found)
        new, *_ = await _made(interaction, found, picture, form)
        await _join(interaction, found, new)
        card = compare.card(_comparison(interaction, found, message, picture), form, link=link_of(found))
        await _change(interaction, card, message.attachments)

    return pressed


async def _show(interaction: Interaction, job: Job, form: Form) -> None:
    """The picture stays with the card, also unseen: where we are no member it is to be found nowhere else."""
    message, picture = await _picture(interaction, job)
    files = await _made(interaction, job, picture, form)
    value = _comparison(interaction, job, message, picture)
    card = compare.card(value, form, may_post=await _may_post(interaction, job))
    await _change(interaction, card, [picture] if form is Form.WIPE else [], files)


async def _made(interaction: Interaction, job: Job, picture: discord.Attachment, form: Form) -> tuple[Encoded, ...]:
    file, limit = PictureFile(picture.url, picture.filename), site_of(interaction).upload_limit
    try:
        return await interaction.client.services.comparer.make(job, file, form, limit=limit)
    except (BusyError, FetchError, EngineError, UnknownJobError) as error:
        raise RefusalError(_sentence(error)) from None


async def _join(interaction: Interaction, job: Job, new: Encoded) -> None:
    client = interaction.client
    describe = await alt_texts(client.services, job, job.language)
    async with turn(client.services, job.id):
        await _comparable(interaction, job.id)  # it may have been hidden or deleted meanwhile
        try:
            await join(posted(client, job), new, describe)
        except DeliveryError as error:
            gone = error.trouble is Trouble.GONE
            raise RefusalError(moderation.PICTURE_GONE() if gone else compare.NOT_HERE()) from None


async def _change(
    interaction: Interaction,
    card: discord.ui.LayoutView,
    kept: list[discord.Attachment],
    new: tuple[Encoded, ...] = (),
) -> None:
    try:
        await PressedExhibit(interaction).change(card, kept, new)
    except DeliveryError:
        raise RefusalError(compare.NOT_TAKEN()) from None


async def _comparable(interaction: Interaction, job_id: str) -> Job:
    """The job, if this person may compare its picture with the photo now.

    Raises
    ------
    RefusalError
    """
    job = await pressed_result(interaction, job_id, Action.COMPARE)
    if job.owner_erased:
        raise RefusalError(compare.PHOTO_GONE())
    try:
        await interaction.client.services.store.judge_again(job.id, judge=_judge(interaction, job))
    except NotAdmittedError as no:
        raise RefusalError(words.refusal(no.refusal, no.standing)) from None
    except UnknownJobError:
        raise RefusalError(words.JOB_FORGOTTEN()) from None
    return job


def _judge(interaction: Interaction, job: Job) -> Callable[[Standing], Refusal | None]:
    """What protects somebody protects their photo, too."""
    services = interaction.client.services
    style = services.catalogue.get(job.style)
    ask = Ask(
        actor=actor(interaction),
        place=place_of(interaction),
        source=job.source,
        style=job.style,
        adult_style=style is not None and style.adult,
    )
    return lambda standing: policy.still_admits(ask, standing, house=services.house)


async def _may_post(interaction: Interaction, job: Job) -> bool:
    """Where we can change the message later, and it has no other picture that the photo would be taken to be of."""
    return in_reach(interaction, job) and not await others(interaction, job)


async def _picture(interaction: Interaction, job: Job) -> tuple[discord.Message, discord.Attachment]:
    """The picture of this job, and the message that carries it: the one whose button was pressed, or the result's own.

    Raises
    ------
    RefusalError
    """
    pressed = interaction.message
    if pressed is not None and (found := _of(job, pressed)) is not None:
        return pressed, found
    if in_reach(interaction, job):
        with suppress(DeliveryError):
            message = await posted(interaction.client, job).message()
            if (found := _of(job, message)) is not None:
                return message, found
    raise RefusalError(moderation.PICTURE_GONE())


def _of(job: Job, message: discord.Message) -> discord.Attachment | None:
    return next((one for one in message.attachments if position_of(one.filename) == job.position), None)


def _comparison(
    interaction: Interaction, job: Job, message: discord.Message, picture: discord.Attachment
) -> Comparison:
    return Comparison(
        job_id=job.id,
        picture=picture.filename,
        style=style_name(job.style, interaction.client.services.catalogue),
        spoiler=is_spoiler(message),
    )


def _sentence(error: BusyError | FetchError | EngineError | UnknownJobError) -> str:
    match error:
        case UnknownJobError():
            return words.JOB_FORGOTTEN()
        case BusyError():
            return compare.ONE_AT_A_TIME()
        case FetchError(gone=gone):
            return compare.PHOTO_GONE() if gone else words.PHOTO_UNREACHABLE()
        case PhotoError(fault=fault, limit=limit):
            return words.photo_fault(fault, limit)
        case EncodeError():
            return words.TOO_LARGE_TO_SEND()
        case _:
            return words.OUR_FAULT()


BUTTONS = (
    (custom_ids.template(Action.COMPARE), _asked),
    (custom_ids.template(Action.WIPE), _turning(Form.WIPE)),
    (custom_ids.template(Action.SIDES), _turning(Form.SIDES)),
    (custom_ids.template(Action.POST), _posting(Form.SIDES)),
    (custom_ids.template(Action.POST_WIPE), _posting(Form.WIPE)),
)
"""Before/After, and what stands under a comparison."""
