"""Registering application commands, globally and for one guild."""

from playground.calls import Answer, Call, Route
from playground.errors import Code, DiscordError, Json, invalid
from playground.events import EventKind


async def list_commands(call: Call) -> Answer:
    call.own_application()
    return call.backend.commands.listed(_scope(call))


async def replace_commands(call: Call) -> Answer:
    """The bulk overwrite, whose body is a list."""
    call.own_application()
    stored = call.backend.commands.replace(_scope(call), _definitions((await call.form()).body))
    call.backend.events.emit(EventKind.COMMANDS_SYNCED)
    return stored


async def get_command(call: Call) -> Answer:
    call.own_application()
    wanted = str(call.id("command_id"))
    for command in call.backend.commands.listed(_scope(call)):
        if command["id"] == wanted:
            return command
    raise DiscordError(Code.UNKNOWN_COMMAND, "unknown-command")


def _scope(call: Call) -> int | None:
    return call.guild().id if "guild_id" in call.request.match_info else None


def _definitions(body: Json) -> list[Json]:
    definitions = body.get("", body)
    if not isinstance(definitions, list) or not all(isinstance(each, dict) for each in definitions):
        raise invalid("", "field-type", "Must be a list of commands.", "LIST_TYPE_CONVERT")
    return definitions


ROUTES = tuple(
    Route(method, path + tail, handler)
    for path in ("/applications/{application_id}/commands", "/applications/{application_id}/guilds/{guild_id}/commands")
    for method, tail, handler in (
        ("GET", "", list_commands),
        ("PUT", "", replace_commands),
        ("GET", "/{command_id}", get_command),
    )
)
