"""How a server stands, for its card: what it has set, what of that exists on Discord, and what does not work."""

import time
from collections.abc import Iterator

import discord

from bot import policy
from bot.commands.services import Moderated, Services
from bot.delivery import rights
from bot.store import days
from bot.ui.server import Fault, Server, faults
from bot.values.rules import Guild, House, SafetyMode
from styles import Catalogue


def stand(here: Moderated, services: Services, discords: discord.Guild | None) -> Server:
    """The server as it stands at this moment; `discords` is what Discord has told of it, None where it has not."""
    guild, house = here.guild, services.house
    now = int(time.time())
    known = discords if discords is not None and not discords.unavailable else None
    return Server(
        guild_id=here.guild_id,
        guild=guild,
        catalogue=tuple(services.catalogue.values()),
        modes=tuple(mode for mode in SafetyMode if policy.choosable(mode, house)),
        classifier=house.classifier,
        usual_limit=services.store.default_limit,
        day_ends_at=days.ends_at(days.today(guild.zone, now), guild.zone),
        channels=None if known is None else frozenset(one.id for one in (*known.channels, *known.threads)),
        roles=None if known is None else frozenset(one.id for one in known.roles),
        faults=(
            *(() if known is None else _on_discord(guild, known)),
            *_of_styles(guild, services.catalogue),
            *_of_safety(guild, house),
        ),
    )


def _on_discord(guild: Guild, here: discord.Guild) -> Iterator[Fault]:
    me = here.me
    if me is not None:
        missing = rights.missing(me.guild_permissions)
        if missing:
            yield faults.lacks(missing)
        yield from _closed(guild, here, me, frozenset(missing))
    yield from _gone(guild, here)
    yield from _log(guild, here)


def _closed(guild: Guild, here: discord.Guild, me: discord.Member, said: frozenset[str]) -> Iterator[Fault]:
    """Allowed channels where something is missing that is not missing everywhere; alike ones in one sentence."""
    lacking: dict[tuple[str, ...], list[int]] = {}
    for channel_id in sorted(guild.channels):
        channel = here.get_channel_or_thread(channel_id)
        if channel is not None:
            needed = rights.needed_in(channel, threads=guild.threads)
            missing = tuple(one for one in rights.missing(channel.permissions_for(me), needed) if one not in said)
            lacking.setdefault(missing, []).append(channel_id)
    lacking.pop((), None)
    for missing, channels in lacking.items():
        yield faults.lacks_in(channels, missing)


def _gone(guild: Guild, here: discord.Guild) -> Iterator[Fault]:
    channels = [one for one in guild.channels if here.get_channel_or_thread(one) is None]
    if channels:
        yield faults.channels_gone(len(channels), len(guild.channels) - len(channels))
    roles = [one for one in guild.roles if here.get_role(one) is None]
    if roles:
        yield faults.roles_gone(len(roles), len(guild.roles) - len(roles))
    moderators = [one for one in guild.moderator_roles if here.get_role(one) is None]
    if moderators:
        yield faults.moderators_gone(len(moderators))


def _log(guild: Guild, here: discord.Guild) -> Iterator[Fault]:
    if guild.log_channel is None:
        return
    channel = here.get_channel(guild.log_channel)
    if channel is None:
        yield faults.log_gone()
    elif here.me is not None:
        missing = rights.missing(channel.permissions_for(here.me), rights.LOG_PERMISSIONS)
        if missing:
            yield faults.log_closed(channel.id, missing)
        elif channel.permissions_for(here.default_role).view_channel:
            yield faults.log_open(channel.id)


def _of_styles(guild: Guild, catalogue: Catalogue) -> Iterator[Fault]:
    if guild.styles_off.issuperset(catalogue):
        yield faults.styles_all_off()
    elif guild.default_style is None:
        return
    elif guild.default_style not in catalogue:
        yield faults.style_gone(guild.default_style)
    elif guild.default_style in guild.styles_off:
        yield faults.style_off(catalogue[guild.default_style])


def _of_safety(guild: Guild, house: House) -> Iterator[Fault]:
    if guild.safety is not None and not policy.choosable(guild.safety, house):
        yield faults.mode_without_classifier()
    elif not house.classifier and not guild.unchecked_known:
        yield faults.no_classifier()
