"""What a person fills in for a command: options as Discord's client takes them, or what a context menu points at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from playground.backend import Backend
from playground.commands import CommandKind, OptionKind
from playground.contexts import check_command, owners_of_command
from playground.errors import Json
from playground.uploads import Upload, describe
from playground.values import Attachment, ChannelState, Message, User

SUBCOMMAND_KINDS = (OptionKind.SUB_COMMAND, OptionKind.SUB_COMMAND_GROUP)
RESOLVED = {
    OptionKind.USER: "users",
    OptionKind.CHANNEL: "channels",
    OptionKind.ROLE: "roles",
    OptionKind.MENTIONABLE: "users",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """An interaction's `data`, whose installation it uses, and what comes with it.

    Attributes
    ----------
    resolved : dict
        The ids that it resolves, by kind ("users", "roles", "channels").
    target : Message or None
        The message that a context menu points at.
    source : Message or None
        The message whose component is used.
    """

    data: Json
    owners: Json
    resolved: dict[str, list[int]] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    target: Message | None = None
    source: Message | None = None


def fill_in(
    backend: Backend,
    user: User,
    channel: ChannelState,
    line: str,
    options: Mapping[str, object],
    *,
    focused: str | None = None,
) -> Filled:
    """A command line and its options by name, as the data of an interaction."""
    name, *path = line.split()
    command = _offered(backend, channel, name, CommandKind.CHAT_INPUT)
    filling = _Filling(backend, focused)
    data = _data(command) | {"options": filling.options(command, path, options)}
    return Filled(data, _owners(backend, user, channel, command), filling.resolved, tuple(filling.attachments))


def point_at_message(backend: Backend, user: User, channel: ChannelState, name: str, message: Message) -> Filled:
    """A message's context menu, which hands the message over as it is now."""
    command = _offered(backend, channel, name, CommandKind.MESSAGE)
    present = backend.world.messages.get(message.id)
    if present is None or present.channel_id != channel.id or present.ephemeral:
        raise LookupError(f"there is no such message in #{channel.name} for everybody to see")
    data = _data(command) | {"target_id": str(message.id)}
    return Filled(data, _owners(backend, user, channel, command), target=present)


def point_at_user(backend: Backend, user: User, channel: ChannelState, name: str, person_id: int) -> Filled:
    """A person's context menu; webhooks have none."""
    command = _offered(backend, channel, name, CommandKind.USER)
    if person_id not in backend.world.users:
        raise LookupError(f"{person_id} is no user")
    data = _data(command) | {"target_id": str(person_id)}
    return Filled(data, _owners(backend, user, channel, command), {"users": [person_id]})


def hand_over(backend: Backend, upload: Upload) -> Attachment:
    """A person's file on its way to the bot: for some time on the content network, in no message."""
    folder = f"/ephemeral-attachments/{backend.application_id}"
    attachment = describe(upload, backend.world.next_id(), folder, ephemeral=True)
    backend.cdn.put(attachment.path, upload.data, attachment.content_type)
    return attachment


def _offered(backend: Backend, channel: ChannelState, name: str, kind: CommandKind) -> Json:
    command = backend.commands.find(name, channel.guild_id, kind)
    check_command(backend.world, channel, command)
    return command


def _data(command: Json) -> Json:
    return {key: command[key] for key in ("id", "name", "type", "guild_id") if key in command}


def _owners(backend: Backend, user: User, channel: ChannelState, command: Json) -> Json:
    return owners_of_command(backend.world, channel, user, command["integration_types"])


class _Filling:
    """The options of one invocation, collecting what they refer to."""

    def __init__(self, backend: Backend, focused: str | None) -> None:
        self._backend = backend
        self._focused = focused
        self.resolved: dict[str, list[int]] = {}
        self.attachments: list[Attachment] = []

    def options(self, owner: Json, path: list[str], values: Mapping[str, object]) -> list[Json]:
        known = {each["name"]: each for each in owner.get("options") or ()}
        if path:
            if path[0] not in known:
                raise LookupError(f"{owner['name']} has no sub-command {path[0]!r}")
            inner = known[path[0]]
            nested = self.options(inner, path[1:], values)
            return [{"name": inner["name"], "type": inner["type"], "options": nested}]
        self._check(owner["name"], known, values)
        return [self._option(known[name], value) for name, value in values.items()]

    def _check(self, name: str, known: Mapping[str, Json], values: Mapping[str, object]) -> None:
        unknown = values.keys() - known.keys()
        if unknown:
            raise LookupError(f"/{name} has no option {', '.join(sorted(unknown))}")
        missing = [each["name"] for each in known.values() if each.get("required") and each["name"] not in values]
        if any(each["type"] in SUBCOMMAND_KINDS for each in known.values()):
            raise LookupError(f"/{name} needs a sub-command: {', '.join(known)}")
        if missing and not self._focused:
            raise ValueError(f"/{name} needs {', '.join(missing)}")

    def _option(self, definition: Json, value: object) -> Json:
        kind = OptionKind(definition["type"])
        option: Json = {"name": definition["name"], "type": int(kind), "value": self._value(kind, value)}
        if definition["name"] == self._focused:
            option["focused"] = True
        return option

    def _value(self, kind: OptionKind, value: object) -> object:
        if kind is OptionKind.ATTACHMENT:
            if not isinstance(value, Upload):
                raise TypeError("an attachment option takes an Upload")
            self.attachments.append(hand_over(self._backend, value))
            return str(self.attachments[-1].id)
        if kind in RESOLVED:
            entity = int(getattr(value, "id", 0))
            self.resolved.setdefault(RESOLVED[kind], []).append(entity)
            return str(entity)
        return value
