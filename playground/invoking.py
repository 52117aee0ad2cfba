"""How an interaction comes to the bot: its deadline, and the payload on the gateway."""

import asyncio
import secrets

from playground.backend import Backend
from playground.clock import created_at
from playground.contexts import check_starter, context_of, hides_answers
from playground.errors import Json
from playground.events import EventKind, Violation
from playground.filling import Filled
from playground.interactions import FIRST_ANSWER_SECONDS, Interaction, InteractionKind
from playground.posting import filesize_limit
from playground.values import ChannelState, User


def start(backend: Backend, user: User, channel: ChannelState, kind: InteractionKind, filled: Filled) -> Interaction:
    """Create an interaction, send it to the bot, and count three seconds."""
    check_starter(backend.world, channel, user)
    interaction_id = backend.world.next_id()
    interaction = Interaction(
        id=interaction_id,
        token=secrets.token_urlsafe(48),
        kind=kind,
        user=user,
        channel=channel,
        created_at=created_at(interaction_id),
        world=backend.world,
        owners=filled.owners,
        hidden=hides_answers(backend.world, channel, user),
        source_id=filled.source.id if filled.source else None,
        attachments=filled.attachments,
    )
    backend.interactions.add(interaction)
    backend.events.emit(EventKind.INTERACTION_CREATED, interaction_id=interaction.id)
    backend.gateway.dispatch("INTERACTION_CREATE", _payload(backend, interaction, filled))
    loop = asyncio.get_running_loop()
    interaction.deadline = loop.call_later(FIRST_ANSWER_SECONDS, _give_up, backend, interaction)
    return interaction


def _give_up(backend: Backend, interaction: Interaction) -> None:
    interaction.settle(None, {}, backend.clock())
    what = f"the interaction of {interaction.user.name} was not answered within {FIRST_ANSWER_SECONDS:g} s"
    backend.violate(Violation("no-response-in-3s", what, "gateway"))
    backend.events.emit(EventKind.INTERACTION_FAILED, interaction_id=interaction.id)


def _payload(backend: Backend, interaction: Interaction, filled: Filled) -> Json:
    channel, payloads, world = interaction.channel, backend.payloads, backend.world
    data = dict(filled.data)
    if filled.resolved or filled.attachments or filled.target:
        data["resolved"] = _resolved(backend, channel, filled)
    payload: Json = {
        "id": str(interaction.id),
        "application_id": str(backend.application_id),
        "type": int(interaction.kind),
        "token": interaction.token,
        "version": 1,
        "data": data,
        "channel_id": str(channel.id),
        "channel": payloads.resolved_channel(channel, interaction.user.id),
        "app_permissions": str(int(world.app_permissions(channel))),
        "locale": interaction.user.locale,
        "entitlements": [],
        "context": int(context_of(channel)),
        "authorizing_integration_owners": interaction.owners,
        "attachment_size_limit": filesize_limit(backend, channel),
        **payloads.invoker(channel, interaction.user),
    }
    if filled.source:
        payload["message"] = payloads.message(filled.source, in_full=True)
    if channel.guild_id is None:
        return payload
    guild = world.guilds[channel.guild_id]
    return payload | {
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
        "guild_locale": guild.locale,
    }


def _resolved(backend: Backend, channel: ChannelState, filled: Filled) -> Json:
    world, payloads = backend.world, backend.payloads
    users = filled.resolved.get("users", [])
    resolved: Json = {"attachments": {str(each.id): payloads.attachment(each) for each in filled.attachments}}
    if filled.target:
        resolved["messages"] = {str(filled.target.id): payloads.message(filled.target, in_full=True)}
    resolved["users"] = {str(each): payloads.user(world.users[each]) for each in users}
    resolved["channels"] = {
        str(each): payloads.resolved_channel(world.channels[each], world.bot.id)
        for each in filled.resolved.get("channels", [])
    }
    if channel.guild_id is not None:
        guild = world.guilds[channel.guild_id]
        resolved["roles"] = {
            str(each): payloads.role(guild.roles[each], 1) for each in filled.resolved.get("roles", [])
        }
        resolved["members"] = {
            str(each): _partial_member(backend, channel, each) for each in users if each in guild.members
        }
    return {key: value for key, value in resolved.items() if value}


def _partial_member(backend: Backend, channel: ChannelState, user_id: int) -> Json:
    member = backend.payloads.invoker(channel, backend.world.users[user_id])["member"]
    return {key: value for key, value in member.items() if key != "user"}
