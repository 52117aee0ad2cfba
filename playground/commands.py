"""Application commands: Discord's rules for their definitions, and the book of those that are registered.

Source: Discord's documentation, interactions/application-commands.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum

from playground import fields
from playground.clock import Clock
from playground.errors import Code, DiscordError, Json, invalid
from playground.values import LOCALES

MAX_OPTIONS = 25
MAX_CHARACTERS = 8000
CREATES_PER_DAY, DAY = 200, 24 * 3600.0

_NAME = re.compile(r"[-'\w]{1,32}")


class CommandKind(IntEnum):
    CHAT_INPUT = 1
    USER = 2
    MESSAGE = 3


MOST = {CommandKind.CHAT_INPUT: 100, CommandKind.USER: 15, CommandKind.MESSAGE: 15}


class OptionKind(IntEnum):
    SUB_COMMAND = 1
    SUB_COMMAND_GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


SUBCOMMANDS = frozenset({OptionKind.SUB_COMMAND, OptionKind.SUB_COMMAND_GROUP})
VALUES = frozenset(OptionKind) - SUBCOMMANDS
SUGGESTED = frozenset({OptionKind.STRING, OptionKind.INTEGER, OptionKind.NUMBER})


class CommandBook:
    """The registered commands, global (scope None) and by guild."""

    def __init__(self, clock: Clock, next_id: Callable[[], int], application_id: int) -> None:
        self._clock = clock
        self._next_id = next_id
        self._application_id = application_id
        self._scopes: dict[int | None, list[Json]] = {}
        self._creates: list[float] = []

    def listed(self, scope: int | None) -> list[Json]:
        return self._scopes.get(scope, [])

    def replace(self, scope: int | None, definitions: Sequence[Json]) -> list[Json]:
        """Register exactly these commands; unchanged names keep their ids, new ones count towards 200 a day."""
        check_commands(definitions)
        known = {(each["type"], each["name"]): each["id"] for each in self.listed(scope)}
        stored = [self._stored(each, scope, known) for each in definitions]
        new = sum(each["id"] not in known.values() for each in stored)
        self._creates = [each for each in self._creates if each > self._clock() - DAY]
        if len(self._creates) + new > CREATES_PER_DAY:
            raise DiscordError(Code.TOO_MANY_COMMAND_CREATES, "too-many-command-creates")
        self._creates += [self._clock()] * new
        self._scopes[scope] = stored
        return stored

    def find(self, name: str, guild_id: int | None, kind: CommandKind = CommandKind.CHAT_INPUT) -> Json:
        """The command as a member sees it; raises LookupError where there is none of this name."""
        for scope in (guild_id, None):
            for command in self.listed(scope):
                if command["name"] == name and command["type"] == kind:
                    return command
        slash = "/" if kind is CommandKind.CHAT_INPUT else ""
        known = ", ".join(f"{slash}{each['name']}" for each in self.listed(None) if each["type"] == kind) or "none"
        raise LookupError(f"there is no command {name!r}; registered are: {known}")

    def _stored(self, definition: Json, scope: int | None, known: dict[tuple[int, str], str]) -> Json:
        kind = definition.get("type", CommandKind.CHAT_INPUT)
        defaults = {
            "type": int(kind),
            "description": "",
            "options": [],
            "default_member_permissions": None,
            "contexts": None,
            "nsfw": False,
        }
        identity = {
            "integration_types": definition.get("integration_types") or [0],
            "id": known.get((kind, definition["name"])) or str(self._next_id()),
            "application_id": str(self._application_id),
            "version": str(self._next_id()),
        }
        return defaults | definition | identity | ({"guild_id": str(scope)} if scope else {})


def check_commands(definitions: Sequence[Json]) -> None:
    """Raise the error that Discord answers to these definitions."""
    counts: Counter[CommandKind] = Counter()
    for index, command in enumerate(definitions):
        kind = fields.choice({"type": CommandKind.CHAT_INPUT} | command, "type", str(index), list(CommandKind))
        counts[kind] += 1
        check_command(command, kind, str(index))
    for kind, count in counts.items():
        if count > MOST[kind]:
            raise DiscordError(Code.TOO_MANY_COMMANDS, "too-many-commands", f"at most {MOST[kind]} of type {kind.name}")
    names = [(each.get("type", CommandKind.CHAT_INPUT), each["name"]) for each in definitions]
    fields.unique(names, "name", "duplicate-command", "Application command names must be unique")


def check_command(command: Json, kind: CommandKind, path: str) -> None:
    if kind is CommandKind.CHAT_INPUT:
        _check_names(command, path)
        check_options(command, path, nested=0)
    else:
        fields.text(command, "name", path, most=32, required=True)
        _check_translations(command, "name", path, most=32)
        if command.get("description") or command.get("options"):
            what = "Context menu commands have neither description nor options."
            raise invalid(path, "menu-with-options", what, "APPLICATION_COMMAND_INVALID_FIELD")
    if sum(map(len, _texts(command))) > MAX_CHARACTERS:
        what = f"The command's texts exceed {MAX_CHARACTERS} characters."
        raise invalid(path, "command-too-large", what, "APPLICATION_COMMAND_TOO_LARGE")


def check_options(owner: Json, path: str, *, nested: int) -> None:
    options = fields.listing(owner, "options", path, most=MAX_OPTIONS)
    for index, option in enumerate(options):
        check_option(option, f"{path}.options[{index}]", nested=nested)
    fields.unique([each["name"] for each in options], f"{path}.options", "duplicate-option", "Option names are unique")
    if len({option["type"] in SUBCOMMANDS for option in options}) > 1:
        what = "Sub-commands and other options cannot be mixed."
        raise invalid(f"{path}.options", "mixed-options", what, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID")
    required = [bool(each.get("required")) for each in options]
    if required != sorted(required, reverse=True):
        what = "Required options must be placed before non-required options"
        raise invalid(
            f"{path}.options", "required-after-optional", what, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
        )


def check_option(option: Json, path: str, *, nested: int) -> None:
    _check_names(option, path)
    allowed = {0: VALUES | SUBCOMMANDS, 1: VALUES | {OptionKind.SUB_COMMAND}, 2: VALUES}
    kind = fields.choice(option, "type", path, sorted(allowed[nested]))
    if kind in SUBCOMMANDS:
        check_options(option, path, nested=1 if kind == OptionKind.SUB_COMMAND_GROUP else 2)
        return
    choices = fields.listing(option, "choices", path, most=MAX_OPTIONS)
    for index, choice in enumerate(choices):
        check_choice(choice, f"{path}.choices[{index}]")
    if option.get("autocomplete") and (choices or kind not in SUGGESTED):
        what = "Autocomplete needs a text or number option without choices."
        raise invalid(f"{path}.autocomplete", "autocomplete-with-choices", what, "APPLICATION_COMMAND_AUTOCOMPLETE")


def check_choice(choice: Json, path: str) -> None:
    """One fixed choice, or one suggestion of an autocomplete."""
    fields.text(choice, "name", path, most=100, required=True)
    _check_translations(choice, "name", path, most=100)
    if isinstance(choice.get("value"), str):
        fields.text(choice, "value", path, most=100, least=0)
    elif not isinstance(choice.get("value"), int | float):
        raise invalid(f"{path}.value", "required-field", "This field is required", "BASE_TYPE_REQUIRED")


def _check_names(thing: Json, path: str) -> None:
    fields.text(thing, "name", path, most=32, required=True)
    for name in (thing["name"], *_check_translations(thing, "name", path, most=32)):
        if not _NAME.fullmatch(name) or name != name.lower():
            what = "Command and option names are lower-case letters, digits, - and _."
            raise invalid(f"{path}.name", "command-name", what, "APPLICATION_COMMAND_INVALID_NAME")
    fields.text(thing, "description", path, most=100, required=True)
    _check_translations(thing, "description", path, most=100)


def _check_translations(thing: Json, key: str, path: str, *, most: int) -> list[str]:
    """The texts at `key` in other languages, which Discord's clients have, each within the same length."""
    here, translations = f"{path}.{key}_localizations", thing.get(f"{key}_localizations") or {}
    unknown = translations.keys() - LOCALES
    if unknown:
        what = f"{', '.join(sorted(unknown))}: no language of Discord's clients."
        raise invalid(here, "unknown-locale", what, "DICT_TYPE_KEY_INVALID")
    return [fields.text(translations, each, here, most=most, required=True) or "" for each in translations]


def _texts(thing: Json) -> Iterator[str]:
    """All its texts, each in the language in which it is longest."""
    yield from (_longest(thing, "name"), _longest(thing, "description"))
    for child in thing.get("options") or ():
        yield from _texts(child)
    yield from (str(each.get("value", "")) + _longest(each, "name") for each in thing.get("choices") or ())


def _longest(thing: Json, key: str) -> str:
    texts: list[str] = [thing.get(key) or "", *(thing.get(f"{key}_localizations") or {}).values()]
    return max(texts, key=len)
