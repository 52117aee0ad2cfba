"""/queue: how long it would take, for everybody and for oneself."""

import math
import time
from typing import Final

from discord import app_commands, ui

from bot import policy
from bot.commands.choosing import offered
from bot.commands.services import Interaction, Services, redraw, style_name, whisper
from bot.delivery import place_of
from bot.delivery.site import site_of
from bot.lanes import Lane
from bot.store import Job, State
from bot.ui import queue as cards
from bot.ui.custom_ids import QUEUE
from bot.ui.language import _
from bot.ui.queue import Load, Outlook, Yours
from bot.ui.status import Waiting

_STEP: Final = 5  # seconds: what is expected is told in these, rounded up, as on the cards


@app_commands.command(description=app_commands.locale_str("See how many wait, where yours are, and how long it takes."))
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def queue(interaction: Interaction) -> None:
    await whisper(interaction, _shown(interaction))


async def _refreshed(interaction: Interaction) -> None:
    await redraw(interaction, _shown(interaction))


BUTTONS = ((QUEUE, _refreshed),)
"""The one that brings the card up to date."""


async def _shown(interaction: Interaction) -> ui.LayoutView:
    services, place = interaction.client.services, place_of(interaction)
    main, *others = services.journey.lanes
    jobs = await services.store.under_way_of(interaction.user.id)
    had = offered(services, place)
    now = time.time()
    return cards.card(
        [_load(lane) for lane in (main, *others)],
        [_yours(job, services, now) for job in jobs],
        had,
        Outlook(
            quotes=main.quotes(place.guild_id, interaction.user.id, had),
            longest=policy.max_wait(token_only=not site_of(interaction).bot_is_here),
            now=now,
        ),
    )


def _load(lane: Lane) -> Load:
    return Load(engine=lane.engine, waiting=lane.dispatcher.waiting, running=lane.dispatcher.running, open=lane.open)


def _yours(job: Job, services: Services, now: float) -> Yours:
    """Where it is; between the charge and the queue, and between the queue and the post, no lane knows it."""
    found = (lane.find(job.id) for lane in services.journey.lanes)
    standing = next((one for one in found if one is not None), None)
    style = services.catalogue.get(job.style)
    ready_at = None if standing is None else _STEP * math.ceil((now + standing.quote.eta) / _STEP)
    where = None
    if standing is not None and ready_at is not None and not standing.granted:
        where = Waiting(standing.quote.place, ready_at, standing.quote.yours)
    return Yours(
        emoji="🎨" if style is None else style.emoji,
        label=_(style_name(job.style, services.catalogue)),
        where=where,
        ready_at=ready_at,
        started=job.state is State.RUNNING,
        card=_card(job),
    )


def _card(job: Job) -> str | None:
    """What one member alone sees has no address."""
    if job.private or job.card_message_id is None:
        return None
    return f"https://discord.com/channels/{job.place_id or '@me'}/{job.card_channel_id}/{job.card_message_id}"
