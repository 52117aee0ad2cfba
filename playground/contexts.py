"""Where an interaction happens, whose installation of the application it uses, and who may start it there.

Source: Discord's documentation, interactions/receiving-and-responding, "Authorizing Integration Owners Object".
"""

from collections.abc import Collection
from enum import IntEnum

from playground.errors import Json
from playground.permissions import Permissions
from playground.values import ChannelState, Message, User
from playground.world import World


class Context(IntEnum):
    GUILD = 0
    BOT_DM = 1
    PRIVATE_CHANNEL = 2


class Installation(IntEnum):
    """Who has the application: a server, or a person who brings it along."""

    GUILD = 0
    USER = 1


def context_of(channel: ChannelState) -> Context:
    if channel.guild_id is not None:
        return Context.GUILD
    return Context.PRIVATE_CHANNEL if channel.people else Context.BOT_DM


def check_starter(world: World, channel: ChannelState, user: User) -> None:
    """Raise LookupError for who is not there, or is there no longer, and for bots, which start no interactions."""
    if not world.takes_part(channel, user.id):
        raise LookupError(f"{user.name} is not in #{channel.name}")
    if user.is_bot:
        raise LookupError(f"{user.name} is a bot")


def check_command(world: World, channel: ChannelState, command: Json) -> None:
    """Raise LookupError where Discord's client does not offer this command, as in no thread that is archived."""
    if channel.archived:
        raise LookupError(f"{command['name']!r} is not offered in {channel.name!r}, which is archived")
    context = context_of(channel)
    if command["contexts"] is not None and context not in command["contexts"]:
        raise LookupError(f"{command['name']!r} is not offered in the context {context.name}")
    is_there = world.takes_part(channel, world.bot.id)
    if not is_there and Installation.USER not in command["integration_types"]:
        raise LookupError(f"{command['name']!r} is not for use without the bot")


def owners_of_command(world: World, channel: ChannelState, user: User, types: Collection[int]) -> Json:
    """The installation that a command of these `integration_types` uses: a server's wherever the bot is."""
    is_guilds = world.takes_part(channel, world.bot.id) and Installation.GUILD in types
    return _of_guild(channel) if is_guilds else _of_user(user)


def owners_of_message(channel: ChannelState, message: Message) -> Json:
    """The installation that a component uses: that which its message came from, whoever uses it."""
    return dict(message.interaction["authorizing_integration_owners"]) if message.interaction else _of_guild(channel)


def hides_answers(world: World, channel: ChannelState, user: User) -> bool:
    """Whether only this person sees what the application answers: in guilds without it, unless they allow it."""
    if channel.guild_id is None or world.takes_part(channel, world.bot.id):
        return False
    return not world.permissions(channel, user.id) & Permissions.USE_EXTERNAL_APPS


def _of_guild(channel: ChannelState) -> Json:
    """The server, which is 0 in a direct message with the bot."""
    return {str(int(Installation.GUILD)): str(channel.guild_id or 0)}


def _of_user(user: User) -> Json:
    return {str(int(Installation.USER)): str(user.id)}
