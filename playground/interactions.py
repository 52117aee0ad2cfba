"""Interactions: what a member started, whether the bot answered in time, and the messages that came of it."""

import asyncio
from dataclasses import dataclass, field
from enum import IntEnum

from playground.clock import Clock
from playground.errors import Code, DiscordError, Json
from playground.values import Attachment, ChannelState, Message, User
from playground.world import World

FIRST_ANSWER_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0


class InteractionKind(IntEnum):
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class AnswerKind(IntEnum):
    """Types of the first answer (Discord's "interaction callback type")."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


_MESSAGES = frozenset({AnswerKind.MESSAGE, AnswerKind.DEFERRED_MESSAGE})
_UPDATES = frozenset({AnswerKind.DEFERRED_UPDATE, AnswerKind.UPDATE})
FITTING: dict[InteractionKind, frozenset[AnswerKind]] = {
    InteractionKind.COMMAND: _MESSAGES | {AnswerKind.MODAL},
    InteractionKind.COMPONENT: _MESSAGES | _UPDATES | {AnswerKind.MODAL},
    InteractionKind.AUTOCOMPLETE: frozenset({AnswerKind.CHOICES}),
    InteractionKind.MODAL: _MESSAGES | _UPDATES,
}
"""Which first answers fit which interaction; updates also need a message that it came from."""


class NoAnswerError(Exception):
    """The bot gave no first answer within three seconds: the member reads "The application did not respond"."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One suggestion of an autocomplete."""

    name: str
    value: str | float


@dataclass(slots=True, eq=False)
class Interaction:
    """One interaction, as the member who started it sees it.

    Attributes
    ----------
    owners : dict
        Whose installation authorised it, as on Discord: "0" for a server, "1" for a person.
    hidden : bool
        The member may show nobody what an app of their own answers: every answer is ephemeral.
    source_id : int or None
        The message whose component was used.
    attachments : tuple of Attachment
        The files that the member uploaded with it.
    """

    id: int
    token: str = field(repr=False)
    kind: InteractionKind
    user: User
    channel: ChannelState
    created_at: float
    world: World = field(repr=False)
    owners: Json = field(default_factory=dict)
    hidden: bool = False
    source_id: int | None = None
    attachments: tuple[Attachment, ...] = ()
    answered_at: float | None = None
    answer: AnswerKind | None = None
    answer_data: Json = field(default_factory=dict, repr=False)
    ephemeral: bool = False
    original_id: int | None = None
    message_ids: list[int] = field(default_factory=list)
    followups: int = 0
    failed: bool = False
    deadline: asyncio.TimerHandle | None = field(default=None, repr=False)
    _settled: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def message(self) -> Message | None:
        """The present state of `@original`: the first answer, or the message whose button was pressed."""
        return self.world.messages.get(self.original_id or 0)

    @property
    def messages(self) -> list[Message]:
        """All messages that came of it and still exist, oldest first."""
        return [self.world.messages[each] for each in self.message_ids if each in self.world.messages]

    async def response(self) -> "Response":
        """Wait for the first answer; raise `NoAnswerError` where it does not come in its three seconds."""
        await self._settled.wait()
        if self.answer is None:
            raise NoAnswerError("The application did not respond")
        return Response(self, self.answer, self.ephemeral)

    def settle(self, answer: AnswerKind | None, data: Json, now: float) -> None:
        """Record the first answer, or (None) that the three seconds are over."""
        self.answer, self.answer_data, self.answered_at = answer, data, now
        self.failed = answer is None
        if self.deadline:
            self.deadline.cancel()
        self._settled.set()


@dataclass(frozen=True, slots=True)
class Response:
    """The first answer; `message` follows later edits, `modal` and `choices` are filled where they were the answer."""

    interaction: Interaction = field(repr=False)
    type: AnswerKind
    ephemeral: bool

    @property
    def message(self) -> Message:
        """The answering message as it is now; raises LookupError where there is none (any more)."""
        message = self.interaction.message
        if message is None:
            raise LookupError(f"the answer of type {self.type.name} has no message")
        return message

    @property
    def modal(self) -> Json:
        return self.interaction.answer_data

    @property
    def choices(self) -> list[Choice]:
        return [Choice(each["name"], each["value"]) for each in self.interaction.answer_data.get("choices", ())]


class Interactions:
    """Every interaction by its token, with the checks that guard the two uses of a token."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    def add(self, interaction: Interaction) -> None:
        self._by_id[interaction.id] = interaction
        self._by_token[interaction.token] = interaction

    def get(self, interaction_id: int) -> Interaction:
        return self._by_id[interaction_id]

    def close(self) -> None:
        """Count no more seconds, at the end of the world."""
        for interaction in self._by_id.values():
            if interaction.deadline:
                interaction.deadline.cancel()

    def unanswered(self, interaction_id: int, token: str) -> Interaction:
        """The interaction that a callback answers, if it still may."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise DiscordError(Code.UNKNOWN_INTERACTION, "unknown-interaction")
        if interaction.answer is not None:
            raise DiscordError(Code.ALREADY_ACKNOWLEDGED, "double-response")
        age = self._clock() - interaction.created_at
        if interaction.failed or age > FIRST_ANSWER_SECONDS:
            raise DiscordError(Code.UNKNOWN_INTERACTION, "late-response", f"the first answer came after {age:.1f} s")
        return interaction

    def answered(self, token: str) -> Interaction:
        """The interaction whose webhook is used: after its first answer, within 15 minutes."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.answer is None:
            rule = "unknown-webhook" if interaction is None else "webhook-before-answer"
            raise DiscordError(Code.UNKNOWN_WEBHOOK, rule)
        if self._clock() - interaction.created_at > TOKEN_SECONDS:
            raise DiscordError(Code.INVALID_TOKEN, "token-expired")
        return interaction
