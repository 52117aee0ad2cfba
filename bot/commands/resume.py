"""After a restart: what the last run had promised goes on, or is refunded with an apology."""

from dataclasses import dataclass, field, replace

import discord
import structlog

from bot.answers import refunded
from bot.commands.asking import menu
from bot.commands.services import ServiceClient, order_of, shown_of
from bot.delivery import DeliveryError, DiscordDelivery, Posted, Site, Venue, age_restricted, venue_of
from bot.delivery.calls import Trouble, call
from bot.delivery.card import CardAddress, original_card
from bot.journey import Journey, Past
from bot.request import Trip
from bot.store import Job, Recovery, State, Store, StoreError
from bot.ui import words
from bot.ui.status import Done, Failed, Status
from bot.values.rules import Place
from styles import Catalogue, Style

_log = structlog.stdlib.get_logger(__name__)


async def resume(
    client: ServiceClient, recovery: Recovery, *, journey: Journey, store: Store, catalogue: Catalogue
) -> None:
    """Pick up every request that an earlier run left: its pictures go the same way again, or their end is told."""
    if recovery.resumed or recovery.given_up:
        _log.info("promised pictures go on", resumed=len(recovery.resumed), refunded=len(recovery.given_up))
    tokens = {one.job.interaction_id: one.token for one in recovery.given_up}
    given_up = frozenset(one.job.id for one in recovery.given_up)
    for interaction_id in dict.fromkeys([*tokens, *(job.interaction_id for job in recovery.resumed)]):
        try:
            request = _Request(await store.jobs_of(interaction_id), given_up, tokens.get(interaction_id))
            await _pick_up(client, request, journey=journey, store=store, catalogue=catalogue)
        except (StoreError, DeliveryError) as error:  # what is under way is found by the next start; the others go on
            _log.error("a request does not go on", request=interaction_id, reason=str(error))


@dataclass(frozen=True, slots=True)
class _Request:
    """A request of an earlier run.

    Attributes
    ----------
    given_up
        Jobs that were refunded at this start.
    token
        With which to tell of those, where nothing else is under way.
    """

    jobs: tuple[Job, ...]
    given_up: frozenset[str]
    token: str | None = field(repr=False)

    @property
    def under_way(self) -> tuple[Job, ...]:
        return tuple(job for job in self.jobs if job.state.under_way)

    @property
    def past(self) -> Past:
        """What is left of it besides."""
        there = [job for job in self.jobs if job.state is State.DELIVERED and job.deleted_at is None]
        return Past(
            ended={job.position: self._ended(job) for job in self.jobs if not job.state.under_way},
            painted={job.position: shown_of(job) for job in self.jobs},
            posted=Posted(there[0].result_channel_id or 0, there[0].result_message_id or 0) if there else None,
        )

    def _ended(self, job: Job) -> Status:
        if job.state is State.DELIVERED:
            return Done(job.engine, job.seconds) if job.deleted_at is None else Failed(words.PICTURES_DELETED)
        if job.id in self.given_up:
            return Failed(refunded(words.INTERRUPTED), retry=True)
        return Failed(words.MADE_BEFORE, called_off=job.state is State.CANCELLED)


async def _pick_up(
    client: ServiceClient, request: _Request, *, journey: Journey, store: Store, catalogue: Catalogue
) -> None:
    """Go on with what is left of one request."""
    if not request.jobs:  # its member was erased meanwhile
        return
    first = request.jobs[0]
    token = (await store.secrets(first.id)).token or request.token
    delivery = await _delivery(client, first, token)
    style = catalogue.get(first.style)
    if delivery is None or style is None:
        for job in request.under_way:
            await store.fail(job.id, "the style or the card is gone")
        gone = request.given_up | {job.id for job in request.under_way}
        request = _Request(await store.jobs_of(first.interaction_id), gone, None)
    if delivery is None:
        return
    order = replace(
        order_of(first, catalogue),
        count=len(request.jobs),
        menu=menu(client.services, _place(first, delivery.site), but=first.style),
        long_wait=delivery.site.bot_is_here,  # who lives through a restart waits long
    )
    trips = tuple(_trip(job, style, delivery.site) for job in request.under_way) if style is not None else ()
    journey.resume(order, trips, delivery, request.past)


def _place(job: Job, site: Site) -> Place:
    """The channel must still be for adults to be trusted with what is for them."""
    return Place(
        guild_id=job.guild_id,
        server_id=job.place_id,
        channel_id=job.channel_id,
        age_restricted=job.age_restricted and site.age_restricted,
    )


def _trip(job: Job, style: Style, site: Site) -> Trip:
    return Trip(
        job_id=job.id,
        place=_place(job, site),
        user_id=job.user_id,
        owner_id=job.owner_id,
        style=style,
        strength=job.strength,
        seed=job.seed,
    )


async def _delivery(client: ServiceClient, job: Job, token: str | None) -> DiscordDelivery | None:
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
        found = await original_card(client, address)
        if found is None:
            return None
        address = found
    return DiscordDelivery.resuming(client, site, address, turns=client.services.turns)


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
