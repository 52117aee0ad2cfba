"""The playground itself: starts the server, and hands out its guilds, people and events."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Self

from playground.backend import Backend
from playground.cdn import Cdn
from playground.clock import Clock
from playground.commands import CommandBook
from playground.events import Event, EventLog, Predicate, Violation
from playground.faults import Faults
from playground.gateway import Gateway, Ready
from playground.guild import Guild
from playground.interactions import Interaction
from playground.member import Member
from playground.permissions import BOT_DEFAULT
from playground.ratelimits import GLOBAL, ROUTES, Limit
from playground.server import Server
from playground.stage import Channel
from playground.uploads import Upload
from playground.values import MEBIBYTE, Attachment, Message
from playground.world import World


class Playground:
    """A Discord on 127.0.0.1 for one bot, alive inside ``async with``.

    Parameters
    ----------
    clock : callable
        Unix time in seconds; every rule about time asks it. The event loop's own timers (heartbeats, the notice that
        an answer did not come) run in real time.
    faults : Faults, optional
        A plan made beforehand.
    privileged_intents : int
        Those switched on for the application, as in the developer portal; none by default.
    heartbeat_interval, identify_interval : float
        Seconds. Discord lets a bot IDENTIFY once in five; tests that restart it in a loop may want less.
    limits : mapping
        Rate limits by route; the numbers are guesses, since Discord keeps its own for itself.
    global_limit : Limit
        The limit over all routes but those of interactions.

    Attributes
    ----------
    events : EventLog
        Everything that happened, in order.
    violations : list of Violation
        Calls that broke a rule: empty in a good run.
    """

    def __init__(
        self,
        clock: Clock = time.time,
        faults: Faults | None = None,
        *,
        privileged_intents: int = 0,
        heartbeat_interval: float = 41.25,
        identify_interval: float = 5.0,
        limits: Mapping[str, Limit] = ROUTES,
        global_limit: Limit = GLOBAL,
    ) -> None:
        self._backend = Backend(
            clock,
            faults or Faults(),
            privileged_intents=privileged_intents,
            heartbeat_interval=heartbeat_interval,
            identify_interval=identify_interval,
            limits=limits,
            global_limit=global_limit,
        )
        self._server = Server(self._backend)

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop()

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:PORT``; a host of Discord is the first part of the path below it."""
        return self._server.origin

    @property
    def token(self) -> str:
        return self._backend.token

    @property
    def application_id(self) -> int:
        return self._backend.application_id

    @property
    def events(self) -> EventLog:
        return self._backend.events

    @property
    def violations(self) -> list[Violation]:
        return self._backend.violations

    @property
    def invalid_requests(self) -> int:
        """Answers of 401, 403 and 429 so far: 10,000 in ten minutes ban an address from Discord."""
        return len(self._backend.limits.invalid)

    @property
    def faults(self) -> Faults:
        return self._backend.faults

    @property
    def gateway(self) -> Gateway:
        return self._backend.gateway

    @property
    def cdn(self) -> Cdn:
        return self._backend.cdn

    @property
    def world(self) -> World:
        """Everybody and everything there is, for reading."""
        return self._backend.world

    @property
    def commands(self) -> CommandBook:
        """The commands that the bot has registered."""
        return self._backend.commands

    @property
    def connected(self) -> Ready:
        """Await it, or its `wait()`: set while a session of the bot is ready."""
        return self._backend.gateway.ready

    def guild(self, name: str, *, filesize_limit: int = 10 * MEBIBYTE, bot_permissions: int = BOT_DEFAULT) -> Guild:
        """A new server with the bot in it; `filesize_limit` in bytes."""
        guild = self.foreign_guild(name, filesize_limit=filesize_limit)
        guild.invite_bot(permissions=bot_permissions)
        return guild

    def foreign_guild(self, name: str, *, filesize_limit: int = 10 * MEBIBYTE) -> Guild:
        """A new server without the bot, in which people may use the application that they installed themselves."""
        return Guild(self._backend, self._backend.world.add_guild(name, filesize_limit).id)

    def stranger(self, name: str) -> Member:
        """A person who shares no server with the bot, for direct messages."""
        return Member(self._backend, self._backend.world.add_user(name))

    def direct_message(self, member: Member) -> Channel:
        """The direct message between the bot and this person."""
        return Channel(self._backend, self._backend.world.direct_channel(member.user).id)

    def private_channel(self, member: Member, *others: Member) -> Channel:
        """A direct message of two people, or a group of more, without the bot."""
        people = (member.user, *(each.user for each in others))
        return Channel(self._backend, self._backend.world.private_channel(people).id)

    def member(self, user_id: int) -> Member:
        """Any person by their id."""
        return Member(self._backend, self._backend.world.users[user_id])

    def name_bot(self, name: str) -> None:
        """Call the bot so, as its developer may; to be done before it connects."""
        world = self._backend.world
        world.bot = world.users[world.bot.id] = replace(world.bot, name=name)

    def channel(self, channel_id: int) -> Channel:
        """Any channel or thread by its id."""
        return Channel(self._backend, channel_id)

    def interaction(self, interaction_id: int) -> Interaction:
        """Any interaction by its id."""
        return self._backend.interactions.get(interaction_id)

    def latest(self, message: Message) -> Message | None:
        """The message as it is now, or None once it is deleted."""
        return self._backend.world.messages.get(message.id)

    def publish(self, url: str, picture: Upload) -> None:
        """Put a picture into the outer web: links to it are unfurled, embeds show it, Discord's proxy hands it on."""
        self.cdn.publish(url, picture)

    async def wait_for(
        self,
        predicate: Predicate,
        *,
        timeout: float = 10.0,  # noqa: ASYNC109 - passed on
        about: int = 0,
        since: int = 0,
    ) -> Event:
        """See `EventLog.wait_for`."""
        return await self.events.wait_for(predicate, timeout=timeout, about=about, since=since)

    async def download(self, attachment: Attachment | str) -> bytes:
        """An attachment's bytes as a person sees it, by value or any address; LookupError where it is gone."""
        address = attachment if isinstance(attachment, str) else attachment.url
        blob = self.cdn.read(address)
        if blob is None:
            raise LookupError(f"there is no such file: {address.partition('?')[0]}")
        return blob.data
