"""All parts of the playground's Discord in one place, for the resources to work on."""

import base64
import secrets
from collections.abc import Mapping

from playground.cdn import Cdn
from playground.clock import Clock
from playground.commands import CommandBook
from playground.errors import Json
from playground.events import EventKind, EventLog, Violation
from playground.faults import Faults
from playground.gateway import MESSAGE_CONTENT, Gateway
from playground.interactions import Interactions
from playground.payloads import Payloads
from playground.ratelimits import GLOBAL, ROUTES, Limit, RateLimits
from playground.values import ChannelState
from playground.world import World


class Backend:
    """The composition; see `Playground` for the parameters."""

    def __init__(
        self,
        clock: Clock,
        faults: Faults,
        *,
        privileged_intents: int,
        heartbeat_interval: float,
        identify_interval: float,
        limits: Mapping[str, Limit] = ROUTES,
        global_limit: Limit = GLOBAL,
    ) -> None:
        self.clock = clock
        self.faults = faults
        self.world = World(clock)
        self.token = make_token(self.world.bot.id)
        self.events = EventLog(clock)
        self.violations: list[Violation] = []
        self.cdn = Cdn(clock, secrets.token_bytes(32))
        self.payloads = Payloads(self.world, self.cdn, message_content=bool(privileged_intents & MESSAGE_CONTENT))
        self.commands = CommandBook(clock, self.world.next_id, self.world.bot.id)
        self.interactions = Interactions(clock)
        self.limits = RateLimits(clock, limits, global_limit)
        self.nonces: dict[tuple[int, str], tuple[int, float]] = {}
        self.gateway = Gateway(
            clock,
            self.events,
            self.token,
            allowed_intents=privileged_intents,
            greeting=self._greeting,
            heartbeat_interval=heartbeat_interval,
            identify_interval=identify_interval,
            violate=self.violate,
        )

    @property
    def application_id(self) -> int:
        return self.world.bot.id

    def tell(self, channel: ChannelState, name: str, data: Json, *, intents: int) -> None:
        """Send an event about a channel to the bot, if it is there."""
        if self.world.takes_part(channel, self.world.bot.id):
            self.gateway.dispatch(name, data, intents=intents)

    def violate(self, violation: Violation) -> None:
        self.violations.append(violation)
        self.events.emit(EventKind.VIOLATION, violation=violation)

    def _greeting(self) -> tuple[Json, list[Json]]:
        guilds = [
            self.payloads.guild(each) | {"unavailable": False}
            for each in self.world.guilds.values()
            if self.world.bot.id in each.members
        ]
        ready = {
            "user": self.payloads.user(self.world.bot),
            "guilds": [{"id": each["id"], "unavailable": True} for each in guilds],
            "resume_gateway_url": "wss://gateway-resume.discord.gg",
            "application": {"id": str(self.application_id), "flags": 0},
            "private_channels": [],
        }
        return ready, guilds


def make_token(application_id: int) -> str:
    """A token in the form of Discord's: the bot's id in base64, a time, a secret."""
    owner = base64.urlsafe_b64encode(str(application_id).encode()).decode().rstrip("=")
    return f"{owner}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(28)}"
