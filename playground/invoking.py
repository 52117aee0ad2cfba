"""How an interaction comes to the bot: options filled in as Discord's client does, and the payload on the gateway."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from playground.backend import Backend
from playground.clock import created_at
from playground.commands import OptionKind
from playground.errors import Json
from playground.events import EventKind, Violation
from playground.interactions import FIRST_ANSWER_SECONDS, Interaction, InteractionKind
from playground.posting import filesize_limit
from playground.uploads import Upload, describe
from playground.values import Attachment, ChannelState, Message, User

SUBCOMMAND_KINDS = (OptionKind.SUB_COMMAND, OptionKind.SUB_COMMAND_GROUP)
RESOLVED = {
    OptionKind.USER: "users",
    OptionKind.CHANNEL: "channels",
    OptionKind.ROLE: "roles",
    OptionKind.MENTIONABLE: "users",
}
CONTEXT_GUILD, CONTEXT_BOT_DM = 0, 1


@dataclass(frozen=True, slots=True)
class Filled:
    """An interaction's `data`, the ids it resolves by kind ("users", "roles", "channels"), uploads, and its message."""

    data: Json
    resolved: dict[str, list[int]] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    source: Message | None = None


def fill_in(
    backend: Backend, guild_id: int | None, line: str, options: Mapping[str, object], *, focused: str | None = None
) -> Filled:
    """A command line and its options by name, as the data of an interaction."""
    name, *path = line.split()
    command = backend.commands.find(name, guild_id)
    filling = _Filling(backend, focused)
    data = {
        "id": command["id"],
        "name": name,
        "type": command["type"],
        "options": filling.options(command, path, options),
    }
    return Filled(data, filling.resolved, tuple(filling.attachments))


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
            return str(self._upload(value).id)
        if kind in RESOLVED:
            entity = int(getattr(value, "id", 0))
            self.resolved.setdefault(RESOLVED[kind], []).append(entity)
            return str(entity)
        return value

    def _upload(self, upload: Upload) -> Attachment:
        backend = self._backend
        folder = f"/ephemeral-attachments/{backend.application_id}"
        attachment = describe(upload, backend.world.next_id(), folder, ephemeral=True)
        backend.cdn.put(attachment.path, upload.data, attachment.content_type)
        self.attachments.append(attachment)
        return attachment


def start(backend: Backend, user: User, channel: ChannelState, kind: InteractionKind, filled: Filled) -> Interaction:
    """Create an interaction, send it to the bot, and count three seconds."""
    interaction_id = backend.world.next_id()
    interaction = Interaction(
        id=interaction_id,
        token=secrets.token_urlsafe(48),
        kind=kind,
        user=user,
        channel=channel,
        created_at=created_at(interaction_id),
        world=backend.world,
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
    if filled.resolved or filled.attachments:
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
        "app_permissions": str(int(world.permissions(channel, world.bot.id))),
        "locale": "en-US",
        "entitlements": [],
        "attachment_size_limit": filesize_limit(backend, channel),
        **payloads.invoker(channel, interaction.user),
    }
    if filled.source:
        payload["message"] = payloads.message(filled.source, in_full=True)
    if channel.guild_id is None:
        return payload | {"context": CONTEXT_BOT_DM, "authorizing_integration_owners": {"1": str(interaction.user.id)}}
    guild = world.guilds[channel.guild_id]
    return payload | {
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
        "guild_locale": guild.locale,
        "context": CONTEXT_GUILD,
        "authorizing_integration_owners": {"0": str(guild.id)},
    }


def _resolved(backend: Backend, channel: ChannelState, filled: Filled) -> Json:
    world, payloads = backend.world, backend.payloads
    users = filled.resolved.get("users", [])
    resolved: Json = {"attachments": {str(each.id): payloads.attachment(each) for each in filled.attachments}}
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
