"""The scripted member: a person who runs commands, presses buttons, fills in forms and writes messages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from playground.backend import Backend
from playground.choosing import choose
from playground.contexts import owners_of_message
from playground.errors import Json
from playground.filling import Filled, fill_in, point_at_message, point_at_user
from playground.forms import Value, complete
from playground.interactions import AnswerKind, Choice, Interaction, InteractionKind
from playground.invoking import start
from playground.layout import SELECTS, Kind, interactive, walk
from playground.posting import Circumstances, delete, post, update_thread, written
from playground.uploads import Upload
from playground.values import ChannelState, Message, User, known_locale


class Somewhere(Protocol):
    """A channel, by its id."""

    @property
    def id(self) -> int: ...


class Somebody(Protocol):
    """A member or a user, by its id."""

    @property
    def id(self) -> int: ...


class Member:
    """A person. Discord's command visibility is not modelled: whoever runs a command was allowed to by its server."""

    def __init__(self, backend: Backend, user: User) -> None:
        self._backend = backend
        self.id = user.id

    @property
    def user(self) -> User:
        """The person as they are now."""
        return self._backend.world.users[self.id]

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    async def slash(self, channel: Somewhere, command: str, /, **options: object) -> Interaction:
        """Run a command, such as ``"animify"`` or ``"quota set"``.

        Options are given by name: text, numbers and truth values as such, people, roles and channels as their objects,
        files as `Upload`. Raises LookupError for a command or option that is not registered, and ValueError for a
        required one that is missing: Discord's own client would not let it be sent.
        """
        place = self._where(channel)
        filled = fill_in(self._backend, self.user, place, command, options)
        return start(self._backend, self.user, place, InteractionKind.COMMAND, filled)

    async def use_on_message(self, channel: Somewhere, command: str, message: Message) -> Interaction:
        """Choose a command from a message's context menu; LookupError as for `slash`."""
        place = self._where(channel)
        filled = point_at_message(self._backend, self.user, place, command, message)
        return start(self._backend, self.user, place, InteractionKind.COMMAND, filled)

    async def use_on_user(self, channel: Somewhere, command: str, person: Somebody) -> Interaction:
        """Choose a command from a person's context menu; LookupError as for `slash`."""
        place = self._where(channel)
        filled = point_at_user(self._backend, self.user, place, command, person.id)
        return start(self._backend, self.user, place, InteractionKind.COMMAND, filled)

    async def autocomplete(
        self, channel: Somewhere, command: str, /, *, focused: str, value: str | float, **options: object
    ) -> list[Choice]:
        """Type `value` into the option `focused`; `options` are those filled in before."""
        place = self._where(channel)
        filled = fill_in(self._backend, self.user, place, command, {**options, focused: value}, focused=focused)
        interaction = start(self._backend, self.user, place, InteractionKind.AUTOCOMPLETE, filled)
        return (await interaction.response()).choices

    async def click(self, message: Message, custom_id: str) -> Interaction:
        """Press a button of a message that this person sees, as it is now."""
        return self._use(message, custom_id, frozenset({Kind.BUTTON}))

    async def select(self, message: Message, custom_id: str, values: Sequence[object]) -> Interaction:
        """Choose in a select: values of its options, or people, roles and channels as their objects or ids.

        Raises ValueError for what it does not offer, and for more or fewer values than it takes.
        """
        return self._use(message, custom_id, SELECTS, values)

    async def submit(self, interaction: Interaction, values: Mapping[str, Value]) -> Interaction:
        """Fill in the modal that answered `interaction`, by custom_id; the rest stays as it was preset.

        Texts and the choice of a radio group are strings, checkboxes truth values, selects and groups of checkboxes
        lists of choices, and fields for files lists of `Upload`. Raises LookupError for fields that it has not, and
        ValueError where the client would not send it: something required is missing, too short, too long, too many.
        """
        if interaction.answer is not AnswerKind.MODAL:
            raise ValueError("this interaction was not answered with a modal")
        filled = complete(self._backend, interaction, values)
        return start(self._backend, self.user, interaction.channel, InteractionKind.MODAL, filled)

    async def say(
        self,
        channel: Somewhere,
        text: str = "",
        *uploads: Upload,
        embeds: Sequence[Json] = (),
        components: Sequence[Json] = (),
    ) -> Message:
        """Write a message, whether or not one may there; in an archived thread this brings it back.

        Embeds and components are for bots; raises ValueError where a person gives some. See `Playground.publish` for
        their pictures.
        """
        if (embeds or components) and not self.user.is_bot:
            raise ValueError("people write neither embeds nor components")
        place = self._where(channel)
        if place.archived:
            place = replace(place, archived=False)
            update_thread(self._backend, place)
        form = written(text, uploads, embeds, components)
        return post(self._backend, place, form, Circumstances(self.user, "member"))

    async def delete(self, message: Message) -> None:
        """Delete a message, as its author or a moderator may."""
        delete(self._backend, message)

    def set_locale(self, locale: str) -> None:
        """Use Discord in this language, such as ``"de"``; raises ValueError for one that its client has not."""
        self._backend.world.users[self.id] = replace(self.user, locale=known_locale(locale))

    def set_avatar(self, picture: Upload | None) -> None:
        """Wear another picture everywhere, or none; the address of the one before is gone. See `Guild.set_avatar`."""
        user = self.user
        avatar = self._backend.cdn.wear(picture, user.avatars, user.avatar)
        self._backend.world.users[user.id] = replace(user, avatar=avatar)

    def _where(self, channel: Somewhere) -> ChannelState:
        return self._backend.world.channels[channel.id]

    def _use(
        self, message: Message, custom_id: str, kinds: frozenset[Kind], picked: Sequence[object] = ()
    ) -> Interaction:
        message = self._backend.world.messages.get(message.id) or message
        component = interactive(message.components, custom_id)
        if message.id not in self._backend.world.messages or (message.ephemeral and message.recipient_id != self.id):
            raise LookupError(f"{self.name} does not see this message")
        if component is None or component["type"] not in kinds or component.get("disabled"):
            usable = (
                ", ".join(each["custom_id"] for each in walk(message.components) if each.get("custom_id")) or "none"
            )
            raise LookupError(f"nothing to use as {custom_id!r} there; usable are: {usable}")
        channel = self._backend.world.channels[message.channel_id]
        data: Json = {"custom_id": custom_id, "component_type": component["type"], "id": component["id"]}
        resolved: dict[str, list[int]] = {}
        if component["type"] in SELECTS:
            chosen = choose(self._backend.world, channel, component, picked)
            data["values"], resolved = chosen.values, chosen.resolved
        filled = Filled(data, owners_of_message(channel, message), resolved, source=message)
        return start(self._backend, self.user, channel, InteractionKind.COMPONENT, filled)
