"""After a restart: what the last run had promised goes on, or is refunded with an apology."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

import discord
import structlog

from bot.answers import refunded
from bot.commands.asking import menu
from bot.commands.services import order_of, shown_of
from bot.delivery import DeliveryError, DiscordDelivery, Site, Venue, age_restricted, venue_of
from bot.delivery.calls import Trouble, call
from bot.delivery.card import CardAddress, original_card
from bot.journey import Journey
from bot.request import Trip
from bot.store import Job, Recovery, Store, StoreError
from bot.ui import words
from bot.ui.status import Failed, Order
from bot.values.rules import Place
from styles import Catalogue, Style

_log = structlog.stdlib.get_logger(__name__)


async def resume(
    client: discord.Client, recovery: Recovery, *, journey: Journey, store: Store, catalogue: Catalogue
) -> None:
    """Pick up every job that an earlier run left queued or running; each goes the same way again, with its seed."""
    if recovery.resumed or recovery.given_up:
        _log.info("promised pictures go on", resumed=len(recovery.resumed), refunded=len(recovery.given_up))
    resumed = {job.interaction_id for job in recovery.resumed}
    for given_up in recovery.given_up:
        if given_up.job.interaction_id in resumed:
            continue  # the others of its request go on, and their card says how many came of it
        try:
            delivery = await _delivery(client, given_up.job, given_up.token)
        except DeliveryError as error:  # it is refunded, if nobody can be told; the others are
            _log.error("nobody is told of a refund", job=given_up.job.id, reason=str(error))
            continue
        if delivery is not None:
            await _apologise(delivery, given_up.job, catalogue)
    for jobs in _by_request(recovery.resumed):
        try:
            await _pick_up(client, jobs, journey=journey, store=store, catalogue=catalogue)
        except (StoreError, DeliveryError) as error:  # the next start finds them again; the others go on now
            _log.error("a request does not go on", request=jobs[0].interaction_id, reason=str(error))


async def _pick_up(
    client: discord.Client, jobs: list[Job], *, journey: Journey, store: Store, catalogue: Catalogue
) -> None:
    """Go on with what is left of one request."""
    first = jobs[0]
    delivery = await _delivery(client, first, (await store.secrets(first.id)).token)
    if delivery is not None and first.style in catalogue:
        style, request = catalogue[first.style], await store.jobs_of(first.interaction_id)
        settings = await store.desk.guild(first.guild_id)
        choices = menu(catalogue, settings, but=style.id, age_restricted=delivery.site.age_restricted)
        order = replace(
            order_of(request[0], catalogue),
            count=len(request),
            menu=choices,
            long_wait=delivery.site.bot_is_here,  # who lives through a restart waits long
        )
        trips = tuple(_trip(job, style, delivery.site) for job in jobs)
        journey.resume(order, trips, delivery, {job.position: shown_of(job) for job in request})
        return
    for job in jobs:
        await store.fail(job.id, "the style or the card is gone")
    if delivery is not None:
        await _apologise(delivery, first, catalogue)


def _by_request(jobs: Iterable[Job]) -> Iterable[list[Job]]:
    """Oldest first, as they come."""
    return (list(same) for _, same in groupby(jobs, key=lambda job: job.interaction_id))


def _trip(job: Job, style: Style, site: Site) -> Trip:
    """The channel must still be for adults to be trusted with what is for them."""
    return Trip(
        job_id=job.id,
        place=Place(
            guild_id=job.guild_id,
            server_id=job.place_id,
            channel_id=job.channel_id,
            age_restricted=job.age_restricted and site.age_restricted,
        ),
        user_id=job.user_id,
        owner_id=job.owner_id,
        style=style,
        strength=job.strength,
        seed=job.seed,
    )


async def _apologise(delivery: DiscordDelivery, job: Job, catalogue: Catalogue) -> None:
    order: Order = order_of(job, catalogue)
    await delivery.closed(order, (Failed(refunded(words.INTERRUPTED)),))


async def _delivery(client: discord.Client, job: Job, token: str | None) -> DiscordDelivery | None:
    """The way back to the member; None where there is none left."""
    site = await _site(client, job)
    address = CardAddress(
        channel_id=job.card_channel_id or job.channel_id,
        message_id=job.card_message_id or 0,
        guild_id=job.guild_id,
        application_id=client.application_id or 0,
        token=token,
        asked_at=discord.utils.snowflake_time(job.interaction_id).timestamp(),
        bot_is_here=site.bot_is_here,
    )
    if not address.message_id:  # the process died between Discord's answer and our note of it
        found = await original_card(client, address, private=job.private)
        if found is None:
            return None
        address = found
    return DiscordDelivery.resuming(client, site, address)


async def _site(client: discord.Client, job: Job) -> Site:
    channel = client.get_channel(job.channel_id)
    if channel is None:
        try:
            channel = await call(lambda: client.fetch_channel(job.channel_id))
        except DeliveryError as error:
            if error.trouble not in {Trouble.GONE, Trouble.FORBIDDEN}:
                raise  # Discord is away, not the channel
    guild = client.get_guild(job.guild_id)
    reachable = channel is not None and not job.private
    return Site(
        guild_id=job.guild_id,
        channel_id=job.channel_id,
        venue=venue_of(channel) if reachable else Venue.CARD,
        bot_is_here=reachable,
        upload_limit=guild.filesize_limit if guild else discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES,
        age_restricted=age_restricted(channel),
        private=job.private,
    )
