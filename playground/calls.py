"""One REST call as its handler sees it, and the table of routes that leads there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import web

from playground.backend import Backend
from playground.errors import Code, DiscordError, Json, invalid
from playground.permissions import Permissions
from playground.uploads import Form, read_form
from playground.values import ChannelState, GuildState, Message

Answer: TypeAlias = Json | list[Json] | None
"""What is sent as JSON; None is 204 without a body."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request to `route` (its method and path template)."""

    backend: Backend
    request: web.Request
    route: str

    def id(self, name: str) -> int:
        """The snowflake at `{name}` in the path."""
        text = self.request.match_info[name]
        if not text.isdecimal():
            raise invalid(name, "snowflake", f'Value "{text}" is not snowflake.', "NUMBER_TYPE_COERCE")
        return int(text)

    async def form(self) -> Form:
        return await read_form(self.request)

    def channel(self, *needed: Permissions) -> ChannelState:
        """The channel of the path, if the bot may see it and has the permissions."""
        channel = self.backend.world.channel(self.id("channel_id"))
        self.backend.world.require(channel, *needed)
        return channel

    def guild(self, unless: Code = Code.MISSING_ACCESS) -> GuildState:
        """The guild of the path, if the bot is in it."""
        guild = self.backend.world.guild(self.id("guild_id"))
        if self.backend.world.bot.id not in guild.members:
            raise DiscordError(unless, "not-in-guild", f"the bot is not in {guild.name}")
        return guild

    def message(self, channel: ChannelState) -> Message:
        return self.backend.world.message(channel.id, self.id("message_id"))

    def own_application(self) -> int:
        """The application of the path, which must be the bot's own."""
        application = self.id("application_id")
        if application != self.backend.application_id:
            raise DiscordError(Code.MISSING_ACCESS, "other-application")
        return application


Handler: TypeAlias = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint.

    Attributes
    ----------
    major : str
        The path parameter by which its rate limit is split, if any.
    by_token : bool
        It is an interaction's: the token in the path is the key, no bot token and no global limit.
    """

    method: str
    path: str
    handler: Handler
    major: str = ""
    by_token: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"
