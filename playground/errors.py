"""Discord's JSON error codes as one table, and the exception that carries one to the client.

Codes, statuses and messages: Discord's documentation, topics/opcodes-and-status-codes.
"""

from enum import IntEnum
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
"""An object of Discord's wire format; its shape is checked where it comes in."""


class Code(IntEnum):
    GENERAL = 0
    UNKNOWN_CHANNEL = 10003
    UNKNOWN_GUILD = 10004
    UNKNOWN_MEMBER = 10007
    UNKNOWN_MESSAGE = 10008
    UNKNOWN_USER = 10013
    UNKNOWN_WEBHOOK = 10015
    UNKNOWN_INTERACTION = 10062
    UNKNOWN_COMMAND = 10063
    TOO_MANY_ATTACHMENTS = 30015
    TOO_MANY_COMMANDS = 30032
    TOO_MANY_COMMAND_CREATES = 30034
    REQUEST_TOO_LARGE = 40005
    ALREADY_ACKNOWLEDGED = 40060
    TOO_MANY_FOLLOWUPS = 40094
    MISSING_ACCESS = 50001
    DIRECT_CHANNEL = 50003
    NOT_THE_AUTHOR = 50005
    EMPTY_MESSAGE = 50006
    MISSING_PERMISSIONS = 50013
    BULK_DELETE_COUNT = 50016
    WRONG_CHANNEL_TYPE = 50024
    INVALID_TOKEN = 50027
    BULK_DELETE_AGE = 50034
    INVALID_FORM = 50035
    ARCHIVED_THREAD = 50083
    INVALID_JSON = 50109
    NO_HISTORY_FOR_REPLY = 160002
    THREAD_EXISTS = 160004
    THREAD_LOCKED = 160005
    TOO_MANY_THREADS = 160006


TABLE: dict[Code, tuple[int, str]] = {
    Code.GENERAL: (401, "401: Unauthorized"),
    Code.UNKNOWN_CHANNEL: (404, "Unknown Channel"),
    Code.UNKNOWN_GUILD: (404, "Unknown Guild"),
    Code.UNKNOWN_MEMBER: (404, "Unknown Member"),
    Code.UNKNOWN_MESSAGE: (404, "Unknown Message"),
    Code.UNKNOWN_USER: (404, "Unknown User"),
    Code.UNKNOWN_WEBHOOK: (404, "Unknown Webhook"),
    Code.UNKNOWN_INTERACTION: (404, "Unknown interaction"),
    Code.UNKNOWN_COMMAND: (404, "Unknown application command"),
    Code.TOO_MANY_ATTACHMENTS: (400, "Maximum number of attachments in a message reached (10)"),
    Code.TOO_MANY_COMMANDS: (400, "Maximum number of application commands reached"),
    Code.TOO_MANY_COMMAND_CREATES: (400, "Max number of daily application command creates has been reached (200)"),
    Code.REQUEST_TOO_LARGE: (413, "Request entity too large"),
    Code.ALREADY_ACKNOWLEDGED: (400, "Interaction has already been acknowledged."),
    Code.TOO_MANY_FOLLOWUPS: (400, "You have reached the maximum number of follow up messages for this interaction"),
    Code.MISSING_ACCESS: (403, "Missing Access"),
    Code.DIRECT_CHANNEL: (400, "Cannot execute action on a DM channel"),
    Code.NOT_THE_AUTHOR: (403, "Cannot edit a message authored by another user"),
    Code.EMPTY_MESSAGE: (400, "Cannot send an empty message"),
    Code.MISSING_PERMISSIONS: (403, "Missing Permissions"),
    Code.BULK_DELETE_COUNT: (400, "Provided too few or too many messages to delete."),
    Code.WRONG_CHANNEL_TYPE: (400, "Cannot execute action on this channel type"),
    Code.INVALID_TOKEN: (401, "Invalid Webhook Token"),
    Code.BULK_DELETE_AGE: (400, "A message provided was too old to bulk delete"),
    Code.INVALID_FORM: (400, "Invalid Form Body"),
    Code.ARCHIVED_THREAD: (400, "Thread is archived"),
    Code.INVALID_JSON: (400, "The request body contains invalid JSON."),
    Code.NO_HISTORY_FOR_REPLY: (400, "Cannot reply without permission to read message history"),
    Code.THREAD_EXISTS: (400, "A thread has already been created for this message"),
    Code.THREAD_LOCKED: (400, "Thread is locked"),
    Code.TOO_MANY_THREADS: (400, "Maximum number of active threads reached"),
}


class DiscordError(Exception):
    """A call that Discord would refuse.

    Attributes
    ----------
    code : Code
        Discord's code; `status` (HTTP) and the message follow from `TABLE`.
    rule : str
        The playground's short name of the rule that was broken, for `Violation.rule`.
    what : str
        One sentence for the developer whose bot broke it.
    errors : dict or None
        The nested "errors" of an invalid form.
    """

    def __init__(self, code: Code, rule: str, what: str = "", errors: Json | None = None) -> None:
        self.code = code
        self.rule = rule
        self.status, self.message = TABLE[code]
        self.what = what or self.message
        self.errors = errors
        super().__init__(f"{self.status} {int(code)} {rule}: {self.what}")

    def body(self) -> Json:
        """What the client gets: `{"message", "code", "errors"?}`."""
        body: Json = {"message": self.message, "code": int(self.code)}
        return body | {"errors": self.errors} if self.errors else body


def invalid(path: str, rule: str, what: str, kind: str = "BASE_TYPE_INVALID") -> DiscordError:
    """An invalid form (50035) whose fault lies at `path`, such as ``components[0].label``."""
    errors: Json = {"_errors": [{"code": kind, "message": what}]}
    for part in reversed(path.replace("[", ".").replace("]", "").split(".")):
        errors = {part: errors}
    return DiscordError(Code.INVALID_FORM, rule, f"{path}: {what}", errors)
