"""The scripted member: a person who runs commands, presses buttons, fills in forms and writes messages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from playground.backend import Backend
from playground.errors import Json
from playground.interactions import AnswerKind, Choice, Interaction, InteractionKind
from playground.invoking import Filled, fill_in, start
from playground.layout import SELECTS, Kind, interactive, walk
from playground.posting import Circumstances, delete, post, update_thread
from playground.uploads import Form, Upload
from playground.values import ChannelState, Message, User


class Somewhere(Protocol):
    """A channel, by its id."""

    @property
    def id(self) -> int: ...


class Member:
    """A person. Discord's command visibility is not modelled: whoever runs a command was allowed to by its server."""

    def __init__(self, backend: Backend, user: User) -> None:
        self._backend = backend
        self.user = user

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    async def slash(self, channel: Somewhere, command: str, **options: object) -> Interaction:
        """Run a command, such as ``"animify"`` or ``"quota set"``.

        Options are given by name: text, numbers and truth values as such, people, roles and channels as their objects,
        files as `Upload`. Raises LookupError for a command or option that is not registered, and ValueError for a
        required one that is missing: Discord's own client would not let it be sent.
        """
        filled = fill_in(self._backend, self._where(channel).guild_id, command, options)
        return self._start(channel, InteractionKind.COMMAND, filled)

    async def autocomplete(
        self, channel: Somewhere, command: str, *, focused: str, value: str | float, **options: object
    ) -> list[Choice]:
        """Type `value` into the option `focused`; `options` are those filled in before."""
        guild_id = self._where(channel).guild_id
        filled = fill_in(self._backend, guild_id, command, {**options, focused: value}, focused=focused)
        interaction = self._start(channel, InteractionKind.AUTOCOMPLETE, filled)
        return (await interaction.response()).choices

    async def click(self, message: Message, custom_id: str) -> Interaction:
        """Press a button of a message that this person sees, as it is now."""
        return self._use(message, custom_id, frozenset({Kind.BUTTON}), {})

    async def select(self, message: Message, custom_id: str, values: Sequence[str]) -> Interaction:
        """Choose options of a select."""
        return self._use(message, custom_id, SELECTS, {"values": list(values)})

    async def submit(self, interaction: Interaction, values: Mapping[str, str | list[str]]) -> Interaction:
        """Fill in the modal that answered `interaction`: values by custom_id."""
        if interaction.answer is not AnswerKind.MODAL:
            raise ValueError("this interaction was not answered with a modal")
        modal = interaction.answer_data
        data = {
            "custom_id": modal["custom_id"],
            "components": [_completed(each, values) for each in modal["components"]],
        }
        source = self._backend.world.messages.get(interaction.source_id or 0)
        return start(self._backend, self.user, interaction.channel, InteractionKind.MODAL, Filled(data, source=source))

    async def say(self, channel: Somewhere, text: str = "", *uploads: Upload) -> Message:
        """Write a message; in an archived thread this brings it back."""
        place = self._where(channel)
        if place.archived:
            place = replace(place, archived=False)
            update_thread(self._backend, place)
        form = Form({"content": text}, dict(enumerate(uploads)))
        return post(self._backend, place, form, Circumstances(self.user, "member"))

    async def delete(self, message: Message) -> None:
        """Delete a message, as its author or a moderator may."""
        delete(self._backend, message)

    def _where(self, channel: Somewhere) -> ChannelState:
        return self._backend.world.channels[channel.id]

    def _start(self, channel: Somewhere, kind: InteractionKind, filled: Filled) -> Interaction:
        return start(self._backend, self.user, self._where(channel), kind, filled)

    def _use(self, message: Message, custom_id: str, kinds: frozenset[Kind], more: Json) -> Interaction:
        message = self._backend.world.messages.get(message.id) or message
        component = interactive(message.components, custom_id)
        if message.id not in self._backend.world.messages or (message.ephemeral and message.recipient_id != self.id):
            raise LookupError(f"{self.name} does not see this message")
        if component is None or component["type"] not in kinds or component.get("disabled"):
            usable = (
                ", ".join(each["custom_id"] for each in walk(message.components) if each.get("custom_id")) or "none"
            )
            raise LookupError(f"nothing to use as {custom_id!r} there; usable are: {usable}")
        data = {"custom_id": custom_id, "component_type": component["type"], "id": component["id"], **more}
        channel = self._backend.world.channels[message.channel_id]
        return start(self._backend, self.user, channel, InteractionKind.COMPONENT, Filled(data, source=message))


def _completed(component: Json, values: Mapping[str, str | list[str]]) -> Json:
    """A modal's component as it comes back: its id and type, and what was filled in."""
    done: Json = {key: component[key] for key in ("type", "id", "custom_id") if key in component}
    given = values.get(component.get("custom_id", ""))
    if given is not None:
        done["values" if isinstance(given, list) else "value"] = given
    elif component["type"] == Kind.TEXT_INPUT:
        done["value"] = component.get("value") or ""
    if "components" in component:
        done["components"] = [_completed(each, values) for each in component["components"]]
    if "component" in component:
        done["component"] = _completed(component["component"], values)
    return done
