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
from bot.ui import links
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
        [_yours(request, services, now) for request in _by_request(jobs)],
        had,
        Outlook(
            quotes=main.quotes(place.guild_id, interaction.user.id, had),
            longest=policy.max_wait(token_only=not site_of(interaction).bot_is_here),
            now=now,
        ),
    )


def _load(lane: Lane) -> Load:
    return Load(engine=lane.engine, waiting=lane.dispatcher.waiting, running=lane.dispatcher.running, open=lane.open)


def _yours(jobs: tuple[Job, ...], services: Services, now: float) -> Yours:
    """Where the jobs of a request are; between the charge and the queue, and after their turns, no lane knows them."""
    lanes = services.journey.lanes
    standings = [one for job in jobs for lane in lanes if (one := lane.find(job.id)) is not None]
    first = min(standings, key=lambda one: one.quote.place, default=None)
    ready_at, where = None, None
    if first is not None:
        ready_at = _STEP * math.ceil((now + max(one.quote.eta for one in standings)) / _STEP)
        if not any(one.granted for one in standings):
            where = Waiting(first.quote.place, ready_at, first.quote.yours)
    style = services.catalogue.get(jobs[0].style)
    return Yours(
        emoji="🎨" if style is None else style.emoji,
        label=_(style_name(jobs[0].style, services.catalogue)),
        count=len(jobs),
        where=where,
        ready_at=ready_at,
        started=all(job.state is State.RUNNING for job in jobs),
        card=_card(jobs[0]),
    )


def _by_request(jobs: tuple[Job, ...]) -> list[tuple[Job, ...]]:
    """The same jobs, those of a request together."""
    requests: dict[int, tuple[Job, ...]] = {}
    for job in jobs:
        requests[job.interaction_id] = (*requests.get(job.interaction_id, ()), job)
    return list(requests.values())


def _card(job: Job) -> str | None:
    """What one member alone sees has no address."""
    if job.private or job.card_message_id is None:
        return None
    return links.message(job.place_id, job.card_channel_id, job.card_message_id)
