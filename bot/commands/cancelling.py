"""On the card of a request: calling it off, and wanting to be called when it is done."""

from contextlib import suppress
from functools import partial

from bot.commands.pressing import pressed
from bot.commands.services import Interaction, RefusalError, acknowledged, tell, whisper
from bot.delivery import DeliveryError
from bot.delivery.calls import call
from bot.store import Job, WouldCharge
from bot.ui import captions, cards, custom_ids, presses
from bot.ui.custom_ids import Action


async def _cancelled(interaction: Interaction, *, job: str) -> None:
    """Cancel; where that costs, it is said first."""
    found = await acknowledged(interaction, pressed(interaction, job, Action.CANCEL))
    done = await _cancel(interaction, found, accept_charge=False)
    if isinstance(done, WouldCharge):
        await tell(interaction, {"view": cards.cancel_question(found.id, done.count)})
    elif done is not None:
        await tell(interaction, {"content": done})


async def _cancelled_anyway(interaction: Interaction, *, job: str) -> None:
    """The button under that question, which goes."""
    found = await acknowledged(interaction, pressed(interaction, job, Action.CANCEL))
    done = await _cancel(interaction, found, accept_charge=True)
    with suppress(DeliveryError):  # then it stays, and can't do any harm
        await call(interaction.delete_original_response)
    if isinstance(done, str):
        await tell(interaction, {"content": done})


async def _cancel(interaction: Interaction, job: Job, *, accept_charge: bool) -> WouldCharge | str | None:
    """Call off what has not ended of a request: what that would cost, or what is to be said of it.

    None where its own card says it. Nothing is awaited between the store and the journey, or the journey would find
    out by itself, and not know what it cost.
    """
    services = interaction.client.services
    done = await services.store.cancel_request(job.interaction_id, accept_charge=accept_charge)
    if isinstance(done, WouldCharge):
        return done
    if not done.job_ids:
        return presses.OVER()
    why = partial(captions.cancelled, done.charged, done.refunded)
    return None if services.journey.recall(done.job_ids, why) else why()


async def _mention(interaction: Interaction, *, job: str) -> None:
    await whisper(interaction, _toggled(interaction, job))


async def _toggled(interaction: Interaction, job_id: str) -> str:
    """Want a mention, or want it no more."""
    store = interaction.client.services.store
    job = await pressed(interaction, job_id, Action.MENTION)
    if not any(one.state.under_way for one in await store.jobs_of(job.interaction_id)):
        raise RefusalError(presses.OVER())
    wanted = not await store.mention_wanted(job.interaction_id)
    await store.want_mention(job.interaction_id, wanted)
    return (presses.CALLED if wanted else presses.NOT_CALLED)()


BUTTONS = (
    (custom_ids.template(Action.CANCEL), _cancelled),
    (custom_ids.CANCEL_CHARGED_TEMPLATE, _cancelled_anyway),
    (custom_ids.template(Action.MENTION), _mention),
)
"""What a member does while a request is under way."""
